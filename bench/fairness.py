"""See bench/fairness.sh."""

import concurrent.futures
import getopt
import os
import sys
import time

from local_aws import TMP, eventually
from local_stack import Stack, Started, generate

given = dict(getopt.getopt(sys.argv[1:], "s:d:n:e:g:w:")[0])
FILES = int(given.get("-s", 20))
DAYS = int(given.get("-d", 50))
HUGE = int(given.get("-n", 100000))
SMALL = int(given.get("-e", 100))
GAP_S = float(given.get("-g", 2))
UNITS = int(given.get("-w", 0))
TABLE_UNITS = 400
SHARDS = 16
WARM = 32
SIDES = ("settlement", "internal")
LONGEST_S = 600

cloud = Started("cloud", "--speed", "1")
stack = Stack(cloud)
stack.deploy(WriteUnits=UNITS, MatchConcurrency=4)
for side in SIDES:
    units = {"WriteCapacityUnits": TABLE_UNITS, "ReadCapacityUnits": 100000}
    cloud.call(
        "dynamodb",
        "UpdateTable",
        TableName="recon-" + side,
        BillingMode="PROVISIONED",
        ProvisionedThroughput=units,
    )


def day_of(program, number, records):
    """A day in a folder of its own, and its program in the catalog."""
    date = f"2026-{4 + number // 28:02}-{1 + number % 28:02}"
    name = os.path.join(program, date)
    folder = generate(name, records, program, seed=number + 1, date=date, shard_count=SHARDS)
    if number == 0:
        stack.put_program(os.path.join(folder, "program.json"))
    return folder, date


def warm_up():
    """As many processes of the worker as both phases need: to start one costs more here than a
    small file does."""
    path = "/2015-03-31/functions/recon-worker/invocations"
    ping = {"step": "ping", "wait_ms": 4000}
    with concurrent.futures.ThreadPoolExecutor(WARM) as pool:
        for one in [pool.submit(cloud.send, "lambda", "POST", path, **ping) for _ in range(WARM)]:
            one.result()


def land_huge():
    days = [day_of("huge", i, HUGE if i == 0 else HUGE // 100) for i in range(DAYS)]
    for folder, date in days:
        for side in SIDES:
            stack.put(f"huge/{side}/{date}.txt", os.path.join(folder, side + ".txt"))


def land_small(phase):
    """Lands them, and gives when, by key, in ms of the cloud's time."""
    landed = {}
    programs = [f"{phase}-{i}" for i in range(FILES)]
    folders = [day_of(program, 0, SMALL)[0] for program in programs]
    for program, folder in zip(programs, folders):
        key = f"{program}/settlement/day.txt"
        landed[key] = cloud.call("local", "GetStatus")["nowMs"]
        stack.put(key, os.path.join(folder, "settlement.txt"))
        time.sleep(GAP_S)
    return landed


def waits_of(landed):
    """Until their runs began and ended, in seconds."""

    def find():
        runs = {}
        for run in stack.runs():
            told = stack.describe(run)
            if told["key"] in landed and told["status"] != "RUNNING":
                assert told["status"] == "SUCCEEDED", told
                runs[told["key"]] = told
        return runs if len(runs) == len(landed) else None

    runs = eventually(find, LONGEST_S)
    assert runs, "not all small files have ended well"
    began = [runs[key]["startDate"] - at / 1000 for key, at in landed.items()]
    ended = [runs[key]["stopDate"] - at / 1000 for key, at in landed.items()]
    return sorted(began), sorted(ended)


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def queue(name):
    url = f"{cloud.url}/000000000000/recon-arrivals"
    told = cloud.call("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])
    return int(told["Attributes"][name])


def measure(phase):
    began, ended = waits_of(land_small(phase))
    figures = [percentile(waits, share) for waits in (began, ended) for share in (0.5, 0.95)]
    print(f"# {phase}: {figures}", flush=True)
    return figures


warm_up()
measure("warm")
alone = measure("alone")
land_huge()
waiting = queue("ApproximateNumberOfMessagesDelayed") + queue("ApproximateNumberOfMessages")
behind = measure("behind")
left = queue("ApproximateNumberOfMessagesDelayed") + queue("ApproximateNumberOfMessages")
running = [stack.describe(run)["key"] for run in stack.runs(statusFilter="RUNNING")]
print(f"{FILES} files of {SMALL} records; huge: {HUGE} records and {DAYS - 1} days of {HUGE // 100}")
print(f"{waiting} messages of the huge program waited in the beginning, {left} in the end")
print(f"still running in the end: {', '.join(sorted(running)) or 'nothing'}")
print("| seconds | began, p50 | p95 | ended, p50 | p95 |")
for name, figures in (("alone", alone), ("behind", behind)):
    print(f"| {name} | " + " | ".join(f"{one:.2f}" for one in figures) + " |")
print("| ratio | " + " | ".join(f"{b / a:.2f}" for a, b in zip(alone, behind)) + " |")

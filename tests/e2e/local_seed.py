"""A file lands in S3, an event goes to a queue, a run takes it in and works its day: with
the stack of deploy/, the real worker, and nobody in between."""

import atexit
import json
import os
import subprocess

from local_aws import TMP, Local, eventually, run

RECONCTL = os.environ["RECONCTL"]
CLOCK = "2026-04-03T22:00:00Z"
BEGAN_MS = 1775253600000
STATE = os.path.join(TMP, "cloud")
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:recon-pipeline"
BUCKET = "recon-files-000000000000-us-east-1"
TERMS = ("program", "file_date", "sides", "statuses", "digest", "outcome_digest", "fingerprint", "balanced")


def reconctl(*words):
    told = subprocess.run([RECONCTL, *words], capture_output=True, text=True)
    assert told.returncode == 0, (words, told.returncode, told.stdout[-500:], told.stderr)
    return told.stdout


class Started(Local):
    """The one that `reconctl local` has started."""

    def __init__(self):
        self.url = reconctl("local", "status", "--state", STATE).split()[0]
        self.host = self.url.split("//")[1]


def start_cloud(*options):
    global cloud
    reconctl("local", "start", "--state", STATE, "--speed", "20", "--port", "0", *options)
    cloud = Started()


def now_ms():
    return cloud.call("local", "GetStatus")["nowMs"]


def item(pk, sk):
    key = {"PK": {"S": pk}, "SK": {"S": sk}}
    return cloud.call("dynamodb", "GetItem", TableName="recon-state", Key=key, ConsistentRead=True).get("Item")


def rollup(program, date):
    found = item(f"DAY#{program}#{date}", "ROLLUP")
    return found and {**json.loads(found["day"]["S"]), "version": found["version"]["N"]}


def runs(status):
    told = cloud.call("states", "ListExecutions", stateMachineArn=MACHINE, statusFilter=status)
    return told["executions"]


def seed_tells_a_story_that_is_true():
    start_cloud("--clock", CLOCK)
    told = reconctl("local", "seed", "--state", STATE, "--records", "300")
    assert "24 files of 4 programs" in told, told
    for program in ("harbor-debit", "summit-gift"):
        for day in ("2026-04-01", "2026-04-02", "2026-04-03"):
            assert rollup(program, day)["balanced"], (program, day)
    assert not rollup("meadow-credit", "2026-04-01")["balanced"]
    assert rollup("valley-fleet", "2026-04-02") and not rollup("valley-fleet", "2026-04-03")
    assert not runs("RUNNING") and len(runs("FAILED")) == 1


def the_stuck_file_is_in_the_queue_of_failed_ones():
    url = f"{cloud.url}/000000000000/recon-failed"
    (message,) = cloud.call("sqs", "ReceiveMessage", QueueUrl=url)["Messages"]
    body = json.loads(message["Body"])
    assert body["file"]["key"] == "valley-fleet/settlement/2026-04-03.txt", body
    assert body["at"] == "Inspect" and body["error"] == "BadInput" and "header" in body["cause"], body


def all_is_dated_by_the_clock_of_the_cloud():
    """Also what the worker dates."""
    day = {":day": {"S": "RUNS#2026-04-03"}}
    told = cloud.call("dynamodb", "Query", TableName="recon-state",
                      KeyConditionExpression="PK = :day", ExpressionAttributeValues=day)
    assert told["Count"] == 24, told["Count"]
    end_ms = now_ms()
    for run in told["Items"]:
        began, ended = int(run["began"]["N"]), int(run["ended"]["N"])
        assert BEGAN_MS < began < ended < end_ms, run
        assert int(run["expires"]["N"]) == ended // 1000 + 90 * 86400, run
    age_ms = cloud.metric("reconctl", "QueueAge", "Maximum", Step="admit")
    assert 0 < age_ms < end_ms - BEGAN_MS, age_ms

    def oldest():
        """Told once a minute."""
        rows = json.loads(reconctl("--local=" + STATE, "get", "queues", "-o", "json"))["rows"]
        (failed,) = [row for row in rows if row["name"] == "recon-failed"]
        return failed["oldest"]

    assert 0 < eventually(oldest) < (now_ms() - BEGAN_MS) // 1000


def nobody_holds_a_slot():
    for slot in ("PROGRAM#valley-fleet", "PROGRAM#meadow-credit", "ROUTE#lambda"):
        assert "runs" not in item("SLOTS", slot), slot


def a_day_is_as_reconcile_has_it():
    folder = os.path.join(TMP, "day")
    reconctl("generate", "--records", "1500", "--seed", "7", "--out", folder)
    reconctl("--local=" + STATE, "program", "put", os.path.join(folder, "program.json"))
    s3 = cloud.client("s3")
    for side in ("settlement", "internal"):
        s3.upload_file(os.path.join(folder, side + ".txt"), BUCKET, f"demo/{side}/day.txt")
    got = eventually(lambda: rollup("demo", "2026-04-01"), 90)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        want = json.load(file)
    assert got["version"] == "1", got["version"]
    for term in TERMS:
        assert got[term] == want[term], (term, got[term], want[term])


def rollups_can_be_looked_at():
    told = json.loads(reconctl("--local=" + STATE, "get", "rollups", "-o", "json"))["rows"]
    rows = {(row["program"], row["date"]): row for row in told}
    assert len(rows) == 13, sorted(rows)
    day = rows["demo", "2026-04-01"]
    assert day["fingerprint"] == rollup("demo", "2026-04-01")["fingerprint"], day
    assert (day["version"], day["balanced"]) == (1, False) and day["because"], day
    assert rows["valley-fleet", "2026-04-03"]["version"] is None
    assert rows["harbor-debit", "2026-04-02"]["balanced"]


def a_large_file_goes_by_fargate():
    folder = os.path.join(TMP, "large")
    reconctl("generate", "--records", "1500", "--seed", "8", "--out", folder)
    path = os.path.join(folder, "program.json")
    with open(path, encoding="utf-8") as file:
        program = json.load(file)
    program["program"] = "large"
    program["route"] = {"fargate_over_bytes": 1000}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(program, file)
    reconctl("--local=" + STATE, "program", "put", path)
    s3 = cloud.client("s3")
    for side in ("settlement", "internal"):
        s3.upload_file(os.path.join(folder, side + ".txt"), BUCKET, f"large/{side}/day.txt")
    got = eventually(lambda: rollup("large", "2026-04-01"), 90)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        want = json.load(file)
    assert got["outcome_digest"] == want["outcome_digest"]

    def tasks():
        """The first may end behind the second one's day."""
        stopped = {"cluster": "recon", "desiredStatus": "STOPPED"}
        return len(cloud.call("ecs", "ListTasks", **stopped)["taskArns"])

    assert eventually(lambda: tasks() == 2), tasks()


def its_time_goes_on_from_where_it_was():
    then_ms = now_ms()
    reconctl("local", "stop", "--state", STATE)
    start_cloud("--clock", "2001-01-01T00:00:00Z")
    assert then_ms - 60000 < now_ms() < then_ms + 86400000, (then_ms, now_ms())


def or_from_a_later_instant():
    reconctl("local", "stop", "--state", STATE)
    start_cloud("--clock", "2026-05-01T00:00:00Z")
    assert 1777593600000 <= now_ms() < 1777593600000 + 86400000, now_ms()


@atexit.register
def stop():
    """Also when a test has failed."""
    subprocess.run([RECONCTL, "local", "stop", "--state", STATE], capture_output=True)


run(
    [
        seed_tells_a_story_that_is_true,
        the_stuck_file_is_in_the_queue_of_failed_ones,
        all_is_dated_by_the_clock_of_the_cloud,
        nobody_holds_a_slot,
        a_day_is_as_reconcile_has_it,
        rollups_can_be_looked_at,
        a_large_file_goes_by_fargate,
        its_time_goes_on_from_where_it_was,
        or_from_a_later_instant,
    ]
)

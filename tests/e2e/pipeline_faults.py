"""Days through the whole pipeline while everything goes wrong: files land on a reconlocal with
the stack of deploy/, events come twice, requests are throttled, fail and are lost, and the
workers or reconlocal itself are killed at seeded moments. What is kept in the end has to be
what an undisturbed day left, item by item.

    pipeline_faults.py FIRST_SEED MOMENTS"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from local_aws import RECONLOCAL, TMP, Local, eventually, run

RECONCTL = os.environ["RECONCTL"]
FIRST_SEED, MOMENTS = int(sys.argv[1]), int(sys.argv[2])
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:recon-pipeline"
BUCKET = "recon-files-000000000000-us-east-1"
QUEUE = "000000000000/recon-arrivals"
DAY = "DAY#demo#2026-04-01"
TABLES = ("recon-settlement", "recon-internal", "recon-state")
SIDES = ("settlement", "internal")
ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
SHARDS = 2
KILLS = 4  # of a day, at the most
FARGATE_OVER = 47000  # bytes: the settlement file goes there, the internal one does not
OPTIONS = ("--speed", "60")

# What tells one run from another, and not one day.
OF_RUNS = {"owner", "until", "fence", "run", "attempt"}

STORM = os.path.join(TMP, "storm.json")
RULES = [{"service": service, "kind": "duplicate", "share": 0.5} for service in ("events", "sqs")]
RULES += [
    {"service": service, "operation": operation, **rule}
    for service, operation in (
        ("dynamodb", "*"),
        ("s3", "GetObject"),
        ("sqs", "SendMessage"),
        ("sqs", "ChangeMessageVisibility"),
        ("states", "StartExecution"),
        ("events", "PutEvents"),
    )
    for rule in (
        {"kind": "error", "status": 503, "share": 0.02},
        {"kind": "throttle", "share": 0.01},
        {"kind": "reset", "share": 0.01},
        {"kind": "lost", "share": 0.02},
        {"kind": "slow", "share": 0.03, "late_ms": 3000},
    )
]


def reconctl(*words):
    told = subprocess.run([RECONCTL, *words], capture_output=True, text=True)
    assert told.returncode == 0, (words, told.returncode, told.stdout[-500:], told.stderr)
    return told.stdout


def put_the_stack_up():
    """Once; each day begins with a copy of that state."""
    state = os.path.join(TMP, "stack")
    reconctl("local", "start", "--state", state, "--port", "0", *OPTIONS)
    try:
        reconctl("local", "deploy", "--state", state)
        path = os.path.join(TMP, "day", "program.json")
        with open(path, encoding="utf-8") as file:
            program = json.load(file)
        program["shard_count"] = SHARDS
        program["route"] = {"fargate_over_bytes": FARGATE_OVER}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(program, file)
        reconctl("--local=" + state, "program", "put", path)
    finally:
        reconctl("local", "stop", "--state", state)


class Cloud(Local):
    """A copy of the stack, and one day on it."""

    def __init__(self, name, *options):
        self.state = os.path.join(TMP, name)
        shutil.copytree(os.path.join(TMP, "stack"), self.state)
        super().__init__(name, *OPTIONS, *options)
        self.versions = {}

    def end(self):
        self.kill()
        shutil.rmtree(self.state)

    # ----- the day -----

    def deliver(self, folder="day"):
        s3 = self.client("s3")
        for side in SIDES:
            with open(os.path.join(TMP, folder, side + ".txt"), "rb") as file:
                told = s3.put_object(Bucket=BUCKET, Key=f"demo/{side}/a.txt", Body=file.read())
            self.versions[told["VersionId"]] = f"the version of {side}"

    def executions(self, *statuses):
        return [
            execution
            for status in statuses
            for execution in self.call(
                "states", "ListExecutions", stateMachineArn=MACHINE, statusFilter=status
            )["executions"]
        ]

    def messages(self):
        names = [
            "ApproximateNumberOfMessages" + kind for kind in ("", "NotVisible", "Delayed")
        ]
        told = self.call(
            "sqs", "GetQueueAttributes", QueueUrl=f"{self.url}/{QUEUE}", AttributeNames=names
        )
        return sum(int(value) for value in told["Attributes"].values())

    def is_quiet(self):
        """Both files have had their runs, and nobody works or waits any more."""
        return (
            not self.messages()
            and not self.executions("RUNNING")
            and len(self.executions(*ENDED)) >= len(SIDES)
        )

    # ----- what it left -----

    def scan(self, table):
        start = {}
        while start is not None:
            page = self.call("dynamodb", "Scan", TableName=table, ConsistentRead=True, **start)
            yield from page["Items"]
            last = page.get("LastEvaluatedKey")
            start = {"ExclusiveStartKey": last} if last else None

    def items(self):
        """Every item by table, PK and SK, without what is of runs, and with names of versions
        that are those of every cloud."""
        found = {}
        for table in TABLES:
            for item in self.scan(table):
                if item["PK"]["S"].startswith(("RUN#", "RUNS#")):
                    continue
                text = json.dumps({k: v for k, v in item.items() if k not in OF_RUNS})
                for version, name in self.versions.items():
                    text = text.replace(version, name)
                plain = json.loads(text)
                found[table, plain["PK"]["S"], plain["SK"]["S"]] = plain
        return found


def differences(wanted, got):
    return [
        (key, wanted.get(key), got.get(key))
        for key in sorted(wanted.keys() | got.keys())
        if wanted.get(key) != got.get(key)
    ]


# ----- trouble -----


def children(pid):
    """The processes that it has started."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                parent = file.read().rsplit(")", 1)[1].split()[1]
        except OSError:  # it has ended
            continue
        if int(parent) == pid:
            found.append(int(entry))
    return found


def kill_workers(cloud):
    """All of them, functions' and tasks': how many."""
    killed = 0
    for pid in children(cloud.process.pid):
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        if pid in children(cloud.process.pid):  # still the same
            signal.pidfd_send_signal(process, signal.SIGKILL)
            killed += 1
        os.close(process)
    return killed


class Trouble:
    """What its seed says is to happen to a day that usually takes so long."""

    def __init__(self, seed, usual_s):
        dice = random.Random(seed)
        self.moments = sorted(dice.random() * usual_s * 1.2 for _ in range(KILLS))
        self.whom = ["reconlocal" if dice.random() < 0.4 else "workers" for _ in range(KILLS)]
        self.kills = {"reconlocal": 0, "workers": 0}

    def strike(self, cloud):
        began = time.monotonic()
        for moment, whom in zip(self.moments, self.whom):
            while time.monotonic() - began < moment:
                if cloud.is_quiet():
                    return
                time.sleep(0.005)
            if whom == "workers":
                self.kills[whom] += kill_workers(cloud) > 0
            else:
                cloud.kill()
                cloud.start()
                self.kills[whom] += 1


def calm_day():
    cloud = Cloud("calm")
    began = time.monotonic()
    cloud.deliver()
    assert eventually(cloud.is_quiet, 120), cloud.executions("RUNNING")
    took_s = time.monotonic() - began
    items = cloud.items()
    cloud.end()
    return items, took_s


def stormy_day(seed, wanted, usual_s):
    cloud = Cloud(f"storm-{seed}", "--seed", str(seed), "--weather", STORM)
    trouble = Trouble(seed, usual_s)
    cloud.deliver()
    trouble.strike(cloud)
    assert eventually(cloud.is_quiet, 120), (seed, cloud.executions("RUNNING"))
    failed = cloud.executions("FAILED", "TIMED_OUT", "ABORTED")
    cloud.call("local", "SetWeather", rules=[])
    # An event that comes once more may still be on its way.
    assert eventually(lambda: not differences(wanted, cloud.items()), 10), (
        seed,
        differences(wanted, cloud.items())[:5],
        failed,
    )
    cloud.end()
    return trouble.kills, failed


def a_day_comes_out_the_same_whatever_is_killed():
    with open(STORM, "w", encoding="utf-8") as file:
        json.dump({"rules": RULES}, file)
    put_the_stack_up()
    wanted, usual_s = calm_day()
    rollup = wanted["recon-state", DAY, "ROLLUP"]
    with open(os.path.join(TMP, "day", "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    assert rollup["version"]["N"] == "1", rollup
    assert rollup["outcome_digest"]["S"] == truth["outcome_digest"], rollup
    kills, seed, failures = {"reconlocal": 0, "workers": 0}, FIRST_SEED, 0
    while sum(kills.values()) < MOMENTS or not all(kills.values()):
        assert seed < FIRST_SEED + MOMENTS, (kills, "too few moments strike")
        began = time.monotonic()
        struck, failed = stormy_day(seed, wanted, usual_s)
        failures += len(failed)
        for whom, count in struck.items():
            kills[whom] += count
        print(f"# seed {seed}: {struck}, {len(failed)} runs failed, "
              f"{time.monotonic() - began:.1f} s (calm {usual_s:.1f} s)", flush=True)
        seed += 1
    print(f"# {seed - FIRST_SEED} days, killed {kills}, {failures} runs failed", flush=True)


run([a_day_comes_out_the_same_whatever_is_killed])

"""What the tests of the whole pipeline share: a reconlocal with the stack of deploy/ and the
program of $TMP/day, days on it, and what they leave."""

import json
import os
import shutil
import subprocess

from local_aws import TMP, Local, eventually

RECONCTL = os.environ["RECONCTL"]
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:recon-pipeline"
BUCKET = "recon-files-000000000000-us-east-1"
QUEUE = "000000000000/recon-arrivals"
DAY = "DAY#demo#2026-04-01"
TABLES = ("recon-settlement", "recon-internal", "recon-state")
SIDES = ("settlement", "internal")
ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
SHARDS = 2
FARGATE_OVER = 47000  # bytes: the settlement file goes there, the internal one does not
OPTIONS = ("--speed", "60", "--clock", "2026-04-02T02:00:00Z")  # no day ends meanwhile

# What tells one run from another, and not one day. Slots ("runs") that are left taken are
# given back when somebody needs one.
OF_RUNS = {"owner", "until", "fence", "run", "attempt", "seen", "runs"}


def reconctl(*words):
    told = subprocess.run([RECONCTL, *words], capture_output=True, text=True)
    assert told.returncode == 0, (words, told.returncode, told.stdout[-500:], told.stderr)
    return told.stdout


def put_the_stack_up(*words):
    """Once, deployed with these words; each day begins with a copy of that state."""
    state = os.path.join(TMP, "stack")
    reconctl("local", "start", "--state", state, "--port", "0", *OPTIONS)
    try:
        reconctl("local", "deploy", "--state", state, *words)
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
        # Half a second of this machine is not enough everywhere.
        self.client("lambda").update_function_configuration(FunctionName="recon-admit", Timeout=900)

    def end(self):
        self.stop()
        shutil.rmtree(self.state)

    def children(self):
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
            if int(parent) == self.process.pid:
                found.append(int(entry))
        return found

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

    def describe(self, execution):
        return self.call("states", "DescribeExecution", executionArn=execution["executionArn"])

    def invoke(self, function, **payload):
        told = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(payload).encode()
        )
        return json.load(told["Payload"])

    def run_again(self, executions, **words):
        """As an operator would; to the end."""
        for execution in executions:
            file = json.loads(self.describe(execution)["input"])["file"]
            told = self.invoke("recon-admit", step="reprocess", file=file, **words)
            assert told.get("outcome") in ("queued", "running"), told
        assert eventually(self.is_quiet, 120), self.executions("RUNNING")

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


def truth():
    """The day of $TMP/day as its generator knows it."""
    with open(os.path.join(TMP, "day", "truth.json"), encoding="utf-8") as file:
        return json.load(file)


def differences(wanted, got):
    return [
        (key, wanted.get(key), got.get(key))
        for key in sorted(wanted.keys() | got.keys())
        if wanted.get(key) != got.get(key)
    ]

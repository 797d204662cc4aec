"""Stacks of deploy/ on an AWS of this machine that `reconctl local` has started, for tests that
send files through them."""

import atexit
import json
import os
import subprocess
from datetime import datetime, timezone

from local_aws import TMP, Local, eventually

RECONCTL = os.environ["RECONCTL"]
ARN = "arn:aws:states:us-east-1:000000000000:stateMachine:"


def reconctl(*words, **environment):
    told = subprocess.run(
        [RECONCTL, *words], capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert told.returncode == 0, (words, told.returncode, told.stdout[-500:], told.stderr)
    return told.stdout


def generate(name, records, program, seed=7, date="2026-04-01", **members):
    """A day of so many records in a folder of that name, and its program with other members."""
    folder = os.path.join(TMP, name)
    options = ("--records", str(records), "--seed", str(seed), "--date", date)
    reconctl("generate", *options, "--out", folder)
    change(os.path.join(folder, "program.json"), lambda told: {**told, "program": program, **members})
    return folder


def change(path, how):
    """A JSON document is what `how` gives for it."""
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(how(told), file)


class Started(Local):
    """It is stopped at the end, also when a test has failed."""

    def __init__(self, name, *options):
        self.state = os.path.join(TMP, name)
        atexit.register(self.stop)
        reconctl("local", "start", "--state", self.state, "--port", "0", *options)
        self.url = reconctl("local", "status", "--state", self.state).split()[0]
        self.host = self.url.split("//")[1]

    def stop(self):
        subprocess.run([RECONCTL, "local", "stop", "--state", self.state], capture_output=True)


class Stack:
    """One there, by its prefix."""

    def __init__(self, cloud, prefix="recon"):
        self.cloud = cloud
        self.prefix = prefix
        self.bucket = f"{prefix}-files-000000000000-us-east-1"

    def deploy(self, *options, **parameters):
        words = [f"{name}={value}" for name, value in parameters.items()]
        told = [word for pair in words for word in ("--parameter", pair)]
        prefix = f"Prefix={self.prefix}"
        state = ("--state", self.cloud.state)
        reconctl("local", "deploy", *state, *options, "--parameter", prefix, *told)

    def put_program(self, path):
        local = "--local=" + self.cloud.state
        reconctl(local, "program", "put", path, RECON_TABLE_STATE=self.prefix + "-state")

    def put(self, key, path):
        self.cloud.client("s3").upload_file(path, self.bucket, key)

    # ----- what is kept -----

    def item(self, pk, sk):
        key = {"PK": {"S": pk}, "SK": {"S": sk}}
        table = self.prefix + "-state"
        told = self.cloud.call("dynamodb", "GetItem", TableName=table, Key=key, ConsistentRead=True)
        return told.get("Item")

    def rollup(self, program, date):
        found = self.item(f"DAY#{program}#{date}", "ROLLUP")
        return found and {**json.loads(found["day"]["S"]), "version": found["version"]["N"]}

    # ----- runs -----

    def pages(self, operation, member, **members):
        """All of what Step Functions lists."""
        found, token = [], {}
        while token is not None:
            told = self.cloud.call("states", operation, **members, **token)
            found += told[member]
            token = {"nextToken": told["nextToken"]} if told.get("nextToken") else None
        return found

    def runs(self, **members):
        machine = f"{ARN}{self.prefix}-pipeline"
        return self.pages("ListExecutions", "executions", stateMachineArn=machine, **members)

    def history(self, run):
        return self.pages("GetExecutionHistory", "events", executionArn=run["executionArn"])

    def describe(self, run):
        """What DescribeExecution tells of it, and the key of its file."""
        told = self.cloud.call("states", "DescribeExecution", executionArn=run["executionArn"])
        return {**told, "key": json.loads(told["input"])["file"]["key"]}

    def noted(self, run):
        """What its steps noted."""
        began = datetime.fromtimestamp(run["startDate"], timezone.utc)
        item = self.item(f"RUNS#{began:%Y-%m-%d}", f"RUN#{run['name']}") or {}
        return {name: int(v["N"]) if "N" in v else v.get("S") for name, v in item.items()}

    def ended(self, key, seconds):
        """The run of that file, once it has ended."""

        def find():
            runs = [one for one in self.runs() if one["status"] != "RUNNING"]
            return next((one for one in map(self.describe, runs) if one["key"] == key), None)

        found = eventually(find, seconds)
        assert found, f"the run of {key} has not ended"
        return found

"""Writes a file-day with the real worker for each case that it is given, and says what came
of it: a line of JSON each.

    RECONCTL=… RECONWORKER=… RECONLOCAL=… TMP=… measure.py < CASES > OUTCOMES

The cases are lines of cases.py. Each has tables of its own in one reconlocal, whose
partitions take what the cases say, at the speed of the real clock. A few cases run at once:
what they wait for are their tables, not this machine."""

import concurrent.futures
import json
import os
import subprocess
import sys
import time

from local_aws import TMP, Failed, Local, eventually
from local_stack import generate

PROGRAM = "VISA042"
DATE = "2026-04-01"
BUCKET = "inbox"
SLOW_AT_ONCE, FAST_AT_ONCE = 6, 2  # of one key or index, and of many: two cores have to do for both
SPACE = "AWS/DynamoDB"
CONSUMED = "ConsumedWriteCapacityUnits"
THROTTLED = "WriteThrottleEvents"
DAY_SHARDS = (1, 8, 64, 256)  # of the days that are matched
DAY_RECORDS = 3000
WORKER = os.environ["RECONWORKER"]
NUMBERS = ("keys", "records", "index_keys", "on_demand", "capacity", "read_capacity",
           "partition_wcu", "partition_rcu")


def read_cases(file):
    for line in file:
        words = dict(word.split("=", 1) for word in line.split())
        yield {**words, **{name: int(words[name]) for name in NUMBERS if name in words}}


class Day:
    """A program, its tables and a file-day of it, on that cloud."""

    def __init__(self, cloud, prefix, shards, records, case=None):
        """prefix: what the names of its tables begin with; the program is always the same, and
        so are the partition keys."""
        self.cloud, self.program, self.shards = cloud, PROGRAM, shards
        self.case = case or {}
        self.table = {name: f"{prefix}-{name}" for name in ("settlement", "internal", "state")}
        self.files = {}
        self.folder = generate(prefix, records, PROGRAM, date=DATE, shard_count=shards)
        self.environment = {
            **os.environ,
            **{f"RECON_TABLE_{name.upper()}": table for name, table in self.table.items()},
            "RECON_CARD_KEY": "000102030405060708090a0b0c0d0e0f",
            "AWS_ENDPOINT_URL": cloud.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local-secret",
        }
        for name, table in self.table.items():
            self.create(table, name == "settlement")
        self.reconctl("program", "put", os.path.join(self.folder, "program.json"))

    def create(self, table, measured):
        """The measured one is as the case says."""
        attributes, indexes = {"PK": "S", "SK": "S"}, []
        billing = {"BillingMode": "PAY_PER_REQUEST"}
        if measured and not self.case.get("on_demand", 1):
            units = {
                "ReadCapacityUnits": self.case["read_capacity"],
                "WriteCapacityUnits": self.case["capacity"],
            }
            billing = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units}
        if measured and "index_keys" in self.case:
            # Every record of a day is as long as the others: an index by that has one key.
            name, kind = ("bytes", "N") if self.case["index_keys"] else ("SK", "S")
            attributes[name] = kind
            index = {
                "IndexName": "moved",
                "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
            if "ProvisionedThroughput" in billing:
                index["ProvisionedThroughput"] = billing["ProvisionedThroughput"]
            indexes = [index]
        self.cloud.call(
            "dynamodb",
            "CreateTable",
            TableName=table,
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in attributes.items()
            ],
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
            **billing,
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        )

        def active():
            told = self.cloud.call("dynamodb", "DescribeTable", TableName=table)["Table"]
            return told["TableStatus"] == "ACTIVE"

        assert eventually(active, 60), table

    def reconctl(self, *words):
        subprocess.run(
            [os.environ["RECONCTL"], *words], env=self.environment, check=True, capture_output=True
        )

    def land(self, side):
        key = f"{self.program}/{side}/day.txt"
        with open(os.path.join(self.folder, side + ".txt"), "rb") as file:
            told = self.cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=file.read())
        self.files[side] = {
            "bucket": BUCKET,
            "key": key,
            "version": told["VersionId"],
            "sequencer": "01",
        }

    def start(self, step, **members):
        words = {"step": step, "run": "run", **members}
        process = subprocess.Popen(
            [WORKER, step],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process.stdin.write(json.dumps(words))
        process.stdin.close()
        process.stdin = None
        return process

    def step(self, step, **members):
        """Its answer and the metrics that it said, or fails with what it logged."""
        process = self.start(step, **members)
        out, log = process.communicate(timeout=900)
        assert process.returncode == 0, (step, out, log[-2000:])
        return json.loads(out), metrics_of(log)

    def on_file(self, step, side):
        return self.step(step, file=self.files[side], route="auto")

    def ask(self, table, pk, begins=""):
        """A strongly consistent Query, page by page: items, requests, read units."""
        condition, values = "PK = :pk", {":pk": {"S": pk}}
        if begins:
            condition += " AND begins_with(SK, :sk)"
            values[":sk"] = {"S": begins}
        queries = units = items = 0
        more = {}
        while more is not None:
            told = self.cloud.call(
                "dynamodb",
                "Query",
                TableName=self.table[table],
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                ReturnConsumedCapacity="TOTAL",
                **more,
            )
            queries += 1
            items += told["Count"]
            units += told["ConsumedCapacity"]["CapacityUnits"]
            last = told.get("LastEvaluatedKey")
            more = {"ExclusiveStartKey": last} if last else None
        return items, queries, units


def metrics_of(log):
    return [json.loads(line) for line in log.splitlines() if '"_aws"' in line]


def of(metrics, name, **dimensions):
    """The sum of a metric over the lines that are of these dimensions."""

    def is_of(line):
        sets = line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
        return set(dimensions) == set(max(sets, key=len)) and all(
            line[key] == value for key, value in dimensions.items()
        )

    return sum(line[name] for line in metrics if name in line and is_of(line))


def write(cloud, case):
    """The file-day of a case, written once."""
    assert case["key"] == f"{PROGRAM}#{DATE}#", case
    prefix = case["name"].replace("/", "-").replace("+", "-")
    day = Day(cloud, prefix, case["keys"], case["records"], case)
    day.land("settlement")
    day.on_file("inspect", "settlement")
    answer, metrics = day.on_file("ingest", "settlement")
    assert answer["outcome"] == "activated" and answer["records"] == case["records"], answer
    table = day.table["settlement"]
    ours = {"Table": table}
    outcome = {
        "name": case["name"],
        "taken": of(metrics, "ItemsWritten", **ours),
        "throttled": of(metrics, "ItemsThrottled", **ours),
        "requests": of(metrics, "WriteRequests", **ours),
        "offered_again": of(metrics, "ItemsRetried", **ours),
        "elapsed_ms": of(metrics, "Duration", Step="ingest"),
        "units": of(metrics, "WriteUnits", **ours),
    }
    dimensions = [{"TableName": table}]
    if "index_keys" in case:
        dimensions.append({"TableName": table, "GlobalSecondaryIndexName": "moved"})

    def cloudwatch_is_told():
        units = [cloud.metric(SPACE, CONSUMED, **one) for one in dimensions]
        return sum(units) == outcome["units"]

    assert eventually(cloudwatch_is_told, 30), (case["name"], outcome)
    outcome["throttled_by"] = [cloud.metric(SPACE, THROTTLED, **one) for one in dimensions]
    outcome["requests_refused"] = cloud.metric(
        SPACE, "ThrottledRequests", TableName=table, Operation="BatchWriteItem"
    )
    return outcome


def write_twice(cloud, records):
    """Killed amid it, run again, and once more when all is there."""
    day = Day(cloud, "killed", 64, records)
    day.environment["RECON_LEASE_MS"] = "1000"
    day.land("settlement")
    day.on_file("inspect", "settlement")
    table = {"TableName": day.table["settlement"]}

    def count():
        return cloud.call("dynamodb", "DescribeTable", **table)["Table"]["ItemCount"]

    def ingest():
        """Its metrics, once the lease of the killed one is over."""
        while True:
            process = day.start("ingest", file=day.files["settlement"], route="auto")
            out, log = process.communicate(timeout=900)
            if process.returncode == 0:
                return json.loads(out)["outcome"], metrics_of(log)
            assert '"error":"LeaseHeld"' in log, log[-2000:]
            time.sleep(0.2)

    process = day.start("ingest", file=day.files["settlement"], route="auto")
    while count() < records * 6 // 10:
        assert process.poll() is None, "it has ended before it was killed"
        time.sleep(0.1)
    process.kill()
    process.communicate()
    killed_at = count()
    outcome, again = ingest()
    assert outcome == "activated", outcome
    units = of(again, "WriteUnits", Table=table["TableName"])
    third, metrics = ingest()
    return {
        "name": "measured/killed",
        "records": records,
        "written_when_killed": killed_at,
        "items": count(),
        "units": killed_at + units,
        "third_outcome": third,
        "third_units": of(metrics, "WriteUnits", Table=table["TableName"]),
    }


def match(cloud, shards):
    """A whole day, both sides: what its reading takes."""
    day = Day(cloud, f"day{shards}", shards, DAY_RECORDS)
    for side in ("settlement", "internal"):
        day.land(side)
        day.on_file("inspect", side)
        day.on_file("ingest", side)
    began = time.monotonic()
    shard_keys = [f"{day.program}#{DATE}#{shard}" for shard in range(shards)]
    items, queries, units = map(sum, zip(*(day.ask("settlement", pk) for pk in shard_keys)))
    seconds = time.monotonic() - began
    words = {"program": day.program, "date": DATE}
    plan, _ = day.step("prepare", **words)
    words.update(fingerprint=plan["fingerprint"], fence=plan["fence"])
    metrics = []
    for tasks in plan["passes"]:
        task = {**tasks["tasks"][0], "first": 0, "count": shards}  # all of them in one
        metrics += day.step("match", **words, **task)[1]
    answer, rollup = day.step("rollup", **words)
    assert answer["outcome"] == "written", answer
    summaries = day.ask("state", f"DAY#{day.program}#{DATE}", "SUMMARY#")
    query = {"Service": "dynamodb", "Operation": "Query"}
    return {
        "name": f"day/{shards}",
        "items": items,
        "side_queries": queries,
        "side_read_units": units,
        "side_ms": round(seconds * 1000),
        "passes": len(plan["passes"]),
        "match_queries": of(metrics, "Requests", **query),
        "match_ms": of(metrics, "Duration", Step="match"),
        "summaries": summaries[0],
        "rollup_queries": of(rollup, "Requests", **query),
        "rollup_read_units": summaries[2],
        "rollup_ms": of(rollup, "Duration", Step="rollup"),
    }


def begin(state, *options):
    cloud = Local(state, *options)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return cloud


def main():
    cases = list(read_cases(sys.stdin))
    caps = {(case["partition_wcu"], case["partition_rcu"]) for case in cases}
    assert len(caps) == 1, "all cases have the same partitions"
    ((wcu, rcu),) = caps
    slow = begin("slow", "--partition-wcu", str(wcu), "--partition-rcu", str(rcu))
    fast = begin("fast")
    slow_ones = [case for case in cases if case["keys"] == 1 or "index_keys" in case]
    fast_ones = [case for case in cases if case not in slow_ones]
    told = {}
    with (
        concurrent.futures.ThreadPoolExecutor(SLOW_AT_ONCE) as slow_pool,
        concurrent.futures.ThreadPoolExecutor(FAST_AT_ONCE) as fast_pool,
    ):
        running = [slow_pool.submit(write, slow, case) for case in slow_ones]
        running += [fast_pool.submit(write, slow, case) for case in fast_ones]
        running.append(fast_pool.submit(write_twice, slow, slow_ones[0]["records"]))
        for outcome in (one.result() for one in running):
            print(f"# {outcome['name']}: {outcome.get('elapsed_ms')} ms", file=sys.stderr)
            told[outcome["name"]] = outcome
    for shards in DAY_SHARDS:  # these do need the machine
        outcome = match(fast, shards)
        told[outcome["name"]] = outcome
    for cloud in (slow, fast):
        cloud.stop()
    for name in sorted(told):
        print(json.dumps(told[name]))


if __name__ == "__main__":
    main()

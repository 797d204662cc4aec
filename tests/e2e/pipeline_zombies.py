"""Workers that are stopped in the middle of an ingest, taken for dead, and wake up when others
have done their work: nothing that anyone sees may change."""

import json
import os
import signal
import subprocess

from local_aws import Local, eventually, run

WORKER = os.environ["WORKER"]
TMP = os.environ["TMP"]
BUCKET = "inbox"
SHARDS = 2

# What tells one run from another, and not one day.
OF_RUNS = {"owner", "until", "fence", "run", "seen"}

calm = ["--partition-wcu", "1000000", "--partition-rcu", "1000000"]
local = Local("zombies", *calm)
s3 = local.client("s3")
s3.create_bucket(Bucket=BUCKET)
s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


def put(side, day):
    """Its version."""
    with open(f"{TMP}/day-{day}/{side}.txt", "rb") as file:
        body = file.read()
    return s3.put_object(Bucket=BUCKET, Key=f"demo/{side}/a.txt", Body=body)["VersionId"]


VERSIONS = {side: put(side, 1) for side in ("settlement", "internal")}
CORRECTION = put("settlement", 2)


class Tables:
    """The tables of one attempt at the day, with the program in its catalog."""

    def __init__(self, name):
        self.names = [f"{name}-{table}" for table in ("settlement", "internal", "state")]
        for table in self.names:
            local.call(
                "dynamodb",
                "CreateTable",
                TableName=table,
                AttributeDefinitions=[
                    {"AttributeName": key, "AttributeType": "S"} for key in ("PK", "SK")
                ],
                KeySchema=[
                    {"AttributeName": "PK", "KeyType": "HASH"},
                    {"AttributeName": "SK", "KeyType": "RANGE"},
                ],
                BillingMode="PAY_PER_REQUEST",
            )
            assert eventually(lambda name=table: self.is_active(name)), table
        with open(f"{TMP}/day-1/program.json", encoding="utf-8") as file:
            program = {**json.load(file), "shard_count": SHARDS}
        item = {
            "PK": {"S": "CATALOG"},
            "SK": {"S": "PROGRAM#demo"},
            "definition": {"S": json.dumps(program)},
        }
        local.call("dynamodb", "PutItem", TableName=self.names[2], Item=item)

    @staticmethod
    def is_active(table):
        told = local.call("dynamodb", "DescribeTable", TableName=table)
        return told["Table"]["TableStatus"] == "ACTIVE"

    def items(self):
        """Every item by number of table, PK and SK, without what is of runs."""
        found = {}
        for number, table in enumerate(self.names):
            start = {}
            while start is not None:
                page = local.call(
                    "dynamodb", "Scan", TableName=table, ConsistentRead=True, **start
                )
                for item in page["Items"]:
                    key = (number, item["PK"]["S"], item["SK"]["S"])
                    if key[1].startswith(("RUN#", "RUNS#")):
                        continue
                    found[key] = {k: v for k, v in item.items() if k not in OF_RUNS}
                last = page.get("LastEvaluatedKey")
                start = {"ExclusiveStartKey": last} if last else None
        return found

    def start(self, step, given, run_name, **settings):
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": local.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local-secret",
            "AWS_CONFIG_FILE": f"{TMP}/none",
            "AWS_SHARED_CREDENTIALS_FILE": f"{TMP}/none",
            "RECON_TABLE_SETTLEMENT": self.names[0],
            "RECON_TABLE_INTERNAL": self.names[1],
            "RECON_TABLE_STATE": self.names[2],
            "RECON_CARD_KEY": "000102030405060708090a0b0c0d0e0f",
            "RECON_PAGE_ITEMS": "50",
            **settings,
        }
        process = subprocess.Popen(
            [WORKER, step],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process.stdin.write(json.dumps({**given, "run": run_name}).encode())
        process.stdin.close()
        process.stdin = None  # communicate leaves it alone
        return process


def do(tables, step, given):
    """Its answer."""
    process = tables.start(step, given, "run-1")
    answer, log = process.communicate()
    assert process.returncode == 0, log.decode()
    return json.loads(answer)


def file_of(side, version, sequencer="01"):
    return {
        "file": {
            "bucket": BUCKET,
            "key": f"demo/{side}/a.txt",
            "version": version,
            "sequencer": sequencer,
        },
        "route": "auto",
    }


def take_in(tables, side, version):
    given = file_of(side, version)
    assert do(tables, "inspect", given)["outcome"] == "ingest"
    assert do(tables, "ingest", given)["outcome"] == "activated"


def work(tables):
    day = {"program": "demo", "date": "2026-04-01"}
    plan = do(tables, "prepare", day)
    assert plan["outcome"] == "match", plan
    day.update(fingerprint=plan["fingerprint"], fence=plan["fence"])
    for number in range(len(plan["passes"])):
        do(tables, "match", {**day, "pass": number, "first": 0, "count": SHARDS})
    assert do(tables, "rollup", day)["outcome"] == "written"


def expect_same(wanted, got, what):
    for key in wanted.keys() | got.keys():
        assert wanted.get(key) == got.get(key), (what, key, wanted.get(key), got.get(key))


def visible(tables):
    """All but what the first delivery of the settlement file, which never counts, left."""
    first = "#0001"

    def is_of_first(key):
        table, pk, sk = key
        if table == 0:
            return f"{first}#" in sk
        of_delivery = pk.endswith(f"#settlement{first}")
        return table == 2 and (of_delivery or sk == VERSIONS["settlement"])

    return {key: item for key, item in tables.items().items() if not is_of_first(key)}


def until_done(tables, step, given):
    """By another run, which waits for the leases of the first to pass."""

    def attempt():
        process = tables.start(step, given, "run-2", RECON_LEASE_MS="1000")
        answer, _ = process.communicate()
        return json.loads(answer) if process.returncode == 0 else None

    return eventually(attempt, 60)


def stopped_worker(tables, given):
    """A worker that is stopped in the middle of an ingest."""
    do(tables, "inspect", given)
    slow = {"service": "dynamodb", "operation": "BatchWriteItem", "kind": "slow", "late_ms": 2000}
    local.call("local", "SetWeather", rules=[{**slow, "share": 1}])
    zombie = tables.start("ingest", given, "zombie", RECON_LEASE_MS="1000", RECON_IN_FLIGHT="1")
    assert eventually(lambda: any(key[0] == 0 for key in tables.items())), "it writes"
    zombie.send_signal(signal.SIGSTOP)
    assert zombie.poll() is None
    local.call("local", "SetWeather", rules=[])
    return zombie


def a_zombie_of_ingest_changes_nothing_that_is_seen():
    tables = Tables("zombie")
    zombie = stopped_worker(tables, file_of("settlement", VERSIONS["settlement"]))
    corrected = file_of("settlement", CORRECTION, "02")
    assert until_done(tables, "inspect", corrected)["outcome"] == "ingest"
    assert until_done(tables, "ingest", corrected)["outcome"] == "activated"
    take_in(tables, "internal", VERSIONS["internal"])
    work(tables)
    before = visible(tables)
    assert any(key[1].startswith("DISC#") for key in before)
    zombie.send_signal(signal.SIGCONT)
    zombie.communicate()
    expect_same(before, visible(tables), "the zombie has woken up")
    told = do(tables, "prepare", {"program": "demo", "date": "2026-04-01"})
    assert told["outcome"] == "unchanged", told


def a_zombie_whose_file_another_has_taken_over_leaves_no_trace():
    tables = Tables("taken")
    given = file_of("settlement", VERSIONS["settlement"])
    zombie = stopped_worker(tables, given)
    assert until_done(tables, "ingest", given)["outcome"] == "activated"
    take_in(tables, "internal", VERSIONS["internal"])
    work(tables)
    before = tables.items()
    zombie.send_signal(signal.SIGCONT)
    _, log = zombie.communicate()
    assert zombie.returncode == 1, log
    expect_same(before, tables.items(), "the zombie has woken up")


run(
    [
        a_zombie_of_ingest_changes_nothing_that_is_seen,
        a_zombie_whose_file_another_has_taken_over_leaves_no_trace,
    ]
)

"""`reconctl get VIEW PROGRAM DATE` against `get VIEW --from day.db` of the same two files."""

import atexit
import json
import os
import subprocess

from local_aws import TMP, Local, eventually, run

RECONCTL = os.environ["RECONCTL"]
STATE = os.path.join(TMP, "cloud")
DAY = os.path.join(TMP, "day")
BUCKET = "recon-files-000000000000-us-east-1"
NAME = ("demo", "2026-04-01")


def reconctl(*words, code=0):
    told = subprocess.run([RECONCTL, *words], capture_output=True, text=True)
    assert told.returncode == code, (words, told.returncode, told.stdout[-500:], told.stderr)
    return told


def at_aws(*words, code=0):
    return reconctl("--local=" + STATE, *words, code=code)


class Started(Local):
    """The one that `reconctl local` has started."""

    def __init__(self):
        self.url = reconctl("local", "status", "--state", STATE).stdout.split()[0]
        self.host = self.url.split("//")[1]


def deliver(version):
    s3 = cloud.client("s3")
    for side in ("settlement", "internal"):
        s3.upload_file(os.path.join(DAY, side + ".txt"), BUCKET, f"demo/{side}/day.txt")
    key = {"PK": {"S": "DAY#demo#2026-04-01"}, "SK": {"S": "ROLLUP"}}

    def rolled_up():
        item = cloud.call("dynamodb", "GetItem", TableName="recon-state", Key=key, ConsistentRead=True).get("Item")
        return item and int(item["version"]["N"]) >= version

    eventually(rolled_up, 180)


def spoil(side, number):
    """The amount of a record becomes no number."""
    path = os.path.join(DAY, side + ".txt")
    lines = open(path).readlines()
    lines[number - 1] = lines[number - 1].replace("0", "?")
    open(path, "w").writelines(lines)


def reconcile():
    files = [word for side in ("settlement", "internal") for word in ("--" + side, f"{DAY}/{side}.txt")]
    reconctl("reconcile", *files, "--program", f"{DAY}/program.json", "--out", DAY, code=1)


# What people wrote of discrepancies, which a day file knows nothing of.
NOTED = ("state", "assignee", "resolution")


def rows(text):
    return json.loads(text)["rows"]


def sort(found, without):
    """As a set: which id a row has is the file's own affair."""
    return sorted(json.dumps({k: v for k, v in row.items() if k not in without}, sort_keys=True) for row in found)


def expect_same(view, without=(), words=()):
    here = sort(rows(reconctl("get", view, "--from", DAY, "-o", "json", *words).stdout), without)
    told = at_aws("get", view, *NAME, "-o", "json", *words)
    there = sort(rows(told.stdout), without)
    assert here and len(here) == len(there), (view, len(here), len(there))
    for ours, theirs in zip(here, there):
        assert ours == theirs, (view, ours, theirs)
    assert "read units" in told.stderr, told.stderr


def a_day_is_made_on_both():
    global cloud
    reconctl("local", "start", "--state", STATE, "--speed", "20", "--port", "0")
    at_aws("local", "deploy", "--state", STATE)
    cloud = Started()
    reconctl("generate", "--records", "1000", "--seed", "3", "--out", DAY)
    spoil("settlement", 30)
    spoil("internal", 40)
    spoil("internal", 41)
    at_aws("program", "put", f"{DAY}/program.json")
    deliver(version=1)
    reconcile()


def every_view_shows_the_same():
    expect_same("day")
    expect_same("controls")
    expect_same("layout")
    expect_same("shards")
    expect_same("rejected")
    expect_same("discrepancies", without=("id",) + NOTED)
    # Items have no bytes: those of one discrepancy are fetched, not those of all.
    expect_same("transactions", without=("discrepancy", "raw"))
    expect_same("discrepancies", without=("id",) + NOTED, words=("--filter", "status:mismatch amount>100"))


def ids(found):
    return {(row["transaction_id"], row["status"], row["kind"], row["reason"]): row["id"] for row in found}


def one_discrepancy_has_its_bytes():
    here = ids(rows(reconctl("get", "discrepancies", "--from", DAY, "-o", "json").stdout))
    there = ids(rows(at_aws("get", "discrepancies", *NAME, "-o", "json").stdout))
    statuses = set()
    for key, number in here.items():
        if key[1] in statuses:
            continue
        statuses.add(key[1])
        ours = json.loads(reconctl("get", "discrepancy", str(number), "--from", DAY, "-o", "json").stdout)
        theirs = json.loads(at_aws("get", "discrepancy", *NAME, str(there[key]), "-o", "json").stdout)
        for found in (ours, theirs):
            del found["id"]
            for candidate in found["candidates"]:
                del candidate["discrepancy"]
            found["candidates"].sort(key=lambda c: json.dumps(c, sort_keys=True))
            if len(found["candidates"]) == 50:  # no more are shown; which ones is open
                found["candidates"] = []
        assert ours == theirs, (ours, theirs)
        assert all(record["raw"] for record in theirs["records"]), theirs
    assert len(statuses) > 10, statuses


def a_record_is_shown_by_its_layout():
    found = rows(reconctl("get", "transactions", "--from", DAY, "-o", "json").stdout)
    number = str(next(row["number"] for row in found if row["side"] == "settlement"))
    expect_same("record", without=("discrepancy",), words=("settlement", number))
    expect_same("record", without=("discrepancy",), words=("settlement", "30"))  # a rejected one


def a_correction_is_a_newer_day():
    spoil("settlement", 31)
    reconcile()
    deliver(version=2)
    expect_same("day")
    expect_same("rejected")
    expect_same("discrepancies", without=("id",) + NOTED)
    one_discrepancy_has_its_bytes()


def what_is_not_there_is_said():
    told = at_aws("get", "day", "demo", "2026-04-09", code=2)
    assert "knows no day 2026-04-09 of demo" in told.stderr, told.stderr
    told = at_aws("get", "day", "demo", "yesterday", code=2)
    assert "YYYY-MM-DD" in told.stderr, told.stderr
    told = at_aws("get", "discrepancies", *NAME, "colour=red", code=2)
    assert "colour" in told.stderr, told.stderr


atexit.register(lambda: subprocess.run([RECONCTL, "local", "stop", "--state", STATE], capture_output=True))
run(
    [
        a_day_is_made_on_both,
        every_view_shows_the_same,
        one_discrepancy_has_its_bytes,
        a_record_is_shown_by_its_layout,
        what_is_not_there_is_said,
        a_correction_is_a_newer_day,
    ]
)

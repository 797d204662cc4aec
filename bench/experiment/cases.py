"""The loads of the experiment: a line of words NAME=VALUE each, as model.c takes them.

    cases.py full | quick | measured

full: a file-day of a million records. quick: a tenth of it, on partitions of a tenth, so that
ratios hold, and two counts of shards; without the writer, whose rate begins where it begins.
measured: what measure.py writes with the real worker, on partitions of a tenth."""

import sys

SCALE = sys.argv[1]
SHARDS = (8, 64) if SCALE == "quick" else (8, 16, 32, 64, 128, 256)
SMALL = 1 if SCALE == "full" else 10
PARTITION = {"partition_wcu": 1000 // SMALL, "partition_rcu": 3000 // SMALL}
QUOTA = {"account": 40000 // SMALL}  # units a second of a table, read or written, as accounts begin
RECORDS = 1000000 // SMALL
ITEM_BYTES = 700

# Who writes: as many requests as a fleet has, none of whom waits for the others …
BURST = {"in_flight": 64 if SMALL == 1 else 16, "latency_ms": 10, "attempts": 0}
FLEET = {"in_flight": 1024 if SMALL == 1 else 102, "latency_ms": 10, "attempts": 0}
# … or the pipeline's writer, which keeps a rate. RECON_IN_FLIGHT is 8.
WRITER = {"in_flight": 8, "latency_ms": 10, "attempts": 0, "paced": 1}

# What the table is like when the file-day comes.
TABLES = {
    "new": {},
    "ready": {"ready": 40000 // SMALL},
    "split": {"split": 1},
    "provisioned": {"on_demand": 0, "capacity": 20000 // SMALL, "read_capacity": 3000 // SMALL},
}


def say(name, *members):
    words = {"seed": 1}
    for one in members:
        words.update(one)
    print(f"name={name}", *(f"{key}={value}" for key, value in words.items()))


def table(state, keys):
    """That state of a table whose keys are those of a day of so many shards."""
    told = {**PARTITION, **QUOTA, **TABLES[state], "keys": keys, "key": "VISA042#2026-04-01#"}
    if state == "split":
        told["ready"] = keys * PARTITION["partition_wcu"]
    return told


def designs():
    """What the partition key may be: (name, keys, words)."""
    yield "1", 1, {}
    yield "1+gsi", 1, {"index_keys": 0}  # whose key is the transaction
    for shards in SHARDS:
        yield str(shards), shards, {}
    yield "64+gsi-day", 64, {"index_keys": 1}  # whose key is the day


def runs(keys):
    """One partition is full until the end; where that is not so, it is chance who comes last."""
    return {"runs": 11} if keys > 1 else {}


def writes():
    for state in TABLES:
        for name, keys, words in designs():
            load = {"records": RECORDS}
            say(f"burst/{state}/{name}", table(state, keys), BURST, words, load, runs(keys))
            if SMALL == 1:
                say(f"writer/{state}/{name}", table(state, keys), WRITER, words, load)
    load = {"records": RECORDS}
    say("burst/new/1-splits", table("new", 1), BURST, load, {"split_after_ms": 300000})
    for state, keys in (("new", 1), ("new", 64), ("ready", 64), ("split", 64)):
        say(f"whole/{state}/{keys}", table(state, keys), BURST, load, {"whole": 1}, runs(keys))


def retries():
    manners = {
        "jitter": {},
        "steady": {"steady": 1},
        "whole": {"whole": 1},
        "whole-steady": {"whole": 1, "steady": 1},
        "jitter-ten": {"attempts": 10},
        "steady-ten": {"attempts": 10, "steady": 1},
    }
    for name, words in manners.items():
        for keys, records in ((1, 25600), (64, 409600)):
            if keys == 1 or "attempts" not in words:
                load = {"records": records // SMALL, "runs": 11}
                say(f"fleet/{keys}/{name}", table("split", keys), FLEET, load, words)


def reads():
    """A page of a strongly consistent Query is 1 MB: 256 units. Of one key they are read one after
    the other; of several, eight readers go round the keys, and who is free takes the next page."""
    for keys in (1, *SHARDS):
        pages = keys * -(-RECORDS * ITEM_BYTES // keys // (1 << 20))
        units = max(1, RECORDS * ITEM_BYTES / 4096 / pages)
        query = {"reads": 1, "batch": 1, "in_flight": min(8, keys), "latency_ms": 10,
                 "attempts": 0, "in_turn": 1, "in_place": 1, "records": pages, "units": units,
                 "runs": 999}
        for state in ("new", "split"):
            say(f"read/{state}/{keys}", table(state, keys), query)


def routes():
    """The stack's WriteUnits: a step spends no more than 1,000 units a second. A function ends
    after 15 minutes."""
    for records in (10000, 100000, 500000, 800000, 1000000, 2000000):
        load = {"records": records, "most_a_second": 1000}
        say(f"route/{records}", table("new", 64), WRITER, load)
        say(f"route/{records}-ceiling", table("new", 64), WRITER, load, {"most_ms": 900000})


def measured():
    """`attempts` and `in_flight` are those of the worker. What is faster has more records, so
    that each takes a minute or two."""
    worker = {**WRITER, "attempts": 60, "latency_ms": 5}
    for state in ("new", "provisioned"):
        for name, keys, words in designs():
            records = 24000 if state == "new" else min(96000, 3000 * keys)
            own = {"records": 12000 if keys == 1 or words else records}
            say(f"measured/{state}/{name}", table(state, keys), worker, words, own)


if SCALE == "measured":
    measured()
elif SCALE in ("full", "quick"):
    writes()
    retries()
    reads()
    if SCALE == "full":
        routes()
else:
    sys.exit(__doc__)

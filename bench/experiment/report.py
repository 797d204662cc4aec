"""The tables of docs/experiment.md, and the data of its pictures, from what is kept in
bench/experiment/results. --check writes nothing, and fails when a table is another."""

import json
import math
import re
import sys

RESULTS = "bench/experiment/results/"
DOCUMENT = "docs/experiment.md"

# Dollars in us-east-1; docs/experiment.md says where they are from.
WRITE_UNIT, READ_UNIT = 0.625e-6, 0.125e-6  # on demand
WRITE_UNIT_HOUR = 0.00065  # provisioned
LAMBDA_SECOND = 2 * 0.0000166667  # 2 GB, as deploy/template.json has it
FARGATE_SECOND = (2 * 0.04048 + 8 * 0.004445) / 3600  # 2 CPUs and 8 GB
FARGATE_START_S = 60  # an assumption
STEP_S, CEILING_S, TRIES = 880, 900, 4  # of a function; tries of the state machine
FARGATE_OVER = 500000  # records: the program's threshold

STATES = ("new", "ready", "split", "provisioned")
DESIGNS = ("1", "1+gsi", "8", "16", "32", "64", "128", "256", "64+gsi-day")
NAMES = {
    "1": "1 key",
    "1+gsi": "1 key, index by transaction",
    "64+gsi-day": "64 shards, index by day",
    "1-splits": "1 key, AWS splits it by its sort key",
    "new": "new, on demand",
    "ready": "on demand, ready for 40,000",
    "split": "on demand, a partition a shard",
    "provisioned": "20,000 provisioned",
}


def read(name):
    with open(RESULTS + name, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def by_name(lines):
    return {line["name"]: line for line in lines}


full = by_name(read("full.model"))
small = by_name(read("measured.model"))
worker = by_name(read("measured.worker"))
WITHIN = 0.05  # of predict.py
told = read("predicted")
predicted = {
    (line["of"], line["name"], line["figure"]): line["least"] / (1 - WITHIN)
    for line in told
    if line["held"] == "near"
}
cases = {}
for scale in ("full", "measured"):
    with open(f"{RESULTS}{scale}.cases", encoding="utf-8") as lines:
        for words in lines:
            one = dict(word.split("=", 1) for word in words.split())
            cases[one["name"]] = one


def name_of(design):
    return NAMES.get(design, f"{design} shards")


def count(number):
    return f"{round(number):,}"


def seconds(told):
    value = told["elapsed_ms"] / 1000
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def by_arithmetic(outcomes, name):
    return seconds({"elapsed_ms": predicted[outcomes, name, "elapsed_ms"]})


def dollars(value):
    return f"{value:.2f}" if value >= 10 else f"{value:.3f}" if value >= 0.1 else f"{value:.4f}"


def table(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "| " + " | ".join("---" for _ in header) + " |"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


# ----- tables -----


def times():
    rows = []
    for design in DESIGNS:
        row = [name_of(design)]
        for state in STATES:
            name = f"writer/{state}/{design}"
            row += [seconds(full[name]), by_arithmetic("full.model", name)]
        rows.append(row)
    header = ["seconds"]
    for state in STATES:
        header += [NAMES[state], "arithmetic"]
    return table(header, rows)


def throttles():
    rows = []
    for state, designs in (("new", ("1-splits", *DESIGNS)), ("split", DESIGNS)):
        for design in designs:
            burst, writer = full[f"burst/{state}/{design}"], full.get(f"writer/{state}/{design}")
            rows.append([
                NAMES[state], name_of(design), seconds(burst),
                "" if design == "1-splits" else by_arithmetic("full.model", burst["name"]),
                count(burst["throttled"]),
                f"{burst['throttled_index'] / burst['throttled']:.0%}",
                count(burst["requests_refused"]), count(burst["requests_partial"]),
                f"{1 + burst['offered_again'] / burst['taken']:.2f}",
                count(writer["throttled"]) if writer else "", f"{burst['fullest_over_mean']:.3f}",
                count(burst["units"]), dollars(burst["units"] * WRITE_UNIT),
            ])
    return table(["table", "key", "s", "arithmetic", "throttled", "by the index", "requests refused",
                  "came back in part", "tries a record", "throttled, writer", "max/mean",
                  "write units", "$"], rows)


def measured():
    rows = []
    for state in ("new", "provisioned"):
        for design in DESIGNS:
            name = f"measured/{state}/{design}"
            got, model = worker[name], small[name]
            rows.append([
                "on demand" if state == "new" else "provisioned", name_of(design),
                seconds(got), seconds(model), by_arithmetic("measured.worker", name),
                f"{got['elapsed_ms'] / predicted['measured.worker', name, 'elapsed_ms'] - 1:+.1%}",
                count(got["throttled"]), count(model["throttled"]),
                count(got["throttled_by"][1]) if len(got["throttled_by"]) > 1 else "",
                count(got["requests_refused"]), count(got["units"]),
            ])
    return table(["table", "key", "worker, s", "model, s", "arithmetic, s", "worker is off by",
                  "throttled, worker", "model", "by the index", "requests refused",
                  "write units"], rows)


def retries():
    manners = {
        "jitter": "only what came back, full jitter",
        "steady": "only what came back, no jitter",
        "whole": "the whole batch, full jitter",
        "whole-steady": "the whole batch, no jitter",
        "jitter-ten": "only what came back, full jitter, 10 attempts",
        "steady-ten": "only what came back, no jitter, 10 attempts",
    }
    rows = []
    for keys in (1, 64):
        for manner, words in manners.items():
            name = f"fleet/{keys}/{manner}"
            if name not in full:
                continue
            got, records = full[name], int(cases[name]["records"])
            is_told = manner != "whole"
            rows.append([
                f"{count(records)}, {name_of(str(keys))}", words, seconds(got),
                by_arithmetic("full.model", name) if is_told else "",
                f"{(got['taken'] + got['wasted'] + got['throttled']) / records:.2f}",
                f"{got['units'] / records:.2f}", count(got["failed"]),
            ])
    for state, keys in (("new", 1), ("new", 64), ("ready", 64), ("split", 64)):
        for manner, name in (("only what came back", "burst"), ("the whole batch", "whole")):
            got = full[f"{name}/{state}/{keys}"]
            rows.append([
                f"1,000,000, {name_of(str(keys))}, {NAMES[state]}", manner + ", full jitter",
                seconds(got), by_arithmetic("full.model", got["name"]) if name == "burst" else "",
                f"{(got['taken'] + got['wasted'] + got['throttled']) / got['taken']:.2f}",
                f"{got['units'] / got['taken']:.2f}", count(got["failed"]),
            ])
    return table(["records", "what is sent again", "s", "arithmetic", "tries a record",
                  "writes a record", "lost"], rows)


def reads():
    rows = []
    for keys in (1, 8, 16, 32, 64, 128, 256):
        new, split = full[f"read/new/{keys}"], full[f"read/split/{keys}"]
        rows.append([name_of(str(keys)), count(new["taken"]), count(new["units"]), seconds(new),
                     by_arithmetic("full.model", new["name"]), seconds(split),
                     by_arithmetic("full.model", split["name"]),
                     dollars(new["units"] * READ_UNIT)])
    return table(["key", "queries", "read units", "s, 4 partitions", "arithmetic",
                  "s, a partition a shard", "arithmetic", "$"], rows)


def days():
    rows = []
    for name in sorted((name for name in worker if name.startswith("day/")),
                       key=lambda name: int(name.split("/")[1])):
        got = worker[name]
        rows.append([name_of(name.split("/")[1]), count(got["side_queries"]),
                     count(got["side_read_units"]), count(got["match_queries"]),
                     count(got["match_ms"]), count(got["summaries"]), count(got["rollup_queries"]),
                     count(got["rollup_read_units"]), count(got["rollup_ms"])])
    return table(["key", "queries of a side", "read units", "queries of match", "ms",
                  "summaries", "queries of rollup", "read units", "ms"], rows)


def routes():
    rows = []
    for records in (10000, 100000, 500000, 800000, 1000000, 2000000):
        whole, cut = full[f"route/{records}"], full[f"route/{records}-ceiling"]
        took_s = whole["elapsed_ms"] / 1000
        fits = not cut["left"]
        parts = math.ceil(took_s / STEP_S)
        anew_units = records if fits else TRIES * cut["taken"]
        on_fargate = records > FARGATE_OVER
        cost = (took_s + FARGATE_START_S) * FARGATE_SECOND if on_fargate else took_s * LAMBDA_SECOND
        alone_s = took_s if fits else TRIES * CEILING_S
        rows.append([
            count(records), f"{took_s:,.0f}",
            "ends" if fits else f"fails after {TRIES} tries, {cut['taken'] / records:.0%} written",
            count(anew_units), dollars(alone_s * LAMBDA_SECOND + anew_units * WRITE_UNIT),
            str(parts), "Fargate" if on_fargate else "Lambda",
            f"{took_s + FARGATE_START_S * on_fargate:,.0f}",
            dollars(cost + records * WRITE_UNIT),
        ])
    return table(["records", "s of writing", "Lambda alone, from the start each time",
                  "write units", "$", "functions with checkpoints", "by its route", "s", "$"], rows)


def costs():
    rows = []
    for design in ("1", "1+gsi", "64", "64+gsi-day"):
        burst = full[f"burst/new/{design}"]
        took_s = full[f"writer/provisioned/{design}"]["elapsed_ms"] / 1000
        tables = 2 if "gsi" in design else 1
        hours = math.ceil(took_s / 3600)
        rows.append([name_of(design), count(burst["units"]), dollars(burst["units"] * WRITE_UNIT),
                     f"{took_s:,.0f}", dollars(tables * 20000 * WRITE_UNIT_HOUR * hours)])
    return table(["key", "write units", "$ on demand", "s on 20,000 provisioned",
                  "$ provisioned, the begun hour"], rows)


def again():
    got = worker["measured/killed"]
    rewritten = got["units"] - got["records"]
    return table(
        ["records", "written when it was killed", "written twice", "items in the end",
         "write units of a third run"],
        [[count(got["records"]), count(got["written_when_killed"]), count(rewritten),
          count(got["items"]), count(got["third_units"])]],
    )


def agreement():
    """By what was held, and how."""
    kinds = (  # loads: those whose times; None: all, but no times
        ("times of the writer", "near", "5 %", ("writer", "measured", "route")),
        ("times of bursts and of fleets", "near", "5 %", ("burst", "fleet")),
        ("times of reads", "near", "5 %", ("read",)),
        ("refusals of fleets, and what was lost or left", "near", "5 %", None),
        ("records taken, units", "exactly", "exactly", None),
        ("max/mean of the fullest key", "likely", "99 of 100 cases", None),
    )
    rows = []
    for of, what in (("full.model", "the model at full scale"),
                     ("measured.model", "the model at a tenth"),
                     ("measured.worker", "the real worker at a tenth")):
        for words, held, bounds, loads in kinds:
            ours = [
                line for line in told
                if line["of"] == of and line["held"] == held
                and (line["figure"] == "elapsed_ms") == bool(loads)
                and (not loads or line["name"].split("/")[0] in loads)
            ]
            if not ours:
                continue
            off = [abs(line["got"] / predicted[of, line["name"], line["figure"]] - 1)
                   for line in ours if held == "near" and line["least"]]
            rows.append([what, words, count(len(ours)), bounds,
                         count(sum(not line["good"] for line in ours)),
                         f"{max(off):.1%}" if off else ""])
    return table(["of", "figures", "told", "held to", "out of bounds", "the farthest is off by"],
                 rows)


# ----- pictures -----


def write_data(name, rows):
    with open(f"{RESULTS}{name}.dat", "w", encoding="utf-8") as file:
        for row in rows:
            print(*row, file=file)


def picture_data():
    """Time in units of the time that one key takes: so that scales can be compared."""
    shards = ("1", "8", "16", "32", "64", "128", "256")
    one_s = 1000000 / 1000
    rows = []
    for number in shards:
        times_ms = (full[f"writer/{state}/{number}"]["elapsed_ms"] for state in STATES)
        rows.append([number, *(one / 1000 / one_s for one in times_ms)])
    write_data("times", rows)
    rows = []
    for number in shards:
        row = [number]
        for state in ("new", "provisioned"):
            told = worker[f"measured/{state}/{number}"]
            row.append(told["elapsed_ms"] / 1000 / (told["taken"] / 100))
        rows.append(row)
    write_data("worker", rows)
    rows = []
    for name, words in (
        ("jitter", "came back: jitter"),
        ("steady", "no jitter"),
        ("whole", "whole batch: jitter"),
        ("whole-steady", "no jitter"),
    ):
        got = full[f"fleet/1/{name}"]
        rows.append([f'"{words}"', got["elapsed_ms"] / 1000,
                     (got["taken"] + got["wasted"] + got["throttled"]) / 25600])
    write_data("retries", rows)


def main():
    with open(DOCUMENT, encoding="utf-8") as file:
        text = file.read()
    made = {one.__name__: one for one in (times, throttles, measured, retries, reads, days, routes,
                                          costs, again, agreement)}

    def fill(match):
        return f"<!-- {match[1]} -->\n" + "\n".join(made.pop(match[1])()) + "\n<!-- end -->"

    old = text
    text = re.sub(r"<!-- (\w+) -->\n.*?<!-- end -->", fill, text, flags=re.DOTALL)
    assert not made, f"{DOCUMENT} has no place for {', '.join(made)}"
    if sys.argv[1:] == ["--check"]:
        sys.exit(None if text == old else f"{DOCUMENT} is not of these results: make experiment")
    picture_data()
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()

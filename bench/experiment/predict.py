"""What arithmetic alone says of the cases, and whether model and measurement agree with it.
Nothing here is of the model or of the pipeline; their outcomes are read.

    predict.py CASES OUTCOMES [CASES OUTCOMES]... > PREDICTIONS
    predict.py --days

A line of JSON a case and figure that can be told: what it has to be, and what it was, and how it
is held: "exactly", "near" (within 5 %), "likely" (as in 99 of 100 cases). Exit status 1 when one
is farther off. What cannot be told is left out: how often the writer is refused, and a burst.
--days tells how much depends on which partitions the keys of a day happen to lie on: seconds of a
million records, by count of shards and state of the table, at the 5th, 50th and 95th percentile of
1,000 days.

The writer's time is the fullest partition's, the table's or the client's, whichever is longest;
that of a loop of retries is told by its mean field (mean_field.py), that of readers by dice
(readers.py).

Sources of the constants: "Provisioned capacity mode", "On-demand capacity mode", "Burst and
adaptive capacity" of the DynamoDB developer guide."""

import collections
import ctypes
import functools
import json
import math
import os
import sys

import mean_field
import readers

WITHIN = 0.05
PARTITIONS_OF_NEW = 4
START_PER_SECOND, DOUBLINGS_A_SECOND = 500, 2  # of the writer's rate: docs/worker.md

xxhash = ctypes.CDLL("libxxhash.so.0")
xxhash.XXH3_64bits.restype = ctypes.c_uint64
xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


class Case:
    """A line of cases.py."""

    def __init__(self, line):
        self.words = dict(word.split("=", 1) for word in line.split())
        self.name = self.words["name"]

    def number(self, name, otherwise=0.0):
        return float(self.words.get(name, otherwise))

    @property
    def reads(self):
        return self.number("reads") > 0

    @property
    def cap(self):
        return self.number("partition_rcu" if self.reads else "partition_wcu")

    @property
    def keys(self):
        return int(self.words["keys"])

    @property
    def units(self):
        """Of all records, on the table or on the index."""
        return self.number("records") * self.number("units", 1)

    def partitions(self):
        if not self.number("on_demand", 1):
            writes = self.number("capacity") / self.number("partition_wcu")
            return math.ceil(writes + self.number("read_capacity") / self.number("partition_rcu"))
        return max(PARTITIONS_OF_NEW, round(self.number("ready") / self.number("partition_wcu")))

    def partition_of(self):
        """Of each key."""
        if self.number("split"):
            return list(range(self.keys))
        count, found = self.partitions(), []
        for number in range(self.keys):
            key = f"{self.words['key']}{number}".encode()
            found.append(xxhash.XXH3_64bits(key, len(key)) * count >> 64)
        return found

    def shares(self):
        """Of the records, the share of each partition that gets any."""
        keys = collections.Counter(self.partition_of())
        return [count / self.keys for count in keys.values()]

    def index_shares(self):
        count = self.partitions()
        return [1.0] if self.number("index_keys") else [1 / count] * count


class Bins:
    """`count` balls that fall into bins with these shares, each bin about normal (de Moivre and
    Laplace): the fullest is at most x when all are."""

    def __init__(self, count, shares, variance):
        """variance: of a bin, by its mean and its share."""
        alike = collections.Counter(share for share in shares if share > 0)
        self.bins = [
            (count * share, math.sqrt(variance(count * share, share)), times)
            for share, times in alike.items()
        ]
        self.low = max(mean - 6 * deviation for mean, deviation, _ in self.bins)
        self.high = max(mean + 6 * deviation for mean, deviation, _ in self.bins)

    def none_over(self, x):
        return math.prod(
            (0.5 * (1 + math.erf((x - mean) / deviation / math.sqrt(2)))) ** times
            if deviation
            else float(x >= mean)
            for mean, deviation, times in self.bins
        )


def expected_fullest(count, shares):
    """How many balls the fullest bin expects. The bins are as numbers of Poisson that are free,
    less their share of what these are too many in all, which is nothing on average."""
    if len(shares) == 1:
        return count
    bins = Bins(count, shares, lambda mean, _: mean)
    steps, width = 1000, bins.high - bins.low
    below = sum(bins.none_over(bins.low + width * (step + 0.5) / steps) for step in range(steps))
    return bins.high - width * below / steps


def likely_fullest(count, shares, chance):
    """So many balls or fewer are in the fullest bin with that chance."""
    bins = Bins(count, shares, lambda mean, share: mean * (1 - share))
    low, high = bins.low, bins.high
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if bins.none_over(middle) < chance else (low, middle)
    return low


def of_partitions(case, shares):
    """Seconds in which the fullest partition takes its units: it holds a second's at first."""
    evenly = case.number("in_turn") > 0  # the records of a key are as many as those of another
    records = case.number("records")
    fullest = records * max(shares) if evenly else expected_fullest(records, shares)
    return max(0.0, (fullest - case.cap) / case.cap)


def limit_of(case):
    """Units a second that the table as a whole lets pass."""
    limits = [case.number("account")]
    if not case.number("on_demand", 1):
        limits.append(case.number("capacity"))
    return min((one for one in limits if one > 0), default=math.inf)


def of_the_table(case):
    """Seconds in which a limit of the table as a whole lets the units pass."""
    return max(0.0, case.units / limit_of(case) - 1)


def of_the_client(case):
    """Seconds in which the requests come to an end, one behind the other."""
    records, most = case.number("records"), case.number("most_a_second")
    latency_s = case.number("latency_ms", 5) / 1000
    batch, in_flight = case.number("batch", 25), case.number("in_flight", 4)
    rate = batch * in_flight / latency_s
    if not case.number("paced"):
        return math.ceil(records / batch / in_flight) * latency_s
    rate = min(rate, most) if most else rate
    ramp_s = max(0.0, math.log2(rate / START_PER_SECOND) / DOUBLINGS_A_SECOND)
    growth = math.log(2) * DOUBLINGS_A_SECOND
    written = START_PER_SECOND * (math.exp(growth * ramp_s) - 1) / growth
    return ramp_s + max(0.0, records - written) / rate


def seconds_of(case):
    every = [of_partitions(case, case.shares()), of_the_table(case), of_the_client(case)]
    if "index_keys" in case.words:
        every.append(of_partitions(case, case.index_shares()))
    return max(every)


@functools.lru_cache
def of_a_burst(client, shares, cap, limit):
    return mean_field.Burst(dict(client), dict(shares), cap, limit).run()


def of_retries(case):
    """(seconds, refusals, failures) of a client that sends again what came back."""
    shares = case.index_shares() if case.number("index_keys") else case.shares()
    client = (
        (name, case.number(name, otherwise)) for name, otherwise in mean_field.CLIENT.items()
    )
    alike = collections.Counter(shares)
    return of_a_burst(tuple(client), tuple(sorted(alike.items())), case.cap, limit_of(case))


# ----- which figures of a case can be told -----


def exactly(case):
    records = case.number("records")
    units = case.units * (2 if "index_keys" in case.words else 1)
    if not case.number("whole"):  # which writes some of a request again
        yield "units", units, units, "exactly"
    yield "taken", records, records, "exactly"
    if case.name == f"burst/new/{case.keys}" and case.keys > 1:  # one table stands for all
        shares = [1 / case.keys] * case.keys
        least, most = (
            likely_fullest(records, shares, chance) / records * case.keys
            for chance in (0.005, 0.995)
        )
        yield "fullest_over_mean", least, most, "likely"


def told_of(case):
    """(figure, the least that it has to be, the most, how it is held)."""

    def near(name, value):
        return name, value * (1 - WITHIN), value * (1 + WITHIN), "near"

    kind = case.name.split("/")[0]
    if case.number("whole") and not case.number("steady"):
        return  # how often a record is written is what is to be found out
    if "split_after_ms" in case.words:
        yield "units", case.units, case.units, "exactly"
        return
    if "most_ms" in case.words:
        share = min(1.0, case.number("most_ms") / 1000 / of_the_client(case))
        yield near("taken", case.number("records") * share)
        return
    if kind == "read":
        yield near("elapsed_ms", readers.median_day(case, limit_of(case)) * 1000)
        yield from exactly(case)
        return
    if kind in ("writer", "measured", "route"):
        yield near("elapsed_ms", seconds_of(case) * 1000)
        yield from exactly(case)
        return
    seconds, refused, failed = of_retries(case)
    yield near("elapsed_ms", seconds * 1000)
    if kind == "fleet":
        yield near("throttled", refused)
    if failed > 1:
        yield near("failed", failed)
    else:
        yield from exactly(case)


def print_days():
    for ready in (0, 40000):
        for shards in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
            found = []
            for day in range(1000):
                found.append(
                    seconds_of(
                        Case(
                            f"name=day keys={shards} key=VISA042#{day:06}# partition_wcu=1000 "
                            f"ready={ready} account=40000 records=1000000 in_turn=1 "
                            "in_flight=64 latency_ms=10"
                        )
                    )
                )
            found.sort()
            print(ready, shards, *(f"{found[at * len(found) // 100]:.1f}" for at in (5, 50, 95)))


def main():
    arguments = sys.argv[1:]
    if arguments == ["--days"]:
        print_days()
        return
    if not arguments or len(arguments) % 2:
        sys.exit(__doc__)
    worst, count, wrong = 0.0, 0, 0
    for cases, outcomes in zip(arguments[::2], arguments[1::2]):
        with open(outcomes, encoding="utf-8") as file:
            found = {told["name"]: told for told in map(json.loads, file)}
        with open(cases, encoding="utf-8") as file:
            for case in map(Case, file):
                for figure, least, most, held in told_of(case):
                    got = found[case.name][figure]
                    good = least - 1e-6 <= got <= most + 1e-6
                    count += 1
                    wrong += not good
                    if held == "near" and least:
                        worst = max(worst, abs(got / (least / (1 - WITHIN)) - 1))
                    words = {"of": os.path.basename(outcomes), "name": case.name}
                    words.update(figure=figure, held=held)
                    words.update(least=round(least, 4), most=round(most, 4))
                    print(json.dumps({**words, "got": got, "good": good}))
    print(f"{count} figures told, {wrong} of them out of bounds; of those that are held to 5 % "
          f"the farthest is off by {worst:.1%}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

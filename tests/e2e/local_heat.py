"""One partition key against 64, on partitions that take 10 write units a second, loaded by
a client that keeps a rate: what is taken and throttled and how long it takes is compared
with arithmetic (heat_arithmetic.py), with the model run by itself (bench/experiment/model.c), and
with what CloudWatch was told.

    local_heat.py [SPEED [SECONDS]]   virtual seconds a second; of the even load"""

import collections
import json
import os
import subprocess
import sys
import time

import heat_arithmetic
from local_aws import Failed, Local, eventually, run

CAP = 10
PARTITIONS = 4  # of a table on demand: 4,000 write units, "On-demand capacity mode"
TICK = 0.5  # seconds between the requests to a table
WITHIN = 0.05
SPEED = float(sys.argv[1]) if len(sys.argv) > 1 else 10
SECONDS = int(sys.argv[2]) if len(sys.argv) > 2 else 20

ONE = ["V1#2026-04-01#0"]
MANY = [f"V1#2026-04-01#{shard}" for shard in range(64)]

local = Local("heat", "--partition-wcu", str(CAP), "--speed", str(SPEED))


class Load:
    """Records (key, number) that are written to a table of their own, so many each TICK; what
    is throttled is offered again behind the others, or never."""

    def __init__(self, name, keys, a_tick, records, again):
        self.name, self.keys, self.a_tick, self.again = name, keys, a_tick, again
        self.records = [(keys[i % len(keys)], i) for i in range(records)]
        self.waiting = collections.deque(self.records)
        self.offers = []  # (second, key), as they were decided
        self.answers = []  # (sent, came, {partition: taken})
        self.taken = self.throttled = self.ticks = 0
        self.rate = a_tick / TICK
        self.last = 0

    def create(self):
        local.call(
            "dynamodb",
            "CreateTable",
            TableName=self.name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
        assert eventually(lambda: self.described()["TableStatus"] == "ACTIVE")

    def described(self):
        return local.call("dynamodb", "DescribeTable", TableName=self.name)["Table"]

    def write(self, clock):
        """One request; what was refused of it."""
        batch = [self.waiting.popleft() for _ in range(min(self.a_tick, len(self.waiting)))]
        requests = [
            {"PutRequest": {"Item": {"pk": {"S": key}, "sk": {"S": f"{number:06}"}}}}
            for key, number in batch
        ]
        sent = clock()
        try:
            answer = local.call("dynamodb", "BatchWriteItem", RequestItems={self.name: requests})
            back = answer["UnprocessedItems"].get(self.name, [])
        except Failed as failed:
            assert failed.code == "ProvisionedThroughputExceededException", failed
            back = requests
        came = clock()
        refused = {int(one["PutRequest"]["Item"]["sk"]["S"]) for one in back}
        taken = collections.Counter()
        for key, number in batch:
            self.offers.append(((sent + came) / 2, key))
            if number in refused:
                self.throttled += 1
                if self.again:
                    self.waiting.append((key, number))
            else:
                self.taken += 1
                self.last = (sent + came) / 2
                taken[heat_arithmetic.partition_of(key, PARTITIONS)] += 1
        self.answers.append((sent, came, taken))
        self.ticks += 1

    def behind(self):
        """Seconds by which the client was ever late."""
        return max(sent - i * TICK for i, (sent, _, _) in enumerate(self.answers))

    def seconds(self):
        """From the first offer to the last one."""
        return self.offers[-1][0] - self.offers[0][0]


loads = [
    Load("one-once", ONE, 10, 20 * SECONDS, False),
    Load("many-once", MANY, 25, 50 * SECONDS, False),
    Load("one-all", ONE, 10, 15 * SECONDS, True),
    Load("many-all", MANY, 25, 50 * SECONDS, True),
]
once, until_done = loads[:2], loads[2:]


def near(got, expected):
    return abs(got - expected) <= WITHIN * expected


def table(load, **columns):
    print(f"# {load.name:10}", *(f"{name} {value:.1f}" for name, value in columns.items()))


def model(load, **members):
    """The same load, computed."""
    words = dict(records=len(load.records), keys=len(load.keys), key="V1#2026-04-01#", in_turn=1,
                 partition_wcu=CAP, batch=load.a_tick, **members)
    program = os.path.join(os.path.dirname(os.environ["RECONLOCAL"]), "bench", "experiment", "model")
    line = " ".join(f"{name}={value}" for name, value in words.items())
    told = subprocess.run([program], input=line.encode(), stdout=subprocess.PIPE, check=True)
    return json.loads(told.stdout)


def the_loads_are_written():
    for load in loads:
        load.create()
    start = time.monotonic()

    def clock():
        return (time.monotonic() - start) * SPEED

    while any(load.waiting for load in loads):
        load = min((load for load in loads if load.waiting), key=lambda one: one.ticks)
        ahead = load.ticks * TICK - clock()
        if ahead > 0:  # the rate is what is tested: the client keeps it
            time.sleep(ahead / SPEED)
        load.write(clock)


def taken_and_throttled_are_what_arithmetic_says():
    for load in loads:
        wanted = len(load.records) if load.again else None
        taken, throttled, last = heat_arithmetic.by_offers(load.offers, CAP, PARTITIONS, wanted)
        table(load, offered=len(load.offers), taken=load.taken, expected=taken,
              throttled=load.throttled, expected_=throttled, seconds=load.last, expected__=last)
        assert near(load.taken, taken) and near(load.throttled, throttled), load.name
        assert near(load.last, last), load.name
        assert load.throttled > 0, load.name


def sixty_four_keys_take_what_one_cannot():
    assert loads[1].taken > 2.5 * loads[0].taken


def what_is_offered_is_taken_or_throttled():
    for load in loads:
        assert load.taken + load.throttled == len(load.offers), load.name
        assert load.described()["ItemCount"] == load.taken, load.name
    for load in until_done:
        assert load.taken == len(load.records), load.name


def cloudwatch_was_told_the_same():
    for load in loads:
        for name, count in (("ConsumedWriteCapacityUnits", load.taken),
                            ("WriteThrottleEvents", load.throttled)):
            assert eventually(
                lambda: round(local.metric("AWS/DynamoDB", name, TableName=load.name)) == count
            ), (load.name, name, count)


def no_window_has_more_than_the_cap():
    rounding = 2 * SPEED * 0.001 * CAP + 1  # the server counts in whole milliseconds
    for load in loads:
        for partition in range(PARTITIONS):
            for first, (sent, _, _) in enumerate(load.answers):
                taken = 0
                for _, came, counts in load.answers[first:]:
                    taken += counts[partition]
                    assert taken <= CAP * (came - sent) + CAP + rounding, (load.name, partition)


def the_formulas_hold_while_the_client_keeps_its_rate():
    """They know nothing of a client that comes so late that buckets are full meanwhile."""
    for load in loads:
        if load.behind() > (2 if load.again else 1) * TICK:  # a bucket is full after a second
            print(f"# {load.name}: not compared, the client came "
                  f"{load.behind():.1f} seconds of the load too late")
        elif load.again:
            seconds = heat_arithmetic.until_all_is_taken(
                [key for key, _ in load.records], CAP, PARTITIONS)
            computed = model(load, rate=load.rate, attempts=0, backoff_ms=100,
                             backoff_most_ms=500, in_flight=8)
            table(load, seconds=load.last, formula=seconds, model=computed["elapsed_ms"] / 1000)
            assert near(load.last, seconds), load.name
            assert near(computed["elapsed_ms"] / 1000, seconds), load.name
            assert computed["taken"] == load.taken
        else:
            taken = heat_arithmetic.at_an_even_rate(
                load.keys, len(load.records), load.seconds(), CAP, PARTITIONS)
            computed = model(load, attempts=1, rate=len(load.records) / load.seconds())
            table(load, taken=load.taken, formula=taken, model=computed["taken"])
            assert near(load.taken, taken) and near(computed["taken"], taken), load.name
            assert near(load.throttled, computed["throttled"]), load.name


run([
    the_loads_are_written,
    taken_and_throttled_are_what_arithmetic_says,
    sixty_four_keys_take_what_one_cannot,
    what_is_offered_is_taken_or_throttled,
    cloudwatch_was_told_the_same,
    no_window_has_more_than_the_cap,
    the_formulas_hold_while_the_client_keeps_its_rate,
    local.stop,
])

"""How long readers take who go round the keys, a page each, and wait where they are refused. They
are so few that no mean tells it: each is followed through the day, with dice of this file's own."""

import heapq
import math
import random
import statistics

LONGEST_S = 20  # of backoffs
DAYS = 999


class Bucket:
    """What a partition, or a table, has left of a second's units."""

    def __init__(self, rate):
        self.rate, self.left, self.at_s = rate, rate, 0.0

    def has(self, units, now_s):
        if self.rate < math.inf:
            self.left = min(self.rate, self.left + self.rate * (now_s - self.at_s))
            self.at_s = now_s
        return self.left >= min(units, self.rate) - 1e-9


def one_day(case, partition_of, limit, chance):
    """Seconds until the last page is there."""
    pages, units = int(case.number("records")), case.number("units", 1)
    latency_s = case.number("latency_ms", 5) / 1000
    table, partitions = Bucket(limit), {at: Bucket(case.cap) for at in set(partition_of)}
    readers = [(0.0, reader, None, 0) for reader in range(int(case.number("in_flight", 4)))]
    next_page, ended_s = 0, 0.0
    while readers:
        now_s, reader, page, refusals = heapq.heappop(readers)
        if page is None:
            if next_page == pages:
                continue
            page, next_page = next_page, next_page + 1
        partition = partitions[partition_of[page % case.keys]]
        if partition.has(units, now_s) and table.has(units, now_s):
            partition.left -= units
            table.left -= units
            ended_s = max(ended_s, now_s + latency_s)
            heapq.heappush(readers, (now_s + latency_s, reader, None, 0))
        else:
            longest_s = min(case.number("backoff_ms", 1000) / 1000 * 2**refusals, LONGEST_S)
            again_s = now_s + latency_s + chance.random() * longest_s
            heapq.heappush(readers, (again_s, reader, page, refusals + 1))
    return ended_s


def median_day(case, limit):
    """limit: units a second of the table."""
    chance, partition_of = random.Random(1), case.partition_of()
    return statistics.median(one_day(case, partition_of, limit, chance) for _ in range(DAYS))

"""How long a loop of retries takes, and how often it is refused, as its mean field: of each
partition it is known, as a real number, how many records wait there for which of their retries.
Those that come in a millisecond are a number of Poisson's, and as many are taken as there are
units for, each as likely as the other. The rest waits again, spread evenly over its backoff, and
when it is the turn of new ones, they come as the client has room for them.

Nothing here is of the model (core/load.c), which throws dice for each record. What it leaves out:
each key has its exact share of the records, and what comes in one millisecond is independent of
what came in the one before. That is good where partitions or the table are full until the records
come to an end. Where they have about as much room as is asked for, and so few are refused, it
tells the end too late."""

import math

LONGEST_MS = 20000  # of backoffs
ALIKE_S = 60  # after so long, one second is like another until the records come to an end
NOTHING, LEAST, LAST = 1e-12, 1e-6, 1e-3  # of a record: that rounding leaves, to go on with, to end
MANY = 60  # from here on, Poisson's numbers are about normal


def expected_least(mean, most):
    """Of a number of Poisson's and `most`, which of the two is less, on average."""
    if mean <= 0 or most <= 0:
        return 0.0
    if most > mean + 8 * math.sqrt(mean) + 8:
        return mean
    if most > MANY:
        deviation = math.sqrt(mean)
        at = (most - mean) / deviation
        density = math.exp(-at * at / 2) / math.sqrt(2 * math.pi)
        below = 0.5 * (1 + math.erf(at / math.sqrt(2)))
        return min(mean, most, max(0.0, mean * below - deviation * density + most * (1 - below)))
    chance, over, expected = math.exp(-mean), 1.0, 0.0
    for number in range(int(most)):
        over -= chance
        expected += over
        chance *= mean / (number + 1)
    return max(0.0, expected + (most - int(most)) * max(0.0, over - chance))


class Partitions:
    """So many that are alike, each with that share of the records. What comes, is due and is
    refused is what each of them sees, by how many times it was refused before."""

    def __init__(self, share, times, tokens, levels, steps):
        self.share, self.times, self.tokens = share, times, tokens
        self.rates = [0.0] * levels  # records that come back in a step
        self.changes = [[0.0] * steps for _ in range(levels)]  # of the rates, as steps go round
        self.due, self.refused = [], []

    def arrive(self, step):
        """How many come back now."""
        at = step % len(self.changes[0])
        for level, changes in enumerate(self.changes):
            self.rates[level] = max(0.0, self.rates[level] + changes[at])
            changes[at] = 0.0
        self.due = self.rates[:]
        self.refused = [0.0] * (len(self.rates) + 1)
        return sum(self.due)

    def take(self, records):
        """Takes so many of those that came back, each as likely as another."""
        came = sum(self.due)
        left = 1 - records / came if came > 0 else 1.0
        self.tokens -= records
        for level, due in enumerate(self.due):
            self.refused[level + 1] += due * left

    def wait(self, step, spans):
        """What was refused comes back within these spans of steps."""
        for changes, refused, (first, end) in zip(self.changes, self.refused, spans):
            if refused > 0:
                rate = refused / (end - first)
                changes[(step + first) % len(changes)] += rate
                changes[(step + end) % len(changes)] -= rate


def waits_of(backoff_ms, attempts, step_ms):
    """The longest wait, in steps, before each retry; without end, up to the first of the longest."""
    waits = []
    while len(waits) != attempts - 1:
        longest_ms = min(backoff_ms * 2 ** len(waits), LONGEST_MS)
        waits.append(int(longest_ms) // step_ms)
        if not attempts and longest_ms == LONGEST_MS:
            break
    return waits


# What is to be known of the client, and what it is where a case does not say.
CLIENT = {"records": 0, "in_flight": 4, "batch": 25, "latency_ms": 5, "attempts": 0,
          "backoff_ms": 1000, "steady": 0}


class Burst:
    """A client in front of a table. shares: how many partitions have that share of the records.
    cap, limit: records a second that a partition takes, and the table."""

    def __init__(self, client, shares, cap, limit):
        latency_ms, steady = int(client["latency_ms"]), client["steady"] > 0
        requests, batch, records = client["in_flight"], client["batch"], client["records"]
        self.attempts = int(client["attempts"])
        self.step_ms = latency_ms if steady else 1  # without chance all come together
        self.latency = latency_ms // self.step_ms
        waits = waits_of(client["backoff_ms"], self.attempts, self.step_ms)
        if steady:
            self.spans = [(self.latency + wait, self.latency + wait + 1) for wait in waits]
        else:
            self.spans = [(self.latency, self.latency + wait) for wait in waits]
        self.cap, self.limit, self.pool = cap, limit, limit
        self.offers = requests * batch / self.latency  # records that can be offered in a step
        self.room = 3 * requests * batch  # for records that wait
        steps = self.spans[-1][1] + 1
        self.partitions = [
            Partitions(share, times, cap, len(waits), steps) for share, times in shares.items()
        ]
        rate = min(cap / max(shares), limit)
        self.skipped_s = max(0.0, (records - self.room) / rate - ALIKE_S)
        self.new = self.left = records - self.skipped_s * rate
        self.waiting = self.refused = self.failed = 0.0

    def fill(self):
        seconds = self.step_ms / 1000
        self.pool = min(self.limit, self.pool + self.limit * seconds)
        for one in self.partitions:
            one.tokens = min(self.cap, one.tokens + self.cap * seconds)

    def take_retries(self, step):
        """Gives how many were offered."""
        came = [one.arrive(step) for one in self.partitions]
        taken = [
            min(one.tokens, expected_least(mean, one.tokens))
            for one, mean in zip(self.partitions, came)
        ]
        total = sum(part * one.times for part, one in zip(taken, self.partitions))
        scale = 1.0 if total <= self.pool else max(0.0, self.pool) / total
        for part, one in zip(taken, self.partitions):
            one.take(part * scale)
        self.pool -= total * scale
        self.left -= total * scale
        offered = sum(mean * one.times for mean, one in zip(came, self.partitions))
        self.waiting -= offered
        return offered

    def take_new(self, offers):
        """As many as can be offered, and as there is room for if they are refused: so many at a
        time that no partition's tokens end amid them."""
        waiting = self.waiting + sum(sum(one.refused) * one.times for one in self.partitions)
        while self.new > NOTHING and offers > NOTHING and waiting < self.room - NOTHING * self.room:
            free = [one for one in self.partitions if min(one.tokens, self.pool) > NOTHING]
            share = sum(one.share * one.times for one in free)
            ends = [one.tokens / one.share for one in free]
            if free:
                ends.append(self.pool / share)
            if share < 1 - NOTHING:
                ends.append((self.room - waiting) / (1 - share))
            most = min(self.new, offers)
            records = max(min([most, *ends]), min(most, LEAST))
            for one in self.partitions:
                if one in free:
                    one.tokens -= records * one.share
                else:
                    one.refused[0] += records * one.share
            self.pool -= records * share
            self.left -= records * share
            waiting += records * (1 - share)
            self.new -= records
            offers -= records

    def wait(self, step):
        for one in self.partitions:
            self.refused += sum(one.refused) * one.times
            last = one.refused.pop()
            if self.attempts:
                self.failed += last * one.times
                self.left -= last * one.times
            else:
                one.refused[-1] += last
            one.wait(step, self.spans)
            self.waiting += sum(one.refused) * one.times

    def run(self):
        """(seconds until the last answer, refusals, records that failed). The refusals are None
        where seconds that are alike were passed over. What is left in the end is a number of
        Poisson's, too: the chance that it is not 0, summed up over time, is how long it is expected
        to last."""
        step, steps = 0, 0.0
        while self.left > LAST:
            if step:
                self.fill()
            offered = self.take_retries(step)
            self.take_new(max(0.0, self.offers - offered))
            self.wait(step)
            steps += 1 - math.exp(-max(0.0, self.left))
            step += 1
        seconds = (steps + self.latency) * self.step_ms / 1000
        refused = None if self.skipped_s else self.refused
        return seconds + self.skipped_s, refused, self.failed

"""Days through the whole pipeline while everything goes wrong: files land on a reconlocal with
the stack of deploy/, events come twice, requests are throttled, fail and are lost, and the
workers or reconlocal itself are killed at seeded moments. What is kept in the end has to be
what an undisturbed day left, item by item.

    pipeline_faults.py FIRST_SEED MOMENTS"""

import contextlib
import json
import os
import random
import signal
import sys
import time

from local_aws import TMP, eventually, run
from pipeline_day import DAY, Cloud, differences, put_the_stack_up, truth

FIRST_SEED, MOMENTS = int(sys.argv[1]), int(sys.argv[2])
KILLS = 4  # of a day, at the most

STORM = os.path.join(TMP, "storm.json")
RULES = [{"service": service, "kind": "duplicate", "share": 0.5} for service in ("events", "sqs")]
RULES += [
    {"service": service, "operation": operation, **rule}
    for service, operation in (
        ("dynamodb", "*"),
        ("s3", "GetObject"),
        ("sqs", "SendMessage"),
        ("sqs", "ChangeMessageVisibility"),
        ("states", "StartExecution"),
        ("events", "PutEvents"),
    )
    for rule in (
        {"kind": "error", "status": 503, "share": 0.02},
        {"kind": "throttle", "share": 0.01},
        {"kind": "reset", "share": 0.01},
        {"kind": "lost", "share": 0.02},
        {"kind": "slow", "share": 0.03, "late_ms": 3000},
    )
]


# ----- trouble -----


def kill_workers(cloud):
    """All of them, functions' and tasks': how many."""
    killed = 0
    for pid in cloud.children():
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            process = os.pidfd_open(pid)
            try:
                if pid in cloud.children():  # still the same
                    signal.pidfd_send_signal(process, signal.SIGKILL)
                    killed += 1
            finally:
                os.close(process)
    return killed


class Trouble:
    """What its seed says is to happen to a day that usually takes so long."""

    def __init__(self, seed, usual_s):
        dice = random.Random(seed)
        self.moments = sorted(dice.random() * usual_s * 1.2 for _ in range(KILLS))
        self.whom = ["reconlocal" if dice.random() < 0.4 else "workers" for _ in range(KILLS)]
        self.kills = {"reconlocal": 0, "workers": 0}

    def strike(self, cloud):
        began = time.monotonic()
        for moment, whom in zip(self.moments, self.whom):
            while time.monotonic() - began < moment:
                if cloud.is_quiet():
                    return
                time.sleep(0.005)
            if whom == "workers":
                self.kills[whom] += kill_workers(cloud) > 0
            else:
                cloud.kill()
                cloud.start()
                self.kills[whom] += 1


def calm_day():
    cloud = Cloud("calm")
    began = time.monotonic()
    cloud.deliver()
    assert eventually(cloud.is_quiet, 120), cloud.executions("RUNNING")
    took_s = time.monotonic() - began
    items = cloud.items()
    cloud.end()
    return items, took_s


def stormy_day(seed, wanted, usual_s):
    cloud = Cloud(f"storm-{seed}", "--seed", str(seed), "--weather", STORM)
    trouble = Trouble(seed, usual_s)
    cloud.deliver()
    trouble.strike(cloud)
    assert eventually(cloud.is_quiet, 120), (seed, cloud.executions("RUNNING"))
    cloud.call("local", "SetWeather", rules=[])
    failed = cloud.executions("FAILED", "TIMED_OUT", "ABORTED")  # killed too often
    cloud.run_again(failed)
    # An event that comes once more may still be on its way.
    assert eventually(lambda: not differences(wanted, cloud.items())), (
        seed,
        differences(wanted, cloud.items())[:5],
        failed,
    )
    cloud.end()
    return trouble.kills, len(failed)


def a_day_comes_out_the_same_whatever_is_killed():
    with open(STORM, "w", encoding="utf-8") as file:
        json.dump({"rules": RULES}, file)
    put_the_stack_up()
    wanted, usual_s = calm_day()
    rollup = wanted["recon-state", DAY, "ROLLUP"]
    assert rollup["version"]["N"] == "1", rollup
    assert rollup["outcome_digest"]["S"] == truth()["outcome_digest"], rollup
    kills, seed, failures = {"reconlocal": 0, "workers": 0}, FIRST_SEED, 0
    while sum(kills.values()) < MOMENTS or not all(kills.values()):
        assert seed < FIRST_SEED + MOMENTS, (kills, "too few moments strike")
        began = time.monotonic()
        struck, failed = stormy_day(seed, wanted, usual_s)
        failures += failed
        for whom, count in struck.items():
            kills[whom] += count
        print(f"# seed {seed}: {struck}, {failed} runs failed, "
              f"{time.monotonic() - began:.1f} s (calm {usual_s:.1f} s)", flush=True)
        seed += 1
    print(f"# {seed - FIRST_SEED} days, killed {kills}, {failures} runs failed", flush=True)


run([a_day_comes_out_the_same_whatever_is_killed])

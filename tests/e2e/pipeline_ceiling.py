"""A file for which Lambda's 15 minutes do not do: on Lambda alone it fails at the ceiling; by its
route it ends on Fargate; with the hand-over it begins on Lambda and ends on Fargate. An
ingest writes so slowly that all tries on Lambda write nine tenths of it, however fast the machine
is.

By default files are small, the ceiling is a third, Lambda alone has one try, and three stacks work
at the same time."""

import json
import os
import shutil

from local_aws import TMP, run
from local_stack import Stack, Started, change, generate

FULL = os.environ.get("RECONCTL_FULL_TESTS") == "1"
RECORDS, CEILING_S, TRIES, SHARDS = (600000, 900, 4, 64) if FULL else (6000, 300, 1, 4)
SPEED = 60
UNITS = RECORDS * 9 // 10 * SPEED // (TRIES * CEILING_S)  # a second of this machine
LONGEST_S = 900  # that is waited for a run
DATE = "2026-04-01"

# No day ends meanwhile.
cloud = Started("cloud", "--speed", str(SPEED), "--clock", "2026-04-02T02:00:00Z")


class Case(Stack):
    """A stack of its own for a program of that name, and its files in it."""

    def __init__(self, program, sides, alone=False, **members):
        super().__init__(cloud, program)
        self.program, self.sides, self.alone, self.members = program, sides, alone, members
        self.folder = None

    def begin(self):
        if self.folder:
            return
        folder = self.definition()
        told = {"WriteUnits": UNITS, "Handover": 0 if self.alone else 1, "MatchConcurrency": 4}
        told["FargateTimeoutSeconds"] = 604800  # this machine may be slow
        self.deploy("--from", folder, **told)
        self.folder = generate(
            self.program, RECORDS, self.program, shard_count=SHARDS, **self.members
        )
        self.put_program(os.path.join(self.folder, "program.json"))
        for side in self.sides:
            path = os.path.join(self.folder, side + ".txt")
            self.put(f"{self.program}/{side}/day.txt", path)

    def definition(self):
        """A folder with the stack, but for the ceiling, and the tries of who is alone below it."""
        folder = os.path.join(TMP, "deploy-" + self.program)
        shutil.copytree("deploy", folder)

        def lower_ceiling(template):
            template["Resources"]["WorkerFunction"]["Properties"]["Timeout"] = CEILING_S
            return template

        def limit_tries(machine):
            (retrier,) = (
                one
                for one in machine["States"]["IngestLambda"]["Retry"]
                if "Sandbox.Timedout" in one["ErrorEquals"]
            )
            assert retrier["MaxAttempts"] == 3
            retrier["MaxAttempts"] = TRIES - 1
            return machine

        change(os.path.join(folder, "template.json"), lower_ceiling)
        if self.alone:
            change(os.path.join(folder, "machine.asl.json"), limit_tries)
        return folder

    def end(self, side):
        """The run of a side and what its steps noted; told in minutes of the virtual time."""
        self.begin()
        told = self.ended(f"{self.program}/{side}/day.txt", LONGEST_S)
        noted = self.noted(told)
        took = (told["stopDate"] - told["startDate"]) / 60
        ingest = [noted.get("ingest_" + name) for name in ("began", "ended", "attempts", "route")]
        print(f"# {told['key']}: {told['status']} after {took:.1f} minutes; ingest: {ingest}")
        return told, noted

    def day(self):
        """The day has to be what the generator planted."""
        day = self.rollup(self.program, DATE)
        with open(os.path.join(self.folder, "truth.json"), encoding="utf-8") as file:
            truth = json.load(file)
        for term in ("digest", "outcome_digest", "statuses"):
            assert day[term] == truth[term], (term, day[term], truth[term])
        return day["digest"], day["outcome_digest"]


alone = Case("alone", ["settlement"], alone=True)
routed = Case("routed", ["settlement", "internal"], route={"fargate_over_bytes": 1000})
handed = Case("handed", ["settlement", "internal"])


def on_lambda_alone_it_fails_at_the_ceiling():
    told, _ = alone.end("settlement")
    assert (told["status"], told["error"]) == ("FAILED", "Sandbox.Timedout"), told
    names = [event["type"] for event in alone.history(told)]
    assert names.count("LambdaFunctionFailed") >= TRIES, names
    assert "TaskSubmitted" not in names, names  # to Fargate
    assert told["stopDate"] - told["startDate"] >= TRIES * CEILING_S, told
    left = alone.item(f"DELIVERY#alone#{DATE}#settlement#0001", "CHECKPOINT")
    written = int(left["records"]["N"]) if left else 0
    print(f"# {written} of {RECORDS} records were written by then")
    assert written < RECORDS, written


def by_its_route_it_ends_on_fargate():
    for side in routed.sides:
        told, noted = routed.end(side)
        assert told["status"] == "SUCCEEDED", told
        assert (noted["ingest_route"], noted["ingest_attempts"]) == ("fargate", 1), noted
    routed.day()


def with_the_hand_over_it_ends_on_fargate_too():
    told, noted = handed.end("settlement")
    assert told["status"] == "SUCCEEDED", told
    assert (noted["ingest_route"], noted["ingest_attempts"]) == ("fargate", 2), noted
    assert noted["ingest_failures"] == 0, noted
    told, _ = handed.end("internal")
    assert told["status"] == "SUCCEEDED", told
    assert handed.day() == routed.day()


if not FULL:
    for case in (alone, routed, handed):
        case.begin()
run(
    [
        on_lambda_alone_it_fails_at_the_ceiling,
        by_its_route_it_ends_on_fargate,
        with_the_hand_over_it_ends_on_fargate_too,
    ]
)

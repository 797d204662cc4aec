"""Files on their way through the stack that `reconctl local deploy` has put up."""

import json
import os
import uuid

from local_aws import TMP, Local, eventually, run

ARN = "arn:aws:states:us-east-1:000000000000:"


class Deployed(Local):
    """The reconlocal that runs already."""

    def __init__(self):
        self.url = os.environ["ENDPOINT"]
        self.host = self.url.split("//")[1]


local = Deployed()
s3 = local.client("s3")
BUCKET = "recon-files-000000000000-us-east-1"


def calls(name=None):
    """What the worker was given, all of it or of one run: (where, event)."""
    path = os.path.join(TMP, "bin", "calls")
    if not os.path.exists(path):
        return []
    with open(path, encoding="ascii") as file:
        found = [json.loads(line) for line in file]
    return [
        (call["where"], call["event"])
        for call in found
        if name is None or call["event"].get("run") == name
    ]


def history(name):
    events = local.call(
        "states", "GetExecutionHistory", executionArn=f"{ARN}execution:recon-pipeline:{name}"
    )["events"]
    return [(event["timestamp"], event["type"]) for event in events]


def execute(key, size=10, route="auto"):
    """An execution to its end: its name, what DescribeExecution tells, and the steps."""
    name = uuid.uuid4().hex
    file = {"bucket": BUCKET, "key": key, "version": "v1", "size": size, "sequencer": "1"}
    local.call(
        "states",
        "StartExecution",
        stateMachineArn=ARN + "stateMachine:recon-pipeline",
        name=name,
        input=json.dumps({"file": file, "route": route}),
    )

    def ended():
        told = local.call(
            "states", "DescribeExecution", executionArn=f"{ARN}execution:recon-pipeline:{name}"
        )
        return told if told["status"] != "RUNNING" else None

    told = eventually(ended, 60)
    assert told, f"{key} has not ended: {history(name)}"
    return name, told, [(where, event["step"]) for where, event in calls(name)]


MATCHED = [("lambda", "match")] * 4
REST = [("lambda", step) for step in ("rollup", "sweep", "finish")]


def an_object_arrives_at_admit():
    s3.put_object(Bucket=BUCKET, Key="in/file.txt", Body=b"a line\n")

    def arrived():
        bodies = [
            json.loads(record["body"])
            for _, event in calls()
            for record in event.get("Records", [])
        ]
        return [body["detail"] for body in bodies]

    detail = eventually(arrived, 60)[0]
    assert detail["bucket"]["name"] == BUCKET and detail["object"]["key"] == "in/file.txt"
    assert detail["object"]["size"] == 7 and detail["object"]["version-id"]
    left = local.call(
        "sqs",
        "GetQueueAttributes",
        QueueUrl=f"{local.url}/000000000000/recon-arrivals",
        AttributeNames=["All"],
    )["Attributes"]
    assert left["VisibilityTimeout"] == "180", left
    assert json.loads(left["RedrivePolicy"])["deadLetterTargetArn"].endswith(":recon-failed")


def a_small_file_goes_by_lambda():
    name, told, steps = execute("file.day")
    assert told["status"] == "SUCCEEDED", told
    first = [("lambda", step) for step in ("inspect", "ingest", "prepare")]
    assert steps == first + MATCHED + REST, steps
    given = {event["step"]: event for _, event in calls(name)}
    assert given["ingest"]["inspected"]["program"] == "p" and given["ingest"]["file"]["size"] == 10
    assert given["rollup"]["fingerprint"] == "f" * 32 and given["rollup"]["fence"] == 4
    assert given["finish"]["outcome"] == "written"
    assert given["prepare"].pop("started")
    assert given["prepare"] == {"step": "prepare", "run": name, "program": "p", "date": "day"}


def passes_come_one_after_the_other():
    name, _, _ = execute("file.day")
    matches = [event for _, event in calls(name) if event["step"] == "match"]
    assert [event["pass"] for event in matches] == [0, 0, 0, 1]
    assert sorted(event["first"] for event in matches[:3]) == [0, 2, 4]
    assert all(event["program"] == "p" and event["fence"] == 4 for event in matches)


def a_large_file_goes_by_fargate():
    name, told, steps = execute("file.day", size=5000)
    assert told["status"] == "SUCCEEDED", told
    assert steps[:3] == [("lambda", "inspect"), ("fargate", "ingest"), ("lambda", "prepare")]
    assert steps[3:] == MATCHED + REST
    ingest = dict(calls(name)[1][1])
    assert ingest["file"]["size"] == 5000 and ingest["inspected"]["date"] == "day"


def the_route_can_be_told():
    _, told, steps = execute("file.day", size=5000, route="lambda")
    assert told["status"] == "SUCCEEDED" and ("lambda", "ingest") in steps
    _, told, steps = execute("file.day", route="fargate")
    assert told["status"] == "SUCCEEDED" and ("fargate", "ingest") in steps


def lambda_hands_over_to_fargate():
    _, told, steps = execute("file.day.long")
    assert told["status"] == "SUCCEEDED", told
    assert steps[1:3] == [("lambda", "ingest"), ("fargate", "ingest")]


def what_need_not_be_matched_is_finished():
    for key, outcome in (
        ("file.day.twice", "duplicate"),
        ("file.alone", "waiting"),
        ("file.day.ignored", "ignored"),
    ):
        name, told, steps = execute(key)
        assert told["status"] == "SUCCEEDED", told
        assert steps[-1] == ("lambda", "finish") and ("lambda", "match") not in steps
        assert calls(name)[-1][1]["outcome"] == outcome


def a_lease_that_is_held_is_waited_for():
    _, told, steps = execute("file.day.held")
    assert told["status"] == "SUCCEEDED", told
    assert steps.count(("lambda", "ingest")) == 3


def bad_input_fails_at_once_and_is_kept():
    name, told, steps = execute("file.day.broken")
    assert told["status"] == "FAILED" and told["error"] == "BadInput", told
    assert steps == [("lambda", step) for step in ("inspect", "ingest", "fail")], steps
    fail = calls(name)[-1][1]
    assert fail["at"] == "IngestLambda" and fail["file"]["key"] == "file.day.broken"
    assert fail["error"]["Error"] == "BadInput" and "no layout fits" in fail["error"]["Cause"]
    name, told, steps = execute("file.day", size=0)
    assert told["status"] == "FAILED" and calls(name)[-1][1]["at"] == "Inspect"


def a_task_that_fails_is_tried_again_and_kept():
    name, told, steps = execute("file.day.broken", route="fargate")
    assert told["status"] == "FAILED" and told["error"] == "States.TaskFailed", told
    assert steps.count(("fargate", "ingest")) == 3 and steps[-1] == ("lambda", "fail")
    assert calls(name)[-1][1]["at"] == "IngestFargate"


def functions_and_tasks_have_their_environment():
    with open(os.path.join(TMP, "bin", "calls"), encoding="ascii") as file:
        for line in file:
            assert len(json.loads(line)["environment"]) == 3, line


run(
    [
        an_object_arrives_at_admit,
        a_small_file_goes_by_lambda,
        passes_come_one_after_the_other,
        a_large_file_goes_by_fargate,
        the_route_can_be_told,
        lambda_hands_over_to_fargate,
        what_need_not_be_matched_is_finished,
        a_lease_that_is_held_is_waited_for,
        bad_input_fails_at_once_and_is_kept,
        a_task_that_fails_is_tried_again_and_kept,
        functions_and_tasks_have_their_environment,
    ]
)

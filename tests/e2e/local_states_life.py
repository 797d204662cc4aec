"""Executions of reconlocal's Step Functions outlive a kill, are redriven, and end."""

import json
import os

from local_aws import TMP, eventually, refused, run
from local_machines import (
    INVOKE,
    WORKER,
    again,
    local,
    make,
    map_state,
    prepare,
    start,
    states,
    types,
    wait,
)


def executions_outlive_a_kill():
    path = os.path.join(TMP, "begun")
    task = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": "worker", "Payload.$": "$.task"},
        "OutputPath": "$.Payload.echo",
        "Next": "W",
    }
    value = {"task": {"do": "count", "path": path, "nul": "a\0b"}}
    slow = {"task": {"do": "sleep", "s": 2}}
    wait_state = {"Type": "Wait", "Seconds": 60, "Next": "E"}
    machine = make({"T": task, "W": wait_state, "E": {"Type": "Succeed"}})
    waiting = start(machine, value)
    assert eventually(lambda: "WaitStateEntered" in types(waiting))
    working = start(machine, slow)
    assert eventually(lambda: "TaskStarted" in types(working))
    each = map_state(MaxConcurrency=2)
    inline = start(make(each), {"items": list(range(5)), "s": 40})
    children = start(make(map_state(True, MaxConcurrency=2)), {"items": list(range(5)), "s": 40})
    assert eventually(lambda: "MapIterationStarted" in types(inline))
    assert eventually(lambda: "MapRunStarted" in types(children))
    marks = os.path.join(TMP, "task-marks")
    run_task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::ecs:runTask.sync",
        "Parameters": {
            "TaskDefinition": "worker",
            "Overrides": {
                "ContainerOverrides": [{"Name": "main", "Command": [*WORKER, "once", marks]}]
            },
        },
        "ResultSelector": {"code.$": "$.Containers[0].ExitCode"},
        "End": True,
    }
    task = start(make({"T": run_task}))
    assert eventually(lambda: os.path.exists(marks))
    again()
    assert json.loads(wait(waiting)["output"]) == value["task"]
    assert len(open(path, encoding="ascii").readlines()) == 1, "what was done is not done again"
    assert json.loads(wait(working)["output"]) == slow["task"], "what was under way is"
    assert len(json.loads(wait(inline)["output"])) == 5
    assert len(json.loads(wait(children)["output"])) == 5
    assert json.loads(wait(task)["output"]) == {"code": 0}, "the same ECS task"


def redrive(arn):
    """Older clients do not know it."""
    return local.call("states", "RedriveExecution", executionArn=arn)


def what_failed_is_redriven():
    path = os.path.join(TMP, "ready")
    task = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": "worker", "Payload": {"do": "needs", "path": path}},
        "OutputPath": "$.Payload.echo.do",
        "End": True,
    }
    count = os.path.join(TMP, "first-branch")
    first = {**task, "Parameters": {"FunctionName": "worker", "Payload": {"do": "count", "path": count}}}
    wait_first = {"Type": "Wait", "Seconds": 30, "Next": "T"}
    branches = [
        {"StartAt": "T", "States": {"T": first}},
        {"StartAt": "W", "States": {"W": wait_first, "T": task}},
    ]
    machine = make({"P": {"Type": "Parallel", "Branches": branches, "End": True}})
    arn = start(machine)
    told = wait(arn)
    assert (told["status"], told["error"]) == ("FAILED", "NotYet"), told
    told = local.call("states", "DescribeExecution", executionArn=arn)
    assert told["redriveStatus"] == "REDRIVABLE", told
    each = map_state(True)
    each["M"]["ItemProcessor"]["States"] = {"A": task}
    mapped = start(make(each), {"items": [1, 2], "s": 0})
    told = wait(mapped)
    assert told["error"] == "States.ExceedToleratedFailureThreshold", told
    again()
    with open(path, "w", encoding="ascii"):
        pass
    redrive(arn)
    assert json.loads(wait(arn)["output"]) == ["count", "needs"]
    told = local.call("states", "DescribeExecution", executionArn=arn)
    assert told["redriveCount"] == 1 and "ExecutionRedriven" in types(arn), told
    assert len(open(count, encoding="ascii").readlines()) == 1, "its branch had succeeded"
    redrive(mapped)
    assert json.loads(wait(mapped)["output"]) == ["needs", "needs"]
    with refused("ExecutionNotRedrivable", 400):
        redrive(arn)
    with refused("ExecutionDoesNotExist", 400):
        redrive(arn + "x")


def a_history_has_an_end():
    loop = {
        "A": {"Type": "Pass", "Next": "C"},
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$$.Execution.Id", "IsPresent": True, "Next": "A"}],
        },
    }
    arn = start(make(loop))
    told = eventually(
        lambda: (found := states.describe_execution(executionArn=arn))["status"] == "FAILED"
        and found,
        60,
    )
    assert "25000" in told["cause"], told
    (last,) = states.get_execution_history(executionArn=arn, maxResults=1, reverseOrder=True)[
        "events"
    ]
    assert (last["id"], last["type"]) == (25000, "ExecutionFailed"), last


prepare()
run(
    [
        executions_outlive_a_kill,
        what_failed_is_redriven,
        a_history_has_an_end,
        local.stop,
    ]
)

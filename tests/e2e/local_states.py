"""reconlocal's Step Functions: state machines are interpreted, with the history that AWS
would have."""

import json
import os
import subprocess
import time

from local_aws import refused, run
from local_machines import (
    ROLE,
    again,
    history,
    local,
    make,
    map_state,
    pass_on,
    result,
    start,
    states,
    types,
    wait,
)


def machines_are_made_changed_and_deleted():
    arn = make({"A": pass_on(Result=1)}, name="kept")
    assert arn == "arn:aws:states:us-east-1:000000000000:stateMachine:kept"
    assert make({"A": pass_on(Result=1)}, name="kept") == arn, "the same again"
    with refused("StateMachineAlreadyExists", 400):
        make({"A": pass_on(Result=2)}, name="kept")
    with refused("InvalidName", 400):
        make({"A": pass_on()}, name="not a name")
    told = states.describe_state_machine(stateMachineArn=arn)
    assert json.loads(told["definition"])["States"]["A"]["Result"] == 1, told
    assert (told["status"], told["type"], told["roleArn"]) == ("ACTIVE", "STANDARD", ROLE), told
    states.update_state_machine(
        stateMachineArn=arn, definition='{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
    )
    assert '"Succeed"' in states.describe_state_machine(stateMachineArn=arn)["definition"]
    make({"A": pass_on()}, name="kept-too")
    first = states.list_state_machines(maxResults=1)
    rest = states.list_state_machines(nextToken=first["nextToken"])
    names = [row["name"] for row in first["stateMachines"] + rest["stateMachines"]]
    assert names[:2] == ["kept", "kept-too"], names
    states.delete_state_machine(stateMachineArn=arn)
    for call in (states.describe_state_machine, states.start_execution, states.list_executions):
        with refused("StateMachineDoesNotExist", 400):
            call(stateMachineArn=arn)


def definitions_that_are_none():
    wrong = [
        ({"A": {"Type": "Pass", "Next": "B"}}, "Missing 'Next' target: B at /States/A/Next"),
        ({"A": {"Type": "Pass"}}, "[Next] or [End] at /States/A"),
        ({"A": pass_on(), "B": pass_on()}, '"B" is not reachable'),
        ({"A": {"Type": "Odd", "End": True}}, "Invalid state type Odd at /States/A"),
        ({"A": {"Type": "Task", "End": True}}, "[Resource] at /States/A"),
        ({"A": {"Type": "Task", "Resource": "arn:aws:states:::x:y", "End": True}}, "recognized"),
        ({"A": pass_on(InputPath="a")}, "/States/A/InputPath"),
        ({"A": pass_on(ResultPath="$.a[*]")}, "/States/A/ResultPath"),
        ({"A": pass_on(Parameters={"x.$": "States.Nothing()"})}, "/States/A/Parameters/x.$"),
        ({"A": {"Type": "Choice", "Choices": []}}, "[Choices]"),
        ({"A": {"Type": "Wait", "End": True}}, "/States/A"),
        ({"A": {"Type": "Map", "End": True}}, "[ItemProcessor]"),
        (
            {"A": {"Type": "Parallel", "Branches": [{"StartAt": "X", "States": {}}], "End": True}},
            "/States/A/Branches[0]",
        ),
        ({"StartAt": "Z", "States": {"A": pass_on()}}, "Missing 'StartAt' target: Z"),
    ]
    for definition, words in wrong:
        try:
            make(definition)
            raise AssertionError(definition)
        except states.exceptions.InvalidDefinition as error:
            assert words in str(error), (str(error), words)
    with refused("InvalidDefinition", 400):
        states.create_state_machine(name="x", roleArn=ROLE, definition="{")


def an_execution_is_one_of_its_name():
    machine = make({"A": {"Type": "Wait", "Seconds": 6000, "End": True}})
    arn = start(machine, {"a": 1}, name="once")
    assert arn.endswith(":once"), arn
    assert start(machine, {"a": 1}, name="once") == arn, "the same while it runs"
    with refused("ExecutionAlreadyExists", 400):
        start(machine, {"a": 2}, name="once")
    states.stop_execution(executionArn=arn)
    assert wait(arn)["status"] == "ABORTED"
    with refused("ExecutionAlreadyExists", 400):
        start(machine, {"a": 1}, name="once")
    with refused("InvalidName", 400):
        start(machine, name="a name")
    with refused("InvalidExecutionInput", 400):
        states.start_execution(stateMachineArn=machine, input="{")
    with refused("ExecutionDoesNotExist", 400):
        states.describe_execution(executionArn=arn + "x")


def data_flows_through_paths():
    definition = {
        "A": {
            "Type": "Pass",
            "InputPath": "$.in",
            "Parameters": {
                "x.$": "$.list[1]",
                "all.$": "$.list[*]",
                "name.$": "$$.State.Name",
                "said.$": "States.Format('{} of {}', $.list[0], $$.Execution.Input.in.n)",
                "fixed": {"deep.$": "$.n"},
            },
            "ResultPath": "$.out",
            "Next": "B",
        },
        "B": {"Type": "Succeed", "OutputPath": "$.out"},
    }
    told = result(definition, {"in": {"list": [1, 0.1, "c"], "n": 9}})
    assert told == {
        "x": 0.1,
        "all": [1, 0.1, "c"],
        "name": "A",
        "said": "1 of 9",
        "fixed": {"deep": 9},
    }, told
    assert result({"A": pass_on(Result={"a": 1}, ResultPath=None)}, {"b": 2}) == {"b": 2}
    assert result({"A": pass_on(OutputPath=None)}, {"b": 2}) == {}
    error, cause = result({"A": pass_on(Parameters={"x.$": "$.none"})}, {"b": 2})
    assert error == "States.Runtime" and "'$.none'" in cause, (error, cause)
    error, _ = result({"A": pass_on(Parameters={"x.$": "States.StringToJson($.b)"})}, {"b": 2})
    assert error == "States.IntrinsicFailure", error
    error, _ = result({"A": pass_on(Result=1, ResultPath="$.b.c")}, {"b": 2})
    assert error == "States.ResultPathMatchFailure", error
    deeper = {
        "A": {"Type": "Pass", "Parameters": {"x.$": "$"}, "Next": "B"},
        "B": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.y", "IsPresent": True, "Next": "C"}],
            "Default": "A",
        },
        "C": pass_on(),
    }
    error, cause = result(deeper)
    assert error == "States.Runtime" and "nested" in cause, (error, cause)
    error, cause = result({"A": {"Type": "Fail", "ErrorPath": "$.e", "Cause": "so"}}, {"e": "E"})
    assert (error, cause) == ("E", "so")


def choices_compare():
    def choose(rule, value):
        definition = {
            "C": {"Type": "Choice", "Choices": [{**rule, "Next": "Y"}], "Default": "N"},
            "Y": pass_on(Result=True),
            "N": pass_on(Result=False),
        }
        return result(definition, value)

    def variable(**comparison):
        return {"Variable": "$.v", **comparison}

    both = variable(NumericGreaterThan=1)
    less = variable(NumericLessThan=3)
    rules = [
        (variable(StringEquals="a"), "a", True),
        (variable(StringEquals="1"), 1, False),
        (variable(StringLessThanEqualsPath="$.w"), "a", True),
        (variable(StringMatches="*.g\\*z*"), "x.g*zip", True),
        (variable(StringMatches="a*c"), "abd", False),
        (variable(NumericEquals=2), 2.0, True),
        (variable(NumericGreaterThanEqualsPath="$.n"), 4, False),
        (variable(BooleanEquals=False), False, True),
        (variable(TimestampLessThan="2026-04-01T12:00:00Z"), "2026-04-01T13:00:00+02:00", True),
        (variable(TimestampGreaterThan="2026-04-01T12:00:00Z"), "2026-04-01T12:00:00.5Z", True),
        (variable(IsNull=True), None, True),
        (variable(IsString=True), 1, False),
        (variable(IsNumeric=True), 1.5, True),
        (variable(IsBoolean=True), True, True),
        (variable(IsTimestamp=True), "2026-13-01T12:00:00Z", False),
        ({"Variable": "$.gone", "IsPresent": False}, 1, True),
        ({"And": [both, less]}, 2, True),
        ({"And": [both, less]}, 3, False),
        ({"Or": [both, less]}, 0, True),
        ({"Not": both}, 2, False),
    ]
    for rule, value, expected in rules:
        told = choose(rule, {"v": value, "w": "b", "n": 5})
        assert told is expected, (rule, value, told)
    error, _ = choose({"Variable": "$.gone", "NumericEquals": 1}, {})
    assert error == "States.Runtime", error
    lost = {"C": {"Type": "Choice", "Choices": [{**both, "Next": "Y"}]}, "Y": pass_on()}
    error, _ = result(lost, {"v": 0})
    assert error == "States.NoChoiceMatched", error


def waits_end_in_virtual_time():
    began = time.monotonic()
    machine = make(
        {
            "A": {"Type": "Wait", "SecondsPath": "$.s", "Next": "B"},
            "B": {"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "End": True},
        }
    )
    arn = start(machine, {"s": 60})
    assert wait(arn)["status"] == "SUCCEEDED"
    assert 0.9 < time.monotonic() - began < 20, "a minute is a second here"
    entered, left = (event["timestamp"] for event in history(arn)[1:3])
    assert 59 < (left - entered).total_seconds() < 1200, (entered, left)
    late = result({"A": {"Type": "Wait", "Seconds": 600, "End": True}})
    assert late == {}
    arn = start(make({"A": {"Type": "Wait", "Seconds": 6000, "End": True}}, TimeoutSeconds=30))
    assert wait(arn)["status"] == "TIMED_OUT"
    assert types(arn)[-1] == "ExecutionTimedOut"


def parallel_branches_and_their_failure():
    branch = {"StartAt": "A", "States": {"A": pass_on(Result=1)}}
    slow = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 6000, "End": True}}}
    fail = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "No", "Cause": "why"}}}
    wait_short = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "End": True}}}
    state = {"Type": "Parallel", "Branches": [wait_short, branch], "End": True}
    assert result({"P": state}, {"q": 1}) == [{"q": 1}, 1]
    state = {
        "Type": "Parallel",
        "Branches": [slow, fail],
        "Retry": [{"ErrorEquals": ["No"], "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
        "End": True,
    }
    arn = start(make({"P": state, "C": pass_on()}))
    assert json.loads(wait(arn)["output"]) == {"Error": "No", "Cause": "why"}
    assert types(arn).count("ParallelStateFailed") == 2, types(arn)


def maps_go_through_items():
    assert result(map_state(), {"items": [3, 1, 2], "s": 1}) == [{"s": 4}, {"s": 2}, {"s": 3}]
    assert result(map_state(), {"items": [], "s": 1}) == []
    assert result(map_state(), {"items": [1, 13], "s": 1})[0] == "Unlucky"
    error, cause = result(map_state(), {"items": 5, "s": 1})
    assert error == "States.Runtime" and "must point to array" in cause, cause
    machine = make(map_state(MaxConcurrency=2))
    arn = start(machine, {"items": list(range(7)), "s": 2})
    assert len(json.loads(wait(arn)["output"])) == 7
    running = most = 0
    for event in history(arn):
        running += event["type"] == "MapIterationStarted"
        running -= event["type"] == "MapIterationSucceeded"
        most = max(most, running)
    assert (most, running) == (2, 0), most


def distributed_maps_have_child_executions():
    machine = make(map_state(True, ToleratedFailureCount=1, MaxConcurrency=3, Label="Each"))
    arn = start(machine, {"items": [1, 2, 13, 4], "s": 1})
    assert json.loads(wait(arn)["output"]) == [{"s": 2}, {"s": 3}, {"s": 5}]
    assert [name for name in types(arn) if "Map" in name] == [
        "MapStateEntered",
        "MapStateStarted",
        "MapRunStarted",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
    ]
    (row,) = states.list_map_runs(executionArn=arn)["mapRuns"]
    assert "/Each:" in row["mapRunArn"], row
    told = states.describe_map_run(mapRunArn=row["mapRunArn"])
    assert (told["status"], told["maxConcurrency"]) == ("SUCCEEDED", 3), told
    counts = told["itemCounts"]
    assert (counts["succeeded"], counts["failed"], counts["total"]) == (3, 1, 4), counts
    children = states.list_executions(mapRunArn=row["mapRunArn"])["executions"]
    assert len(children) == 4 and all(child["itemCount"] == 1 for child in children), children
    failed = states.list_executions(mapRunArn=row["mapRunArn"], statusFilter="FAILED")
    (child,) = failed["executions"]
    told = states.describe_execution(executionArn=child["executionArn"])
    assert told["error"] == "Unlucky" and told["mapRunArn"] == row["mapRunArn"], told
    assert types(child["executionArn"])[0] == "ExecutionStarted"
    told = wait(start(machine, {"items": [13, 1, 13], "s": 1}))
    assert told["error"] == "States.ExceedToleratedFailureThreshold", told
    percent = make(map_state(True, ToleratedFailurePercentage=50))
    assert wait(start(percent, {"items": [13, 1], "s": 1}))["status"] == "SUCCEEDED"
    batches = map_state(True, ItemBatcher={"MaxItemsPerBatch": 2, "BatchInput": {"b.$": "$.s"}})
    batches["M"]["ItemProcessor"]["StartAt"] = "P"
    batches["M"]["ItemProcessor"]["States"] = {
        "P": pass_on(Parameters={"n.$": "States.ArrayLength($.Items)", "b.$": "$.BatchInput.b"})
    }
    told = result(batches, {"items": [1, 2, 3], "s": 8})
    assert told == [{"n": 2, "b": 8}, {"n": 1, "b": 8}], told
    with refused("ResourceNotFound", 400):
        states.describe_map_run(mapRunArn=row["mapRunArn"] + "x")


def histories_and_lists_have_pages():
    machine = make({"A": pass_on()})
    arns = [start(machine, name=f"e{i}") for i in range(5)]
    for arn in arns:
        wait(arn)
    first = states.list_executions(stateMachineArn=machine, maxResults=3)
    rest = states.list_executions(stateMachineArn=machine, nextToken=first["nextToken"])
    listed = [row["executionArn"] for row in first["executions"] + rest["executions"]]
    assert listed == arns[::-1], listed
    none = states.list_executions(stateMachineArn=machine, statusFilter="FAILED")
    assert none["executions"] == [], none
    first = states.get_execution_history(executionArn=arns[0], maxResults=2)
    rest = states.get_execution_history(executionArn=arns[0], nextToken=first["nextToken"])
    events = first["events"] + rest["events"]
    assert [event["id"] for event in events] == [1, 2, 3, 4], events
    assert events[0]["executionStartedEventDetails"]["input"] == "{}", events
    assert events[1]["stateEnteredEventDetails"]["name"] == "A", events
    back = history(arns[0], reverseOrder=True)
    assert [event["id"] for event in back] == [4, 3, 2, 1], back
    bare = history(arns[0], includeExecutionData=False)
    assert "input" not in bare[0]["executionStartedEventDetails"], bare


def executions_are_counted():
    machine = make({"A": {"Type": "Wait", "Seconds": 6000, "End": True}}, name="counted")
    arn = start(machine)
    states.stop_execution(executionArn=arn)
    told = wait(arn)
    assert told["status"] == "ABORTED" and types(arn)[-1] == "ExecutionAborted", told
    with refused("ExecutionDoesNotExist", 400):
        states.stop_execution(executionArn=arn + "x")
    for metric in ("ExecutionsStarted", "ExecutionsAborted", "ExecutionTime"):
        count = local.metric("AWS/States", metric, "SampleCount", StateMachineArn=machine)
        assert count == 1, (metric, count)


def the_command_line_client_can_read_it():
    told = subprocess.run(
        ["aws", "--endpoint-url", local.url, "stepfunctions", "list-state-machines"]
        + ["--output", "json"],
        env={
            **os.environ,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local-secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        },
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert "counted" in [row["name"] for row in json.loads(told)["stateMachines"]], told


run(
    [
        machines_are_made_changed_and_deleted,
        definitions_that_are_none,
        an_execution_is_one_of_its_name,
        data_flows_through_paths,
        choices_compare,
        waits_end_in_virtual_time,
        parallel_branches_and_their_failure,
        maps_go_through_items,
        distributed_maps_have_child_executions,
        histories_and_lists_have_pages,
        executions_are_counted,
        the_command_line_client_can_read_it,
        local.stop,
    ]
)

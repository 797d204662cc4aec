"""reconlocal's Step Functions: state machines are interpreted, with the history that AWS
would have, and outlive a kill."""

import json
import os
import subprocess
import sys
import time

from local_aws import TMP, Local, eventually, refused, run

ROLE = "arn:aws:iam::000000000000:role/recon"
WORKER = [sys.executable, os.path.abspath("tests/e2e/local_worker.py")]
INVOKE = "arn:aws:states:::lambda:invoke"

local = Local("states", "--speed", "60")
states = local.client("stepfunctions")
made = 0


def again():
    global states
    local.kill()
    local.start()
    states = local.client("stepfunctions")


def make(definition, name=None, **members):
    """A machine of {state: definition}, which begins with the first one."""
    global made
    made += 1
    if "States" not in definition:
        definition = {"StartAt": next(iter(definition)), "States": definition, **members}
    return states.create_state_machine(
        name=name or f"machine-{made}", roleArn=ROLE, definition=json.dumps(definition)
    )["stateMachineArn"]


def start(machine, value=None, **members):
    return states.start_execution(
        stateMachineArn=machine, input=json.dumps({} if value is None else value), **members
    )["executionArn"]


def wait(arn):
    def ended():
        told = states.describe_execution(executionArn=arn)
        return told["status"] != "RUNNING" and told

    return eventually(ended)


def result(definition, value=None):
    """What one comes to: its output, or (error, cause)."""
    told = wait(start(make(definition), value))
    assert told, "it does not end"
    if told["status"] == "SUCCEEDED":
        return json.loads(told["output"])
    return told.get("error"), told.get("cause")


def history(arn, **members):
    return states.get_execution_history(executionArn=arn, maxResults=1000, **members)["events"]


def types(arn):
    return [event["type"] for event in history(arn)]


def pass_on(**members):
    return {"Type": "Pass", "End": True, **members}


def prepare():
    functions = local.client("lambda")
    functions.create_function(
        FunctionName="worker",
        Role=ROLE,
        Runtime="provided.al2023",
        Handler=" ".join(WORKER),
        Code={"ZipFile": b""},
        Timeout=600,
    )
    local.client("ecs").register_task_definition(
        family="worker",
        containerDefinitions=[{"name": "main", "image": "worker", "command": WORKER}],
    )
    local.call("sqs", "CreateQueue", QueueName="work")
    local.client("dynamodb").create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
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
    machine = make({"A": {"Type": "Wait", "Seconds": 60, "End": True}})
    arn = start(machine, {"a": 1}, name="once")
    assert arn.endswith(":once"), arn
    assert start(machine, {"a": 1}, name="once") == arn, "the same while it runs"
    with refused("ExecutionAlreadyExists", 400):
        start(machine, {"a": 2}, name="once")
    assert wait(arn)["status"] == "SUCCEEDED"
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
    assert 0.9 < time.monotonic() - began < 8, "a minute is a second here"
    entered, left = (event["timestamp"] for event in history(arn)[1:3])
    assert 59 < (left - entered).total_seconds() < 600, (entered, left)
    late = result({"A": {"Type": "Wait", "Seconds": 600, "End": True}})
    assert late == {}
    arn = start(make({"A": {"Type": "Wait", "Seconds": 6000, "End": True}}, TimeoutSeconds=30))
    assert wait(arn)["status"] == "TIMED_OUT"
    assert types(arn)[-1] == "ExecutionTimedOut"


def tasks_invoke_functions():
    task = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": "worker", "Payload": {"a.$": "$.x"}},
        "ResultSelector": {"echo.$": "$.Payload.echo", "status.$": "$.StatusCode"},
        "ResultPath": "$.out",
        "End": True,
    }
    arn = start(make({"T": task}), {"x": 5})
    assert json.loads(wait(arn)["output"]) == {"x": 5, "out": {"echo": {"a": 5}, "status": 200}}
    assert types(arn) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    scheduled = history(arn)[2]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"]) == ("lambda", "invoke"), scheduled
    assert json.loads(scheduled["parameters"])["Payload"] == {"a": 5}, scheduled
    plain = {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:000000000000:function:worker",
        "OutputPath": "$.echo",
        "End": True,
    }
    arn = start(make({"T": plain}), {"y": 1})
    assert json.loads(wait(arn)["output"]) == {"y": 1}
    assert "LambdaFunctionSucceeded" in types(arn), types(arn)
    error, cause = result({"T": plain}, {"do": "fail", "type": "Boom"})
    assert error == "Boom" and json.loads(cause)["errorMessage"] == "as it was told", cause
    assert result({"T": plain}, {"do": "exit"})[0] == "Runtime.ExitError"
    error, _ = result({"T": {**plain, "Resource": plain["Resource"] + "-none"}})
    assert error == "Lambda.ResourceNotFoundException", error
    error, _ = result({"T": plain}, {"do": "big", "bytes": 300000})
    assert error == "States.DataLimitExceeded", error
    arn = start(make({"T": {**task, "TimeoutSeconds": 900}}), {"x": 1})
    assert wait(arn)["status"] == "SUCCEEDED"
    hang = {**plain, "TimeoutSeconds": 20}
    arn = start(make({"T": hang}), {"do": "hang"})
    assert wait(arn)["error"] == "States.Timeout"
    assert "LambdaFunctionTimedOut" in types(arn), types(arn)


def failures_are_tried_again_and_caught():
    task = {
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:000000000000:function:worker",
        "Retry": [
            {"ErrorEquals": ["Other"]},
            {
                "ErrorEquals": ["Boom"],
                "IntervalSeconds": 10,
                "MaxAttempts": 3,
                "BackoffRate": 4,
                "MaxDelaySeconds": 30,
            },
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": "C"}],
        "End": True,
    }
    machine = make({"T": task, "C": pass_on(OutputPath="$.why.Error")})
    arn = start(machine, {"do": "fail", "type": "Boom"})
    assert json.loads(wait(arn)["output"]) == "Boom"
    moments = [
        event["timestamp"] for event in history(arn) if event["type"].startswith("LambdaFunction")
    ]
    waits = [(moments[i] - moments[i - 1]).total_seconds() for i in (3, 6, 9)]
    assert len(moments) == 12, moments
    # A millisecond is sixty there. Without the most it would be 10, 40 and 160 seconds.
    assert waits[0] > 9.8 and waits[1] > 29.8 and 29.8 < waits[2] < 150, waits
    arn = start(machine, {"do": "exit"})
    assert json.loads(wait(arn)["output"]) == "Runtime.ExitError", "the first catcher that fits"
    task["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "JitterStrategy": "FULL"}]
    path = os.path.join(TMP, "now")
    arn = start(make({"T": task, "C": pass_on(OutputPath="$.why.Error")}), {"do": "needs", "path": path})
    assert json.loads(wait(arn)["output"]) == "NotYet"
    assert types(arn).count("LambdaFunctionFailed") == 3, types(arn)


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


def map_state(distributed=False, **members):
    processor = {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.v", "NumericEquals": 13, "Next": "F"}],
                "Default": "W",
            },
            "F": {"Type": "Fail", "Error": "Unlucky"},
            "W": {"Type": "Wait", "SecondsPath": "$.s", "Next": "P"},
            "P": pass_on(Parameters={"s.$": "States.MathAdd($.v, 1)"}),
        },
    }
    if distributed:
        processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return {
        "M": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemSelector": {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "s.$": "$.s"},
            "ItemProcessor": processor,
            "End": True,
            **members,
        }
    }


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


def tasks_run_containers():
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::ecs:runTask.sync",
        "Parameters": {
            "TaskDefinition": "worker",
            "Overrides": {
                "ContainerOverrides": [
                    {
                        "Name": "main",
                        "Command.$": "$.command",
                        "Environment": [{"Name": "COLOUR", "Value.$": "$.n"}],
                    }
                ]
            },
        },
        "ResultSelector": {"code.$": "$.Containers[0].ExitCode"},
        "End": True,
    }
    machine = make({"T": task})
    arn = start(machine, {"command": [*WORKER, "exit", "0"], "n": 3})
    assert json.loads(wait(arn)["output"]) == {"code": 0}
    assert "TaskSubmitted" in types(arn), types(arn)
    told = wait(start(machine, {"command": [*WORKER, "exit", "2"], "n": 3}))
    assert told["error"] == "States.TaskFailed", told
    assert json.loads(told["cause"])["Containers"][0]["ExitCode"] == 2, told
    fire = {**task, "Resource": "arn:aws:states:::ecs:runTask", "ResultSelector": {"f.$": "$.Failures"}}
    assert result({"T": fire}, {"command": [*WORKER, "exit", "0"], "n": 1}) == {"f": []}
    task["Parameters"]["TaskDefinition"] = "none"
    assert result({"T": task}, {"command": [], "n": 1})[0] == "ECS.ClientException"
    ecs = local.client("ecs")
    assert eventually(lambda: not ecs.list_tasks()["taskArns"])
    arn = start(machine, {"command": [*WORKER, "hang"], "n": 3})
    (running,) = eventually(lambda: ecs.list_tasks()["taskArns"])
    states.stop_execution(executionArn=arn, error="Stopped", cause="by hand")
    assert wait(arn)["status"] == "ABORTED"
    task = eventually(
        lambda: (found := ecs.describe_tasks(tasks=[running])["tasks"][0])["lastStatus"] == "STOPPED"
        and found
    )
    assert task["stopCode"] == "UserInitiated", task


def tasks_ask_dynamodb():
    def ask(operation, **parameters):
        return {
            "T": {
                "Type": "Task",
                "Resource": f"arn:aws:states:::dynamodb:{operation}",
                "Parameters": {"TableName": "things", **parameters},
                "End": True,
            }
        }

    result(ask("putItem", Item={"id": {"S.$": "$.id"}, "n": {"N": "1"}}), {"id": "a"})
    key = {"id": {"S": "a"}}
    told = result(ask("getItem", Key=key))
    assert told["Item"]["n"] == {"N": "1"}, told
    change = ask(
        "updateItem",
        Key=key,
        UpdateExpression="SET n = n + :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    assert result(change)["Attributes"]["n"] == {"N": "2"}
    error, _ = result(
        ask("putItem", Item=key, ConditionExpression="attribute_not_exists(id)")
    )
    assert error == "DynamoDB.ConditionalCheckFailedException", error
    result(ask("deleteItem", Key=key))
    assert "Item" not in result(ask("getItem", Key=key))


def tokens_come_back():
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "HeartbeatSeconds": 300,
        "Parameters": {
            "QueueUrl": f"{local.url}/000000000000/work",
            "MessageBody": {"token.$": "$$.Task.Token", "n.$": "$.n"},
        },
        "End": True,
    }
    machine = make({"T": task})

    def token():
        url = f"{local.url}/000000000000/work"
        told = eventually(lambda: local.call("sqs", "ReceiveMessage", QueueUrl=url).get("Messages"))
        local.call(
            "sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=told[0]["ReceiptHandle"]
        )
        return json.loads(told[0]["Body"])["token"]

    arn = start(machine, {"n": 1})
    given = token()
    states.send_task_heartbeat(taskToken=given)
    again()  # what waits for a token is not sent again
    states.send_task_success(taskToken=given, output='{"done": true}')
    assert json.loads(wait(arn)["output"]) == {"done": True}
    assert types(arn)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    with refused("TaskTimedOut", 400):
        states.send_task_success(taskToken=given, output="1")
    with refused("InvalidToken", 400):
        states.send_task_heartbeat(taskToken="none")
    with refused("InvalidOutput", 400):
        states.send_task_success(taskToken=given, output="{")
    arn = start(machine, {"n": 2})
    states.send_task_failure(taskToken=token(), error="Bad", cause="so")
    assert wait(arn)["error"] == "Bad"
    arn = start(machine, {"n": 3})
    token()
    assert wait(arn)["error"] == "States.HeartbeatTimeout", "five minutes without a heartbeat"


def machines_start_machines():
    inner = make({"A": {"Type": "Wait", "Seconds": 3, "Next": "B"}, "B": pass_on(Result={"r": 1})})
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": inner, "Input": {"a": 1}},
        "OutputPath": "$.Output",
        "End": True,
    }
    assert result({"T": task}) == {"r": 1}
    fire = {**task, "Resource": "arn:aws:states:::states:startExecution", "OutputPath": "$.ExecutionArn"}
    assert ":execution:" in result({"T": fire})
    bad = make({"F": {"Type": "Fail", "Error": "Inner"}})
    task["Parameters"]["StateMachineArn"] = bad
    error, cause = result({"T": task})
    assert error == "States.TaskFailed" and json.loads(cause)["Error"] == "Inner", cause
    task["Parameters"]["StateMachineArn"] = bad + "-none"
    assert result({"T": task})[0] == "StepFunctions.StateMachineDoesNotExistException"
    event = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": [{"Source": "test", "DetailType": "T", "Detail": {"a": 1}}]},
        "ResultSelector": {"failed.$": "$.FailedEntryCount"},
        "End": True,
    }
    assert result({"T": event}) == {"failed": 0}
    event["Parameters"]["Entries"].append({"Source": "aws.s3", "DetailType": "T", "Detail": {}})
    error, cause = result({"T": event})
    assert error == "EventBridge.FailedEntry", error
    told = json.loads(cause)["Entries"]
    assert "EventId" in told[0] and told[1]["ErrorCode"] == "NotAuthorizedForSourceException", told


def messages_are_sent_with_all_that_they_have():
    local.call("sqs", "CreateQueue", QueueName="sent")
    url = f"{local.url}/000000000000/sent"
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {
            "QueueUrl": url,
            "MessageBody": {"a": 1},
            "DelaySeconds": 30,
            "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "test"}},
        },
        "End": True,
    }
    told = result({"T": task})
    (message,) = local.call(
        "sqs",
        "ReceiveMessage",
        QueueUrl=url,
        WaitTimeSeconds=20,
        MessageAttributeNames=["All"],
    ).get("Messages") or eventually(
        lambda: local.call(
            "sqs", "ReceiveMessage", QueueUrl=url, MessageAttributeNames=["All"]
        ).get("Messages")
    )
    assert message["MessageId"] == told["MessageId"], (message, told)
    assert json.loads(message["Body"]) == {"a": 1}, message
    assert message["MessageAttributes"]["kind"]["StringValue"] == "test", message
    task["Parameters"]["DelaySeconds"] = 901
    error, cause = result({"T": task})
    assert error == "SQS.InvalidParameterValueException" and "901" in cause, (error, cause)


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


prepare()
run(
    [
        machines_are_made_changed_and_deleted,
        definitions_that_are_none,
        an_execution_is_one_of_its_name,
        data_flows_through_paths,
        choices_compare,
        waits_end_in_virtual_time,
        tasks_invoke_functions,
        failures_are_tried_again_and_caught,
        parallel_branches_and_their_failure,
        maps_go_through_items,
        distributed_maps_have_child_executions,
        tasks_run_containers,
        tasks_ask_dynamodb,
        tokens_come_back,
        machines_start_machines,
        messages_are_sent_with_all_that_they_have,
        histories_and_lists_have_pages,
        executions_outlive_a_kill,
        what_failed_is_redriven,
        executions_are_counted,
        a_history_has_an_end,
        the_command_line_client_can_read_it,
        local.stop,
    ]
)

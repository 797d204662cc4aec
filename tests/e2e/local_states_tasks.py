"""Tasks of reconlocal's Step Functions: functions, containers, requests to other services."""

import json
import os

from local_aws import TMP, eventually, refused, run
from local_machines import (
    INVOKE,
    WORKER,
    again,
    history,
    local,
    make,
    pass_on,
    prepare,
    result,
    start,
    states,
    types,
    wait,
)


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
                "BackoffRate": 10,
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
    # A millisecond is sixty there. Without the most it would be 10, 100 and 1000 seconds.
    assert waits[0] > 9.8 and waits[1] > 29.8 and 29.8 < waits[2] < 990, waits
    arn = start(machine, {"do": "exit"})
    assert json.loads(wait(arn)["output"]) == "Runtime.ExitError", "the first catcher that fits"
    task["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "JitterStrategy": "FULL"}]
    path = os.path.join(TMP, "now")
    arn = start(make({"T": task, "C": pass_on(OutputPath="$.why.Error")}), {"do": "needs", "path": path})
    assert json.loads(wait(arn)["output"]) == "NotYet"
    assert types(arn).count("LambdaFunctionFailed") == 3, types(arn)


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
        "HeartbeatSeconds": 6000,
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
    arn = start(make({"T": {**task, "HeartbeatSeconds": 120}}), {"n": 3})
    token()
    assert wait(arn)["error"] == "States.HeartbeatTimeout", "two minutes without a heartbeat"


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
    (message,) = eventually(
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


prepare()
run(
    [
        tasks_invoke_functions,
        failures_are_tried_again_and_caught,
        tasks_run_containers,
        tasks_ask_dynamodb,
        tokens_come_back,
        machines_start_machines,
        messages_are_sent_with_all_that_they_have,
        local.stop,
    ]
)

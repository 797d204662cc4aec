"""What the tests of reconlocal's Step Functions share: a reconlocal of their own, and how
machines are made, run and looked at."""

import json
import os
import sys

from local_aws import Local, eventually

ROLE = "arn:aws:iam::000000000000:role/recon"
WORKER = [sys.executable, os.path.abspath("tests/e2e/local_worker.py")]
INVOKE = "arn:aws:states:::lambda:invoke"

local = Local("states", "--speed", "60")
made = 0


class Client:
    """A client of the process that there is: one that is started again has another port."""

    def __init__(self):
        self.present = local.client("stepfunctions")

    def __getattr__(self, name):
        return getattr(self.present, name)


states = Client()


def again():
    """Kills it, and starts it anew."""
    local.kill()
    local.start()
    states.present = local.client("stepfunctions")


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
    """What tasks can ask for."""
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

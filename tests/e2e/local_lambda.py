"""reconlocal's Lambda: functions are processes that speak the Runtime API."""

import base64
import json
import os
import subprocess
import sys
import threading

from local_aws import TMP, Local, eventually, refused, run

ROLE = "arn:aws:iam::000000000000:role/recon"
WORKER = f"{sys.executable} {os.path.abspath('tests/e2e/local_worker.py')}"

local = Local("lambda", "--speed", "60")
functions = local.client("lambda")
sqs = local.call


def make(name, **members):
    members = {"Timeout": 600, **members}
    return functions.create_function(
        FunctionName=name,
        Role=ROLE,
        Runtime="provided.al2023",
        Code={"ZipFile": b"PK"},
        **{"Handler": WORKER, **members},
    )


def invoke(name, event, client=None, **members):
    answer = (client or functions).invoke(
        FunctionName=name, Payload=json.dumps(event), **members
    )
    text = answer["Payload"].read()
    answer["body"] = json.loads(text) if text else None
    return answer


def queue(name):
    sqs("sqs", "CreateQueue", QueueName=name)
    return f"arn:aws:sqs:us-east-1:000000000000:{name}"


def receive(name):
    url = f"{local.url}/000000000000/{name}"
    messages = local.call("sqs", "ReceiveMessage", QueueUrl=url).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def alive(pid):
    """A process that ended, and that nobody has waited for, is still to be found."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def functions_are_made_changed_and_deleted():
    made = make("one", Description="first", MemorySize=256, Environment={"Variables": {"A": "b"}})
    assert made["FunctionArn"] == "arn:aws:lambda:us-east-1:000000000000:function:one", made
    assert (made["State"], made["Timeout"], made["MemorySize"]) == ("Active", 600, 256), made
    with refused("ResourceConflictException", 409):
        make("one")
    with refused("ValidationException", 400):
        make("no such name")
    with refused("ValidationException", 400):
        make("late", Timeout=901)
    with refused("InvalidParameterValueException", 400):
        make("nothing", Handler="")
    changed = functions.update_function_configuration(FunctionName="one", Timeout=20)
    assert changed["Timeout"] == 20 and changed["RevisionId"] != made["RevisionId"], changed
    with refused("PreconditionFailedException", 412):
        functions.update_function_configuration(
            FunctionName="one", Timeout=20, RevisionId=made["RevisionId"]
        )
    make("two", PackageType="Image", ImageConfig={"Command": WORKER.split()})
    got = functions.get_function(FunctionName=made["FunctionArn"])
    assert got["Configuration"]["Environment"] == {"Variables": {"A": "b"}}, got
    assert functions.get_function_configuration(FunctionName="two")["PackageType"] == "Image"
    assert invoke("two", {"a": 1})["body"]["echo"] == {"a": 1}
    first = functions.list_functions(MaxItems=1)
    rest = functions.list_functions(Marker=first["NextMarker"])
    names = [row["FunctionName"] for row in first["Functions"] + rest["Functions"]]
    assert names == ["one", "two"], names
    functions.delete_function(FunctionName="one")
    functions.delete_function(FunctionName="two")
    for call in (functions.get_function, functions.delete_function, functions.invoke):
        with refused("ResourceNotFoundException", 404):
            call(FunctionName="one")


def a_function_answers_and_its_process_is_used_again():
    make("echo", Environment={"Variables": {"COLOUR": "red"}})
    first = invoke("echo", {"a": [1, 2]})
    body = first["body"]
    assert first["StatusCode"] == 200 and first["ExecutedVersion"] == "$LATEST", first
    assert body["echo"] == {"a": [1, 2]} and body["name"] == "echo", body
    assert body["environment"] == {"COLOUR": "red", "AWS_REGION": "us-east-1"}, body
    assert body["endpoint"] == local.url, body
    assert 0 < body["left_ms"] <= 10000, body  # 600 s at sixty times the speed
    again = invoke("echo", {}, LogType="Tail")
    assert again["body"]["pid"] == body["pid"], again
    log = base64.b64decode(again["LogResult"]).decode()
    request = again["ResponseMetadata"]["RequestId"]
    lines = log.splitlines()
    assert lines[0] == f"START RequestId: {request} Version: $LATEST", log
    assert lines[1] == "the event is {}" and lines[2] == f"END RequestId: {request}", log
    assert lines[3].startswith(f"REPORT RequestId: {request}\tDuration: "), log
    functions.update_function_configuration(
        FunctionName="echo", Environment={"Variables": {"COLOUR": "blue"}}
    )
    changed = invoke("echo", {})["body"]
    assert changed["environment"]["COLOUR"] == "blue" and changed["pid"] != body["pid"], changed
    # Older clients do not know LoggingConfig.
    path = "/2015-03-31/functions/echo/configuration"
    told = local.send("lambda", "PUT", path, LoggingConfig={"LogFormat": "JSON"})
    assert told["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": "/aws/lambda/echo"}, told
    assert invoke("echo", {})["body"]["echo"] == {}


def what_fails_says_how():
    failed = invoke("echo", {"do": "fail", "type": "Boom"})
    assert failed["StatusCode"] == 200 and failed["FunctionError"] == "Unhandled", failed
    assert failed["body"] == {"errorType": "Boom", "errorMessage": "as it was told"}, failed
    ended = invoke("echo", {"do": "exit"})
    assert ended["body"]["errorType"] == "Runtime.ExitError", ended
    assert ended["body"]["errorMessage"].endswith("exited with error: exit status 3"), ended
    make("short", Timeout=30)
    late = invoke("short", {"do": "hang"}, LogType="Tail")
    assert late["FunctionError"] == "Unhandled", late
    assert late["body"]["errorType"] == "Sandbox.Timedout", late
    assert late["body"]["errorMessage"].endswith("Task timed out after 30.00 seconds"), late
    assert b"Status: timeout" in base64.b64decode(late["LogResult"]), late
    make("broken", Environment={"Variables": {"BROKEN": "1"}})
    assert invoke("broken", {})["body"]["errorType"] == "Broken"
    make("missing", Handler="/no/such/program")
    missing = invoke("missing", {})
    assert missing["body"]["errorType"] == "Runtime.InvalidEntrypoint", missing


def requests_that_cannot_be_done():
    assert functions.invoke(FunctionName="echo", InvocationType="DryRun")["StatusCode"] == 204
    with refused("InvalidRequestContentException", 400):
        functions.invoke(FunctionName="echo", Payload=b"{nothing")
    big = json.dumps("x" * (1 << 20))
    with refused("RequestTooLargeException", 413):
        functions.invoke(FunctionName="echo", Payload=big, InvocationType="Event")
    with refused("ResourceNotFoundException", 404):
        functions.invoke(FunctionName="echo", Qualifier="7")
    bytes_out = invoke("echo", {"do": "big", "bytes": 5 << 20})["body"]
    assert len(bytes_out) == 5 << 20
    import urllib.error
    import urllib.request

    try:
        urllib.request.urlopen(local.url + "/_lambda/none/2018-06-01/runtime/invocation/next")
        raise AssertionError("an instance that there is not")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error


def concurrency_is_reserved_and_kept():
    make("few", Timeout=900)
    functions.put_function_concurrency(FunctionName="few", ReservedConcurrentExecutions=1)
    reserved = functions.get_function_concurrency(FunctionName="few")
    assert reserved["ReservedConcurrentExecutions"] == 1, reserved
    limit = functions.get_account_settings()["AccountLimit"]
    assert limit["ConcurrentExecutions"] == 1000, limit
    assert limit["UnreservedConcurrentExecutions"] == 999, limit
    got = functions.get_function(FunctionName="few")["Concurrency"]
    assert got == {"ReservedConcurrentExecutions": 1}, got
    started = os.path.join(TMP, "started")
    event = {"do": "until", "end": os.path.join(TMP, "let-go"), "path": started}
    busy = threading.Thread(target=invoke, args=("few", event, local.client("lambda")))
    busy.start()
    assert eventually(lambda: os.path.exists(started))
    with refused("TooManyRequestsException", 429):
        invoke("few", {})
    try:
        functions.invoke(FunctionName="few")
    except functions.exceptions.TooManyRequestsException as error:
        assert error.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    with open(event["end"], "w", encoding="ascii"):
        pass
    busy.join()
    for _ in range(20):
        invoke("few", {})  # there is room as soon as the answer is there
    functions.put_function_concurrency(FunctionName="few", ReservedConcurrentExecutions=0)
    with refused("TooManyRequestsException", 429):
        invoke("few", {})
    with refused("InvalidParameterValueException", 400):
        functions.put_function_concurrency(FunctionName="few", ReservedConcurrentExecutions=901)
    functions.delete_function_concurrency(FunctionName="few")
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(
        FunctionName="few"
    )
    assert invoke("few", {})["StatusCode"] == 200


def events_are_tried_three_times_and_then_told_of():
    make("later")
    functions.put_function_event_invoke_config(
        FunctionName="later", DestinationConfig={"OnFailure": {"Destination": queue("lost")}}
    )
    config = functions.get_function_event_invoke_config(FunctionName="later")
    assert config["MaximumRetryAttempts"] == 2, config
    event = {"do": "fail", "type": "Never"}
    taken = functions.invoke(
        FunctionName="later", Payload=json.dumps(event), InvocationType="Event"
    )
    assert taken["StatusCode"] == 202, taken
    (record,) = eventually(lambda: receive("lost"))
    context = record["requestContext"]
    assert context["condition"] == "RetriesExhausted", record
    assert context["approximateInvokeCount"] == 3, record
    assert context["requestId"] == taken["ResponseMetadata"]["RequestId"], record
    assert record["requestPayload"] == event, record
    assert record["responsePayload"]["errorType"] == "Never", record
    make("dead", DeadLetterConfig={"TargetArn": queue("letters")})
    functions.put_function_event_invoke_config(FunctionName="dead", MaximumRetryAttempts=0)
    functions.invoke(FunctionName="dead", Payload=json.dumps(event), InvocationType="Event")
    assert eventually(lambda: receive("letters")) == [event]
    functions.delete_function_event_invoke_config(FunctionName="dead")
    with refused("ResourceNotFoundException", 404):
        functions.get_function_event_invoke_config(FunctionName="dead")


def logs_and_metrics_tell_of_it():
    logs = local.client("logs")
    group = "/aws/lambda/echo"
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert streams and all("/[$LATEST]" in row["logStreamName"] for row in streams), streams
    lines = [
        row["message"]
        for row in logs.filter_log_events(logGroupName=group, filterPattern='"the event"')["events"]
    ]
    assert 'the event is {"a": [1, 2]}' in lines, lines
    for metric, function, least in (
        ("Invocations", "echo", 4),
        ("Errors", "later", 3),
        ("Throttles", "few", 2),
        ("Duration", "echo", 1),
        ("ConcurrentExecutions", "echo", 1),
    ):
        total = local.metric("AWS/Lambda", metric, FunctionName=function)
        assert total >= least, (metric, total)


def an_event_arrives_as_it_was_sent():
    make("odd")
    functions.put_function_event_invoke_config(
        FunctionName="odd", DestinationConfig={"OnSuccess": {"Destination": queue("arrived")}}
    )
    event = {"nul": "a\0b", "fine": 0.12345678901234567}
    functions.invoke(FunctionName="odd", Payload=json.dumps(event), InvocationType="Event")
    (record,) = eventually(lambda: receive("arrived"))
    assert record["responsePayload"]["echo"]["nul"] == event["nul"], record
    lines = local.client("logs").filter_log_events(
        logGroupName="/aws/lambda/odd", filterPattern='"the event"'
    )["events"]
    assert json.dumps(event) in lines[0]["message"], lines


def events_outlive_a_kill():
    make("patient")
    functions.put_function_concurrency(FunctionName="patient", ReservedConcurrentExecutions=0)
    functions.put_function_event_invoke_config(
        FunctionName="patient", DestinationConfig={"OnSuccess": {"Destination": queue("done")}}
    )
    functions.invoke(FunctionName="patient", Payload='{"n": 7}', InvocationType="Event")
    pid = invoke("echo", {})["body"]["pid"]
    again()
    assert eventually(lambda: not alive(pid)), "its processes end with it"
    assert functions.get_function(FunctionName="patient")["Concurrency"]
    functions.delete_function_concurrency(FunctionName="patient")
    (record,) = eventually(lambda: receive("done"))
    assert record["responsePayload"]["echo"] == {"n": 7}, record


def again():
    global functions
    local.kill()
    local.start()
    functions = local.client("lambda")


def the_command_line_client_can_read_it():
    told = subprocess.run(
        ["aws", "--endpoint-url", local.url, "lambda", "list-functions", "--output", "json"],
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
    assert "echo" in [row["FunctionName"] for row in json.loads(told)["Functions"]], told


def idle_instances_end():
    fast = Local("lambda-fast", "--speed", "600")
    client = fast.client("lambda")
    client.create_function(
        FunctionName="idle", Role=ROLE, Handler=WORKER, Code={"ZipFile": b""}, Timeout=900
    )

    def answers():
        """Its process; its timeout is a second and a half there, which may be too short."""
        found = eventually(lambda: invoke("idle", {}, client)["body"].get("pid"))
        assert found
        return found

    pid = answers()
    assert eventually(lambda: not alive(pid)), "ten minutes are a second there"
    assert answers() != pid
    fast.stop()


run(
    [
        functions_are_made_changed_and_deleted,
        a_function_answers_and_its_process_is_used_again,
        what_fails_says_how,
        requests_that_cannot_be_done,
        concurrency_is_reserved_and_kept,
        events_are_tried_three_times_and_then_told_of,
        an_event_arrives_as_it_was_sent,
        logs_and_metrics_tell_of_it,
        events_outlive_a_kill,
        the_command_line_client_can_read_it,
        idle_instances_end,
        local.stop,
    ]
)

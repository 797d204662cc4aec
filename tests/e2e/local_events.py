"""EventBridge of reconlocal: each operation, and what comes to a queue."""

import json
import os
import sys
from datetime import datetime

from local_aws import Local, eventually, refused, run

ARN = "arn:aws:sqs:us-east-1:000000000000:"
local = Local("events", "--speed", "50")
events = local.client("events")


def queue(name, **attributes):
    return local.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]


def receive(name, wait=20):
    """The next message of a queue, which is deleted, or None."""
    answer = local.call(
        "sqs",
        "ReceiveMessage",
        QueueUrl=f"{local.url}/000000000000/{name}",
        WaitTimeSeconds=wait,
        AttributeNames=["SentTimestamp"],
    )
    for message in answer.get("Messages", []):
        local.call(
            "sqs",
            "DeleteMessage",
            QueueUrl=f"{local.url}/000000000000/{name}",
            ReceiptHandle=message["ReceiptHandle"],
        )
        return message
    return None


def take(name, wait=20):
    """The next message as JSON, or None."""
    message = receive(name, wait)
    return message and json.loads(message["Body"])


def rule(name, pattern, *targets, **more):
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), **more)
    events.put_targets(
        Rule=name,
        Targets=[
            target if isinstance(target, dict) else {"Id": str(n), "Arn": ARN + target}
            for n, target in enumerate(targets)
        ],
    )


def put(detail, source="recon.test", kind="Test"):
    answer = events.put_events(
        Entries=[{"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}]
    )
    assert answer["FailedEntryCount"] == 0, answer
    return answer["Entries"][0]["EventId"]


def rules_and_targets_are_kept():
    queue("in")
    arn = events.put_rule(Name="one", EventPattern='{"source":["recon.test"]}', Description="d")
    assert arn["RuleArn"].endswith(":rule/one")
    events.put_rule(Name="two", ScheduleExpression="rate(5 minutes)", State="DISABLED")
    assert [r["Name"] for r in events.list_rules()["Rules"]] == ["one", "two"]
    page = events.list_rules(Limit=1)
    assert [r["Name"] for r in events.list_rules(NextToken=page["NextToken"])["Rules"]] == ["two"]
    assert [r["Name"] for r in events.list_rules(NamePrefix="o")["Rules"]] == ["one"]
    told = events.describe_rule(Name="one")
    assert told["Description"] == "d" and told["State"] == "ENABLED"
    assert told["EventBusName"] == "default"
    target = {
        "Id": "a",
        "Arn": ARN + "in",
        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 600},
        "DeadLetterConfig": {"Arn": ARN + "dead"},
    }
    assert events.put_targets(Rule="one", Targets=[target])["FailedEntryCount"] == 0
    assert events.list_targets_by_rule(Rule="one")["Targets"] == [target]
    with refused("ValidationException", 400):
        events.delete_rule(Name="one")
    for call, members in (
        (events.describe_rule, {"Name": "none"}),
        (events.list_targets_by_rule, {"Rule": "none"}),
        (events.put_targets, {"Rule": "none", "Targets": [target]}),
        (events.list_rules, {"EventBusName": "none"}),
    ):
        with refused("ResourceNotFoundException", 400):
            call(**members)
    for pattern in ("{}", "[]", '{"a":"b"}', '{"a":[]}', '{"a":[{"like":"x"}]}', "no"):
        with refused("InvalidEventPatternException", 400):
            events.put_rule(Name="bad", EventPattern=pattern)
    with refused("ValidationException", 400):
        events.put_rule(Name="bad", ScheduleExpression="rate(0 minutes)")
    with refused("ValidationException", 400):
        events.put_rule(Name="bad")
    assert put({"n": 1}) and take("in")["detail"] == {"n": 1}
    events.remove_targets(Rule="one", Ids=["a"])
    events.delete_rule(Name="one")
    events.delete_rule(Name="two")
    events.delete_rule(Name="two")
    assert events.list_rules()["Rules"] == []


def an_event_comes_as_it_was_put():
    rule("all", {"source": ["recon.test"]}, "in")
    answer = events.put_events(
        Entries=[
            {
                "Source": "recon.test",
                "DetailType": "Day Closed",
                "Detail": '{"day":"2026-04-01"}',
                "Time": 1775000000,
                "Resources": ["arn:aws:s3:::x"],
                "EventBusName": "default",
            },
            {"Source": "recon.test", "DetailType": "x", "Detail": "no JSON"},
            {"Source": "aws.s3", "DetailType": "x", "Detail": "{}"},
            {"DetailType": "x", "Detail": "{}"},
        ]
    )
    assert answer["FailedEntryCount"] == 3
    codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
    assert codes == [None, "MalformedDetail", "NotAuthorizedForSourceException", "InvalidArgument"]
    event = take("in")
    assert event == {
        "version": "0",
        "id": answer["Entries"][0]["EventId"],
        "detail-type": "Day Closed",
        "source": "recon.test",
        "account": "000000000000",
        "time": "2026-03-31T23:33:20Z",
        "region": "us-east-1",
        "resources": ["arn:aws:s3:::x"],
        "detail": {"day": "2026-04-01"},
    }
    with refused("ValidationException", 400):
        events.put_events(
            Entries=[{"Source": "s", "DetailType": "d", "Detail": json.dumps({"x": "y" * 270000})}]
        )


def objects_of_s3_are_events():
    queue("objects")
    rule(
        "objects",
        {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": ["files"]},
                "object": {"key": [{"wildcard": "in/*.csv"}], "size": [{"numeric": [">", 0]}]},
            },
        },
        "objects",
    )
    s3 = local.client("s3")
    s3.create_bucket(Bucket="files")
    s3.put_bucket_versioning(Bucket="files", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="files", Key="out/a.csv", Body=b"x")
    s3.put_object(Bucket="files", Key="in/empty.csv", Body=b"")
    first = s3.put_object(Bucket="files", Key="in/a.csv", Body=b"hello")
    s3.copy_object(Bucket="files", Key="in/b.csv", CopySource="files/in/a.csv")
    upload = s3.create_multipart_upload(Bucket="files", Key="in/c.csv")["UploadId"]
    of = {"Bucket": "files", "Key": "in/c.csv", "UploadId": upload}
    etag = s3.upload_part(PartNumber=1, Body=b"part", **of)["ETag"]
    s3.complete_multipart_upload(
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}, **of
    )
    got = [take("objects") for _ in range(3)]
    got.sort(key=lambda event: event["detail"]["object"]["sequencer"])
    assert [event["detail"]["reason"] for event in got] == [
        "PutObject",
        "CopyObject",
        "CompleteMultipartUpload",
    ]
    event = got[0]
    assert event["resources"] == ["arn:aws:s3:::files"]
    assert event["detail"]["version"] == "0" and event["detail"]["requester"] == "000000000000"
    about = event["detail"]["object"]
    assert about["key"] == "in/a.csv" and about["size"] == 5
    assert about["etag"] == first["ETag"].strip('"') and about["version-id"] == first["VersionId"]
    assert take("objects", 0) is None


def a_target_gets_a_part_or_a_text():
    for name in ("part", "constant", "text", "json"):
        queue(name)
    rule(
        "inputs",
        {"source": ["recon.inputs"]},
        {"Id": "1", "Arn": ARN + "part", "InputPath": "$.detail.object"},
        {"Id": "2", "Arn": ARN + "constant", "Input": '{"always":true}'},
        {
            "Id": "3",
            "Arn": ARN + "text",
            "InputTransformer": {
                "InputPathsMap": {"key": "$.detail.object.key", "n": "$.detail.list[1]"},
                "InputTemplate": '"key <key>, <n>, <missing> of <aws.events.rule-name>"',
            },
        },
        {
            "Id": "4",
            "Arn": ARN + "json",
            "InputTransformer": {
                "InputPathsMap": {"o": "$.detail.object", "key": "$.detail.object.key"},
                "InputTemplate": '{"object": <o>, "path": "s3://<key>", "key": <key>, "x": <none>}',
            },
        },
    )
    put({"object": {"key": 'a"b'}, "list": [1, 2]}, "recon.inputs")
    assert take("part") == {"key": 'a"b'}
    assert take("constant") == {"always": True}
    assert take("text") == 'key a"b, 2,  of inputs'
    assert take("json") == {
        "object": {"key": 'a"b'},
        "path": 's3://a"b',
        "key": 'a"b',
        "x": None,
    }


def what_cannot_be_delivered_goes_to_the_dead_letter_queue():
    queue("graveyard")
    target = {"Id": "1", "Arn": ARN + "gone", "DeadLetterConfig": {"Arn": ARN + "graveyard"}}
    rule("undeliverable", {"source": ["recon.lost"]}, target)
    put({"n": 5}, "recon.lost")
    assert take("graveyard")["detail"] == {"n": 5}


def a_function_gets_events_as_lambda_retries_them():
    queue("failed")
    functions = local.client("lambda")
    worker = os.path.abspath("tests/e2e/local_worker.py")
    functions.create_function(
        FunctionName="target",
        Role="arn:aws:iam::000000000000:role/recon",
        Handler=f"{sys.executable} {worker}",
        Code={"ZipFile": b""},
        Timeout=600,
    )
    functions.put_function_event_invoke_config(
        FunctionName="target",
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": ARN + "failed"}},
    )
    arn = "arn:aws:lambda:us-east-1:000000000000:function:"
    part = {"Id": "1", "Arn": arn + "target", "InputPath": "$.detail"}
    rule("function", {"source": ["recon.function"]}, part)
    put({"do": "fail", "type": "Boom"}, "recon.function")
    record = eventually(lambda: take("failed", 0))
    assert record["requestPayload"] == {"do": "fail", "type": "Boom"}, record
    assert record["requestContext"]["approximateInvokeCount"] == 2, record
    lost = {"Arn": arn + "none", "DeadLetterConfig": {"Arn": ARN + "failed"}, "Id": "1"}
    rule("function", {"source": ["recon.function"]}, lost)
    put({"n": 6}, "recon.function")
    assert eventually(lambda: take("failed", 0))["detail"] == {"n": 6}


def a_schedule_runs():
    queue("ticks")
    events.put_rule(Name="tick", ScheduleExpression="rate(1 minute)")
    events.put_rule(Name="cron", ScheduleExpression="cron(* * * * ? *)")
    for name in ("tick", "cron"):
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": ARN + "ticks"}])
    seen = set()
    for _ in range(20):
        event = take("ticks")
        seen |= set(event["resources"]) if event else set()
        if len(seen) == 2:
            break
    assert len(seen) == 2 and event["detail-type"] == "Scheduled Event"
    for name in ("tick", "cron"):
        events.remove_targets(Rule=name, Ids=["1"])


def the_weather_brings_events_twice_and_late():
    queue("stormy")
    rule("stormy", {"source": ["recon.storm"]}, "stormy")
    local.call("local", "SetWeather", rules=[{"service": "events", "kind": "duplicate"}])
    put({"n": 1}, "recon.storm")
    twice = [take("stormy"), take("stormy")]
    assert twice[0] == twice[1] and twice[0]["detail"] == {"n": 1}
    rules = [{"service": "events", "kind": "late", "late_ms": 60000}]
    local.call("local", "SetWeather", rules=rules)
    put({"n": 2}, "recon.storm")
    local.call("local", "SetWeather", rules=[])
    put({"n": 3}, "recon.storm")
    late_s = {}
    for _ in range(2):
        message = eventually(lambda: receive("stormy"))
        event = json.loads(message["Body"])
        began = datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
        sent_s = int(message["Attributes"]["SentTimestamp"]) / 1000
        late_s[event["detail"]["n"]] = sent_s - began.timestamp()
    assert late_s[2] >= 60 > late_s[3], late_s


def deliveries_survive_a_kill():
    global events
    rules = [{"service": "events", "kind": "late", "late_ms": 100000}]
    local.call("local", "SetWeather", rules=rules)
    put({"n": 4}, "recon.storm")
    local.kill()
    local.start()
    events = local.client("events")
    assert eventually(lambda: take("stormy"))["detail"] == {"n": 4}
    assert take("stormy", 0) is None
    local.stop()


run(
    [
        rules_and_targets_are_kept,
        an_event_comes_as_it_was_put,
        objects_of_s3_are_events,
        a_target_gets_a_part_or_a_text,
        what_cannot_be_delivered_goes_to_the_dead_letter_queue,
        a_function_gets_events_as_lambda_retries_them,
        a_schedule_runs,
        the_weather_brings_events_twice_and_late,
        deliveries_survive_a_kill,
    ]
)

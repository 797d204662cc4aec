"""SQS of reconlocal: each operation, and how it fails."""

import base64
import contextlib
import hashlib
import json
import struct
import threading
import time

from local_aws import Local, eventually, refused, run

ARN = "arn:aws:sqs:us-east-1:000000000000:"
slow = Local("sqs")  # for what has to last while it is looked at
fast = Local("sqs-fast", "--speed", "20")  # for what is waited for
local = slow


@contextlib.contextmanager
def fast_clock():
    global local
    local = fast
    try:
        yield
    finally:
        local = slow


def sqs(operation, **members):
    return local.call("sqs", operation, **members)


def url(name):
    return f"{local.url}/000000000000/{name}"


def create(name, **attributes):
    return sqs("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]


def send(name, body, **members):
    return sqs("SendMessage", QueueUrl=url(name), MessageBody=body, **members)


def receive(name, **members):
    return sqs("ReceiveMessage", QueueUrl=url(name), **members).get("Messages", [])


def delete(name, message):
    sqs("DeleteMessage", QueueUrl=url(name), ReceiptHandle=message["ReceiptHandle"])


def attributes(name, *names):
    answer = sqs("GetQueueAttributes", QueueUrl=url(name), AttributeNames=list(names) or ["All"])
    return answer.get("Attributes", {})


def counts(name):
    got = attributes(name)
    return tuple(
        int(got["ApproximateNumberOfMessages" + kind]) for kind in ("", "NotVisible", "Delayed")
    )


def fresh(name, **settings):
    """An empty queue."""
    create(name, **settings)
    while True:
        messages = receive(name, MaxNumberOfMessages=10)
        if not messages:
            return
        for message in messages:
            delete(name, message)


def queues_are_made_listed_and_described():
    assert create("first", VisibilityTimeout="60") == url("first")
    assert create("first", VisibilityTimeout="60") == url("first")
    assert create("first") == url("first")
    with refused("QueueNameExists", 400):
        create("first", VisibilityTimeout="61")
    with refused("InvalidAttributeValue"):
        create("bad", VisibilityTimeout="43201")
    with refused("InvalidAttributeName"):
        create("bad", Colour="red")
    with refused("InvalidParameterValueException"):
        create("bad name")
    create("second")
    assert sqs("ListQueues")["QueueUrls"] == [url("first"), url("second")]
    assert sqs("ListQueues", QueueNamePrefix="se")["QueueUrls"] == [url("second")]
    page = sqs("ListQueues", MaxResults=1)
    assert page["QueueUrls"] == [url("first")]
    page = sqs("ListQueues", MaxResults=1, NextToken=page["NextToken"])
    assert page["QueueUrls"] == [url("second")] and "NextToken" not in page
    assert sqs("GetQueueUrl", QueueName="first")["QueueUrl"] == url("first")
    with refused("QueueDoesNotExist", 400):
        sqs("GetQueueUrl", QueueName="none")
    got = attributes("first")
    assert got["VisibilityTimeout"] == "60" and got["QueueArn"] == ARN + "first"
    assert got["MessageRetentionPeriod"] == "345600" and got["DelaySeconds"] == "0"
    assert attributes("first", "DelaySeconds") == {"DelaySeconds": "0"}
    assert "Attributes" not in sqs("GetQueueAttributes", QueueUrl=url("first"))
    with refused("InvalidAttributeName"):
        attributes("first", "Colour")
    sqs("SetQueueAttributes", QueueUrl=url("first"), Attributes={"DelaySeconds": "3"})
    assert attributes("first")["DelaySeconds"] == "3"
    sqs("DeleteQueue", QueueUrl=url("second"))
    with refused("QueueDoesNotExist"):
        sqs("DeleteQueue", QueueUrl=url("second"))


def digest(named):
    def sized(data):
        return struct.pack(">I", len(data)) + data

    whole = b""
    for name, value in sorted(named.items()):
        whole += sized(name.encode()) + sized(value["DataType"].encode())
        if "BinaryValue" in value:
            whole += b"\2" + sized(base64.b64decode(value["BinaryValue"]))
        else:
            whole += b"\1" + sized(value["StringValue"].encode())
    return hashlib.md5(whole).hexdigest()


def a_message_comes_back_as_it_was_sent():
    fresh("messages")
    named = {
        "b.x": {"DataType": "String", "StringValue": "é"},
        "a": {"DataType": "Number", "StringValue": "12"},
        "c": {"DataType": "Binary", "BinaryValue": base64.b64encode(b"\0\1").decode()},
    }
    body = json.dumps({"k": "é\n"})
    sent = send("messages", body, MessageAttributes=named)
    assert sent["MD5OfMessageBody"] == hashlib.md5(body.encode()).hexdigest()
    assert sent["MD5OfMessageAttributes"] == digest(named)
    (got,) = receive(
        "messages", MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )
    assert got["Body"] == body and got["MessageId"] == sent["MessageId"]
    assert got["MessageAttributes"] == named and got["MD5OfMessageAttributes"] == digest(named)
    assert got["Attributes"]["ApproximateReceiveCount"] == "1"
    assert got["Attributes"]["SenderId"] and int(got["Attributes"]["SentTimestamp"]) > 10**12
    assert counts("messages") == (0, 1, 0) and receive("messages") == []
    delete("messages", got)
    assert counts("messages") == (0, 0, 0)
    send("messages", "x", MessageAttributes=named)
    (got,) = receive("messages", MessageAttributeNames=["b.*"], AttributeNames=["SentTimestamp"])
    assert list(got["MessageAttributes"]) == ["b.x"] and list(got["Attributes"]) == ["SentTimestamp"]
    for members, code in (
        ({"MessageBody": ""}, "MissingRequiredParameterException"),
        ({"MessageBody": "\x01"}, "InvalidMessageContents"),
        ({"MessageBody": "x" * (1 << 20) + "x"}, "InvalidParameterValueException"),
        ({"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValueException"),
    ):
        with refused(code, 400):
            sqs("SendMessage", QueueUrl=url("messages"), **members)
    with refused("QueueDoesNotExist"):
        send("none", "x")
    with refused("InvalidParameterValueException"):
        receive("messages", MaxNumberOfMessages=11)
    with refused("ReceiptHandleIsInvalid"):
        delete("messages", {"ReceiptHandle": "what"})


def visibility_and_delays():
    fresh("hidden", VisibilityTimeout="60")
    send("hidden", "x")
    (first,) = receive("hidden")
    handle = {"QueueUrl": url("hidden"), "ReceiptHandle": first["ReceiptHandle"]}
    sqs("ChangeMessageVisibility", VisibilityTimeout=0, **handle)
    (second,) = receive("hidden", AttributeNames=["ApproximateReceiveCount"], VisibilityTimeout=30)
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    with refused("InvalidParameterValueException"):
        sqs("ChangeMessageVisibility", VisibilityTimeout=5, **handle)
    delete("hidden", first)  # of an earlier receipt: nothing happens
    assert counts("hidden") == (0, 1, 0)
    handle["ReceiptHandle"] = second["ReceiptHandle"]
    with refused("InvalidParameterValueException"):
        sqs("ChangeMessageVisibility", VisibilityTimeout=43201, **handle)
    delete("hidden", second)
    send("hidden", "later", DelaySeconds=900)
    assert receive("hidden") == [] and counts("hidden") == (0, 0, 1)


def now_ms():
    return local.call("local", "GetStatus")["nowMs"]


def visibility_and_delays_pass():
    """No earlier than they should, and while somebody waits for it."""
    with fast_clock():
        fresh("passing", VisibilityTimeout="10")
        before = now_ms()
        send("passing", "later", DelaySeconds=10)
        for _ in range(2):
            assert eventually(lambda: receive("passing", WaitTimeSeconds=20))[0]["Body"] == "later"
            assert now_ms() >= before + 10000
            before += 10000


def what_is_not_hidden_is_there_for_the_next_request():
    """However soon that comes: the requests follow each other within a millisecond."""
    fresh("open")
    for n in range(2):
        send("open", str(n))
    request = {"QueueUrl": url("open"), "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
    for answer in local.many(200, "sqs", "ReceiveMessage", **request):
        assert sorted(m["Body"] for m in answer["Messages"]) == ["0", "1"]
    assert counts("open") == (2, 0, 0)


def a_long_poll_ends_when_a_message_comes():
    fresh("polled")
    got = []
    waiters = [
        threading.Thread(target=lambda: got.append(receive("polled", WaitTimeSeconds=20)))
        for _ in range(3)
    ]
    began = time.monotonic()
    for waiter in waiters:
        waiter.start()
    time.sleep(0.1)  # they wait by now; those that do not yet find their message there
    for n in range(3):
        send("polled", str(n))
    for waiter in waiters:
        waiter.join()
    assert sorted(m["Body"] for messages in got for m in messages) == ["0", "1", "2"]
    assert all(len(messages) == 1 for messages in got), got
    assert time.monotonic() - began < 20
    assert receive("polled", WaitTimeSeconds=1) == [], "each has been taken"


def batches_fail_in_parts():
    fresh("batch")
    answer = sqs(
        "SendMessageBatch",
        QueueUrl=url("batch"),
        Entries=[
            {"Id": "good", "MessageBody": "1"},
            {"Id": "bad", "MessageBody": "\x01"},
            {"Id": "late", "MessageBody": "2", "DelaySeconds": 900},
        ],
    )
    assert [e["Id"] for e in answer["Successful"]] == ["good", "late"]
    (failed,) = answer["Failed"]
    assert failed["Id"] == "bad" and failed["SenderFault"] is True
    assert failed["Code"] == "InvalidMessageContents"
    for entries, code in (
        ([], "EmptyBatchRequest"),
        ([{"Id": str(n), "MessageBody": "x"} for n in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a", "MessageBody": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "MessageBody": "x"}], "InvalidBatchEntryId"),
        (
            [{"Id": str(n), "MessageBody": "x" * 600000} for n in range(2)],
            "BatchRequestTooLong",
        ),
    ):
        with refused(code, 400):
            sqs("SendMessageBatch", QueueUrl=url("batch"), Entries=entries)
    (message,) = receive("batch", VisibilityTimeout=600)
    hide = {"Id": "a", "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 900}
    wrong = {"Id": "b", "ReceiptHandle": "none", "VisibilityTimeout": 9}
    answer = sqs("ChangeMessageVisibilityBatch", QueueUrl=url("batch"), Entries=[hide, wrong])
    assert answer["Successful"] == [{"Id": "a"}]
    assert answer["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"
    answer = sqs("DeleteMessageBatch", QueueUrl=url("batch"), Entries=[hide, wrong])
    assert answer["Successful"] == [{"Id": "a"}] and answer["Failed"][0]["Id"] == "b"
    assert counts("batch") == (0, 0, 1)


def what_is_received_too_often_goes_to_the_dead_letter_queue():
    fresh("dead")
    policy = json.dumps({"deadLetterTargetArn": ARN + "dead", "maxReceiveCount": 2})
    fresh("alive", RedrivePolicy=policy)
    with refused("InvalidParameterValueException"):
        create("bad", RedrivePolicy=policy.replace("dead", "none"))
    send("alive", "poison")
    for _ in range(2):
        assert receive("alive", VisibilityTimeout=0)
    assert eventually(lambda: receive("alive", VisibilityTimeout=0) == [])
    (message,) = receive("dead", AttributeNames=["All"], VisibilityTimeout=0)
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == ARN + "alive"
    sources = sqs("ListDeadLetterSourceQueues", QueueUrl=url("dead"))
    assert sources["queueUrls"] == [url("alive")]


def without_its_dead_letter_queue_a_queue_goes_on():
    fresh("gone")
    policy = json.dumps({"deadLetterTargetArn": ARN + "gone", "maxReceiveCount": 1})
    fresh("bereaved", RedrivePolicy=policy, VisibilityTimeout="0")
    sqs("DeleteQueue", QueueUrl=url("gone"))
    send("bereaved", "x")
    for _ in range(3):
        (message,) = receive("bereaved", WaitTimeSeconds=20)
        assert message["Body"] == "x", message


def messages_are_moved_back_at_a_rate():
    for n in range(29):
        send("alive", f"poison {n}")
    while receive("alive", MaxNumberOfMessages=10, VisibilityTimeout=0):
        pass
    assert counts("dead")[0] == 30
    task = sqs("StartMessageMoveTask", SourceArn=ARN + "dead", MaxNumberOfMessagesPerSecond=1)
    with refused("UnsupportedOperation"):
        sqs("StartMessageMoveTask", SourceArn=ARN + "dead")
    (told,) = sqs("ListMessageMoveTasks", SourceArn=ARN + "dead")["Results"]
    assert told["Status"] == "RUNNING" and told["TaskHandle"] == task["TaskHandle"]
    assert told["ApproximateNumberOfMessagesToMove"] == 30
    assert told["MaxNumberOfMessagesPerSecond"] == 1
    assert eventually(lambda: counts("alive")[0] >= 2)
    moved = sqs("CancelMessageMoveTask", **task)["ApproximateNumberOfMessagesMoved"]
    assert 2 <= moved < 30 and counts("alive")[0] == moved
    with refused("UnsupportedOperation"):
        sqs("CancelMessageMoveTask", **task)
    with refused("ResourceNotFoundException"):
        sqs("CancelMessageMoveTask", TaskHandle="none")
    sqs("StartMessageMoveTask", SourceArn=ARN + "dead")
    assert eventually(lambda: counts("dead") == (0, 0, 0))
    assert counts("alive")[0] == 30
    (last, first) = sqs("ListMessageMoveTasks", SourceArn=ARN + "dead", MaxResults=10)["Results"]
    assert last["Status"] == "COMPLETED" and first["Status"] == "CANCELLED"
    assert "TaskHandle" not in last
    with refused("InvalidParameterValueException"):
        sqs("StartMessageMoveTask", SourceArn=ARN + "alive")
    with refused("ResourceNotFoundException"):
        sqs("StartMessageMoveTask", SourceArn=ARN + "none")
    send("dead", "of no queue")
    sqs("StartMessageMoveTask", SourceArn=ARN + "dead")

    def reason():
        (told,) = sqs("ListMessageMoveTasks", SourceArn=ARN + "dead")["Results"]
        return told.get("FailureReason")

    assert eventually(reason) == "CouldNotDetermineMessageSource"


def a_queue_is_purged_once_a_minute():
    fresh("purged")
    for _ in range(3):
        send("purged", "x")
    sqs("PurgeQueue", QueueUrl=url("purged"))
    assert counts("purged") == (0, 0, 0)
    with refused("PurgeQueueInProgress"):
        sqs("PurgeQueue", QueueUrl=url("purged"))


def old_messages_expire():
    with fast_clock():
        fresh("short", MessageRetentionPeriod="60")
        send("short", "x")
        assert eventually(lambda: counts("short") == (0, 0, 0))


def the_weather_delivers_twice_and_late():
    fresh("weather")
    rules = [{"service": "sqs", "kind": "duplicate"}]
    local.call("local", "SetWeather", rules=rules)
    send("weather", "twice")
    assert receive("weather") and eventually(lambda: receive("weather"))
    local.call("local", "SetWeather", rules=[{"service": "sqs", "kind": "late", "late_ms": 900000}])
    fresh("late")
    send("late", "late")
    assert receive("late") == [] and counts("late") == (0, 0, 1)
    local.call("local", "SetWeather", rules=[])


def the_weather_fills_a_dead_letter_queue():
    fresh("graves")
    policy = json.dumps({"deadLetterTargetArn": ARN + "graves", "maxReceiveCount": "9"})
    fresh("sick", RedrivePolicy=policy)
    fresh("well", RedrivePolicy=policy)
    local.call("local", "SetWeather", rules=[{"service": "sqs", "kind": "dead", "resource": "sick"}])
    send("sick", "one")
    send("well", "two")
    assert receive("sick") == [] and [m["Body"] for m in receive("well")] == ["two"]
    assert [m["Body"] for m in receive("graves")] == ["one"]
    local.call("local", "SetWeather", rules=[])


def messages_and_their_visibility_survive_a_kill():
    fresh("kept", VisibilityTimeout="600")
    for n in range(5):
        send("kept", str(n))
    taken = receive("kept", MaxNumberOfMessages=2)
    send("kept", "delayed", DelaySeconds=900)
    local.kill()
    local.start()
    assert counts("kept") == (3, 2, 1)
    delete("kept", taken[0])
    rest = receive("kept", MaxNumberOfMessages=10)
    assert {m["Body"] for m in rest} | {m["Body"] for m in taken} == set("01234")
    assert len({m["MessageId"] for m in rest} | {send("kept", "n")["MessageId"]}) == 4
    waiting = threading.Thread(target=lambda: quiet(receive, "kept", WaitTimeSeconds=20))
    waiting.start()
    time.sleep(0.1)
    local.stop()
    waiting.join()


def quiet(what, *positional, **named):
    try:
        what(*positional, **named)
    except OSError:
        pass


run(
    [
        queues_are_made_listed_and_described,
        a_message_comes_back_as_it_was_sent,
        visibility_and_delays,
        visibility_and_delays_pass,
        what_is_not_hidden_is_there_for_the_next_request,
        a_long_poll_ends_when_a_message_comes,
        batches_fail_in_parts,
        what_is_received_too_often_goes_to_the_dead_letter_queue,
        without_its_dead_letter_queue_a_queue_goes_on,
        messages_are_moved_back_at_a_rate,
        a_queue_is_purged_once_a_minute,
        old_messages_expire,
        the_weather_delivers_twice_and_late,
        the_weather_fills_a_dead_letter_queue,
        messages_and_their_visibility_survive_a_kill,
        fast.stop,
    ]
)

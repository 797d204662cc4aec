"""Queues that feed functions, and rules that call them, in reconlocal."""

import json
import os
import sys

from local_aws import TMP, Local, eventually, refused, run

local = Local("source", "--speed", "30")
functions = local.client("lambda")
WORKER = os.path.join(TMP, "worker.py")
SEEN = os.path.join(TMP, "seen")

# Writes down what it was given; fails where the event says so.
with open(WORKER, "w", encoding="ascii") as file:
    file.write(f"""
import http.client, json, os, time
host, _, path = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
base = ("/" + path if path else "") + "/2018-06-01/runtime/invocation/"
def call(method, where, data=None):
    connection = http.client.HTTPConnection(host)
    connection.request(method, base + where, data)
    answer = connection.getresponse()
    text = answer.read()
    return answer, text
while True:
    answer, text = call("GET", "next")
    id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    event = json.loads(text)
    with open({SEEN!r}, "a") as file:
        file.write(json.dumps([time.time(), os.getpid(), event]) + "\\n")
    bodies = [record["body"] for record in event.get("Records", [])]
    time.sleep(0.05 * sum("slow" in body for body in bodies))
    if any("crash" in body for body in bodies):
        call("POST", id + "/error", '{{"errorMessage": "told to"}}')
        continue
    failures = [
        {{"itemIdentifier": record["messageId"]}}
        for record in event.get("Records", []) if "bad" in record["body"]
    ]
    call("POST", id + "/response", json.dumps({{"batchItemFailures": failures}}))
""")


def seen():
    """Every event so far."""
    if not os.path.exists(SEEN):
        return []
    with open(SEEN, encoding="ascii") as lines:
        return [json.loads(line)[2] for line in lines]


def bodies():
    return [record["body"] for event in seen() for record in event.get("Records", [])]


def forget():
    if os.path.exists(SEEN):
        os.remove(SEEN)


def queue(name, **attributes):
    local.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes)
    return f"arn:aws:sqs:us-east-1:000000000000:{name}"


def send(name, *texts):
    for text in texts:
        local.call(
            "sqs",
            "SendMessage",
            QueueUrl=f"{local.url}/000000000000/{name}",
            MessageBody=text,
            MessageAttributes={"n": {"DataType": "Number", "StringValue": "1"}},
        )


def left(name):
    got = local.call(
        "sqs",
        "GetQueueAttributes",
        QueueUrl=f"{local.url}/000000000000/{name}",
        AttributeNames=["All"],
    )["Attributes"]
    return sum(int(v) for k, v in got.items() if k.startswith("ApproximateNumberOfMessages"))


def function(name, timeout=600):
    functions.create_function(
        FunctionName=name,
        Role="arn:aws:iam::000000000000:role/recon",
        Runtime="provided.al2023",
        Handler=f"{sys.executable} {WORKER}",
        Code={"ZipFile": b"PK"},
        Timeout=timeout,
    )


def mapping(method, path="", **members):
    """A mapping's request with members that Debian's boto3 does not know."""
    return local.send("lambda", method, "/2015-03-31/event-source-mappings/" + path, **members)


def mappings_are_made_changed_and_deleted():
    function("one")
    source = queue("plain", VisibilityTimeout="600")
    made = functions.create_event_source_mapping(EventSourceArn=source, FunctionName="one")
    assert made["State"] == "Enabled" and made["BatchSize"] == 10
    assert made["FunctionArn"].endswith(":function:one")
    with refused("ResourceConflictException", 409):
        functions.create_event_source_mapping(EventSourceArn=source, FunctionName="one")
    with refused("ResourceNotFoundException", 404):
        functions.create_event_source_mapping(EventSourceArn=source, FunctionName="none")
    with refused("InvalidParameterValueException", 400):
        functions.create_event_source_mapping(EventSourceArn=source + "x", FunctionName="one")
    with refused("InvalidParameterValueException", 400):
        functions.create_event_source_mapping(
            EventSourceArn=queue("hasty", VisibilityTimeout="30"), FunctionName="one"
        )
    with refused("InvalidParameterValueException", 400):
        functions.update_event_source_mapping(UUID=made["UUID"], BatchSize=11)
    changed = mapping(
        "PUT", made["UUID"], BatchSize=2, ScalingConfig={"MaximumConcurrency": 2}
    )
    assert changed["BatchSize"] == 2
    assert mapping("GET", made["UUID"])["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert functions.get_event_source_mapping(UUID=made["UUID"])["BatchSize"] == 2
    for by in ({"FunctionName": "one"}, {"EventSourceArn": source}, {}):
        listed = functions.list_event_source_mappings(**by)["EventSourceMappings"]
        assert [m["UUID"] for m in listed] == [made["UUID"]]
    for other in ("two", "o_e"):
        listed = functions.list_event_source_mappings(FunctionName=other)["EventSourceMappings"]
        assert listed == [], (other, listed)
    assert functions.delete_event_source_mapping(UUID=made["UUID"])["State"] == "Deleting"
    with refused("ResourceNotFoundException", 404):
        functions.get_event_source_mapping(UUID=made["UUID"])


def messages_come_in_batches_and_are_deleted():
    forget()
    source = queue("fed", VisibilityTimeout="600")
    send("fed", *[f"message {n}" for n in range(25)])
    functions.create_event_source_mapping(
        EventSourceArn=source,
        FunctionName="one",
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    assert eventually(lambda: left("fed") == 0)
    assert sorted(bodies()) == sorted(f"message {n}" for n in range(25)), bodies()
    assert max(len(event["Records"]) for event in seen()) == 10
    record = seen()[0]["Records"][0]
    assert record["eventSource"] == "aws:sqs" and record["eventSourceARN"] == source
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"]["n"]["stringValue"] == "1"
    assert record["awsRegion"] == "us-east-1" and record["md5OfBody"]


def what_failed_comes_again_and_goes_to_the_dead_letter_queue():
    forget()
    dead = queue("fed-dead")
    local.call(
        "sqs",
        "SetQueueAttributes",
        QueueUrl=f"{local.url}/000000000000/fed",
        Attributes={
            "VisibilityTimeout": "90",
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2}),
        },
    )
    send("fed", "good 1", "bad 1", "good 2")
    assert eventually(lambda: left("fed-dead") == 1)
    assert bodies().count("bad 1") == 2 and bodies().count("good 1") == 1
    send("fed", "crash")
    assert eventually(lambda: left("fed-dead") == 2)
    assert bodies().count("crash") == 2 and left("fed") == 0

    def result():
        (told,) = functions.list_event_source_mappings(FunctionName="one")["EventSourceMappings"]
        return told["LastProcessingResult"].startswith("PROBLEM")

    assert eventually(result)


def a_mapping_has_its_concurrency():
    forget()
    function("narrow")
    source = queue("narrow", VisibilityTimeout="600")
    mapping(
        "POST",
        EventSourceArn=source,
        FunctionName="narrow",
        BatchSize=1,
        ScalingConfig={"MaximumConcurrency": 2},
    )
    send("narrow", *[f"slow {n}" for n in range(10)])
    assert eventually(lambda: left("narrow") == 0)
    with open(SEEN, encoding="ascii") as lines:
        began = [json.loads(line)[0] for line in lines]
    for at in began:  # each takes 50 ms
        assert sum(at <= other < at + 0.05 for other in began) <= 2, began
    assert len(bodies()) == 10


def a_filter_takes_what_it_wants():
    forget()
    function("picky")
    source = queue("picky", VisibilityTimeout="600")
    functions.create_event_source_mapping(
        EventSourceArn=source,
        FunctionName="picky",
        FilterCriteria={"Filters": [{"Pattern": '{"body":{"kind":["file"]}}'}]},
    )
    send("picky", '{"kind":"note"}', '{"kind":"file"}', "plain")
    assert eventually(lambda: left("picky") == 0)
    assert bodies() == ['{"kind":"file"}']


def a_rule_calls_a_function():
    forget()
    events = local.client("events")
    events.put_rule(Name="call", EventPattern='{"source":["recon.call"]}')
    arn = functions.get_function(FunctionName="one")["Configuration"]["FunctionArn"]
    events.put_targets(Rule="call", Targets=[{"Id": "1", "Arn": arn}])
    events.put_events(
        Entries=[{"Source": "recon.call", "DetailType": "x", "Detail": '{"n":1}'}]
    )
    assert eventually(lambda: [e["detail"] for e in seen() if "detail" in e] == [{"n": 1}])


def a_mapping_can_be_paused_and_survives_a_kill():
    global functions
    forget()
    (fed,) = functions.list_event_source_mappings(FunctionName="one")["EventSourceMappings"]
    paused = functions.update_event_source_mapping(UUID=fed["UUID"], Enabled=False)
    assert paused["State"] == "Disabled"
    send("fed", "while paused")
    local.kill()
    local.start()
    functions = local.client("lambda")
    assert left("fed") == 1 and bodies() == []
    functions.update_event_source_mapping(UUID=fed["UUID"], Enabled=True)
    assert eventually(lambda: bodies() == ["while paused"] and left("fed") == 0)
    send("fed", "slow before")
    assert eventually(lambda: "slow before" in bodies())
    local.kill()
    local.start()
    functions = local.client("lambda")
    assert eventually(lambda: left("fed") == 0)
    local.stop()


run(
    [
        mappings_are_made_changed_and_deleted,
        messages_come_in_batches_and_are_deleted,
        what_failed_comes_again_and_goes_to_the_dead_letter_queue,
        a_mapping_has_its_concurrency,
        a_filter_takes_what_it_wants,
        a_rule_calls_a_function,
        a_mapping_can_be_paused_and_survives_a_kill,
    ]
)

#!/usr/bin/env python3
"""An AWS that says the same every time: one run of the pipeline in which everything has happened
that can happen to a run, and an hour of metrics with a burst in it.

The first line of its output is its address. It knows the executions `canyon-failed`, and
`canyon-running`, which is the same run half an hour after its beginning. What it is not made for
is answered with {}.
"""
import http.server
import json

BEGAN = 1775268000  # 2026-04-04T02:00:00Z
HALF = 1800         # how far the run that runs has come
WORKER = "arn:aws:lambda:us-east-1:000000000000:function:recon-worker"
FILE = {"bucket": "recon-files", "key": "canyon-card/settlement/2026-04-03.txt", "version": "v1"}

# ----- the run -----

events = []


def event(kind, at, before, **details):
    """`at`: seconds since the beginning; before: the event that it follows."""
    told = {"type": kind, "timestamp": BEGAN + at, "before": before}
    end = next((end for end in ("StateEntered", "StateExited") if kind.endswith(end)), kind)
    if details:
        told[end[0].lower() + end[1:] + "EventDetails"] = details
    events.append(told)
    return told


def text(value):
    return json.dumps(value)


def attempt(before, began, ended, step, error=None, cause=None, **output):
    """One invocation of the worker; it fails with an error."""
    asked = text({"step": step, "run": "canyon", "file": FILE})
    told = event("LambdaFunctionScheduled", began, before, input=asked, resource=WORKER)
    told = event("LambdaFunctionStarted", began, told)
    if not error:
        return event("LambdaFunctionSucceeded", ended, told, output=text(output))
    cause = text({"errorType": error, "errorMessage": cause})
    return event("LambdaFunctionFailed", ended, told, error=error, cause=cause)


def task_of_ecs(before, began, ended):
    environment = [{"Name": "RECON_INPUT", "Value": text({"step": "ingest", "run": "canyon", "file": FILE})}]
    asked = {"Cluster": "recon", "LaunchType": "FARGATE",
             "Overrides": {"ContainerOverrides": [{"Name": "worker", "Environment": environment}]}}
    task = {"TaskArn": "arn:aws:ecs:us-east-1:000000000000:task/recon/0123456789abcdef", "LastStatus": "STOPPED",
            "Cpu": "2048", "Memory": "4096", "CreatedAt": (BEGAN + began) * 1000,
            "StartedAt": (BEGAN + began + 41) * 1000, "StoppedAt": (BEGAN + ended) * 1000,
            "Containers": [{"Name": "worker", "ExitCode": 0}]}
    ecs = {"resourceType": "ecs", "resource": "runTask.sync"}
    told = event("TaskScheduled", began, before, parameters=text(asked), **ecs)
    told = event("TaskStarted", began, told, **ecs)
    told = event("TaskSubmitted", began + 1, told, output=text({"Tasks": [task]}), **ecs)
    return event("TaskSucceeded", ended, told, output=text(task), **ecs)


def enter(name, at, before, kind="Task", **given):
    return event(kind + "StateEntered", at, before, name=name, input=text(given))


def leave(name, at, before, kind="Task", **gives):
    return event(kind + "StateExited", at, before, name=name, output=text(gives))


def match(before, index, ended, error=None):
    """An iteration of the map: of the last one each attempt fails."""
    first, why = 8 * index, "recon-state: 40 items were not taken in 4 min; see its throttles, and run it again"
    told = event("MapIterationStarted", 2902, before, name="Tasks", index=index)
    told = enter("Match", 2902, told, first=first, count=8)
    if error:
        told = attempt(told, 2902, 2950, "match", error, why)
        told = attempt(told, 2965, 3008, "match", error, why)
        return attempt(told, 3040, ended, "match", error, why)
    told = attempt(told, 2902, ended, "match", outcome="done", matched=21250)
    told = leave("Match", ended, told, outcome="done")
    return event("MapIterationSucceeded", ended, told, name="Tasks", index=index)


def make_run():
    """Inspect is throttled once; Lambda hands the file over shortly before its 15 minutes, to Fargate;
    the day is held by another run until behind what Lambda would have had; one of four matches fails."""
    told = event("ExecutionStarted", 0, None, input=text({"file": FILE, "route": "auto"}))
    told = enter("Inspect", 0, told, file=FILE)
    told = attempt(told, 0, 3, "inspect", "Throttled", "recon-state takes no more: throughput of key range exceeded")
    told = attempt(told, 10, 12, "inspect", outcome="ingest", program="canyon-card", date="2026-04-03")
    told = leave("Inspect", 12, told)
    told = enter("IngestLambda", 12, told, step="ingest", file=FILE)
    told = attempt(told, 12, 812, "ingest", outcome="handover", written=81200)
    told = leave("IngestLambda", 812, told)
    told = enter("IngestFargate", 812, told, step="ingest", file=FILE)
    told = task_of_ecs(told, 812, 1740)
    told = leave("IngestFargate", 1740, told)
    told = enter("Prepare", 1740, told, step="prepare", program="canyon-card", date="2026-04-03")
    told = attempt(told, 1740, 1741, "prepare", "LeaseHeld", "the day canyon-card 2026-04-03 is held by run harbor")
    told = attempt(told, 2900, 2902, "prepare", outcome="match", passes=1)
    told = leave("Prepare", 2902, told)
    told = enter("Tasks", 2902, told, "Map")
    opened = event("MapStateStarted", 2902, told, length=4)
    for index, ended in enumerate((2931, 2934, 2929)):
        match(opened, index, ended)
    told = match(opened, 3, 3090, "StepFailed")
    told = event("MapIterationFailed", 3090, told, name="Tasks", index=3)
    told = event("MapStateFailed", 3090, told)
    told = leave("Tasks", 3090, told, "Map")
    told = enter("Fail", 3090, told, step="fail")
    told = attempt(told, 3090, 3092, "fail", outcome="failed")
    told = leave("Fail", 3092, told)
    event("ExecutionFailed", 3093, told, error="StepFailed", cause="Match failed for shards 24 to 31")


def numbered():
    """In the order of time, each with the number of the one before it."""
    ordered = sorted(events, key=lambda told: told["timestamp"])
    for number, told in enumerate(ordered, 1):
        told["id"] = number
    for told in ordered:
        told["previousEventId"] = told["before"]["id"] if told["before"] else 0
    return [{name: value for name, value in told.items() if name != "before"} for told in ordered]


def execution(name):
    runs = name.endswith("running")
    told = {"name": name, "executionArn": name, "status": "RUNNING" if runs else "FAILED", "startDate": BEGAN,
            "input": text({"file": FILE, "route": "auto"})}
    ended = {"stopDate": BEGAN + 3093, "error": "StepFailed", "cause": "Match failed for shards 24 to 31"}
    return told if runs else {**told, **ended}


def history(name):
    until = BEGAN + (HALF if name.endswith("running") else 3600)
    return {"events": [told for told in numbered() if told["timestamp"] <= until]}


# Files that wait for a slot; of the last one the message was taken away long ago.
WAITING = [{"PK": {"S": "WAITING"}, "SK": {"S": name}, "expires": {"N": str(BEGAN + left)}}
           for name, left in (("canyon-card#a", 7200), ("canyon-card#b", 3661), ("harbor-debit#c", 7200),
                              ("harbor-debit#d", 3600))]
ITEM = {"Item": {"program": {"S": "canyon-card"}, "date": {"S": "2026-04-03"}, "side": {"S": "settlement"},
                 **{name: {"N": str(value)} for name, value in {
                     "ingest_ended": 1000 * (BEGAN + 1739), "ingest_peak_mib": 61, "ingest_memory_mib": 0,
                     "inspect_ended": 1000 * (BEGAN + 11), "inspect_peak_mib": 38, "inspect_memory_mib": 512}.items()}}}

# ----- the hour -----

INDEX = "by-merchant"
TABLES = {
    "recon-settlement": {
        "ProvisionedThroughput": {"ReadCapacityUnits": 500, "WriteCapacityUnits": 1000}, "GlobalSecondaryIndexes": [{
            "IndexName": INDEX, "ProvisionedThroughput": {"ReadCapacityUnits": 100, "WriteCapacityUnits": 300}}]},
    "recon-internal": {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}},
    "recon-state": {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
                    "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}}}
FUNCTION = {"Configuration": {"Timeout": 900}, "Concurrency": {"ReservedConcurrentExecutions": 100}}


def waves(at, least, most):
    """Something that goes up and down, and in the burst of minutes 20 to 34 is at its most."""
    return most if 20 <= at < 35 else least + (7 * at) % 11 * (most - least) / 40


def burst(at, most):
    return most * (1 + at % 3) if 22 <= at < 34 else None


# What is told of a minute, by what it is of and the metric; None: nothing.
SERIES = {
    ("recon-settlement", "ConsumedWriteCapacityUnits"): lambda at: 60 * waves(at, 180, 940),
    ("recon-settlement", "WriteKeyRangeThroughputThrottleEvents"): lambda at: burst(at, 120),
    ("recon-settlement", "WriteProvisionedThroughputThrottleEvents"): lambda at: 35 if 25 <= at < 28 else None,
    ("recon-settlement", "ConsumedReadCapacityUnits"): lambda at: 60 * waves(at, 20, 90),
    ("recon-settlement", "ItemsWritten"): lambda at: 60 * waves(at, 150, 880),
    ("recon-settlement", "ItemsRetried"): lambda at: burst(at, 900),
    ("recon-settlement", "ItemsThrottled"): lambda at: burst(at, 800),
    (INDEX, "ConsumedWriteCapacityUnits"): lambda at: 60 * waves(at, 60, 300),
    (INDEX, "WriteProvisionedThroughputThrottleEvents"): lambda at: burst(at, 40),
    ("recon-internal", "ConsumedWriteCapacityUnits"): lambda at: None if 44 <= at < 48 else 60 * waves(at, 90, 350),
    ("recon-state", "ConsumedWriteCapacityUnits"): lambda at: 60 * waves(at, 12, 60),
    ("recon-state", "ConsumedReadCapacityUnits"): lambda at: 60 * waves(at, 30, 140),
    ("dynamodb", "Requests"): lambda at: 60 * waves(at, 20, 95),
    ("dynamodb", "Retries"): lambda at: burst(at, 60),
    ("dynamodb", "Throttled"): lambda at: burst(at, 55),
    ("recon-failed", "ApproximateNumberOfMessagesVisible"): lambda at: 3 if at >= 37 else 0,
    ("recon-failed", "ApproximateAgeOfOldestMessage"): lambda at: 60 * (at - 37) if at >= 37 else 0,
    ("recon-arrivals", "ApproximateNumberOfMessagesVisible"): lambda at: max(0, 40 - abs(at - 30) * 3),
    ("recon-arrivals", "ApproximateNumberOfMessagesNotVisible"): lambda at: 4 if 18 <= at < 42 else 0,
    ("recon-arrivals", "ApproximateNumberOfMessagesDelayed"): lambda at: max(0, 25 - abs(at - 32) * 3),
    ("recon-arrivals", "ApproximateAgeOfOldestMessage"): lambda at: max(0, 60 * (14 - abs(at - 32))),
    ("recon-admit", "Duration"): lambda at: 900 + 40 * (at % 5),
    ("recon-admit", "ConcurrentExecutions"): lambda at: 2,
    ("recon-worker", "Duration"): lambda at: 1000 * waves(at, 90, 868),
    ("recon-worker", "ConcurrentExecutions"): lambda at: waves(at, 10, 96),
    ("recon-worker", "Throttles"): lambda at: burst(at, 2),
    ("recon-worker", "Errors"): lambda at: 1 if at == 36 else None,
    ("ingest", "DurationOfCeiling"): lambda at: waves(at, 0.1, 0.97),
    ("match", "DurationOfCeiling"): lambda at: waves(at, 0.02, 0.2)}


def result(query, start, end):
    stat = query["MetricStat"]
    metric = stat["Metric"]
    told = SERIES.get((metric["Dimensions"][-1]["Value"], metric["MetricName"]), lambda at: None)
    minutes = range(int(end - start) // 60)
    part = 0.4 if stat["Stat"] == "Average" else 1
    known = [(start + 60 * at, part * told(at)) for at in minutes if told(at) is not None]
    return {"Id": query["Id"], "Timestamps": [at for at, _ in known], "Values": [value for _, value in known]}


# ----- answers -----

def answer(operation, asked):
    name = asked.get("executionArn", "").split(":")[-1]
    if operation == "DescribeExecution":
        return execution(name)
    if operation == "GetExecutionHistory":
        return history(name)
    if operation == "GetItem" and asked["Key"]["SK"]["S"].startswith("RUN#"):
        return ITEM
    if operation == "Query" and asked["ExpressionAttributeValues"][":pk"]["S"] == "WAITING":
        return {"Items": WAITING, "Count": len(WAITING)}
    if operation == "DescribeTable":
        return {"Table": {"TableName": asked["TableName"], **TABLES[asked["TableName"]]}}
    if operation == "GetMetricData":
        queries = [query for query in asked["MetricDataQueries"] if "MetricStat" in query]
        return {"MetricDataResults": [result(query, asked["StartTime"], asked["EndTime"]) for query in queries]}
    return {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").split(".")[-1]
        self.reply(answer(operation, json.loads(body)) if operation else {})

    def do_GET(self):
        self.reply(FUNCTION if self.path.endswith("/functions/recon-worker") else {})

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # whoever asked has gone


make_run()
server = Server(("127.0.0.1", 0), Handler)
print("http://127.0.0.1:%d" % server.server_address[1], flush=True)
server.serve_forever()

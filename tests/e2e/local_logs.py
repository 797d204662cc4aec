"""CloudWatch Logs of reconlocal through boto3."""

import json

from local_aws import Local, eventually, refused, run

local = Local("logs", "--speed", "10")
logs = local.client("logs")


def now_ms():
    return local.call("local", "GetStatus")["nowMs"]


START = now_ms() - 3600000
GROUP = "/aws/lambda/inspect"


def put(stream, *messages, group=GROUP, start=0):
    return logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[
            {"timestamp": START + start + n, "message": m} for n, m in enumerate(messages)
        ],
    )


def groups_and_streams():
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_group(logGroupName="/ecs/ingest")
    with refused("ResourceAlreadyExistsException", 400):
        logs.create_log_group(logGroupName=GROUP)
    with refused("InvalidParameterException", 400):
        logs.create_log_group(logGroupName="a b")
    for name in ("one", "two"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=name)
    with refused("ResourceAlreadyExistsException", 400):
        logs.create_log_stream(logGroupName=GROUP, logStreamName="one")
    with refused("ResourceNotFoundException", 400):
        logs.create_log_stream(logGroupName="none", logStreamName="one")
    assert put("two", "x" * 10, "y") and put("one", "z", start=5)
    got = logs.describe_log_groups()["logGroups"]
    assert [g["logGroupName"] for g in got] == [GROUP, "/ecs/ingest"]
    assert got[0]["storedBytes"] == 12 + 3 * 26 and got[0]["arn"].endswith(GROUP + ":*")
    page = logs.describe_log_groups(limit=1)
    rest = logs.describe_log_groups(nextToken=page["nextToken"])["logGroups"]
    assert [g["logGroupName"] for g in rest] == ["/ecs/ingest"]
    assert len(logs.describe_log_groups(logGroupNamePrefix="/ecs")["logGroups"]) == 1
    streams = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    assert [s["logStreamName"] for s in streams] == ["one", "two"]
    assert streams[1]["firstEventTimestamp"] == START
    assert streams[1]["lastEventTimestamp"] == START + 1
    streams = logs.describe_log_streams(
        logGroupName=GROUP, orderBy="LastEventTime", descending=True, limit=1
    )
    assert [s["logStreamName"] for s in streams["logStreams"]] == ["one"]
    streams = logs.describe_log_streams(
        logGroupName=GROUP,
        orderBy="LastEventTime",
        descending=True,
        limit=1,
        nextToken=streams["nextToken"],
    )
    assert [s["logStreamName"] for s in streams["logStreams"]] == ["two"]
    with refused("ResourceNotFoundException", 400):
        logs.describe_log_streams(logGroupName="none")


def events_in_disorder_or_out_of_time_are_refused():
    with refused("InvalidParameterException", 400):
        logs.put_log_events(
            logGroupName=GROUP,
            logStreamName="one",
            logEvents=[{"timestamp": START - n, "message": "x"} for n in range(2)],
        )
    with refused("ResourceNotFoundException", 400):
        put("none", "x")
    day = 24 * 3600 * 1000
    rejected = logs.put_log_events(
        logGroupName=GROUP,
        logStreamName="two",
        logEvents=[
            {"timestamp": START + n * day, "message": "dated"} for n in (-20, -16, 0, 1, 2)
        ],
    )["rejectedLogEventsInfo"]
    assert rejected == {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 3}


def a_stream_is_read_in_pages_both_ways():
    logs.create_log_stream(logGroupName=GROUP, logStreamName="paged")
    put("paged", *[str(n) for n in range(25)])
    of = {"logGroupName": GROUP, "logStreamName": "paged"}
    tail = logs.get_log_events(limit=10, **of)
    assert [e["message"] for e in tail["events"]] == [str(n) for n in range(15, 25)]
    seen = tail["events"]
    page = tail
    while page["events"]:
        page = logs.get_log_events(limit=10, nextToken=page["nextBackwardToken"], **of)
        seen = page["events"] + seen
    assert [e["message"] for e in seen] == [str(n) for n in range(25)]
    again = logs.get_log_events(limit=10, nextToken=tail["nextForwardToken"], **of)
    assert again["events"] == [] and again["nextForwardToken"] == tail["nextForwardToken"]
    put("paged", "new", start=100)
    more = logs.get_log_events(limit=10, nextToken=again["nextForwardToken"], **of)
    assert [e["message"] for e in more["events"]] == ["new"]
    head = logs.get_log_events(limit=3, startFromHead=True, **of)
    assert [e["message"] for e in head["events"]] == ["0", "1", "2"]
    part = logs.get_log_events(
        startFromHead=True, startTime=START + 5, endTime=START + 7, **of
    )
    assert [e["message"] for e in part["events"]] == ["5", "6"]
    logs.create_log_stream(logGroupName=GROUP, logStreamName="empty")
    of = {"logGroupName": GROUP, "logStreamName": "empty"}
    none = logs.get_log_events(**of)
    assert none["events"] == []
    put("empty", "first")
    page = logs.get_log_events(nextToken=none["nextForwardToken"], **of)
    assert [e["message"] for e in page["events"]] == ["first"]
    with refused("InvalidParameterException", 400):
        logs.get_log_events(nextToken="x", **of)


def patterns():
    group = "/patterns"
    logs.create_log_group(logGroupName=group)
    for stream in ("a", "b"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    put(
        "a",
        "ERROR 400 bad request",
        "ERRORS are many",
        "WARN slow request",
        json.dumps({"level": "ERROR", "code": 500, "at": {"file": "in/a.csv"}, "ok": False}),
        json.dumps({"level": "INFO", "code": 200, "none": None, "list": [{"n": 1}]}),
        group=group,
    )
    put("b", "ERROR in b", group=group, start=50)

    def found(pattern, **more):
        answer = logs.filter_log_events(logGroupName=group, filterPattern=pattern, **more)
        return [event["message"][:12] for event in answer["events"]]

    assert len(found("")) == 6
    assert found("ERROR bad") == ["ERROR 400 ba"]
    assert found('"bad request"') == ["ERROR 400 ba"]
    assert found("request -ERROR") == ["WARN slow re"]
    assert found("?WARN ?ERRORS") == ["ERRORS are m", "WARN slow re"]
    assert found("ERROR", logStreamNames=["b"]) == ["ERROR in b"]
    assert found("ERROR", logStreamNamePrefix="b") == ["ERROR in b"]
    assert found("ERROR", startTime=START + 50) == ["ERROR in b"]
    assert found("ERROR", endTime=START + 1) == ["ERROR 400 ba"]
    for pattern, count in (
        ('{ $.level = "ERROR" }', 1),
        ('{ $.level = "*R*" && $.code >= 500 }', 1),
        ("{ ($.code < 300) || ($.code = 500) }", 2),
        ('{ $.level != "ERROR" }', 1),
        ('{ $.at.file = "in/*" }', 1),
        ("{ $.list[0].n = 1 }", 1),
        ("{ $.ok IS FALSE }", 1),
        ("{ $.none IS NULL }", 1),
        ("{ $.ok NOT EXISTS }", 1),
        ("{ $.ok EXISTS }", 1),
    ):
        assert len(found(pattern)) == count, pattern
    for pattern in ("{ $.a }", "{ level = 1 }", "{ $.a = 1", "[a, b]", '"open', "{ $.a > x }"):
        with refused("InvalidParameterException", 400):
            found(pattern)
    seen, token = [], {}
    while True:
        page = logs.filter_log_events(logGroupName=group, limit=4, **token)
        seen += [event["eventId"] for event in page["events"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert len(seen) == len(set(seen)) == 6
    with refused("ResourceNotFoundException", 400):
        logs.filter_log_events(logGroupName="none")


def ask(text, **more):
    """The rows of a query as objects."""
    query = logs.start_query(
        logGroupName="/insights",
        startTime=START // 1000 - 10,
        endTime=START // 1000 + 4000,
        queryString=text,
        **more,
    )["queryId"]

    def done():
        answer = logs.get_query_results(queryId=query)
        return answer if answer["status"] == "Complete" else None

    answer = eventually(done)
    rows = [{f["field"]: f["value"] for f in row} for row in answer["results"]]
    return rows, answer["statistics"]


def queries_of_insights():
    logs.create_log_group(logGroupName="/insights")
    logs.create_log_stream(logGroupName="/insights", logStreamName="s")
    put(
        "s",
        *[
            json.dumps({"program": "VISA" if n % 2 else "MC", "ms": n, "at": {"shard": n % 3}})
            for n in range(12)
        ],
        "plain ERROR text",
        group="/insights",
    )
    rows, statistics = ask("fields @timestamp, @message | sort @timestamp desc | limit 3")
    assert rows[0]["@message"] == "plain ERROR text" and len(rows) == 3
    assert sorted(rows[0]) == ["@message", "@ptr", "@timestamp"]
    rows, statistics = ask("fields program, ms | filter program = 'VISA' and ms > 5 | sort ms asc")
    assert [row["ms"] for row in rows] == ["7", "9", "11"]
    assert statistics["recordsMatched"] == 3 and statistics["recordsScanned"] == 13
    assert len(ask("filter @message like /error/")[0]) == 0
    assert len(ask("filter @message like /(?i)err\\w+ text/")[0]) == 1
    assert len(ask("filter @message like 'ERROR' or ms in [1, 2]")[0]) == 3
    assert len(ask("filter not ispresent(ms)")[0]) == 1
    assert len(ask("filter at.shard = 1 and (ms < 5 or ms >= 10)")[0]) == 3
    rows, _ = ask("stats count(*) as n, avg(ms), max(ms), pct(ms, 50) by program | sort program")
    assert [row["program"] for row in rows if "program" in row] == ["MC", "VISA"]
    assert rows[0]["n"] == "6" and rows[0]["avg(ms)"] == "5" and rows[1]["max(ms)"] == "11"
    rows, _ = ask("filter ispresent(ms) | stats count(*) by bin(1h)")
    assert sum(int(row["count(*)"]) for row in rows) == 12 and "bin(1h)" in rows[0]
    rows, _ = ask("filter ispresent(ms) | stats sum(ms) as total by at.shard | sort total desc | limit 1")
    assert rows == [{"at.shard": "2", "total": "26"}]
    for text in (
        "parse @message '*' as x",
        "fields",
        "filter ms >",
        "stats median(ms)",
        "limit 0",
        "fields ms | | limit 1",
        "filter strlen(ms) > 1",
        "filter @message like /(/",
    ):
        with refused("MalformedQueryException", 400):
            ask(text)
    with refused("ResourceNotFoundException", 400):
        logs.start_query(logGroupName="none", startTime=1, endTime=2, queryString="limit 1")
    with refused("InvalidParameterException", 400):
        logs.start_query(
            logGroupName=GROUP, startTime=1, endTime=1 << 62, queryString="limit 1"
        )
    with refused("ResourceNotFoundException", 400):
        logs.get_query_results(queryId="none")
    with refused("ResourceNotFoundException", 400):
        logs.stop_query(queryId="none")


def metrics_in_log_lines():
    logs.create_log_group(logGroupName="/metrics")
    logs.create_log_stream(logGroupName="/metrics", logStreamName="s")
    line = {
        "_aws": {
            "Timestamp": START,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Recon",
                    "Dimensions": [["Program"], ["Program", "Side"], ["Missing"]],
                    "Metrics": [{"Name": "Records", "Unit": "Count"}, {"Name": "Ms"}],
                }
            ],
        },
        "Program": "VISA",
        "Side": "settlement",
        "Records": 5,
        "Ms": [1, 2, 3],
    }
    put("s", json.dumps(line), group="/metrics")
    metrics = local.call("monitoring", "ListMetrics", Namespace="Recon")["Metrics"]
    assert len(metrics) == 4
    answer = local.call(
        "monitoring",
        "GetMetricData",
        StartTime=START // 1000 - 60,
        EndTime=START // 1000 + 60,
        MetricDataQueries=[
            {
                "Id": "m",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "Recon",
                        "MetricName": "Ms",
                        "Dimensions": [{"Name": "Program", "Value": "VISA"}],
                    },
                    "Period": 60,
                    "Stat": "Average",
                },
            }
        ],
    )
    assert answer["MetricDataResults"][0]["Values"] == [2]


def logs_survive_a_kill():
    global logs
    local.kill()
    local.start()
    logs = local.client("logs")
    rows, _ = ask("stats count(*) as n")
    assert rows == [{"n": "13"}]
    local.stop()


run(
    [
        groups_and_streams,
        events_in_disorder_or_out_of_time_are_refused,
        a_stream_is_read_in_pages_both_ways,
        patterns,
        queries_of_insights,
        metrics_in_log_lines,
        logs_survive_a_kill,
    ]
)

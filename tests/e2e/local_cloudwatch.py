"""CloudWatch of reconlocal, asked in JSON."""

import json

from local_aws import Local, eventually, refused, run

local = Local("cloudwatch", "--speed", "100")


def watch(operation, **members):
    return local.call("monitoring", operation, **members)


def now():
    return local.call("local", "GetStatus")["nowMs"] // 1000


def query(name, stat="Sum", space="Recon", period=60, key="m1", **dimensions):
    return {
        "Id": key,
        "MetricStat": {
            "Metric": {
                "Namespace": space,
                "MetricName": name,
                "Dimensions": [{"Name": n, "Value": v} for n, v in dimensions.items()],
            },
            "Period": period,
            "Stat": stat,
        },
    }


def read(queries, start, end, **more):
    return watch("GetMetricData", MetricDataQueries=queries, StartTime=start, EndTime=end, **more)


def value(name, stat, start, end, **dimensions):
    (result,) = read([query(name, stat, period=86400, **dimensions)], start, end)[
        "MetricDataResults"
    ]
    return result["Values"]


def statistics_of_values():
    at = now() // 86400 * 86400 - 86400
    data = [
        {"MetricName": "Lines", "Timestamp": at, "Value": 5, "Unit": "Count"},
        {"MetricName": "Lines", "Timestamp": at + 1, "Values": [1, 2.5], "Counts": [10, 2]},
        {
            "MetricName": "Lines",
            "Timestamp": at + 61,
            "StatisticValues": {"SampleCount": 2, "Sum": 200, "Minimum": 100, "Maximum": 100},
        },
        {
            "MetricName": "Lines",
            "Timestamp": at,
            "Value": 7,
            "Dimensions": [{"Name": "Side", "Value": "settlement"}],
        },
    ]
    watch("PutMetricData", Namespace="Recon", MetricData=data)
    for stat, wanted in (
        ("SampleCount", 15),
        ("Sum", 220),
        ("Minimum", 1),
        ("Maximum", 100),
        ("Average", 220 / 15),
    ):
        assert value("Lines", stat, at, at + 86400) == [wanted], stat
    (half,) = value("Lines", "p50", at, at + 86400)
    assert abs(half - 1) < 0.02
    (most,) = value("Lines", "p99", at, at + 86400)
    assert abs(most - 100) < 2
    assert value("Lines", "Sum", at, at + 86400, Side="settlement") == [7]
    assert value("Lines", "Sum", at, at + 86400, Side="internal") == []
    lines = query("Lines")
    (result,) = read([lines], at, at + 120)["MetricDataResults"]
    assert result["Timestamps"] == [at + 60, at] and result["Values"] == [200, 20]
    (result,) = read([lines], at, at + 120, ScanBy="TimestampAscending")["MetricDataResults"]
    assert result["Timestamps"] == [at, at + 60] and result["Label"] == "Lines"
    assert result["StatusCode"] == "Complete"
    lines["MetricStat"]["Unit"] = "Count"
    assert read([lines], at, at + 120)["MetricDataResults"][0]["Values"] == [5]


def what_cannot_be_put_is_refused_as_a_whole():
    good = {"MetricName": "Whole", "Value": 1}
    for data, code in (
        ({"Value": 1}, "MissingRequiredParameterException"),
        ({"MetricName": "Whole"}, "InvalidParameterCombinationException"),
        ({"MetricName": "Whole", "Value": 1, "Timestamp": 1}, "InvalidParameterValueException"),
        (
            {"MetricName": "Whole", "Value": 1, "Dimensions": [{"Name": "x"}]},
            "InvalidParameterValueException",
        ),
    ):
        with refused(code, 400):
            watch("PutMetricData", Namespace="Recon", MetricData=[good, data])
    with refused("InvalidParameterValueException", 400):
        watch("PutMetricData", Namespace="AWS/SQS", MetricData=[good])
    assert watch("ListMetrics", MetricName="Whole")["Metrics"] == []
    with refused("ValidationError", 400):
        read([{"Id": "e1", "Expression": "m1/2"}], 0, 100)
    with refused("ValidationError", 400):
        read([query("Lines", "Mode")], 0, 100)
    with refused("ValidationError", 400):
        read([query("Lines")], 100, 100)
    with refused("InvalidNextToken", 400):
        read([query("Lines")], 0, 100, NextToken="x")


def pages_of_data_and_metrics():
    at = now() // 86400 * 86400 - 86400
    data = [{"MetricName": "Paged", "Timestamp": at + 60 * n, "Value": n} for n in range(10)]
    watch("PutMetricData", Namespace="Recon", MetricData=data)
    queries = [query("Paged", key="a"), query("Paged", "Maximum", key="b")]
    got, token = {"a": [], "b": []}, {}
    for _ in range(10):
        answer = read(
            queries, at, at + 600, MaxDatapoints=7, ScanBy="TimestampAscending", **token
        )
        for result in answer["MetricDataResults"]:
            got[result["Id"]] += result["Values"]
            assert result["StatusCode"] == ("Complete" if len(got[result["Id"]]) == 10 else "PartialData")
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert got == {"a": list(range(10)), "b": list(range(10))}
    names = [f"Many{n:03}" for n in range(510)]
    watch("PutMetricData", Namespace="Other", MetricData=[{"MetricName": n, "Value": 1} for n in names])
    page = watch("ListMetrics", Namespace="Other")
    assert len(page["Metrics"]) == 500
    rest = watch("ListMetrics", Namespace="Other", NextToken=page["NextToken"])
    seen = [m["MetricName"] for m in page["Metrics"] + rest["Metrics"]]
    assert sorted(seen) == names and "NextToken" not in rest
    (found,) = watch(
        "ListMetrics", Namespace="Recon", Dimensions=[{"Name": "Side", "Value": "settlement"}]
    )["Metrics"]
    assert found["MetricName"] == "Lines"
    assert watch("ListMetrics", Dimensions=[{"Name": "Side"}], RecentlyActive="PT3H")["Metrics"] == []


def queues_have_metrics():
    url = local.call("sqs", "CreateQueue", QueueName="watched")["QueueUrl"]
    start = now() - 600
    for _ in range(3):
        local.call("sqs", "SendMessage", QueueUrl=url, MessageBody="x")
    local.call("sqs", "ReceiveMessage", QueueUrl=url)

    def sampled():
        queries = [
            query(name, stat, "AWS/SQS", 3600, key, QueueName="watched")
            for key, name, stat in (
                ("a", "NumberOfMessagesSent", "Sum"),
                ("b", "NumberOfMessagesReceived", "Sum"),
                ("c", "ApproximateNumberOfMessagesVisible", "Maximum"),
                ("d", "ApproximateAgeOfOldestMessage", "Maximum"),
            )
        ]
        results = read(queries, start, now() + 60)["MetricDataResults"]
        sent, received, visible, age = (r["Values"] for r in results)
        if sent and received and visible and max(age, default=0) > 0:
            return sum(sent), sum(received), max(visible)
        return None

    sent, received, visible = eventually(sampled)
    assert (sent, received) == (3, 1) and 2 <= visible <= 3


def an_alarm_goes_off_and_back():
    queue = local.call("sqs", "CreateQueue", QueueName="alarms")["QueueUrl"]
    events = local.client("events")
    events.put_rule(Name="alarms", EventPattern=json.dumps({"source": ["aws.cloudwatch"]}))
    arn = "arn:aws:sqs:us-east-1:000000000000:alarms"
    events.put_targets(Rule="alarms", Targets=[{"Id": "1", "Arn": arn}])
    alarm = {
        "AlarmName": "many",
        "Namespace": "Recon",
        "MetricName": "Bad",
        "Dimensions": [],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 100,
        "DatapointsToAlarm": 1,
        "Threshold": 10.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:x"],
    }
    watch("PutMetricAlarm", **alarm)

    def state():
        (told,) = watch("DescribeAlarms", AlarmNames=["many"])["MetricAlarms"]
        return told

    told = state()
    assert told["AlarmArn"].endswith(":alarm:many")
    assert {key: told[key] for key in alarm} == alarm and told["ActionsEnabled"] is True
    assert eventually(lambda: state()["StateValue"] == "OK")
    watch("PutMetricData", Namespace="Recon", MetricData=[{"MetricName": "Bad", "Value": 11}])
    assert eventually(lambda: state()["StateValue"] == "ALARM")
    assert "breached" in state()["StateReason"]
    (told,) = watch("DescribeAlarms", StateValue="ALARM")["MetricAlarms"]
    assert told["AlarmName"] == "many"
    assert watch("DescribeAlarms", AlarmNamePrefix="none")["MetricAlarms"] == []
    assert watch("DescribeAlarms", AlarmTypes=["CompositeAlarm"])["MetricAlarms"] == []
    watch("PutMetricAlarm", **{**alarm, "EvaluationPeriods": 2})  # until now it would last a minute
    assert eventually(lambda: state()["StateValue"] == "OK")
    changes = []
    while len(changes) < 3:
        answer = local.call("sqs", "ReceiveMessage", QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            detail = json.loads(message["Body"])["detail"]
            changes.append((detail["previousState"]["value"], detail["state"]["value"]))
            local.call(
                "sqs", "DeleteMessage", QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
            )
    assert changes == [("INSUFFICIENT_DATA", "OK"), ("OK", "ALARM"), ("ALARM", "OK")]
    with refused("ValidationError", 400):
        watch("PutMetricAlarm", **{**alarm, "Period": 61})
    with refused("ValidationError"):
        watch("PutMetricAlarm", **{**alarm, "Period": (1 << 63) - 8})
    with refused("ValidationError", 400):
        watch("PutMetricAlarm", **{**alarm, "ComparisonOperator": "Like"})
    watch("PutMetricAlarm", **{**alarm, "AlarmName": "other"})
    page = watch("DescribeAlarms", MaxRecords=1)
    assert [a["AlarmName"] for a in page["MetricAlarms"]] == ["many"]
    page = watch("DescribeAlarms", MaxRecords=1, NextToken=page["NextToken"])
    assert [a["AlarmName"] for a in page["MetricAlarms"]] == ["other"]
    watch("DeleteAlarms", AlarmNames=["many", "other", "none"])
    assert watch("DescribeAlarms")["MetricAlarms"] == []


def reports_of_rules_that_there_are_not():
    with refused("ResourceNotFoundException", 404):
        watch("GetInsightRuleReport", RuleName="none", StartTime=0, EndTime=600, Period=60)
    with refused("InvalidParameterValueException", 400):
        watch("GetInsightRuleReport", RuleName="none", StartTime=0, EndTime=600, Period=1)


def hot_keys_are_reported():
    ddb = local.client("dynamodb")
    ddb.create_table(
        TableName="hot",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert eventually(
        lambda: ddb.describe_table(TableName="hot")["Table"]["TableStatus"] == "ACTIVE"
    )
    ddb.update_contributor_insights(TableName="hot", ContributorInsightsAction="ENABLE")
    for n in range(12):
        ddb.put_item(TableName="hot", Item={"pk": {"S": "hot" if n % 3 else f"cold {n}"}})
    rules = ddb.describe_contributor_insights(TableName="hot")["ContributorInsightsRuleList"]
    told = watch(
        "GetInsightRuleReport",
        RuleName=next(rule for rule in rules if "PKC" in rule),
        StartTime=now() - 6000,
        EndTime=now() + 60,
        Period=60,
        MaxContributorCount=2,
        Metrics=["UniqueContributors", "Sum"],
    )
    assert told["KeyLabels"] == ["pk"] and told["AggregateValue"] == 12
    assert told["ApproximateUniqueCount"] == 5 and len(told["Contributors"]) == 2
    first = told["Contributors"][0]
    assert first["Keys"] == ["hot"] and first["ApproximateAggregateValue"] == 8
    assert sum(point["ApproximateValue"] for point in first["Datapoints"]) == 8
    assert sum(point["Sum"] for point in told["MetricDatapoints"]) == 12


def what_was_put_survives_a_kill():
    at = now() // 86400 * 86400 - 86400
    data = {"MetricName": "Kept", "Timestamp": at, "Value": 42}
    watch("PutMetricData", Namespace="Recon", MetricData=[data])
    before = local.call("local", "GetStatus")["nowMs"]
    local.kill()
    local.start()
    assert local.call("local", "GetStatus")["nowMs"] >= before - 2000
    assert value("Kept", "Sum", at, at + 86400) == [42]
    local.stop()


run(
    [
        statistics_of_values,
        what_cannot_be_put_is_refused_as_a_whole,
        pages_of_data_and_metrics,
        queues_have_metrics,
        an_alarm_goes_off_and_back,
        reports_of_rules_that_there_are_not,
        hot_keys_are_reported,
        what_was_put_survives_a_kill,
    ]
)

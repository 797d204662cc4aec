"""The physics of reconlocal's DynamoDB: throttling by partition, by index, by provisioned
throughput, in requests, batches and transactions; metrics and the hottest keys."""

import time

from local_aws import Failed, Local, eventually, run

local = Local("heat", "--partition-wcu", "10", "--partition-rcu", "30")
ddb = local.client("dynamodb")


def s(text):
    return {"S": text}


def make(name, **members):
    members.setdefault("BillingMode", "PAY_PER_REQUEST")
    attributes = [{"AttributeName": "pk", "AttributeType": "S"},
                  {"AttributeName": "sk", "AttributeType": "S"}]
    if "GlobalSecondaryIndexes" in members:
        attributes.append({"AttributeName": "g", "AttributeType": "S"})
    ddb.create_table(TableName=name, AttributeDefinitions=attributes,
                     KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"},
                                {"AttributeName": "sk", "KeyType": "RANGE"}], **members)
    assert eventually(lambda: ddb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")


def throttled(operation, **members):
    """The error's answer once it is throttled."""
    for _ in range(200):
        try:
            local.call("dynamodb", operation, **members)
        except Failed as failed:
            return failed
    raise AssertionError("it is never throttled")


def put(table, key, sort="a", **more):
    return dict(TableName=table, Item={"pk": s(key), "sk": s(sort), **more})


def one_hot_key_is_throttled_and_others_are_not():
    make("hot")
    failed = throttled("PutItem", **put("hot", "k"))
    assert failed.status == 400 and failed.code == "ThrottlingException", failed
    assert failed.answer["throttlingReasons"] == [{
        "reason": "TableWriteKeyRangeThroughputExceeded",
        "resource": "arn:aws:dynamodb:us-east-1:000000000000:table/hot"}], failed
    taken = 0
    for i in range(400):
        try:
            local.call("dynamodb", "PutItem", **put("hot", f"k{i}"))
            taken += 1
        except Failed:
            pass
    assert taken >= 30  # the other three partitions


def load_over_time_is_the_cap():
    make("rate")
    start, taken, refused = time.monotonic(), 0, 0
    while time.monotonic() < start + 2:
        try:
            local.call("dynamodb", "PutItem", **put("rate", "k"))
            taken += 1
        except Failed:
            refused += 1
    seconds = time.monotonic() - start
    assert 10 * seconds * 0.8 <= taken <= 10 * (seconds + 1) + 1, (taken, seconds)
    assert refused > 50


def provisioned_throughput_is_throttled():
    make("small", BillingMode="PROVISIONED",
         ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})
    failed = throttled("PutItem", **put("small", "k"))
    assert failed.code == "ProvisionedThroughputExceededException", failed
    assert failed.answer["ThrottlingReasons"][0]["reason"] == (
        "TableWriteProvisionedThroughputExceeded")
    failed = throttled("GetItem", TableName="small", Key={"pk": s("k"), "sk": s("a")},
                       ConsistentRead=True)
    assert failed.answer["ThrottlingReasons"][0]["reason"] == (
        "TableReadProvisionedThroughputExceeded")


def the_most_on_demand_is_kept():
    make("limited", OnDemandThroughput={"MaxReadRequestUnits": 2, "MaxWriteRequestUnits": 2})
    failed = throttled("PutItem", **put("limited", "k"))
    assert failed.answer["throttlingReasons"][0]["reason"] == (
        "TableWriteMaxOnDemandThroughputExceeded"), failed


def an_index_that_cannot_keep_up_throttles_the_table():
    make("pressed", BillingMode="PROVISIONED",
         ProvisionedThroughput={"ReadCapacityUnits": 1000, "WriteCapacityUnits": 1000},
         GlobalSecondaryIndexes=[{
             "IndexName": "slow", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "ALL"},
             "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}])
    failures = []
    for i in range(20):
        try:
            local.call("dynamodb", "PutItem", **put("pressed", f"k{i}", g=s("g")))
        except Failed as failed:
            failures.append(failed)
    assert len(failures) > 10
    assert failures[0].answer["ThrottlingReasons"] == [{
        "reason": "IndexWriteProvisionedThroughputExceeded",
        "resource": "arn:aws:dynamodb:us-east-1:000000000000:table/pressed/index/slow"}]
    assert ddb.describe_table(TableName="pressed")["Table"]["ItemCount"] == 20 - len(failures)
    for i in range(20):  # without the index's key there is nothing to wait for
        local.call("dynamodb", "PutItem", **put("pressed", f"other{i}"))


def taken_of(table, keys, **more):
    """How many puts of that many different keys are taken at once, and why one was not."""
    taken, reasons = 0, set()
    for i in range(keys):
        try:
            local.call("dynamodb", "PutItem", **put(table, f"k{i}", g=s(f"g{i}"), **more))
            taken += 1
        except Failed as failed:
            reasons |= {reason["reason"] for reason in failed.answer["throttlingReasons"]}
    return taken, reasons


def the_weather_has_a_skewed_table_and_a_short_index():
    index = {"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "ALL"}}
    for name in ("even", "skewed", "shortened"):
        make(name, GlobalSecondaryIndexes=[index])
    rules = [{"service": "dynamodb", "kind": "skew", "resource": "skewed"},
             {"service": "dynamodb", "kind": "short", "share": 0.9, "resource": "shortened/by_g"}]
    local.call("local", "SetWeather", rules=rules)
    fair, _ = taken_of("even", 80)
    skewed, reasons = taken_of("skewed", 80)
    assert skewed < fair / 2 and reasons == {"TableWriteKeyRangeThroughputExceeded"}, (fair, skewed)
    short, reasons = taken_of("shortened", 80)
    assert short < fair / 2 and reasons == {"IndexWriteKeyRangeThroughputExceeded"}, (fair, short)
    answer = local.call("dynamodb", "PutItem", **put("even", "bill"), ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 1, answer
    local.call("local", "SetWeather", rules=[])


def a_batch_gives_back_what_it_cannot_take():
    make("batch")

    def write():
        return local.call("dynamodb", "BatchWriteItem", RequestItems={"batch": [
            {"PutRequest": {"Item": {"pk": s("k"), "sk": s(f"{i:02}")}}} for i in range(25)]})

    answer = write()
    left = answer["UnprocessedItems"]["batch"]
    assert 14 <= len(left) <= 16, len(left)
    assert set(left[0]) == {"PutRequest"}
    try:
        for _ in range(3):
            write()
    except Failed as failed:
        assert failed.code == "ProvisionedThroughputExceededException", failed
        assert failed.answer["ThrottlingReasons"][0]["resource"].endswith(":table/batch")
    else:
        raise AssertionError("all of it was taken")
    got = local.call("dynamodb", "BatchGetItem", RequestItems={"batch": {
        "ConsistentRead": True, "Keys": [{"pk": s("k"), "sk": s(f"{i:02}")} for i in range(60)]}})
    left = got["UnprocessedKeys"]["batch"]
    assert 28 <= len(left["Keys"]) <= 31 and left["ConsistentRead"] is True


def a_transaction_is_cancelled():
    make("trans")
    failed = throttled("TransactWriteItems", TransactItems=[
        {"Put": put("trans", "k", f"{i}")} for i in range(4)])
    assert failed.code == "TransactionCanceledException", failed
    codes = [reason["Code"] for reason in failed.answer["CancellationReasons"]]
    assert "ThrottlingError" in codes and len(codes) == 4


def the_hottest_keys_are_told():
    make("insight")
    asked = dict(TableName="insight")
    assert ddb.describe_contributor_insights(**asked)["ContributorInsightsStatus"] == "DISABLED"
    ddb.update_contributor_insights(ContributorInsightsAction="ENABLE", **asked)
    told = local.call("dynamodb", "DescribeContributorInsights", **asked)
    assert told["ContributorInsightsStatus"] == "ENABLED"
    assert told["ContributorInsightsMode"] == "ACCESSED_AND_THROTTLED_KEYS"
    rules = told["ContributorInsightsRuleList"]
    assert len(rules) == 4 and all("insight" in rule for rule in rules)
    for i in range(60):
        try:
            local.call("dynamodb", "PutItem", **put("insight", f"{i}" if i % 3 else "hot", f"{i % 6}"))
        except Failed:
            pass
    if cloudwatch_is_there():
        now = local.call("local", "GetStatus")["nowMs"] / 1000
        for rule in rules:
            report = local.call("monitoring", "GetInsightRuleReport", RuleName=rule, Period=60,
                                StartTime=now - 120, EndTime=now + 60, MaxContributorCount=5)
            hottest = report["Contributors"][0]
            assert report["KeyLabels"] == ["pk", "sk"][:len(hottest["Keys"])], report
            assert hottest["Keys"][0] == "hot" and hottest["ApproximateAggregateValue"] > 1, report
    local.call("dynamodb", "UpdateContributorInsights", ContributorInsightsAction="ENABLE",
               ContributorInsightsMode="THROTTLED_KEYS", **asked)
    told = local.call("dynamodb", "DescribeContributorInsights", **asked)
    assert len(told["ContributorInsightsRuleList"]) == 2
    ddb.update_contributor_insights(ContributorInsightsAction="DISABLE", **asked)
    assert ddb.describe_contributor_insights(**asked)["ContributorInsightsRuleList"] == []


def cloudwatch_is_there():
    try:
        local.call("monitoring", "ListMetrics")
    except Failed as failed:
        assert failed.code == "UnknownOperationException", failed
        return False
    return True


def cloudwatch_is_told():
    def sums(name, dimensions):
        now = local.call("local", "GetStatus")["nowMs"] / 1000
        found = local.call("monitoring", "GetMetricData", StartTime=now - 600, EndTime=now + 60,
                           MetricDataQueries=[{"Id": "q", "MetricStat": {
                               "Metric": {"Namespace": "AWS/DynamoDB", "MetricName": name,
                                          "Dimensions": [{"Name": key, "Value": value}
                                                         for key, value in dimensions.items()]},
                               "Period": 60, "Stat": "Sum"}}])
        return sum(found["MetricDataResults"][0]["Values"])

    if not cloudwatch_is_there():
        return
    table = {"TableName": "hot"}
    assert eventually(lambda: sums("WriteKeyRangeThroughputThrottleEvents", table) > 0)
    assert sums("WriteThrottleEvents", table) >= sums("WriteKeyRangeThroughputThrottleEvents", table)
    assert sums("ConsumedWriteCapacityUnits", table) >= 40
    assert sums("ThrottledRequests", {"Operation": "PutItem", **table}) > 0
    both = {"TableName": "pressed", "GlobalSecondaryIndexName": "slow"}
    assert sums("WriteThrottleEvents", both) > 10


run([
    one_hot_key_is_throttled_and_others_are_not,
    load_over_time_is_the_cap,
    provisioned_throughput_is_throttled,
    the_most_on_demand_is_kept,
    an_index_that_cannot_keep_up_throttles_the_table,
    the_weather_has_a_skewed_table_and_a_short_index,
    a_batch_gives_back_what_it_cannot_take,
    a_transaction_is_cancelled,
    the_hottest_keys_are_told,
    cloudwatch_is_told,
    local.stop,
])

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
    """Of a pause what is longer than a second is lost: the partition is full by then."""
    make("rate")
    start = last = time.monotonic()
    asked_s, taken, refused = 0, 0, 0
    while asked_s < 2 or (refused <= 50 and last < start + 30):
        try:
            local.call("dynamodb", "PutItem", **put("rate", "k"))
            taken += 1
        except Failed:
            refused += 1
        now = time.monotonic()
        asked_s += min(now - last, 1)
        last = now
    seconds = last - start
    assert 10 * asked_s * 0.8 <= taken <= 10 * (seconds + 1) + 1, (taken, asked_s, seconds)
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


def taken_of(table):
    """How many puts of 25 different keys are taken at the same moment."""
    answer = local.call("dynamodb", "BatchWriteItem", RequestItems={table: [
        {"PutRequest": {"Item": {"pk": s(f"k{i}"), "sk": s("a"), "g": s(f"g{i}")}}}
        for i in range(25)]})
    return 25 - len(answer["UnprocessedItems"].get(table, []))


def reasons_of(table):
    """Why another is not taken."""
    failed = throttled("PutItem", **put(table, "k", g=s("g")))
    return {reason["reason"] for reason in failed.answer["throttlingReasons"]}


def the_weather_has_a_skewed_table_and_a_short_index():
    index = {"IndexName": "by_g", "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
             "Projection": {"ProjectionType": "ALL"}}
    for name in ("even", "skewed", "shortened"):
        make(name, GlobalSecondaryIndexes=[index])
    rules = [{"service": "dynamodb", "kind": "skew", "resource": "skewed"},
             {"service": "dynamodb", "kind": "short", "share": 0.9, "resource": "shortened/by_g"}]
    local.call("local", "SetWeather", rules=rules)
    answer = local.call("dynamodb", "PutItem", **put("even", "bill"), ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 1, answer
    fair, skewed, short = (taken_of(name) for name in ("even", "skewed", "shortened"))
    print(f"# of 25: {fair}, on one partition {skewed}, with a short index {short}")
    assert skewed < fair / 2 and short < fair / 2, (fair, skewed, short)
    assert reasons_of("skewed") == {"TableWriteKeyRangeThroughputExceeded"}
    assert reasons_of("shortened") == {"IndexWriteKeyRangeThroughputExceeded"}
    local.call("local", "SetWeather", rules=[])


def a_batch_gives_back_what_it_cannot_take():
    make("batch")

    writes = {"batch": [
        {"PutRequest": {"Item": {"pk": s("k"), "sk": s(f"{i:02}")}}} for i in range(25)]}
    answer = local.call("dynamodb", "BatchWriteItem", RequestItems=writes)
    left = answer["UnprocessedItems"]["batch"]
    assert 14 <= len(left) <= 16, len(left)
    assert set(left[0]) == {"PutRequest"}
    failed = throttled("BatchWriteItem", RequestItems=writes)
    assert failed.code == "ProvisionedThroughputExceededException", failed
    assert failed.answer["ThrottlingReasons"][0]["resource"].endswith(":table/batch")
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
    i = refused = 0
    while refused < 6 and i < 2000:
        key = f"{i}" if i % 3 else "hot"
        try:
            local.call("dynamodb", "PutItem", **put("insight", key, f"{i % 6}"))
        except Failed:
            refused += key == "hot"
        i += 1
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

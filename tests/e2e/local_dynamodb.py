"""reconlocal's DynamoDB: tables, items, expressions, batches, transactions, pages."""

import time

from local_aws import Failed, Local, eventually, refused, run

local = Local("dynamodb", "--speed", "100")
ddb = local.client("dynamodb")


def s(text):
    return {"S": text}


def n(number):
    return {"N": str(number)}


def active(name):
    def now():
        table = ddb.describe_table(TableName=name)["Table"]
        indexes = table.get("GlobalSecondaryIndexes", [])
        return table["TableStatus"] == "ACTIVE" and all(
            index["IndexStatus"] == "ACTIVE" for index in indexes
        )

    assert eventually(now)


def make(name, sort="S", **members):
    keys = [("pk", "S", "HASH")] + ([("sk", sort, "RANGE")] if sort else [])
    attributes = {key: kind for key, kind, _ in keys}
    for index in members.get("GlobalSecondaryIndexes", []) + members.get(
        "LocalSecondaryIndexes", []
    ):
        for key in index["KeySchema"]:
            attributes.setdefault(key["AttributeName"], "S")
    members.setdefault("BillingMode", "PAY_PER_REQUEST")
    answer = ddb.create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": kind} for key, kind in attributes.items()
        ],
        KeySchema=[{"AttributeName": key, "KeyType": role} for key, _, role in keys],
        **members,
    )
    assert answer["TableDescription"]["TableStatus"] == "CREATING"
    active(name)


def index(name, hash_key, range_key=None, projection="ALL", include=None):
    keys = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    if range_key:
        keys.append({"AttributeName": range_key, "KeyType": "RANGE"})
    what = {"ProjectionType": projection}
    if include:
        what["NonKeyAttributes"] = include
    return {"IndexName": name, "KeySchema": keys, "Projection": what}


def pages(operation, **members):
    while True:
        answer = operation(**members)
        yield answer
        if "LastEvaluatedKey" not in answer:
            return
        members["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def words(error):
    return error.response["Error"]["Message"]


def says(code, message, operation, **members):
    try:
        operation(**members)
    except Exception as error:
        assert error.response["Error"]["Code"] == code, error
        assert message in words(error), error
        return error
    raise AssertionError(f"{code} was not raised")


def invalid(message, operation, **members):
    return says("ValidationException", message, operation, **members)


# ----- tables -----


def tables_are_made_described_listed_and_deleted():
    make("tables", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 7},
         BillingMode="PROVISIONED", GlobalSecondaryIndexes=[
             dict(index("by-g", "g"),
                  ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 2})])
    table = ddb.describe_table(TableName="tables")["Table"]
    assert table["TableArn"].endswith(":table/tables")
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] == 7
    assert table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 1
    assert table["GlobalSecondaryIndexes"][0]["IndexArn"].endswith("/index/by-g")
    says("ResourceInUseException", "Table already exists: tables", make, name="tables")
    for name in ["list-a", "list-b", "list-c"]:
        make(name, sort=None)
    first = ddb.list_tables(Limit=2)
    second = ddb.list_tables(ExclusiveStartTableName=first["LastEvaluatedTableName"])
    assert first["TableNames"] == ["list-a", "list-b"] and "list-c" in second["TableNames"]
    assert ddb.delete_table(TableName="list-a")["TableDescription"]["TableStatus"] == "DELETING"
    assert eventually(lambda: "list-a" not in ddb.list_tables()["TableNames"])
    says("ResourceNotFoundException", "Requested resource not found: Table: list-a not found",
         ddb.describe_table, TableName="list-a")
    says("ResourceNotFoundException", "Requested resource not found", ddb.get_item,
         TableName="list-a", Key={"pk": s("x")})


def definitions_that_are_refused():
    key = [{"AttributeName": "pk", "KeyType": "HASH"}]
    attribute = [{"AttributeName": "pk", "AttributeType": "S"}]
    both = dict(TableName="bad", KeySchema=key, AttributeDefinitions=attribute)
    invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified", ddb.create_table,
            **both)
    on_demand = dict(both, BillingMode="PAY_PER_REQUEST")
    invalid("Table/index names must be between 3 and 255", ddb.create_table,
            **dict(on_demand, TableName="a b"))
    invalid("Some index key attributes are not defined", ddb.create_table,
            **dict(on_demand, KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}]))
    invalid("does not exactly match number of attributes", ddb.create_table,
            **dict(on_demand, AttributeDefinitions=attribute
                   + [{"AttributeName": "more", "AttributeType": "N"}]))
    invalid("Duplicate index name", ddb.create_table,
            **dict(on_demand, GlobalSecondaryIndexes=[index("iii", "pk"), index("iii", "pk")]))


def an_index_is_added_filled_used_and_removed():
    make("grow")
    for at in range(0, 250, 25):
        ddb.batch_write_item(RequestItems={"grow": [
            {"PutRequest": {"Item": {"pk": s(f"p{i % 7}"), "sk": s(f"{i:04}"), "g": s(f"g{i % 3}")}}}
            for i in range(at, at + 25)]})
    ddb.update_table(TableName="grow",
                     AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
                     GlobalSecondaryIndexUpdates=[{"Create": index("by-g", "g", "sk")}])
    active("grow")
    found = [item["sk"]["S"] for page in pages(
        ddb.query, TableName="grow", IndexName="by-g", KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": s("g1")}, Limit=20) for item in page["Items"]]
    assert found == [f"{i:04}" for i in range(250) if i % 3 == 1], found
    table = ddb.describe_table(TableName="grow")["Table"]
    assert table["ItemCount"] == 250 and table["GlobalSecondaryIndexes"][0]["ItemCount"] == 250
    ddb.update_item(TableName="grow", Key={"pk": s("p1"), "sk": s("0001")},
                    UpdateExpression="SET g = :g", ExpressionAttributeValues={":g": s("g9")})
    answer = ddb.query(TableName="grow", IndexName="by-g", KeyConditionExpression="g = :g",
                       ExpressionAttributeValues={":g": s("g9")})
    assert [item["sk"]["S"] for item in answer["Items"]] == ["0001"]
    ddb.update_table(TableName="grow",
                     GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-g"}}])
    active("grow")
    invalid("The table does not have the specified index: by-g", ddb.query, TableName="grow",
            IndexName="by-g", KeyConditionExpression="g = :g",
            ExpressionAttributeValues={":g": s("g1")})


def throughput_is_changed():
    make("change", sort=None)
    ddb.update_table(TableName="change", BillingMode="PROVISIONED",
                     ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10})
    active("change")
    ddb.update_table(TableName="change",
                     ProvisionedThroughput={"ReadCapacityUnits": 4, "WriteCapacityUnits": 20})
    active("change")
    provisioned = ddb.describe_table(TableName="change")["Table"]["ProvisionedThroughput"]
    assert provisioned["ReadCapacityUnits"] == 4 and provisioned["NumberOfDecreasesToday"] == 1
    invalid("At least one of", ddb.update_table, TableName="change")


def items_expire():
    make("expire", sort=None, GlobalSecondaryIndexes=[index("by-g", "g")])
    now = local.call("local", "GetStatus")["nowMs"] // 1000
    for name, at in [("gone", now + 5), ("stays", now + 86400 * 1000), ("old", now - 6 * 365 * 86400)]:
        ddb.put_item(TableName="expire", Item={"pk": s(name), "at": n(at), "g": s("g")})
    ddb.put_item(TableName="expire", Item={"pk": s("text"), "at": s("no number")})
    ddb.update_time_to_live(TableName="expire", TimeToLiveSpecification={
        "Enabled": True, "AttributeName": "at"})
    ttl = ddb.describe_time_to_live(TableName="expire")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "at"}
    assert eventually(lambda: ddb.scan(TableName="expire")["Count"] == 3)
    assert "Item" not in ddb.get_item(TableName="expire", Key={"pk": s("gone")})
    assert ddb.scan(TableName="expire", IndexName="by-g")["Count"] == 2
    invalid("TimeToLive is already enabled", ddb.update_time_to_live, TableName="expire",
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"})
    ddb.update_time_to_live(TableName="expire", TimeToLiveSpecification={
        "Enabled": False, "AttributeName": "at"})
    ttl = ddb.describe_time_to_live(TableName="expire")["TimeToLiveDescription"]
    assert ttl["TimeToLiveStatus"] == "DISABLED"


# ----- items -----

ALL_TYPES = {
    "pk": s("all"), "sk": s("types ä€😀"), "n": n("-0.000123"), "b": {"B": b"\0\1\xff"},
    "t": {"BOOL": True}, "f": {"BOOL": False}, "x": {"NULL": True},
    "m": {"M": {"l": {"L": [n(1), s(""), {"M": {"k": s("v")}}]}}},
    "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1", "2.5"]}, "bs": {"BS": [b"a", b"\xff"]},
    "with \"quotes\" and\n": s("new\nline"),
}


def items_of_all_types_come_back():
    make("items")
    assert "Attributes" not in ddb.put_item(TableName="items", Item=ALL_TYPES)
    key = {"pk": ALL_TYPES["pk"], "sk": ALL_TYPES["sk"]}
    assert ddb.get_item(TableName="items", Key=key)["Item"] == ALL_TYPES
    old = ddb.put_item(TableName="items", Item=dict(key, n=n("1e2")), ReturnValues="ALL_OLD")
    assert old["Attributes"] == ALL_TYPES
    assert ddb.get_item(TableName="items", Key=key)["Item"]["n"] == n(100)
    old = ddb.delete_item(TableName="items", Key=key, ReturnValues="ALL_OLD")
    assert old["Attributes"]["n"] == n(100)
    assert "Item" not in ddb.get_item(TableName="items", Key=key)
    assert "Attributes" not in ddb.delete_item(TableName="items", Key=key, ReturnValues="ALL_OLD")


def items_that_are_refused():
    invalid("Missing the key sk in the item", ddb.put_item, TableName="items", Item={"pk": s("a")})
    invalid("Type mismatch for key sk expected: S actual: N", ddb.put_item, TableName="items",
            Item={"pk": s("a"), "sk": n(1)})
    invalid("cannot contain an empty string value. Key: pk", ddb.put_item, TableName="items",
            Item={"pk": s(""), "sk": s("a")})
    invalid("Size of hashkey has exceeded the maximum size limit of 2048 bytes", ddb.put_item,
            TableName="items", Item={"pk": s("x" * 2049), "sk": s("a")})
    invalid("Item size has exceeded the maximum allowed size", ddb.put_item, TableName="items",
            Item={"pk": s("a"), "sk": s("a"), "x": s("x" * 409600)})
    invalid("The provided key element does not match the schema", ddb.get_item, TableName="items",
            Key={"pk": s("a")})
    invalid("The parameter cannot be converted to a numeric value: x", ddb.put_item,
            TableName="items", Item={"pk": s("a"), "sk": s("a"), "n": n("x")})
    invalid("ReturnValues can only be ALL_OLD or NONE", ddb.put_item, TableName="items",
            Item={"pk": s("a"), "sk": s("a")}, ReturnValues="ALL_NEW")
    with refused("UnknownOperationException", 400):
        local.call("dynamodb", "ExecuteStatement", Statement="SELECT")
    with refused("SerializationException", 400):
        local.call("dynamodb", "PutItem", TableName="items", Item={"pk": {"S": 1}})


def conditions_and_updates():
    key = {"pk": s("c"), "sk": s("1")}
    ddb.put_item(TableName="items", Item=dict(key, v=n(1), tags={"SS": ["a"]}),
                 ConditionExpression="attribute_not_exists(pk)")
    error = says("ConditionalCheckFailedException", "The conditional request failed", ddb.put_item,
                 TableName="items", Item=key, ConditionExpression="attribute_not_exists(pk)")
    assert "Item" not in error.response
    with_item = {}
    try:
        local.call("dynamodb", "UpdateItem", TableName="items", Key=key,
                   UpdateExpression="SET v = v + :one", ConditionExpression="v = :two",
                   ExpressionAttributeValues={":one": n(1), ":two": n(2)},
                   ReturnValuesOnConditionCheckFailure="ALL_OLD")
    except Failed as failed:
        with_item = failed.answer
    assert with_item["Item"]["v"] == n(1), with_item
    answer = ddb.update_item(
        TableName="items", Key=key, ConditionExpression="v = :one AND contains(tags, :a)",
        UpdateExpression="SET v = v + :one, #n = :map ADD tags :b",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues={":one": n(1), ":a": s("a"), ":b": {"SS": ["b"]},
                                   ":map": {"M": {"x": n(5)}}},
        ReturnValues="UPDATED_NEW")
    assert answer["Attributes"] == {"v": n(2), "name": {"M": {"x": n(5)}},
                                    "tags": {"SS": ["a", "b"]}}
    answer = ddb.update_item(TableName="items", Key=key, UpdateExpression="SET #n.x = #n.x - :h",
                             ExpressionAttributeNames={"#n": "name"},
                             ExpressionAttributeValues={":h": n("0.5")}, ReturnValues="UPDATED_OLD")
    assert answer["Attributes"] == {"name": {"M": {"x": n(5)}}}
    answer = ddb.update_item(TableName="items", Key={"pk": s("new"), "sk": s("new")},
                             UpdateExpression="ADD hits :one",
                             ExpressionAttributeValues={":one": n(1)}, ReturnValues="ALL_NEW")
    assert answer["Attributes"] == {"pk": s("new"), "sk": s("new"), "hits": n(1)}
    invalid("Cannot update attribute sk. This attribute is part of the key", ddb.update_item,
            TableName="items", Key=key, UpdateExpression="SET sk = :x",
            ExpressionAttributeValues={":x": s("x")})
    invalid("An operand in the update expression has an incorrect data type", ddb.update_item,
            TableName="items", Key=key, UpdateExpression="SET v = tags + :x",
            ExpressionAttributeValues={":x": n(1)})
    invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {:y}",
            ddb.update_item, TableName="items", Key=key, UpdateExpression="SET v = :x",
            ExpressionAttributeValues={":x": n(1), ":y": n(1)})


def projections():
    key = {"pk": s("c"), "sk": s("1")}
    item = ddb.get_item(TableName="items", Key=key, ProjectionExpression="v, #n.x",
                        ExpressionAttributeNames={"#n": "name"})["Item"]
    assert item == {"v": n(2), "name": {"M": {"x": n("4.5")}}}


def capacity_is_told():
    make("units", GlobalSecondaryIndexes=[index("all", "g"), index("keys", "h", None, "KEYS_ONLY")],
         LocalSecondaryIndexes=[index("local", "pk", "l")])

    def put(**more):
        item = {"pk": s("a"), "sk": s("a"), **more}
        return ddb.put_item(TableName="units", Item=item,
                            ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]

    def parts(used):
        indexes = {**used.get("GlobalSecondaryIndexes", {}), **used.get("LocalSecondaryIndexes", {})}
        return (used["Table"]["CapacityUnits"],
                {name: units["CapacityUnits"] for name, units in indexes.items()})

    assert parts(put()) == (1, {})
    assert parts(put(x=s("x" * 3000))) == (3, {})
    assert parts(put(x=s("x"))) == (3, {})  # the larger one counts
    assert parts(put(g=s("1"), h=s("1"), l=s("1"))) == (1, {"all": 1, "keys": 1, "local": 1})
    assert parts(put(g=s("1"), h=s("1"), l=s("1"), y=s("y" * 1500))) == (
        2, {"all": 2, "local": 2})  # the keys are the same
    used = put(g=s("2"), h=s("1"), l=s("1"), y=s("y" * 1500))
    assert parts(used) == (2, {"all": 4, "local": 2})  # deleted there, put here
    assert used["CapacityUnits"] == 8
    key = {"pk": s("a"), "sk": s("a")}
    for consistent, units in [(True, 1), (False, 0.5)]:
        got = ddb.get_item(TableName="units", Key=key, ConsistentRead=consistent,
                           ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
        assert got == {"TableName": "units", "CapacityUnits": units}
    queried = ddb.query(TableName="units", IndexName="all", KeyConditionExpression="g = :g",
                        ExpressionAttributeValues={":g": s("2")}, ReturnConsumedCapacity="INDEXES")
    assert parts(queried["ConsumedCapacity"]) == (0, {"all": 0.5})
    written = ddb.transact_write_items(TransactItems=[
        {"Put": {"TableName": "units", "Item": {"pk": s("t"), "sk": s("t")}}}],
        ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert written == [{"TableName": "units", "CapacityUnits": 2, "WriteCapacityUnits": 2}]


# ----- queries -----


def numbers_and_bytes_sort():
    make("numbers", sort="N")
    for number in ["10", "-1", "0", "2", "-20", "1.5", "1E-20", "-1E10", "33"]:
        ddb.put_item(TableName="numbers", Item={"pk": s("a"), "sk": n(number)})

    def ask(condition, forward=True, **values):
        answer = ddb.query(TableName="numbers", KeyConditionExpression=f"pk = :pk {condition}",
                           ExpressionAttributeValues={":pk": s("a"), **{
                               f":{key}": n(value) for key, value in values.items()}},
                           ScanIndexForward=forward)
        return [float(item["sk"]["N"]) for item in answer["Items"]]

    everything = [-1e10, -20, -1, 0, 1e-20, 1.5, 2, 10, 33]
    assert ask("") == everything
    assert ask("", False) == everything[::-1]
    assert ask("AND sk > :a", a=-1) == [0, 1e-20, 1.5, 2, 10, 33]
    assert ask("AND sk >= :a", a=2) == [2, 10, 33]
    assert ask("AND sk < :a", False, a=0) == [-1, -20, -1e10]
    assert ask("AND sk <= :a", a=-1) == [-1e10, -20, -1]
    assert ask("AND sk BETWEEN :a AND :b", a=-1, b="1.5") == [-1, 0, 1e-20, 1.5]
    assert ask("AND sk = :a", a="0.2e1") == [2]
    make("bytes", sort="B")
    for key in [b"\0", b"\0\0", b"\xff", b"a", b"\xff\xff", b"ab"]:
        ddb.put_item(TableName="bytes", Item={"pk": s("a"), "sk": {"B": key}})
    answer = ddb.query(TableName="bytes", KeyConditionExpression="pk = :p AND begins_with(sk, :b)",
                       ExpressionAttributeValues={":p": s("a"), ":b": {"B": b"\xff"}})
    assert [item["sk"]["B"] for item in answer["Items"]] == [b"\xff", b"\xff\xff"]


def queries_come_in_pages():
    make("pages", GlobalSecondaryIndexes=[index("by-g", "g", None, "INCLUDE", ["v"])])
    for i in range(0, 100, 25):
        ddb.batch_write_item(RequestItems={"pages": [
            {"PutRequest": {"Item": {"pk": s(f"p{i % 2}"), "sk": s(f"a#{i:03}"), "g": s("same"),
                                     "v": n(i), "w": n(i)}}}
            for i in range(i, i + 25)]})
    evens = [f"a#{i:03}" for i in range(0, 100, 2)]
    for forward in [True, False]:
        got, count = [], 0
        for page in pages(ddb.query, TableName="pages", Limit=7, ScanIndexForward=forward,
                          KeyConditionExpression="pk = :p AND begins_with(sk, :a)",
                          ExpressionAttributeValues={":p": s("p0"), ":a": s("a#")}):
            got += [item["sk"]["S"] for item in page["Items"]]
            count += page["Count"]
        assert got == (evens if forward else evens[::-1]) and count == 50
    got = [item for page in pages(ddb.query, TableName="pages", IndexName="by-g", Limit=9,
                                  KeyConditionExpression="g = :g", FilterExpression="v >= :v",
                                  ExpressionAttributeValues={":g": s("same"), ":v": n(50)})
           for item in page["Items"]]
    assert sorted(int(item["v"]["N"]) for item in got) == list(range(50, 100))
    assert set(got[0]) == {"pk", "sk", "g", "v"}
    page = ddb.query(TableName="pages", Select="COUNT", KeyConditionExpression="pk = :p",
                     FilterExpression="v < :v", ExpressionAttributeValues={":p": s("p0"), ":v": n(10)})
    assert page["Count"] == 5 and page["ScannedCount"] == 50 and "Items" not in page
    big = [{"PutRequest": {"Item": {"pk": s("big"), "sk": s(f"{i}"), "x": s("x" * 300000)}}}
           for i in range(8)]
    left = {"pages": big}
    while left:  # 293 units each: one partition takes three a second
        left = ddb.batch_write_item(RequestItems=left)["UnprocessedItems"]
        time.sleep(0.02)
    sizes = [page["Count"] for page in pages(ddb.query, TableName="pages",
                                             KeyConditionExpression="pk = :p",
                                             ExpressionAttributeValues={":p": s("big")})]
    assert sizes == [3, 3, 2], sizes


def queries_that_are_refused():
    def bad(message, condition, values=None, **more):
        values = values or {":p": s("p0")}
        invalid(message, ddb.query, TableName="pages", KeyConditionExpression=condition,
                ExpressionAttributeValues=values, **more)

    two = {":p": s("p0"), ":a": s("a")}
    bad("Query condition missed key schema element: pk", "sk = :p")
    bad("Query key condition not supported", "pk > :p")
    bad("Invalid operator used in KeyConditionExpression: OR", "pk = :p OR sk = :a", two)
    bad("Query condition missed key schema element: sk", "pk = :p AND v = :a", two)
    bad("Condition parameter type does not match schema type", "pk = :p AND sk = :a",
        {":p": s("p0"), ":a": n(1)})
    bad("Consistent reads are not supported on global secondary indexes", "g = :p",
        IndexName="by-g", ConsistentRead=True)
    bad("The provided starting key is invalid", "pk = :p", ExclusiveStartKey={"pk": s("p0")})
    bad("outside query boundaries", "pk = :p", ExclusiveStartKey={"pk": s("p1"), "sk": s("a")})
    bad("can only contain non-primary key attributes: Primary key attribute: sk", "pk = :p", two,
        FilterExpression="sk = :a")


def scans_and_their_segments():
    everything = {(item["pk"]["S"], item["sk"]["S"])
                  for page in pages(ddb.scan, TableName="pages", Limit=11) for item in page["Items"]}
    assert len(everything) == 108
    parts = []
    for segment in range(4):
        parts.append({(item["pk"]["S"], item["sk"]["S"])
                      for page in pages(ddb.scan, TableName="pages", Segment=segment,
                                        TotalSegments=4, Limit=13) for item in page["Items"]})
    assert sum(map(len, parts)) == 108 and set().union(*parts) == everything
    assert ddb.scan(TableName="pages", IndexName="by-g", Select="COUNT")["Count"] == 100
    found = ddb.scan(TableName="pages", IndexName="by-g", FilterExpression="v IN (:a, :b)",
                     ExpressionAttributeValues={":a": n(3), ":b": n(4)}, ProjectionExpression="v")
    assert sorted(item["v"]["N"] for item in found["Items"]) == ["3", "4"]
    invalid("The Segment parameter is zero-based", ddb.scan, TableName="pages", Segment=4,
            TotalSegments=4)


# ----- many at once -----


def batches():
    make("batch", sort=None)
    invalid("Too many items requested for the BatchWriteItem call", ddb.batch_write_item,
            RequestItems={"batch": [{"DeleteRequest": {"Key": {"pk": s(f"{i}")}}} for i in range(26)]})
    invalid("Provided list of item keys contains duplicates", ddb.batch_write_item,
            RequestItems={"batch": [{"DeleteRequest": {"Key": {"pk": s("1")}}},
                                    {"PutRequest": {"Item": {"pk": s("1")}}}]})
    answer = ddb.batch_write_item(RequestItems={
        "batch": [{"PutRequest": {"Item": {"pk": s(f"{i}"), "v": n(i)}}} for i in range(20)],
        "items": [{"PutRequest": {"Item": {"pk": s("b"), "sk": s(f"{i}")}}} for i in range(5)]},
        ReturnConsumedCapacity="TOTAL")
    assert answer["UnprocessedItems"] == {}
    assert [(used["TableName"], used["CapacityUnits"]) for used in answer["ConsumedCapacity"]] == [
        ("batch", 20), ("items", 5)]
    got = ddb.batch_get_item(RequestItems={
        "batch": {"Keys": [{"pk": s(f"{i}")} for i in range(15, 25)], "ProjectionExpression": "v"},
        "items": {"Keys": [{"pk": s("b"), "sk": s("1")}], "ConsistentRead": True}})
    assert sorted(int(item["v"]["N"]) for item in got["Responses"]["batch"]) == [15, 16, 17, 18, 19]
    assert got["Responses"]["items"] == [{"pk": s("b"), "sk": s("1")}]
    assert got["UnprocessedKeys"] == {}
    ddb.batch_write_item(RequestItems={
        "batch": [{"DeleteRequest": {"Key": {"pk": s(f"{i}")}}} for i in range(20)]})
    assert ddb.scan(TableName="batch")["Count"] == 0
    says("ResourceNotFoundException", "Requested resource not found", ddb.batch_write_item,
         RequestItems={"nowhere": [{"DeleteRequest": {"Key": {"pk": s("1")}}}]})


def transactions():
    make("trans", sort=None)

    def put(name, **more):
        return {"Put": {"TableName": "trans", "Item": {"pk": s(name)}, **more}}

    ddb.transact_write_items(TransactItems=[put("a"), put("b")])
    absent = {"ConditionExpression": "attribute_not_exists(pk)",
              "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    error = says("TransactionCanceledException",
                 "specific reasons [None, ConditionalCheckFailed, ValidationError]",
                 ddb.transact_write_items, TransactItems=[
                     put("c"), put("a", **absent),
                     {"Update": {"TableName": "trans", "Key": {"pk": s("b")},
                                 "UpdateExpression": "SET v = nothing"}}])
    reasons = error.response["CancellationReasons"]
    assert reasons[0] == {"Code": "None"} and reasons[1]["Item"] == {"pk": s("a")}
    assert "does not exist in the item" in reasons[2]["Message"]
    assert ddb.scan(TableName="trans")["Count"] == 2
    invalid("cannot include multiple operations on one item", ddb.transact_write_items,
            TransactItems=[put("x"), {"Delete": {"TableName": "trans", "Key": {"pk": s("x")}}}])
    count = {"Update": {"TableName": "trans", "Key": {"pk": s("n")},
                        "UpdateExpression": "ADD v :one",
                        "ExpressionAttributeValues": {":one": n(1)}}}
    for _ in range(3):
        ddb.transact_write_items(TransactItems=[count], ClientRequestToken="token")
    assert ddb.get_item(TableName="trans", Key={"pk": s("n")})["Item"]["v"] == n(1)
    says("IdempotentParameterMismatchException", "same client token", ddb.transact_write_items,
         TransactItems=[put("z")], ClientRequestToken="token")
    time.sleep(6.2)  # ten minutes at this speed
    ddb.transact_write_items(TransactItems=[count], ClientRequestToken="token")
    assert ddb.get_item(TableName="trans", Key={"pk": s("n")})["Item"]["v"] == n(2)
    got = ddb.transact_get_items(TransactItems=[
        {"Get": {"TableName": "trans", "Key": {"pk": s(name)}}} for name in ["b", "none", "n"]])
    assert [answer.get("Item", {}).get("pk") for answer in got["Responses"]] == [
        s("b"), None, s("n")]


# ----- after a kill -----


def nothing_is_lost_by_a_kill():
    global ddb
    make("kill", GlobalSecondaryIndexes=[index("by-g", "g")])
    for i in range(40):
        ddb.put_item(TableName="kill", Item={"pk": s("a"), "sk": s(f"{i:02}"), "g": s("g")})
    local.kill()
    local.start()
    ddb = local.client("dynamodb")
    assert ddb.scan(TableName="kill", IndexName="by-g")["Count"] == 40
    assert ddb.describe_table(TableName="kill")["Table"]["ItemCount"] == 40
    ddb.delete_table(TableName="kill")
    local.kill()
    local.start()
    ddb = local.client("dynamodb")
    assert eventually(lambda: "kill" not in ddb.list_tables()["TableNames"])


run([
    tables_are_made_described_listed_and_deleted,
    definitions_that_are_refused,
    an_index_is_added_filled_used_and_removed,
    throughput_is_changed,
    items_expire,
    items_of_all_types_come_back,
    items_that_are_refused,
    conditions_and_updates,
    projections,
    capacity_is_told,
    numbers_and_bytes_sort,
    queries_come_in_pages,
    queries_that_are_refused,
    scans_and_their_segments,
    batches,
    transactions,
    nothing_is_lost_by_a_kill,
    local.stop,
])

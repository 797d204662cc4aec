"""The same requests to reconlocal and to dynalite, whose answers were checked against AWS:
they have to be the same, but for what is named here with a reason."""

import subprocess

from local_aws import Failed, Local, eventually, run

ours = Local("dynalite", "--speed", "100")
emulator = subprocess.Popen(["node", "tests/emulators/start.mjs", "dynalite"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class Theirs(Local):
    def __init__(self):  # it is started already
        self.url = emulator.stdout.readline().split()[-1]
        self.host = self.url.split("//")[1]


theirs = Theirs()


def s(text):
    return {"S": text}


def n(number):
    return {"N": str(number)}


def answer_of(where, operation, members):
    try:
        return where.call("dynamodb", operation, **members)
    except Failed as failed:
        return {"error": failed.code, "status": failed.status,
                "message": failed.answer.get("message", failed.answer.get("Message"))}


UNORDERED = {"Items", "SS", "NS", "BS", "AttributeDefinitions", "t"}
# What only one of them has, or what is of the time and place.
LEFT_OUT = {"CreationDateTime", "TableId", "TableArn", "IndexArn", "DeletionProtectionEnabled",
            "TableSizeBytes", "IndexSizeBytes", "TableStatus", "IndexStatus", "LastUpdateToPayPerRequestDateTime",
            "LastIncreaseDateTime", "LastDecreaseDateTime", "TableThroughputModeSummary"}


def plain(value, name=None):
    if isinstance(value, dict):
        return {key: plain(inner, key) for key, inner in value.items() if key not in LEFT_OUT}
    if isinstance(value, list):
        inner = [plain(one) for one in value]
        return sorted(inner, key=repr) if name in UNORDERED else inner
    return value


def same(operation, **members):
    mine, other = (plain(answer_of(where, operation, members)) for where in (ours, theirs))
    assert mine == other, f"{operation} {members}\n  ours   {mine}\n  theirs {other}"
    return mine


def differs(operation, **members):
    """They do not agree, and the developer guide is on our side."""
    mine, other = (plain(answer_of(where, operation, members)) for where in (ours, theirs))
    assert mine != other
    return mine


KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
ATTRIBUTES = [{"AttributeName": "pk", "AttributeType": "S"},
              {"AttributeName": "sk", "AttributeType": "N"},
              {"AttributeName": "g", "AttributeType": "S"}]
INDEX = {"IndexName": "by-g", "Projection": {"ProjectionType": "ALL"},
         "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"},
                       {"AttributeName": "sk", "KeyType": "RANGE"}]}
TABLE = dict(TableName="same", KeySchema=KEYS, AttributeDefinitions=ATTRIBUTES,
             BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=[INDEX])


def tables():
    for where in (ours, theirs):
        where.call("dynamodb", "CreateTable", **TABLE)
        assert eventually(lambda: where.call("dynamodb", "DescribeTable", TableName="same")
                          ["Table"]["TableStatus"] == "ACTIVE")
    assert differs("CreateTable", **TABLE)["message"] == "Table already exists: same"
    same("ListTables")
    same("DescribeTable", TableName="nowhere")
    bad = dict(TABLE, TableName="other")
    same("CreateTable", **dict(bad, KeySchema=KEYS[::-1]))
    same("CreateTable", **dict(bad, KeySchema=[KEYS[0], {"AttributeName": "x", "KeyType": "RANGE"}]))
    same("CreateTable", **dict(bad, GlobalSecondaryIndexes=[INDEX, INDEX]))
    same("CreateTable", **dict(bad, GlobalSecondaryIndexes=[]))
    same("CreateTable", **dict(bad, BillingMode="PROVISIONED"))
    same("UpdateTable", TableName="same")


def items():
    full = {"pk": s("a"), "sk": n("1.50"), "g": s("x"), "l": {"L": [n("1e2"), {"NULL": True}]},
            "m": {"M": {"k": s("v"), "deep": {"M": {"n": n(-3)}}}}, "ss": {"SS": ["b", "a"]},
            "ns": {"NS": ["1", "2.0"]}, "b": {"B": "AAE="}, "t": {"BOOL": True}, "v": n(5)}
    # "Provisioned throughput considerations for GSIs": the put into the index is paid for.
    used = differs("PutItem", TableName="same", Item=full, ReturnConsumedCapacity="INDEXES")
    assert used["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"by-g": {"CapacityUnits": 1}}
    same("PutItem", TableName="same", Item=dict(full, x=s("x" * 5000)), ReturnValues="ALL_OLD")
    key = {"pk": s("a"), "sk": n("1.5")}
    same("GetItem", TableName="same", Key=key, ReturnConsumedCapacity="TOTAL")
    same("GetItem", TableName="same", Key=key, ConsistentRead=True, ReturnConsumedCapacity="TOTAL",
         ProjectionExpression="m.deep, l[1], #v", ExpressionAttributeNames={"#v": "v"})
    same("GetItem", TableName="same", Key={"pk": s("none"), "sk": n(0)})
    for number in ["0", "-0", "1E-130", "123456789012345678901234567890.12345678", "1e125", "-7.10"]:
        same("PutItem", TableName="same", Item={"pk": s("n"), "sk": n(number), "w": n(number)})
        same("GetItem", TableName="same", Key={"pk": s("n"), "sk": n(number)})


def refused_items():
    for item in [{"pk": s("a")}, {"pk": s("a"), "sk": s("1")}, {"pk": s(""), "sk": n(1)},
                 {"pk": s("a"), "sk": n("x")}, {"pk": s("a"), "sk": n("")},
                 {"pk": s("a"), "sk": n(1), "x": n("1" * 39)},
                 {"pk": s("a"), "sk": n(1), "x": n("1E126")},
                 {"pk": s("a"), "sk": n(1), "x": n("1E-131")},
                 {"pk": s("a"), "sk": n(1), "x": {"SS": []}}, {"pk": s("a"), "sk": n(1), "x": {}},
                 {"pk": s("a"), "sk": n(1), "x": {"NULL": False}},
                 {"pk": s("a"), "sk": n(1), "x": {"S": "a", "N": "1"}},
                 {"pk": s("a"), "sk": n(1), "g": n(1)},
                 {"pk": s("a"), "sk": n(1), "x": s("x" * 410000)}]:
        same("PutItem", TableName="same", Item=item)
    for key in [{"pk": s("a")}, {"pk": s("a"), "sk": n(1), "x": s("x")}, {"pk": n(1), "sk": n(1)}]:
        same("GetItem", TableName="same", Key=key)
        same("DeleteItem", TableName="same", Key=key)
    same("GetItem", TableName="nowhere", Key={"pk": s("a")})
    same("PutItem", TableName="same", Item={"pk": s("a"), "sk": n(1)}, ReturnValues="ALL_NEW")


CONDITIONS = [
    "v = :v", "v <> :v", "v < :w AND v > :u", "v BETWEEN :u AND :w", "v IN (:u, :w)", "NOT v = :v",
    "(v = :v OR v = :w) AND attribute_exists(m.k)", "v = :w OR v = :v AND t = :t",
    "attribute_not_exists(nothing)", "attribute_type(l, :L)", "begins_with(m.k, :s)",
    "contains(ss, :a)", "contains(l, :h)", "size(ss) = :two", "size(m) > :two", "m.deep.n < :u",
    "nothing = :v", "nothing <> :v", "ss = :set", "m.k = :s",
    "v = ", "v == :v", "v = :v)", "(v = :v", "v", "v = :nothing", "#x = :v", "date = :v",
    "nope(v)", "attribute_exists(v, t)", "attribute_exists(:v)", "begins_with(v, :v)",
    "attribute_type(v, :s)", "((v = :v))", "v BETWEEN :w AND :u", "size(:v) = :v",
    "contains(v, v)", "v = size(size(v))", "", "attribute_exists(v) = :v",
]
VALUES = {":v": n(5), ":w": n(9), ":u": n(1), ":t": {"BOOL": True}, ":L": s("L"), ":s": s("v"),
          ":a": s("a"), ":h": n(100), ":two": n(2), ":set": {"SS": ["a", "b"]}}


def used(expression):
    return {name: value for name, value in VALUES.items()
            if name in expression.replace(")", " ").replace(",", " ").split()}


def conditions():
    key = {"pk": s("a"), "sk": n("1.5")}
    for condition in CONDITIONS:
        members = dict(TableName="same", Key=key, UpdateExpression="SET seen = :seen",
                       ConditionExpression=condition,
                       ExpressionAttributeValues={**used(condition), ":seen": n(1)})
        if condition in ("v = ", "v == :v", "v = :v)", "(v = :v", "v", "attribute_exists(v) = :v"):
            mine = differs("UpdateItem", **members)  # AWS quotes other words near the place
            assert "Syntax error; token: " in mine["message"], mine
        else:
            same("UpdateItem", **members)


UPDATES = [
    "SET v = v + :u", "SET v = v - :w, w = if_not_exists(w, :u)", "SET l = list_append(l, :list)",
    "SET l[9] = :u", "SET l[0] = l[1], l[1] = l[0]", "SET m.deep.n = :v, m.z = :v",
    "REMOVE l[0], m.z", "ADD v :u, ss :set", "DELETE ss :set", "ADD fresh :v, freshset :set",
    "SET a = v REMOVE w ADD c :u DELETE freshset :set", "SET v = nothing", "SET nothing.x = :v",
    "SET v = ss + :v", "ADD m :v", "DELETE v :set", "SET pk = :s", "SET g = :v", "SET a = :v, a = :w",
    "SET a.b = :v, a = :w", "SET a[1] = :v, a.c = :w", "SET a = :v SET b = :v", "ADD a :s",
    "DELETE a :v", "SET a = nope(v, :v)", "SET a = :s + :v", "SET a = list_append(:v, l)",
    "SET a = if_not_exists(:v, :v)", "SET size = :v", "SET #a = :v", "SET a = :nothing", "",
]


def updates():
    key = {"pk": s("a"), "sk": n("1.5")}
    values = dict(VALUES, **{":list": {"L": [s("end")]}})
    for update in UPDATES:
        found = {name: value for name, value in values.items()
                 if name in update.replace(")", " ").replace("(", " ").replace(",", " ").split()}
        for returned in ["ALL_NEW", "UPDATED_OLD"]:
            members = dict(TableName="same", Key=key, UpdateExpression=update, ReturnValues=returned)
            if found:
                members["ExpressionAttributeValues"] = found
            same("UpdateItem", **members)
    same("UpdateItem", TableName="same", Key={"pk": s("made"), "sk": n(1)}, ReturnValues="ALL_NEW",
         UpdateExpression="ADD hits :u", ExpressionAttributeValues={":u": n(1)})
    same("UpdateItem", TableName="same", Key=key, UpdateExpression="SET v = :v",
         ExpressionAttributeValues={":v": n(1), ":more": n(1)})
    same("UpdateItem", TableName="same", Key=key, UpdateExpression="SET v = :v",
         ExpressionAttributeValues={":v": n(1)}, ExpressionAttributeNames={"#more": "x"})


def queries():
    for i in range(-6, 12):
        same("PutItem", TableName="same", Item={"pk": s("q"), "sk": n(i), "g": s("h"), "v": n(i % 4)})
    values = {":p": s("q"), ":a": n(-2), ":b": n(6)}
    for condition in ["pk = :p", "pk = :p AND sk > :a", "sk <= :a AND pk = :p", ":a < sk AND pk = :p",
                      "pk = :p AND sk BETWEEN :a AND :b", "pk = :p AND sk = :b", "(pk = :p) AND (sk >= :b)",
                      "pk > :p", "sk = :a", "pk = :p OR sk = :a", "pk = :p AND v = :a",
                      "pk = :p AND sk IN (:a)", "pk = :p AND begins_with(sk, :a)", "pk = :p AND sk <> :a",
                      "pk = :p AND size(sk) = :a", "pk = :p AND pk = :p", "NOT pk = :p"]:
        found = {name: value for name, value in values.items()
                 if name in condition.replace(")", " ").replace("(", " ").split()}
        for more in [{}, {"ScanIndexForward": False, "Limit": 3},
                     {"Select": "COUNT", "ReturnConsumedCapacity": "TOTAL"}]:
            same("Query", TableName="same", KeyConditionExpression=condition,
                 ExpressionAttributeValues=found, **more)
    filtered = dict(TableName="same", KeyConditionExpression="pk = :p", FilterExpression="v >= :v",
                    ExpressionAttributeValues={":p": s("q"), ":v": n(2)}, Limit=5)
    start = {}
    while True:
        page = same("Query", **filtered, **start)
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    index_query = dict(TableName="same", IndexName="by-g", KeyConditionExpression="g = :g",
                       ExpressionAttributeValues={":g": s("h")})
    same("Query", **index_query, ReturnConsumedCapacity="INDEXES")
    same("Query", **index_query, ConsistentRead=True)
    same("Query", **dict(index_query, IndexName="none"))
    same("Query", **dict(filtered, FilterExpression="sk > :v"))
    same("Query", **filtered, ExclusiveStartKey={"pk": s("q")})
    same("Query", TableName="same")
    scanned = same("Scan", TableName="same", ReturnConsumedCapacity="TOTAL")
    assert scanned["Count"] > 20
    same("Scan", TableName="same", IndexName="by-g", FilterExpression="v = :v",
         ExpressionAttributeValues={":v": n(3)})
    same("Scan", TableName="same", Segment=1)
    same("Scan", TableName="same", TotalSegments=1)
    same("Scan", TableName="same", Segment=2, TotalSegments=2)


def batches():
    same("BatchWriteItem", RequestItems={"same": [
        {"PutRequest": {"Item": {"pk": s("b"), "sk": n(i)}}} for i in range(10)]},
        ReturnConsumedCapacity="TOTAL")
    same("BatchWriteItem", RequestItems={"same": [
        {"DeleteRequest": {"Key": {"pk": s("b"), "sk": n(1)}}}] * 2})
    many = differs("BatchWriteItem", RequestItems={"same": [
        {"DeleteRequest": {"Key": {"pk": s("b"), "sk": n(i)}}} for i in range(26)]})
    assert many["message"] == "Too many items requested for the BatchWriteItem call"
    same("BatchWriteItem", RequestItems={"nowhere": [{"DeleteRequest": {"Key": {"pk": s("b")}}}]})
    got = [plain(answer_of(where, "BatchGetItem", {"RequestItems": {"same": {
        "Keys": [{"pk": s("b"), "sk": n(i)} for i in range(12)]}}})) for where in (ours, theirs)]
    for answer in got:
        answer["Responses"]["same"].sort(key=repr)
    assert got[0] == got[1]
    same("BatchGetItem", RequestItems={"same": {"Keys": [{"pk": s("b"), "sk": n(1)}] * 2}})


def ends():
    emulator.stdin.close()
    emulator.wait(60)
    emulator.stdout.close()
    ours.stop()


run([tables, items, refused_items, conditions, updates, queries, batches, ends])

"""reconlocal is killed again and again while several clients write; what was acknowledged
is there after each start, and nothing is there by halves.

    local_kill.py ROUNDS [SEED]"""

import collections
import hashlib
import http.client
import os
import random
import sqlite3
import subprocess
import sys
import threading

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from local_aws import KEYS, RECONLOCAL, Local, eventually, run

ROUNDS = int(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
MOST_ACKNOWLEDGED = 60  # requests, before a kill

local = Local("kill", "--partition-wcu", "1000000", "--partition-rcu", "1000000")
LOST = (OSError, http.client.HTTPException)  # the connection, and with it the answer


def s3(method, path, body=b""):
    request = AWSRequest(method=method, url=local.url + path, data=body)
    S3SigV4Auth(KEYS, "s3", "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection(local.host, timeout=60)
    connection.request(method, path, body, dict(request.headers))
    response = connection.getresponse()
    told = response.read()
    connection.close()
    assert response.status == 200, (response.status, told)
    return told


def object_bytes(name, number):
    """From nothing to more than what is kept in memory of a body."""
    dice = random.Random(f"{SEED} {name} {number}")
    return dice.randbytes(dice.choice([0, 10, 5000, 300000]))


class Round:
    """What was acknowledged between two kills."""

    def __init__(self):
        self.changed = threading.Condition()
        self.count = 0

    def acknowledged(self):
        with self.changed:
            self.count += 1
            self.changed.notify()

    def wait_for(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: self.count >= count, 100), self.count


class Client:
    """Writes until the connection is lost."""

    def __init__(self, number):
        self.number = number
        self.next = 0
        self.error = None

    def write_until_killed(self, told):
        try:
            while True:
                self.write()
                told.acknowledged()
        except LOST:
            pass
        except Exception as error:  # the main thread tells
            self.error = error


class Items(Client):
    def __init__(self, number):
        super().__init__(number)
        self.there = {}

    def write(self):
        dice = random.Random(f"{SEED} items {self.number} {self.next}")
        self.next += 1
        items = {f"{dice.getrandbits(64):016x}": str(dice.getrandbits(200)) for _ in range(25)}
        answer = local.call("dynamodb", "BatchWriteItem", RequestItems={"items": [
            {"PutRequest": {"Item": {"pk": {"S": key[:2]}, "sk": {"S": key}, "g": {"S": key[-1]},
                                     "text": {"S": text}}}} for key, text in items.items()]})
        assert answer["UnprocessedItems"] == {}
        self.there.update(items)

    def check(self):
        keys = random.Random(self.next).sample(sorted(self.there), min(100, len(self.there)))
        self.compare(keys)

    def check_all(self):
        keys = sorted(self.there)
        for at in range(0, len(keys), 100):
            self.compare(keys[at:at + 100])

    def compare(self, keys):
        if not keys:
            return
        found = local.call("dynamodb", "BatchGetItem", RequestItems={"items": {
            "ConsistentRead": True,
            "Keys": [{"pk": {"S": key[:2]}, "sk": {"S": key}} for key in keys]}})
        items = {item["sk"]["S"]: item["text"]["S"] for item in found["Responses"]["items"]}
        assert items == {key: self.there[key] for key in keys}


class Counter(Client):
    """Each step on the condition that the one before it is there."""

    def __init__(self, number):
        super().__init__(number)
        self.key = {"pk": {"S": "counter"}, "sk": {"S": str(number)}}

    def write(self):
        local.call("dynamodb", "UpdateItem", TableName="items", Key=self.key,
                   UpdateExpression="SET n = :new",
                   ConditionExpression="n = :old OR attribute_not_exists(n)",
                   ExpressionAttributeValues={":old": {"N": str(self.next)},
                                              ":new": {"N": str(self.next + 1)}})
        self.next += 1

    def check(self):
        item = local.call("dynamodb", "GetItem", TableName="items", Key=self.key,
                          ConsistentRead=True).get("Item", {"n": {"N": "0"}})
        assert int(item["n"]["N"]) in (self.next, self.next + 1), (item, self.next)
        self.next = int(item["n"]["N"])  # the last step may have been taken without an answer

    check_all = check


class Messages(Client):
    def __init__(self, number):
        super().__init__(number)
        self.there = set()

    def write(self):
        body = f"{self.number} {self.next}"
        self.next += 1
        local.call("sqs", "SendMessage", QueueUrl=queue_url(), MessageBody=body)
        self.there.add(body)

    def check(self):
        told = local.call("sqs", "GetQueueAttributes", QueueUrl=queue_url(),
                          AttributeNames=["ApproximateNumberOfMessages"])
        assert int(told["Attributes"]["ApproximateNumberOfMessages"]) >= len(self.there)

    def check_all(self):
        """Receives all of them, once."""
        received = collections.Counter()
        while True:
            got = local.call("sqs", "ReceiveMessage", QueueUrl=queue_url(), MaxNumberOfMessages=10,
                             VisibilityTimeout=43200).get("Messages", [])
            if not got:
                break
            received.update(message["Body"] for message in got)
        assert self.there <= set(received), sorted(self.there - set(received))[:5]
        assert set(received.values()) == {1}


class Objects(Client):
    """Objects of their own, and one that is written anew each time."""

    def __init__(self, number):
        super().__init__(number)
        self.there = set()

    def write(self):
        number = self.next
        self.next += 1
        name = f"/bucket/{self.number}/same" if number % 2 else f"/bucket/{self.number}/{number}"
        s3("PUT", name, object_bytes("object", number))
        self.there.add(number)

    def check(self):
        last = max((number for number in self.there if number % 2), default=None)
        if last is not None:
            got = s3("GET", f"/bucket/{self.number}/same")
            assert got in [object_bytes("object", number) for number in range(last, self.next, 2)]
        for number in sorted(self.there)[-10:]:
            self.compare(number)

    def check_all(self):
        for number in self.there:
            self.compare(number)

    def compare(self, number):
        if number % 2 == 0:
            got = s3("GET", f"/bucket/{self.number}/{number}")
            assert hashlib.md5(got).digest() == hashlib.md5(object_bytes("object", number)).digest()


def queue_url():
    return f"{local.url}/000000000000/queue"


clients = [Items(0), Items(1), Counter(0), Counter(1), Messages(0), Objects(0)]


def what_they_write_to_is_made():
    local.call("dynamodb", "CreateTable", TableName="items", BillingMode="PAY_PER_REQUEST",
               AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"}
                                     for name in ("pk", "sk", "g")],
               KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"},
                          {"AttributeName": "sk", "KeyType": "RANGE"}],
               GlobalSecondaryIndexes=[{
                   "IndexName": "index", "Projection": {"ProjectionType": "KEYS_ONLY"},
                   "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}]}])
    assert eventually(lambda: local.call("dynamodb", "DescribeTable", TableName="items")["Table"][
        "TableStatus"] == "ACTIVE")
    local.call("sqs", "CreateQueue", QueueName="queue")
    s3("PUT", "/bucket")


def what_was_acknowledged_survives_every_kill():
    dice = random.Random(SEED)
    for number in range(ROUNDS):
        told = Round()
        threads = [threading.Thread(target=client.write_until_killed, args=[told])
                   for client in clients]
        for thread in threads:
            thread.start()
        told.wait_for(dice.randrange(MOST_ACKNOWLEDGED))
        local.kill()
        for thread in threads:
            thread.join()
        assert not [client.error for client in clients if client.error], clients
        if number % 3 == 0:  # and once more, somewhere in its start
            early = subprocess.Popen(local.command, stdout=subprocess.PIPE)
            if dice.random() < 0.5:
                early.stdout.readline()
            early.kill()
            early.communicate()
        local.start()
        for client in clients:
            client.check()


def all_of_it_is_there_in_the_end():
    for client in clients:
        client.check_all()


def the_counts_are_those_of_the_items():
    def count(**members):
        total, start = 0, {}
        while True:
            page = local.call("dynamodb", "Scan", TableName="items", Select="COUNT", **members,
                              **start)
            total += page["Count"]
            if "LastEvaluatedKey" not in page:
                return total
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    table = local.call("dynamodb", "DescribeTable", TableName="items")["Table"]
    assert table["ItemCount"] == count(), table
    assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == count(IndexName="index"), table


def a_machine_that_went_down_is_noticed():
    local.kill()
    state = os.path.join(local.command[2], "local.db")
    database = sqlite3.connect(state)
    database.execute("UPDATE local_open SET boot = 'another boot'")
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    local.start()  # looked at, and sound
    clients[0].check()
    local.kill()
    database = sqlite3.connect(state)
    database.execute("UPDATE local_open SET boot = 'another boot'")
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'ddb_key'").fetchone()
    (size,) = database.execute("PRAGMA page_size").fetchone()
    database.close()
    with open(state, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    told = subprocess.run([RECONLOCAL, "--state", local.command[2], "--port", "0"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert told.returncode == 3 and "is damaged: the machine went down" in told.stderr, told
    assert told.stdout == ""


run([
    what_they_write_to_is_made,
    what_was_acknowledged_survives_every_kill,
    all_of_it_is_there_in_the_end,
    the_counts_are_those_of_the_items,
    a_machine_that_went_down_is_noticed,
])

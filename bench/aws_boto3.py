#!/usr/bin/python3
"""The jobs of bench/aws.sh as one writes them with boto3, Debian's python3-boto3, and
what has to be there beforehand. A job prints "COUNT WALL_S CPU_S PEAK_KB"; imports
are no part of it.

    aws_boto3.py table ENDPOINT TABLE            makes an empty table
    aws_boto3.py same ENDPOINT TABLE COUNT       has it the items that it is to have?
    aws_boto3.py batch ENDPOINT TABLE COUNT IN_FLIGHT     writes them, one request at a time:
                                                          that is how batch_writer does it
    aws_boto3.py fill ENDPOINT BUCKET COUNT      makes a bucket of small objects
    aws_boto3.py objects ENDPOINT BUCKET COUNT IN_FLIGHT  lists them and asks for each head
"""
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

SHARDS = 16


def item(number):
    """The item of bench/aws_items.h."""
    return {
        "PK": f"VISA042#2026-04-01#Shard{number % SHARDS}",
        "SK": f"TXN{number:012d}%2FA#0001#0000000001",
        "kind": "purchase",
        "amount": 100 + number * 7919 % 500000,
        "cur": "EUR",
        "booked": "2026-04-01",
        "settled": "2026-04-02",
        "card": "411111******1111",
        "merchant": f"MERCHANT {number % 977:05d}",
        "ref": f"R{number:014d}",
        "at": number * 168,
        "matched": True,
    }


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.monotonic(), used.ru_utime + used.ru_stime


def tell(start, count):
    wall_s, cpu_s = usage()
    with open("/proc/self/status", encoding="ascii") as status:
        peak_kb = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    print(count, f"{wall_s - start[0]:.6f} {cpu_s - start[1]:.6f}", peak_kb)


def table(endpoint, name):
    client = boto3.client("dynamodb", endpoint_url=endpoint)
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
        ],
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def same(endpoint, name, count):
    pages = boto3.resource("dynamodb", endpoint_url=endpoint).meta.client.get_paginator("scan")
    found = {(one["PK"], one["SK"]): one for page in pages.paginate(TableName=name) for one in page["Items"]}
    wanted = {(one["PK"], one["SK"]): one for one in map(item, range(int(count)))}
    if found != wanted:
        sys.exit(f"{name} has {len(found)} items, and they are not the {count} that were to be written")


def batch(endpoint, name, count, _in_flight):
    start = usage()
    with boto3.resource("dynamodb", endpoint_url=endpoint).Table(name).batch_writer() as writer:
        for number in range(int(count)):
            writer.put_item(Item=item(number))
    tell(start, count)


def fill(endpoint, bucket, count):
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket=bucket)

    def put(number):
        client.put_object(Bucket=bucket, Key=f"day/2026-04-01/{number:06d}.txt", Body=b"%d\n" % number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(int(count))))


def objects(endpoint, bucket, count, in_flight):
    start = usage()
    config = Config(max_pool_connections=int(in_flight))
    client = boto3.client("s3", endpoint_url=endpoint, config=config)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]

    def size(key):
        return client.head_object(Bucket=bucket, Key=key)["ContentLength"]

    with ThreadPoolExecutor(int(in_flight)) as pool:
        sizes = list(pool.map(size, keys))
    if len(sizes) != int(count) or 0 in sizes:
        sys.exit(f"{len(sizes)} objects, not {count}")
    tell(start, count)


if __name__ == "__main__":
    jobs = {job.__name__: job for job in (table, same, batch, fill, objects)}
    jobs[sys.argv[1]](*sys.argv[2:])

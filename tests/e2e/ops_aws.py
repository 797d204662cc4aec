"""AWS's side of what the console did, with the AWS SDK: what a script asks is printed.

    ops_aws.py object KEY            the bytes of an object of the pipeline's bucket
    ops_aws.py messages QUEUE        how many there are, and how many of them can be received
    ops_aws.py notes PROGRAM DATE    what was written of its discrepancies, a line each
    ops_aws.py audit DATE            outcomes, a line each
"""

import sys

import boto3

BUCKET = "recon-files-000000000000-us-east-1"


def items(pk):
    table = boto3.resource("dynamodb").Table("recon-state")
    return table.query(
        KeyConditionExpression="PK = :pk", ExpressionAttributeValues={":pk": pk}
    )["Items"]


def show_object(key):
    body = boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    sys.stdout.buffer.write(body)


def show_messages(queue):
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    all_of_them = sum(int(told[name]) for name in told if name.startswith("ApproximateNumber"))
    print(all_of_them, told["ApproximateNumberOfMessages"])


def show_notes(program, date):
    for item in items(f"NOTE#{program}#{date}"):
        print(item["kind"], item.get("reason", ""), item["text"])


def show_audit(date):
    for item in items("AUDIT#" + date):
        if item["kind"] == "outcome":
            print(item["action"], item["outcome"], item["tool"])


{
    "object": show_object,
    "messages": show_messages,
    "notes": show_notes,
    "audit": show_audit,
}[sys.argv[1]](*sys.argv[2:])

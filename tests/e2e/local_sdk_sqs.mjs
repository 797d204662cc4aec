// SQS of reconlocal through the AWS SDK for JavaScript, which checks every digest.
import assert from "node:assert/strict";

import { client, eventually, refused, run, startLocal } from "./local_sdk.mjs";

const local = await startLocal("sdk-sqs");
const sqs = client("sqs", local.url);
const ARN = "arn:aws:sqs:us-east-1:000000000000:";
const url = (name) => `${local.url}/000000000000/${name}`;

const receive = async (name, members = {}) =>
  (await sqs("ReceiveMessage", { QueueUrl: url(name), ...members })).Messages ?? [];

// Messages that can be received, and those that are in flight.
async function counts(name) {
  const { Attributes } = await sqs("GetQueueAttributes", { QueueUrl: url(name), AttributeNames: ["All"] });
  const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = Attributes;
  return [Number(visible), Number(hidden)];
}

async function queues() {
  for (const QueueName of ["in", "in-dead", "other"]) {
    assert.equal((await sqs("CreateQueue", { QueueName })).QueueUrl, url(QueueName));
  }
  const pages = await sqs.pages("ListQueues", 1, { QueueNamePrefix: "in" });
  assert.deepEqual(pages.flatMap((page) => page.QueueUrls ?? []), [url("in"), url("in-dead")]);
  assert.equal((await sqs("GetQueueUrl", { QueueName: "in" })).QueueUrl, url("in"));
  const error = await refused("QueueDoesNotExist", sqs("GetQueueUrl", { QueueName: "nowhere" }));
  assert.equal(error.$metadata.httpStatusCode, 400);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `${ARN}in-dead`, maxReceiveCount: 1 });
  await sqs("SetQueueAttributes", { QueueUrl: url("in"), Attributes: { RedrivePolicy, VisibilityTimeout: "7" } });
  const AttributeNames = ["VisibilityTimeout", "QueueArn"];
  const { Attributes } = await sqs("GetQueueAttributes", { QueueUrl: url("in"), AttributeNames });
  assert.deepEqual(Attributes, { VisibilityTimeout: "7", QueueArn: `${ARN}in` });
  const [sources] = await sqs.pages("ListDeadLetterSourceQueues", 5, { QueueUrl: url("in-dead") });
  assert.deepEqual(sources.queueUrls, [url("in")]);
  await sqs("DeleteQueue", { QueueUrl: url("other") });
  await refused("QueueDoesNotExist", sqs("DeleteQueue", { QueueUrl: url("other") }));
  await refused("QueueNameExists", sqs("CreateQueue", { QueueName: "in", Attributes: { DelaySeconds: "1" } }));
}

async function messages() {
  await sqs("CreateQueue", { QueueName: "work" });
  const QueueUrl = url("work");
  const MessageAttributes = {
    text: { DataType: "String", StringValue: "é" },
    bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 1, 255]) },
    number: { DataType: "Number.int", StringValue: "12" },
  };
  const sent = await sqs("SendMessage", { QueueUrl, MessageBody: "é\n<&>", MessageAttributes });
  const [got] = await receive("work", { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] });
  assert.deepEqual([got.MessageId, got.Body], [sent.MessageId, "é\n<&>"]);
  assert.deepEqual(got.MessageAttributes, MessageAttributes);
  assert.equal(got.Attributes.ApproximateReceiveCount, "1");
  const { ReceiptHandle } = got;
  assert.deepEqual(await receive("work"), []);
  await sqs("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
  const [again] = await receive("work", { WaitTimeSeconds: 20 });
  await sqs("DeleteMessage", { QueueUrl, ReceiptHandle: again.ReceiptHandle });
  assert.deepEqual(await counts("work"), [0, 0]);
  await refused("ReceiptHandleIsInvalid", sqs("DeleteMessage", { QueueUrl, ReceiptHandle: "none" }));
}

async function batches() {
  const QueueUrl = url("work");
  const Entries = [0, 1, 2].map((i) => ({ Id: `m${i}`, MessageBody: `${i}`, DelaySeconds: i === 2 ? 901 : 0 }));
  const sent = await sqs("SendMessageBatch", { QueueUrl, Entries });
  assert.deepEqual(sent.Successful.map((entry) => entry.Id), ["m0", "m1"]);
  assert.deepEqual([sent.Failed[0].Id, sent.Failed[0].SenderFault], ["m2", true]);
  const got = await receive("work", { MaxNumberOfMessages: 10 });
  assert.deepEqual(got.map((message) => message.Body).sort(), ["0", "1"]);
  const handles = got.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
  const visible = handles.map((entry) => ({ ...entry, VisibilityTimeout: 40000 }));
  const changed = await sqs("ChangeMessageVisibilityBatch", { QueueUrl, Entries: visible });
  assert.equal(changed.Successful.length, 2);
  const bad = [...handles, { Id: "bad", ReceiptHandle: "none" }];
  const deleted = await sqs("DeleteMessageBatch", { QueueUrl, Entries: bad });
  assert.deepEqual(deleted.Successful.map((entry) => entry.Id), ["0", "1"]);
  assert.deepEqual(deleted.Failed.map((entry) => [entry.Id, entry.Code]), [["bad", "ReceiptHandleIsInvalid"]]);
  await refused("EmptyBatchRequest", sqs("SendMessageBatch", { QueueUrl, Entries: [] }));
  await refused("BatchEntryIdsNotDistinct", sqs("DeleteMessageBatch", { QueueUrl, Entries: [bad[2], bad[2]] }));
  await sqs("SendMessage", { QueueUrl, MessageBody: "x" });
  await sqs("PurgeQueue", { QueueUrl });
  assert.ok(await eventually(async () => (await counts("work"))[0] === 0));
  await refused("PurgeQueueInProgress", sqs("PurgeQueue", { QueueUrl }));
}

async function deadLettersMove() {
  for (let i = 0; i < 10; i++) await sqs("SendMessage", { QueueUrl: url("in"), MessageBody: `${i}` });
  assert.ok(await eventually(async () => {
    await receive("in", { MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
    return (await counts("in-dead"))[0] === 10;
  }));
  const SourceArn = `${ARN}in-dead`;
  const { TaskHandle } = await sqs("StartMessageMoveTask", { SourceArn, MaxNumberOfMessagesPerSecond: 1 });
  await refused("UnsupportedOperation", sqs("StartMessageMoveTask", { SourceArn }));
  const [running] = (await sqs("ListMessageMoveTasks", { SourceArn })).Results;
  assert.deepEqual([running.Status, running.TaskHandle], ["RUNNING", TaskHandle]);
  assert.equal(running.ApproximateNumberOfMessagesToMove, 10);
  const { ApproximateNumberOfMessagesMoved: moved } = await sqs("CancelMessageMoveTask", { TaskHandle });
  assert.deepEqual(await counts("in"), [moved, 0]);
  assert.deepEqual(await counts("in-dead"), [10 - moved, 0]);
  await refused("ResourceNotFoundException", sqs("CancelMessageMoveTask", { TaskHandle: "none" }));
}

await run(local, "SQS by the SDK", [queues, messages, batches, deadLettersMove]);

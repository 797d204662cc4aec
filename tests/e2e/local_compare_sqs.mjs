// SQS of reconlocal beside fauxqs.
import { comparison } from "./local_compare.mjs";
import { run } from "./local_sdk.mjs";

const { local, same: sqs, theOthersStop } = await comparison("sqs", ["fauxqs"]);
const because = (fauxqs) => ({ fauxqs });

// Members of a request about the queue that was asked for last.
const queue = (more = {}) => ({ GetQueueUrl: { QueueUrl } }) => ({ QueueUrl, ...more });
const received = (more = {}) => ({ GetQueueUrl: { QueueUrl }, ReceiveMessage: { Messages } }) => ({
  QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle, ...more,
});

async function make(QueueName, Attributes = {}) {
  await sqs("CreateQueue", { QueueName, Attributes });
  await sqs("GetQueueUrl", { QueueName });
}

async function queues() {
  await make("first", { VisibilityTimeout: "60" });
  await sqs("CreateQueue", { QueueName: "first", Attributes: { VisibilityTimeout: "60" } });
  await sqs("CreateQueue", { QueueName: "first", Attributes: { VisibilityTimeout: "61" } });
  await sqs("CreateQueue", { QueueName: "bad", Attributes: { VisibilityTimeout: "43201" } });
  await sqs("CreateQueue", { QueueName: "bad", Attributes: { DelaySeconds: "-1" } });
  await sqs("GetQueueUrl", { QueueName: "nowhere" });
  await sqs("ListQueues", {});
  await sqs("ListQueues", { QueueNamePrefix: "f" });
  await sqs("ListQueues", { QueueNamePrefix: "nothing" });
  await sqs("GetQueueAttributes", queue({ AttributeNames: ["All"] }));
  await sqs("GetQueueAttributes", queue({ AttributeNames: ["DelaySeconds", "QueueArn"] }));
  await sqs("GetQueueAttributes", queue(), because("without names there are no attributes (AttributeNames)"));
  await sqs("GetQueueAttributes", queue({ AttributeNames: ["Colour"] }), because("InvalidAttributeName"));
  await sqs("SetQueueAttributes", queue({ Attributes: { DelaySeconds: "3", MaximumMessageSize: "1024" } }));
  await sqs("SetQueueAttributes", queue({ Attributes: { DelaySeconds: "901" } }));
  await sqs("GetQueueAttributes", queue({ AttributeNames: ["DelaySeconds", "MaximumMessageSize"] }));
  await sqs("SendMessage", queue({ MessageBody: "x".repeat(1025) }));
  await sqs("DeleteQueue", queue());
  await sqs("DeleteQueue", queue());
  await sqs("GetQueueAttributes", queue({ AttributeNames: ["All"] }));
  await sqs("SendMessage", queue({ MessageBody: "x" }));
  const name = because("a name has up to 80 letters, digits, hyphens and underscores (QueueName)");
  await sqs("CreateQueue", { QueueName: "bad name" }, name);
  await sqs("CreateQueue", { QueueName: "x".repeat(81) }, name);
  await sqs("CreateQueue", { QueueName: "bad", Attributes: { Colour: "red" } }, because("InvalidAttributeName"));
}

const MessageAttributes = {
  text: { DataType: "String", StringValue: "é" },
  bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 1, 255]) },
  "number.of": { DataType: "Number.int", StringValue: "12" },
};

async function messages() {
  const numbers = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
  await make("messages");
  await sqs("SendMessage", queue({ MessageBody: "é\n<&>", MessageAttributes }));
  await sqs("GetQueueAttributes", queue({ AttributeNames: numbers }));
  await sqs("ReceiveMessage", queue({ MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] }));
  await sqs("ReceiveMessage", queue({ MaxNumberOfMessages: 10 }));
  await sqs("GetQueueAttributes", queue({ AttributeNames: numbers }));
  await sqs("SendMessage", queue({ MessageBody: "again", MessageAttributes }));
  const digest = because("the digest is of the attributes that come, so that a client can check it");
  await sqs("ReceiveMessage", queue({ MessageAttributeNames: ["number.*"] }), digest);
  await sqs("ChangeMessageVisibility", received({ VisibilityTimeout: 43201 }));
  await sqs("ChangeMessageVisibility", received({ VisibilityTimeout: 0 }));
  const none = because("attributes come when they are asked for (MessageAttributeNames)");
  await sqs("ReceiveMessage", queue({ MessageSystemAttributeNames: ["ApproximateReceiveCount"] }), none);
  await sqs("DeleteMessage", received());
  await sqs("DeleteMessage", received());
  const gone = because("MessageNotInflight is for one that waits; this one is deleted");
  await sqs("ChangeMessageVisibility", received({ VisibilityTimeout: 5 }), gone);
  await sqs("DeleteMessage", queue({ ReceiptHandle: "none" }), because("ReceiptHandleIsInvalid"));
}

async function requestsAreChecked() {
  const attribute = (DataType, StringValue, name = "a") => ({
    MessageBody: "x", MessageAttributes: { [name]: { DataType, StringValue } },
  });
  await make("checks");
  for (const [members, fauxqs] of [
    [{ MessageBody: "" }], [{ MessageBody: "\u0001" }], [{ MessageBody: "x".repeat(1024 * 1024 + 1) }],
    [{ MessageBody: "x", DelaySeconds: 901 }, "DelaySeconds is 0 to 900"],
    [attribute("Odd", "x"), "a type is String, Number or Binary"],
    [attribute("String"), "an attribute has a value"],
    [attribute("String", ""), "a value is not empty"],
    [attribute("String", "x", ""), "a name is not empty"],
    [attribute("String", "x", "AWS.x")],
    [attribute("Number", "x")],
  ]) await sqs("SendMessage", queue(members), because(fauxqs));
  for (const members of [
    { MaxNumberOfMessages: 0 }, { MaxNumberOfMessages: 11 }, { WaitTimeSeconds: 21 }, { VisibilityTimeout: 43201 },
  ]) await sqs("ReceiveMessage", queue(members));
}

async function batches() {
  const entry = (Id, MessageBody = Id, more = {}) => ({ Id, MessageBody, ...more });
  const entries = (more) => ({ GetQueueUrl: { QueueUrl }, ReceiveMessage: { Messages } }) => ({
    QueueUrl,
    Entries: [
      { Id: "good", ReceiptHandle: Messages[0].ReceiptHandle, ...more },
      { Id: "bad", ReceiptHandle: "none", ...more },
    ],
  });
  await make("batches");
  await sqs("SendMessageBatch", queue({ Entries: [entry("a"), entry("b")] }));
  await sqs("SendMessageBatch", queue({ Entries: [] }));
  await sqs("SendMessageBatch", queue({ Entries: [entry("a"), entry("a")] }));
  await sqs("SendMessageBatch", queue({ Entries: [entry("not an id")] }));
  await sqs("SendMessageBatch", queue({ Entries: Array.from({ length: 11 }, (_, i) => entry(`${i}`)) }));
  await sqs("SendMessageBatch", queue({ Entries: ["a", "b"].map((id) => entry(id, "x".repeat(600000))) }));
  const late = [entry("a"), entry("b", "x", { DelaySeconds: 901 })];
  await sqs("SendMessageBatch", queue({ Entries: late }), because("DelaySeconds is 0 to 900"));
  await sqs("SendMessageBatch", queue({ Entries: [entry("a", "")] }), because("a body has at least a character"));
  await sqs("ReceiveMessage", queue({ MaxNumberOfMessages: 1 }));
  await sqs("ChangeMessageVisibilityBatch", entries({ VisibilityTimeout: 100 }));
  await sqs("ChangeMessageVisibilityBatch", entries({ VisibilityTimeout: 43201 }));
  await sqs("DeleteMessageBatch", entries(), because("ReceiptHandleIsInvalid"));
  await sqs("DeleteMessageBatch", queue({ Entries: [] }));
  await sqs("PurgeQueue", queue());
  await sqs("PurgeQueue", queue(), because("PurgeQueueInProgress within 60 seconds"));
}

async function deadLetters() {
  const policy = (name) => ({
    RedrivePolicy: `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:${name}","maxReceiveCount":"1"}`,
  });
  await make("dead");
  await make("alive", policy("dead"));
  await sqs("GetQueueAttributes", queue({ AttributeNames: ["RedrivePolicy"] }));
  await sqs("SendMessage", queue({ MessageBody: "poison" }));
  await sqs("ReceiveMessage", queue({ VisibilityTimeout: 0 }));
  await sqs("ReceiveMessage", queue({ VisibilityTimeout: 0 }));
  await sqs("GetQueueUrl", { QueueName: "dead" });
  const moved = because("DeadLetterQueueSourceArn, and a receive that delivered nothing does not count");
  await sqs("ReceiveMessage", queue({ MessageSystemAttributeNames: ["All"] }), moved);
  await sqs("CreateQueue", { QueueName: "worse", Attributes: { RedrivePolicy: "{" } }, because("a policy is JSON"));
  await sqs("CreateQueue", { QueueName: "worst", Attributes: policy("none") }, because("the target has to be there"));
}

await run(local, "SQS beside others", [queues, messages, requestsAreChecked, batches, deadLetters, theOthersStop]);

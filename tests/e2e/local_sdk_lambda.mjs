// Lambda of reconlocal through the AWS SDK for JavaScript.
import assert from "node:assert/strict";

import { client, eventually, refused, ROLE, run, startLocal, WORKER } from "./local_sdk.mjs";

const local = await startLocal("sdk-lambda", "--speed", "20");
const lambda = client("lambda", local.url);
const sqs = client("sqs", local.url);
const FunctionName = "worker";
const SOURCE = "arn:aws:sqs:us-east-1:000000000000:work";
const QueueUrl = `${local.url}/000000000000/work`;

async function functions() {
  const made = {
    Role: ROLE, Runtime: "provided.al2023", Handler: WORKER.join(" "), Timeout: 900,
    Code: { ZipFile: new Uint8Array([80, 75]) }, Environment: { Variables: { COLOUR: "green" } },
  };
  const { FunctionArn } = await lambda("CreateFunction", { FunctionName, ...made });
  assert.equal(FunctionArn, "arn:aws:lambda:us-east-1:000000000000:function:worker");
  await lambda("CreateFunction", { FunctionName: "other", ...made });
  await refused("ResourceConflictException", lambda("CreateFunction", { FunctionName, ...made }));
  const pages = await lambda.pages("ListFunctions", 1);
  assert.deepEqual(pages.flatMap((page) => page.Functions.map((row) => row.FunctionName)), ["other", FunctionName]);
  const { Configuration } = await lambda("GetFunction", { FunctionName: FunctionArn });
  assert.deepEqual([Configuration.Timeout, Configuration.State], [900, "Active"]);
  await lambda("UpdateFunctionConfiguration", { FunctionName, MemorySize: 256, Description: "é" });
  const changed = await lambda("GetFunctionConfiguration", { FunctionName });
  assert.deepEqual([changed.MemorySize, changed.Description, changed.Timeout], [256, "é", 900]);
  await lambda("DeleteFunction", { FunctionName: "other" });
  const error = await refused("ResourceNotFoundException", lambda("GetFunction", { FunctionName: "other" }));
  assert.equal(error.$metadata.httpStatusCode, 404);
}

async function invocations() {
  const invoke = async (event, members = {}) => {
    const answer = await lambda("Invoke", { FunctionName, Payload: JSON.stringify(event), ...members });
    const text = answer.Payload?.transformToString();
    return { ...answer, body: text ? JSON.parse(text) : undefined };
  };
  const answer = await invoke({ x: "é" }, { LogType: "Tail" });
  assert.deepEqual([answer.StatusCode, answer.body.echo], [200, { x: "é" }]);
  assert.equal(answer.body.environment.COLOUR, "green");
  assert.match(Buffer.from(answer.LogResult, "base64").toString(), /the event is/);
  const failed = await invoke({ do: "fail", type: "Boom" });
  assert.deepEqual([failed.FunctionError, failed.body.errorType], ["Unhandled", "Boom"]);
  assert.equal((await invoke({}, { InvocationType: "DryRun" })).StatusCode, 204);
  assert.equal((await invoke({}, { InvocationType: "Event" })).StatusCode, 202);
  assert.equal((await invoke({}, { FunctionName: `${FunctionName}:$LATEST` })).StatusCode, 200);
  const error = await refused("ResourceNotFoundException", invoke({}, { FunctionName: `${FunctionName}:live` }));
  assert.match(error.message, /:function:worker:live$/);
  await refused("ResourceNotFoundException", invoke({}, { Qualifier: "live" }));
  await refused("InvalidRequestContentException", lambda("Invoke", { FunctionName, Payload: "{" }));
}

async function concurrency() {
  await lambda("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: 0 });
  const told = await lambda("GetFunctionConcurrency", { FunctionName });
  assert.equal(told.ReservedConcurrentExecutions, 0);
  const error = await refused("TooManyRequestsException", lambda("Invoke", { FunctionName }));
  assert.equal(error.Reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
  await lambda("DeleteFunctionConcurrency", { FunctionName });
  assert.equal((await lambda("Invoke", { FunctionName, Payload: "{}" })).StatusCode, 200);
  const { AccountLimit, AccountUsage } = await lambda("GetAccountSettings");
  assert.equal(AccountLimit.ConcurrentExecutions, 1000);
  assert.equal(AccountUsage.FunctionCount, 1);
}

async function eventInvokeConfig() {
  await lambda("PutFunctionEventInvokeConfig", {
    FunctionName, MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 300,
  });
  const told = await lambda("GetFunctionEventInvokeConfig", { FunctionName });
  assert.deepEqual([told.MaximumRetryAttempts, told.MaximumEventAgeInSeconds], [1, 300]);
  assert.ok(told.LastModified instanceof Date);
  await lambda("DeleteFunctionEventInvokeConfig", { FunctionName });
  await refused("ResourceNotFoundException", lambda("GetFunctionEventInvokeConfig", { FunctionName }));
}

async function eventSourceMappings() {
  await sqs("CreateQueue", { QueueName: "work", Attributes: { VisibilityTimeout: "5400" } });
  const made = await lambda("CreateEventSourceMapping", {
    FunctionName, EventSourceArn: SOURCE, BatchSize: 5, FunctionResponseTypes: ["ReportBatchItemFailures"],
  });
  assert.ok(made.LastModified instanceof Date);
  const { UUID } = made;
  const state = async () => (await lambda("GetEventSourceMapping", { UUID })).State;
  assert.ok(await eventually(async () => (await state()) === "Enabled"));
  await sqs("SendMessage", { QueueUrl, MessageBody: "x" });
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
  assert.ok(await eventually(async () => {
    const { Attributes } = await sqs("GetQueueAttributes", { QueueUrl, AttributeNames });
    return Object.values(Attributes).every((count) => count === "0");
  }), "the function takes the message");
  await lambda("UpdateEventSourceMapping", { UUID, BatchSize: 7, Enabled: false });
  assert.ok(await eventually(async () => (await state()) === "Disabled"));
  const [page] = await lambda.pages("ListEventSourceMappings", 10, { FunctionName });
  assert.deepEqual(page.EventSourceMappings.map((row) => [row.UUID, row.BatchSize]), [[UUID, 7]]);
  await lambda("DeleteEventSourceMapping", { UUID });
  assert.ok(await eventually(() => lambda("GetEventSourceMapping", { UUID }).then(() => false, () => true)));
  await refused("ResourceNotFoundException", lambda("GetEventSourceMapping", { UUID }));
}

await run(local, "Lambda by the SDK", [functions, invocations, concurrency, eventInvokeConfig, eventSourceMappings]);

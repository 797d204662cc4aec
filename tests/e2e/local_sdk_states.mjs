// Step Functions of reconlocal through the AWS SDK for JavaScript.
import assert from "node:assert/strict";

import { client, eventually, refused, ROLE, run, startLocal } from "./local_sdk.mjs";

const local = await startLocal("sdk-states", "--speed", "20");
const states = client("states", local.url);
const sqs = client("sqs", local.url);
const QueueUrl = `${local.url}/000000000000/work`;

async function make(name, States) {
  const definition = JSON.stringify({ StartAt: Object.keys(States)[0], States });
  return (await states("CreateStateMachine", { name, roleArn: ROLE, definition })).stateMachineArn;
}

const begin = async (stateMachineArn, input = {}) =>
  (await states("StartExecution", { stateMachineArn, input: JSON.stringify(input) })).executionArn;

const end = (executionArn) =>
  eventually(async () => {
    const told = await states("DescribeExecution", { executionArn });
    return told.status !== "RUNNING" && told;
  });

async function machines() {
  const stateMachineArn = await make("pass", { A: { Type: "Pass", End: true } });
  await make("other", { A: { Type: "Succeed" } });
  const pages = await states.pages("ListStateMachines", 1);
  assert.deepEqual(pages.flatMap((page) => page.stateMachines.map((row) => row.name)), ["other", "pass"]);
  const definition = JSON.stringify({ StartAt: "B", States: { B: { Type: "Pass", Result: 7, End: true } } });
  const { updateDate } = await states("UpdateStateMachine", { stateMachineArn, definition });
  assert.ok(updateDate instanceof Date);
  const told = await states("DescribeStateMachine", { stateMachineArn });
  assert.deepEqual([told.definition, told.status, told.type], [definition, "ACTIVE", "STANDARD"]);
  const other = stateMachineArn.replace("pass", "other");
  await states("DeleteStateMachine", { stateMachineArn: other });
  await refused("StateMachineDoesNotExist", states("DescribeStateMachine", { stateMachineArn: other }));
  await refused("InvalidArn", states("DescribeStateMachine", { stateMachineArn: "other" }));
  await refused("InvalidDefinition", make("bad", { A: { Type: "Odd" } }));
}

async function executions() {
  const machine = await make("run", {
    W: { Type: "Wait", Seconds: 1, Next: "A" },
    A: { Type: "Pass", Result: { x: 1 }, End: true },
  });
  const executionArn = await begin(machine);
  const told = await end(executionArn);
  assert.deepEqual([told.status, told.output], ["SUCCEEDED", '{"x":1}']);
  assert.ok(told.stopDate > told.startDate);
  const pages = await states.pages("GetExecutionHistory", 2, { executionArn });
  assert.deepEqual(pages.flatMap((page) => page.events.map((event) => event.type)), [
    "ExecutionStarted", "WaitStateEntered", "WaitStateExited", "PassStateEntered", "PassStateExited",
    "ExecutionSucceeded",
  ]);
  const waits = await begin(await make("wait", { W: { Type: "Wait", Seconds: 86400, End: true } }));
  await states("StopExecution", { executionArn: waits, error: "Enough", cause: "so" });
  const stopped = await end(waits);
  assert.deepEqual([stopped.status, stopped.error, stopped.cause], ["ABORTED", "Enough", "so"]);
  const listed = await states("ListExecutions", { stateMachineArn: machine, statusFilter: "SUCCEEDED" });
  assert.deepEqual(listed.executions.map((row) => row.executionArn), [executionArn]);
  for (const operation of ["DescribeExecution", "GetExecutionHistory", "StopExecution", "RedriveExecution"]) {
    await refused("ExecutionDoesNotExist", states(operation, { executionArn: `${executionArn}x` }));
    await refused("InvalidArn", states(operation, { executionArn: "none" }));
  }
}

async function tokens() {
  await sqs("CreateQueue", { QueueName: "work" });
  const machine = await make("token", {
    T: {
      Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", End: true,
      Parameters: { QueueUrl, "MessageBody.$": "$$.Task.Token" },
    },
  });
  const started = async () => {
    const executionArn = await begin(machine);
    const found = await eventually(async () =>
      (await sqs("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 })).Messages?.[0]);
    await sqs("DeleteMessage", { QueueUrl, ReceiptHandle: found.ReceiptHandle });
    return [executionArn, found.Body];
  };
  const [one, first] = await started();
  await states("SendTaskHeartbeat", { taskToken: first });
  await states("SendTaskSuccess", { taskToken: first, output: '{"done":true}' });
  assert.equal((await end(one)).output, '{"done":true}');
  await refused("TaskTimedOut", states("SendTaskSuccess", { taskToken: first, output: "1" }));
  const [two, second] = await started();
  await states("SendTaskFailure", { taskToken: second, error: "Bad", cause: "so" });
  assert.equal((await end(two)).error, "Bad");
  await refused("InvalidToken", states("SendTaskHeartbeat", { taskToken: "none" }));
  await states("RedriveExecution", { executionArn: two });
  const again = await eventually(async () =>
    (await sqs("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 })).Messages?.[0]);
  await states("SendTaskSuccess", { taskToken: again.Body, output: "2" });
  const told = await end(two);
  assert.deepEqual([told.status, told.output, told.redriveCount], ["SUCCEEDED", "2", 1]);
  await refused("ExecutionNotRedrivable", states("RedriveExecution", { executionArn: two }));
}

async function mapRuns() {
  const machine = await make("map", {
    M: {
      Type: "Map", End: true, Label: "Each", ItemsPath: "$.items",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "P", States: { P: { Type: "Pass", End: true } },
      },
    },
  });
  const executionArn = await begin(machine, { items: [1, 2, 3] });
  assert.equal((await end(executionArn)).output, "[1,2,3]");
  const [page] = await states.pages("ListMapRuns", 10, { executionArn });
  const [{ mapRunArn }] = page.mapRuns;
  const told = await states("DescribeMapRun", { mapRunArn });
  assert.deepEqual([told.status, told.itemCounts.succeeded, told.itemCounts.total], ["SUCCEEDED", 3, 3]);
  const children = await states.pages("ListExecutions", 2, { mapRunArn });
  assert.deepEqual(children.map((some) => some.executions.length), [2, 1]);
}

await run(local, "Step Functions by the SDK", [machines, executions, tokens, mapRuns]);

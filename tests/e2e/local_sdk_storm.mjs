// The weather of reconlocal as the AWS SDK for JavaScript takes it: what AWS says when it
// is busy is tried again, and what a retry can mend is mended.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { client, run, startLocal } from "./local_sdk.mjs";

async function startIn(name, ...rules) {
  const file = join(process.env.TMP, `${name}.json`);
  writeFileSync(file, JSON.stringify({ rules }));
  return startLocal(`sdk-${name}`, "--weather", file, "--seed", "7");
}

const everywhere = { service: "*", operation: "*" };
const storm = await startIn("storm", { ...everywhere, kind: "throttle", share: 1 });
const rough = await startIn("rough", ...["throttle", "error", "reset", "slow"].map((kind) => ({
  ...everywhere, kind, share: 0.1, late_ms: 5,
})));

// An operation of each service.
const THROTTLED = [
  ["cloudwatch", "DescribeAlarms"], ["dynamodb", "ListTables"], ["ecs", "ListClusters"], ["events", "ListRules"],
  ["lambda", "ListFunctions"], ["logs", "DescribeLogGroups"], ["s3", "ListBuckets"], ["sqs", "ListQueues"],
  ["states", "ListStateMachines"], ["sts", "GetCallerIdentity"],
];

async function throttlingIsTriedAgain() {
  await Promise.all(THROTTLED.map(async ([service, operation]) => {
    const ask = client(service, storm.url, { maxAttempts: 2 });
    const error = await ask(operation).then(() => undefined, (failure) => failure);
    assert.ok(error, `${service} was not throttled`);
    assert.equal(error.$metadata.attempts, 2, `${service}: ${error.name} was not tried again`);
  }));
}

async function aStormIsWeathered() {
  const s3 = client("s3", rough.url, { maxAttempts: 12 });
  const sqs = client("sqs", rough.url, { maxAttempts: 12 });
  await s3("CreateBucket", { Bucket: "rough" });
  const { QueueUrl } = await sqs("CreateQueue", { QueueName: "rough" });
  let attempts = 0;
  for (let i = 0; i < 6; i++) {
    const put = await s3("PutObject", { Bucket: "rough", Key: `${i}`, Body: `${i}` });
    const sent = await sqs("SendMessage", { QueueUrl, MessageBody: `${i}` });
    attempts += put.$metadata.attempts + sent.$metadata.attempts;
  }
  assert.ok(attempts > 12, "nothing had to be tried again");
  const { Contents } = await s3("ListObjectsV2", { Bucket: "rough" });
  assert.equal(Contents.length, 6);
}

async function theStormStops() {
  storm.child.kill("SIGTERM");
  assert.equal(await storm.ended, 0);
}

await run(rough, "a storm and the SDK", [throttlingIsTriedAgain, aStormIsWeathered, theStormStops]);

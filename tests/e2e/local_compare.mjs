// What the comparisons of reconlocal with emulators of others share: the same requests go
// to each, and the answers have to be the same, but for what a test names with the reason
// why AWS is on reconlocal's side.
import assert from "node:assert/strict";

import { client, start, startLocal } from "./local_sdk.mjs";

// What the references of AWS have and an emulator has not: members and operations.
const LACKS = {
  fauxqs: [
    "AcceptRanges", "BucketRegion", "CacheControl", "ContentDisposition", "ContentLanguage", "ServerSideEncryption",
    "SqsManagedSseEnabled", "ListDeadLetterSourceQueues", "ListMultipartUploads", "ListParts",
  ],
  s3rver: ["BucketRegion", "ServerSideEncryption", "AbortMultipartUpload", "ListMultipartUploads", "ListParts"],
};

// What is of the time, the place or chance, or said in other words.
const LEFT_OUT = new Set([
  "$metadata", "ApproximateFirstReceiveTimestamp", "ContinuationToken", "CreatedTimestamp", "Initiator",
  "LastModifiedTimestamp", "Message", "MessageId", "NextContinuationToken", "NextToken", "Owner", "ReceiptHandle",
  "RequestId", "SenderId", "SentTimestamp", "UploadId", "VersionId",
]);

// SQS has a longer and a shorter name for an error, and some have been renamed.
const shortName = (code) => code.replace(/^AWS\.SimpleQueueService\./, "").replace(/Exception$/, "");

function plain(value, lacks, name) {
  if (value instanceof Date) return "a time";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map((one) => plain(one, lacks));
  if (name === "Code") return shortName(value);
  if (typeof value === "string" && /^https?:/.test(value)) return new URL(value).pathname;
  if (value === null || typeof value !== "object") return value;
  const empty = (inner) => inner === undefined || (Array.isArray(inner) && inner.length === 0);
  const kept = Object.entries(value).filter(([key, inner]) =>
    !empty(inner) && !LEFT_OUT.has(key) && !lacks.includes(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, plain(inner, lacks, key)]));
}

async function answerOf({ ask, answers }, operation, members) {
  try {
    const answer = await ask(operation, typeof members === "function" ? members(answers) : members);
    answers[operation] = answer;
    const Body = answer.Body?.transformToString ? await answer.Body.transformToString() : answer.Body;
    return { status: answer.$metadata.httpStatusCode, ...answer, Body };
  } catch (error) {
    if (!error.$metadata) throw error;
    return { status: error.$metadata.httpStatusCode, error: shortName(error.name) };
  }
}

// A reconlocal and emulators; `options` for the clients of each by name.
export async function comparison(service, emulators, options = {}) {
  const local = await startLocal(`compare-${service}`);
  const others = {};
  const children = [];
  const server = (url, name) => ({ ask: client(service, url, options[name]), answers: {} });
  const ours = server(local.url, "reconlocal");
  for (const name of emulators) {
    const started = await start("node", "tests/emulators/start.mjs", name);
    others[name] = server(started.url, name);
    children.push(started);
  }

  // Asks all of them. Members may be a function of what a server has answered so far, by
  // operation. `reasons` names those emulators that do answer something else.
  async function same(operation, members, reasons = {}) {
    const mine = await answerOf(ours, operation, members);
    for (const [name, other] of Object.entries(others)) {
      if (LACKS[name].includes(operation)) continue;
      const answer = await answerOf(other, operation, members);
      const [left, right] = [mine, answer].map((one) => plain(one, LACKS[name]));
      const what = `${operation} ${typeof members === "function" ? "" : JSON.stringify(members)}`.slice(0, 100);
      if (reasons[name]) {
        assert.notDeepEqual(left, right, `${what}: ${name} is no longer different: ${reasons[name]}`);
        console.log(`# ${name} differs, ${what}: ${reasons[name]}`);
      } else {
        assert.deepEqual(left, right, `${what}\nreconlocal ${JSON.stringify(left)}\n${name} ${JSON.stringify(right)}`);
      }
    }
  }

  async function theOthersStop() {
    for (const { child, ended } of children) {
      child.stdin.end();
      assert.equal(await ended, 0);
    }
  }
  return { local, same, theOthersStop };
}

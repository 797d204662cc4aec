// What the tests of reconlocal by the AWS SDK for JavaScript share: a reconlocal of their
// own, clients that are asked by an operation's name, and a line of result a test. Each
// operation that was answered is added to the file CALLED, "SERVICE OPERATION" a line.
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

const require = createRequire(new URL("../emulators/", import.meta.url));

// By the names that reconlocal has for its services.
const CLIENTS = {
  cloudwatch: ["cloudwatch", "CloudWatchClient"],
  dynamodb: ["dynamodb", "DynamoDBClient"],
  ecs: ["ecs", "ECSClient"],
  events: ["eventbridge", "EventBridgeClient"],
  lambda: ["lambda", "LambdaClient"],
  logs: ["cloudwatch-logs", "CloudWatchLogsClient"],
  s3: ["s3", "S3Client"],
  sqs: ["sqs", "SQSClient"],
  states: ["sfn", "SFNClient"],
  sts: ["sts", "STSClient"],
};

export const ROLE = "arn:aws:iam::000000000000:role/recon";
export const WORKER = ["python3", join(process.cwd(), "tests/e2e/local_worker.py")];

// Members of a JSON answer that the SDK did not take: its model of the service has none of
// that name there.
function lost(sent, taken, path = "") {
  if (sent === null || typeof sent !== "object" || taken instanceof Date) return [];
  return Object.entries(sent).flatMap(([name, inner]) => {
    const here = `${path}/${name}`;
    if (inner === null) return [];
    return taken?.[name] === undefined ? [here] : lost(inner, taken[name], here);
  });
}

// A function that sends an operation and gives its answer. Its member `pages` gives the
// pages of one as the package's own paginator asks for them.
export function client(service, endpoint, options = {}) {
  const [name, constructor] = CLIENTS[service];
  const sdk = require(`@aws-sdk/client-${name}`);
  const made = new sdk[constructor]({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local-secret" },
    forcePathStyle: true,
    maxAttempts: 1,
    ...options,
  });
  const keep = (next, context) => async (request) => {
    const result = await next(request);
    const { headers, body } = result.response;
    if (/^application\/(x-amz-)?json/.test(headers["content-type"])) {
      const bytes = await new Response(Readable.toWeb(body)).arrayBuffer();
      result.response.body = new Uint8Array(bytes);
      context.sent = new TextDecoder().decode(bytes);
    }
    return result;
  };
  const note = (next, context) => async (request) => {
    const answer = await next(request);
    const operation = context.commandName.replace(/Command$/, "");
    const json = context.sent && operation !== "Invoke"; // what a function answers has no model
    const unknown = json ? lost(JSON.parse(context.sent), answer.output) : [];
    if (unknown.length > 0) throw new Error(`${service} ${operation}: no such members: ${unknown.join(", ")}`);
    if (process.env.CALLED) appendFileSync(process.env.CALLED, `${service} ${operation}\n`);
    return answer;
  };
  made.middlewareStack.add(keep, { step: "deserialize", priority: "low" });
  made.middlewareStack.add(note, { step: "initialize" });
  const ask = (operation, members = {}) => made.send(new sdk[`${operation}Command`](members));
  ask.pages = async (operation, pageSize, members = {}) => {
    const pages = [];
    const paginate = sdk[`paginate${operation}`];
    for await (const page of paginate({ client: made, pageSize }, members)) pages.push(page);
    return pages;
  };
  return ask;
}

// A program that prints a line when it is ready, of which the last word is its address.
export function start(command, ...words) {
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
  process.on("exit", () => child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("error", reject);
    child.once("exit", (status) => reject(new Error(`${command} ended with ${status}`)));
    child.stdout.on("data", (bytes) => {
      text += bytes;
      if (text.includes("\n")) resolve({ url: text.split("\n")[0].split(" ").at(-1), child, ended });
    });
  });
}

export const startLocal = (state, ...options) =>
  start(process.env.RECONLOCAL, "--state", join(process.env.TMP, state), "--port", "0", ...options);

// What it gives as soon as that is true.
export async function eventually(what) {
  const end = Date.now() + 60000;
  for (;;) {
    const found = await what();
    if (found || Date.now() > end) return found;
    await sleep(10);
  }
}

// The request has to fail with this error; gives it.
export async function refused(name, request) {
  try {
    await request;
  } catch (error) {
    if (error.name === name) return error;
    throw error;
  }
  throw new Error(`${name} was not raised`);
}

// Runs functions whose names say what they show, and ends the program.
export async function run(server, title, tests) {
  let failures = 0;
  const stops = async () => {
    server.child.kill("SIGTERM");
    const status = await server.ended;
    if (status !== 0) throw new Error(`it ended with ${status}`);
  };
  for (const test of [...tests, stops]) {
    const name = `${title}: ${test.name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
    try {
      await test();
      console.log(`ok - ${name}`);
    } catch (error) {
      failures += 1;
      console.log(`not ok - ${name}`);
      console.log(error.stack.replaceAll(/^/gm, "# "));
    }
  }
  process.exit(failures > 0 ? 1 : 0);
}

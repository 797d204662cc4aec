// The jobs of bench/aws.sh as one writes them with the AWS SDK for JavaScript, from the
// packages in the folder SDK. Each prints "COUNT WALL_S CPU_S PEAK_KB"; loading the
// packages is no part of it.
//     SDK=… node bench/aws_sdk.mjs batch ENDPOINT TABLE COUNT IN_FLIGHT
//     SDK=… node bench/aws_sdk.mjs objects ENDPOINT BUCKET COUNT IN_FLIGHT
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK}/`);
const SHARDS = 16;
const PER_REQUEST = 25;

const padded = (number, width) => String(number).padStart(width, "0");

// The item of bench/aws_items.h.
const item = (number) => ({
  PK: `VISA042#2026-04-01#Shard${number % SHARDS}`,
  SK: `TXN${padded(number, 12)}%2FA#0001#0000000001`,
  kind: "purchase",
  amount: 100 + ((number * 7919) % 500000),
  cur: "EUR",
  booked: "2026-04-01",
  settled: "2026-04-02",
  card: "411111******1111",
  merchant: `MERCHANT ${padded(number % 977, 5)}`,
  ref: `R${padded(number, 14)}`,
  at: number * 168,
  matched: true,
});

// Runs `job` of each of the numbers below count, so many at a time.
async function each(count, inFlight, job) {
  let next = 0;
  const worker = async () => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

function tell(start, count) {
  const wall = Number(process.hrtime.bigint() - start.wall) / 1e9;
  const { user, system } = process.cpuUsage(start.cpu);
  console.log(count, wall.toFixed(6), ((user + system) / 1e6).toFixed(6), process.resourceUsage().maxRSS);
}

async function batch(start, endpoint, table, count, inFlight) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint }));
  const write = async (request) => {
    const first = request * PER_REQUEST;
    const length = Math.min(PER_REQUEST, count - first);
    const puts = Array.from({ length }, (_, i) => ({ PutRequest: { Item: item(first + i) } }));
    let left = { [table]: puts };
    while (Object.keys(left).length > 0) {
      const answer = await client.send(new BatchWriteCommand({ RequestItems: left }));
      left = answer.UnprocessedItems ?? {};
    }
  };
  await each(Math.ceil(count / PER_REQUEST), inFlight, write);
  tell(start, count);
}

async function objects(start, endpoint, bucket, count, inFlight) {
  const httpAgent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const client = new S3Client({ endpoint, forcePathStyle: true, requestHandler: { httpAgent } });
  const keys = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket }))
    for (const { Key } of page.Contents ?? []) keys.push(Key);
  let sized = 0;
  await each(keys.length, inFlight, async (number) => {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keys[number] }));
    if (head.ContentLength > 0) sized++;
  });
  if (sized !== count) throw new Error(`${sized} objects, not ${count}`);
  tell(start, count);
}

const [job, endpoint, where, count, inFlight] = process.argv.slice(2);
const { DynamoDBClient } = job === "batch" ? require("@aws-sdk/client-dynamodb") : {};
const { DynamoDBDocumentClient, BatchWriteCommand } = job === "batch" ? require("@aws-sdk/lib-dynamodb") : {};
const { S3Client, HeadObjectCommand, paginateListObjectsV2 } = job === "objects" ? require("@aws-sdk/client-s3") : {};
const { Agent } = require("node:http");

const start = { wall: process.hrtime.bigint(), cpu: process.cpuUsage() };
await { batch, objects }[job](start, endpoint, where, Number(count), Number(inFlight));

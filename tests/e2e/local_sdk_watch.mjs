// CloudWatch, CloudWatch Logs, EventBridge and STS of reconlocal through the AWS SDK for
// JavaScript.
import assert from "node:assert/strict";

import { client, eventually, refused, ROLE, run, startLocal } from "./local_sdk.mjs";

const local = await startLocal("sdk-watch");
const cloudwatch = client("cloudwatch", local.url);
const logs = client("logs", local.url);
const events = client("events", local.url);
const sts = client("sts", local.url);
const sqs = client("sqs", local.url);
const MINUTE_MS = 60000;
const hourAgo = Math.floor(Date.now() / MINUTE_MS - 60) * MINUTE_MS;

async function metrics() {
  const Namespace = "Recon";
  const Dimensions = [{ Name: "Side", Value: "settlement" }];
  const MetricData = [0, 1, 2].map((i) => ({
    MetricName: "Lines", Dimensions, Timestamp: new Date(hourAgo + i * MINUTE_MS), Value: i + 0.5, Unit: "Count",
  }));
  await cloudwatch("PutMetricData", { Namespace, MetricData });
  const [listed] = await cloudwatch.pages("ListMetrics", undefined, { Namespace });
  assert.deepEqual(listed.Metrics, [{ Namespace, MetricName: "Lines", Dimensions }]);
  const Metric = { Namespace, MetricName: "Lines", Dimensions };
  const range = { StartTime: new Date(hourAgo), EndTime: new Date(hourAgo + 10 * MINUTE_MS) };
  const pages = await cloudwatch.pages("GetMetricData", 2, {
    MetricDataQueries: [{ Id: "m", MetricStat: { Metric, Period: 60, Stat: "Sum" } }],
    ScanBy: "TimestampAscending", ...range,
  });
  const results = pages.flatMap((page) => page.MetricDataResults);
  assert.deepEqual(results.flatMap((result) => result.Values), [0.5, 1.5, 2.5]);
  assert.deepEqual(results.flatMap((result) => result.Timestamps), MetricData.map((row) => row.Timestamp));
  for (const [name, datum] of [
    ["InvalidParameterCombinationException", { Value: 1, Values: [1] }],
    ["InvalidParameterCombinationException", {}],
    ["InvalidParameterValueException", { Value: NaN }],
  ]) await refused(name, cloudwatch("PutMetricData", { Namespace, MetricData: [{ MetricName: "Bad", ...datum }] }));
  await refused("ValidationException", cloudwatch("GetMetricData", { MetricDataQueries: [], ...range }));
}

async function alarms() {
  const alarm = {
    AlarmName: "many", Namespace: "Recon", MetricName: "Bad", Statistic: "Sum", Period: 60,
    EvaluationPeriods: 1, Threshold: 10.5, ComparisonOperator: "GreaterThanThreshold",
  };
  await cloudwatch("PutMetricAlarm", alarm);
  await cloudwatch("PutMetricAlarm", { ...alarm, AlarmName: "more" });
  const pages = await cloudwatch.pages("DescribeAlarms", 1);
  const found = pages.flatMap((page) => page.MetricAlarms);
  assert.deepEqual(found.map((row) => [row.AlarmName, row.Threshold]), [["many", 10.5], ["more", 10.5]]);
  assert.ok(found[0].StateUpdatedTimestamp instanceof Date);
  await cloudwatch("DeleteAlarms", { AlarmNames: ["many", "more"] });
  assert.deepEqual((await cloudwatch("DescribeAlarms")).MetricAlarms, []);
}

// The report of a rule that there is stands in local_sdk_dynamodb.mjs.
async function insightRules() {
  const range = { StartTime: new Date(hourAgo), EndTime: new Date(), Period: 60 };
  await refused("ResourceNotFoundException", cloudwatch("GetInsightRuleReport", { RuleName: "none", ...range }));
}

const logGroupName = "/aws/lambda/worker";
const logStreamName = "2026/04/01/one";

async function logEvents() {
  await logs("CreateLogGroup", { logGroupName });
  await refused("ResourceAlreadyExistsException", logs("CreateLogGroup", { logGroupName }));
  await logs("CreateLogStream", { logGroupName, logStreamName });
  const messages = ["START é", '{"level":"ERROR","ms":7}', '{"level":"INFO","ms":2}'];
  await logs("PutLogEvents", {
    logGroupName, logStreamName, logEvents: messages.map((message, i) => ({ timestamp: hourAgo + i, message })),
  });
  const [groups] = await logs.pages("DescribeLogGroups", 10, { logGroupNamePrefix: "/aws" });
  assert.deepEqual(groups.logGroups.map((group) => group.logGroupName), [logGroupName]);
  const [streams] = await logs.pages("DescribeLogStreams", 10, { logGroupName });
  assert.deepEqual(streams.logStreams.map((row) => [row.logStreamName, row.lastEventTimestamp]), [
    [logStreamName, hourAgo + 2],
  ]);
  const head = await logs("GetLogEvents", { logGroupName, logStreamName, startFromHead: true, limit: 2 });
  assert.deepEqual(head.events.map((event) => event.message), messages.slice(0, 2));
  const nextToken = head.nextForwardToken;
  const rest = await logs("GetLogEvents", { logGroupName, logStreamName, startFromHead: true, nextToken });
  assert.deepEqual(rest.events.map((event) => event.message), messages.slice(2));
  const pages = await logs.pages("FilterLogEvents", 1, { logGroupName, filterPattern: '{ $.level = "ERROR" }' });
  assert.deepEqual(pages.flatMap((page) => page.events.map((event) => event.message)), [messages[1]]);
  await refused("ResourceNotFoundException", logs("GetLogEvents", { logGroupName: "none", logStreamName }));
}

async function logQueries() {
  const query = {
    logGroupName, startTime: Math.floor(hourAgo / 1000) - 10, endTime: Math.floor(hourAgo / 1000) + 60,
    queryString: "filter ispresent(ms) | stats sum(ms) as total",
  };
  const { queryId } = await logs("StartQuery", query);
  const answer = await eventually(async () => {
    const told = await logs("GetQueryResults", { queryId });
    return told.status === "Complete" && told;
  });
  assert.deepEqual(answer.results, [[{ field: "total", value: "9" }]]);
  assert.equal(answer.statistics.recordsMatched, 2);
  await refused("InvalidParameterException", logs("StopQuery", { queryId }));
  const stopped = await eventually(async () => {
    const other = await logs("StartQuery", query);
    const stop = logs("StopQuery", other); // it fails when the query was done before that
    return stop.then(({ success }) => success && other, () => undefined);
  });
  assert.equal((await logs("GetQueryResults", stopped)).status, "Cancelled");
  const error = await refused("MalformedQueryException", logs("StartQuery", { ...query, queryString: "fields" }));
  assert.equal(error.$metadata.httpStatusCode, 400);
}

async function eventRules() {
  const Rule = "files";
  await events("PutRule", { Name: Rule, EventPattern: JSON.stringify({ source: ["recon"] }), Description: "é" });
  await events("PutRule", { Name: "hourly", ScheduleExpression: "rate(1 hour)", State: "DISABLED" });
  const { Rules } = await events("ListRules");
  assert.deepEqual(Rules.map((rule) => [rule.Name, rule.State]), [["files", "ENABLED"], ["hourly", "DISABLED"]]);
  assert.equal((await events("DescribeRule", { Name: Rule })).Description, "é");
  const { QueueUrl } = await sqs("CreateQueue", { QueueName: "events" });
  const target = { Id: "queue", Arn: "arn:aws:sqs:us-east-1:000000000000:events", InputPath: "$.detail" };
  assert.equal((await events("PutTargets", { Rule, Targets: [target] })).FailedEntryCount, 0);
  assert.deepEqual((await events("ListTargetsByRule", { Rule })).Targets, [target]);
  const Detail = JSON.stringify({ file: "é" });
  const put = await events("PutEvents", {
    Entries: [{ Source: "recon", DetailType: "File", Detail }, { Source: "recon", DetailType: "File", Detail: "{" }],
  });
  assert.deepEqual([put.FailedEntryCount, put.Entries[1].ErrorCode], [1, "MalformedDetail"]);
  const { Messages } = await sqs("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 });
  assert.deepEqual(JSON.parse(Messages[0].Body), { file: "é" });
  await events("RemoveTargets", { Rule, Ids: ["queue"] });
  for (const Name of [Rule, "hourly"]) await events("DeleteRule", { Name });
  await refused("ResourceNotFoundException", events("DescribeRule", { Name: Rule }));
}

async function identities() {
  const who = await sts("GetCallerIdentity");
  assert.deepEqual([who.Account, who.Arn], ["000000000000", "arn:aws:iam::000000000000:user/local"]);
  const { Credentials } = await sts("AssumeRole", { RoleArn: ROLE, RoleSessionName: "sdk" });
  const session = { RoleArn: ROLE, RoleSessionName: "sdk", DurationSeconds: 43200 };
  const longer = await sts("AssumeRole", session);
  assert.ok(longer.Credentials.Expiration - Credentials.Expiration >= 39600000);
  await refused("ValidationError", sts("AssumeRole", { ...session, DurationSeconds: 60 }));
  await refused("ValidationError", sts("AssumeRole", { ...session, RoleSessionName: "a b" }));
  const credentials = {
    accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
  assert.equal((await client("sts", local.url, { credentials })("GetCallerIdentity")).Account, "000000000000");
  const wrong = { accessKeyId: "local", secretAccessKey: "other" };
  await refused("SignatureDoesNotMatch", client("sts", local.url, { credentials: wrong })("GetCallerIdentity"));
}

await run(local, "CloudWatch, Logs, EventBridge and STS by the SDK", [
  metrics, alarms, insightRules, logEvents, logQueries, eventRules, identities,
]);

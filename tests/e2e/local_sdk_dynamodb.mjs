// DynamoDB of reconlocal through the AWS SDK for JavaScript.
import assert from "node:assert/strict";

import { client, eventually, refused, run, startLocal } from "./local_sdk.mjs";

const local = await startLocal("sdk-dynamodb", "--speed", "20");
const ddb = client("dynamodb", local.url);
const TableName = "state";
const S = (text) => ({ S: text });
const N = (number) => ({ N: `${number}` });
const key = (pk, sk) => ({ pk: S(pk), sk: N(sk) });

const active = () =>
  eventually(async () => {
    const { Table } = await ddb("DescribeTable", { TableName });
    const indexes = Table.GlobalSecondaryIndexes ?? [];
    return [Table, ...indexes].every((row) => (row.TableStatus ?? row.IndexStatus) === "ACTIVE") && Table;
  });

async function tables() {
  const keys = {
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "N" },
    ],
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
  };
  await ddb("CreateTable", { TableName, BillingMode: "PAY_PER_REQUEST", ...keys });
  await ddb("CreateTable", { TableName: "other", BillingMode: "PAY_PER_REQUEST", ...keys });
  const table = await active();
  assert.ok(table.CreationDateTime instanceof Date);
  assert.equal(table.BillingModeSummary.BillingMode, "PAY_PER_REQUEST");
  await refused("ResourceInUseException", ddb("CreateTable", { TableName, BillingMode: "PAY_PER_REQUEST", ...keys }));
  const pages = await ddb.pages("ListTables", 1);
  assert.deepEqual(pages.flatMap((page) => page.TableNames), ["other", "state"]);
  const index = {
    IndexName: "by-g", Projection: { ProjectionType: "KEYS_ONLY" },
    KeySchema: [{ AttributeName: "g", KeyType: "HASH" }],
  };
  await ddb("UpdateTable", {
    TableName, AttributeDefinitions: [{ AttributeName: "g", AttributeType: "S" }],
    GlobalSecondaryIndexUpdates: [{ Create: index }],
  });
  assert.equal((await active()).GlobalSecondaryIndexes[0].IndexName, "by-g");
  const TimeToLiveSpecification = { AttributeName: "until", Enabled: true };
  await ddb("UpdateTimeToLive", { TableName, TimeToLiveSpecification });
  const told = await ddb("DescribeTimeToLive", { TableName });
  assert.equal(told.TimeToLiveDescription.AttributeName, "until");
  assert.ok(await eventually(async () =>
    (await ddb("DescribeTable", { TableName: "other" })).Table.TableStatus === "ACTIVE"));
  await ddb("DeleteTable", { TableName: "other" });
  assert.ok(await eventually(async () => (await ddb("ListTables")).TableNames.length === 1));
  await refused("ResourceNotFoundException", ddb("DescribeTable", { TableName: "other" }));
}

async function items() {
  const Item = {
    ...key("a", "1.50"), g: S("x"), bytes: { B: new Uint8Array([0, 255]) }, yes: { BOOL: true },
    none: { NULL: true }, list: { L: [N(-3), S("é")] }, map: { M: { k: S("") } }, set: { SS: ["a", "b"] },
  };
  await ddb("PutItem", { TableName, Item });
  const got = await ddb("GetItem", { TableName, Key: key("a", 1.5), ConsistentRead: true });
  assert.deepEqual(got.Item, { ...Item, sk: N(1.5) });
  const changed = await ddb("UpdateItem", {
    TableName, Key: key("a", 1.5), UpdateExpression: "SET #n = if_not_exists(#n, :zero) + :one REMOVE bytes",
    ExpressionAttributeNames: { "#n": "n" }, ExpressionAttributeValues: { ":zero": N(0), ":one": N(1) },
    ReturnValues: "UPDATED_NEW", ReturnConsumedCapacity: "TOTAL",
  });
  assert.deepEqual(changed.Attributes, { n: N(1) });
  assert.equal(changed.ConsumedCapacity.TableName, TableName);
  const error = await refused("ConditionalCheckFailedException", ddb("PutItem", {
    TableName, Item: key("a", 1.5), ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  }));
  assert.deepEqual(error.Item.g, S("x"));
  const gone = await ddb("DeleteItem", { TableName, Key: key("a", 1.5), ReturnValues: "ALL_OLD" });
  assert.deepEqual(gone.Attributes.n, N(1));
  assert.equal((await ddb("GetItem", { TableName, Key: key("a", 1.5) })).Item, undefined);
  await refused("ValidationException", ddb("GetItem", { TableName, Key: { pk: S("a") } }));
}

async function queriesAndBatches() {
  const puts = Array.from({ length: 10 }, (_, i) => ({ PutRequest: { Item: { ...key("q", i), g: S("g") } } }));
  const written = await ddb("BatchWriteItem", { RequestItems: { [TableName]: puts } });
  assert.deepEqual(written.UnprocessedItems, {});
  const query = {
    TableName, KeyConditionExpression: "pk = :p AND sk >= :s",
    ExpressionAttributeValues: { ":p": S("q"), ":s": N(3) }, ScanIndexForward: false,
  };
  const pages = await ddb.pages("Query", 4, query);
  assert.deepEqual(pages.flatMap((page) => page.Items.map((item) => item.sk.N)), ["9", "8", "7", "6", "5", "4", "3"]);
  const byIndex = await ddb("Query", {
    TableName, IndexName: "by-g", KeyConditionExpression: "g = :g", ExpressionAttributeValues: { ":g": S("g") },
  });
  assert.equal(byIndex.Count, 10);
  const filter = { FilterExpression: "sk < :s", ExpressionAttributeValues: { ":s": N(5) } };
  const scanned = await ddb.pages("Scan", 3, { TableName, ...filter });
  assert.equal(scanned.reduce((sum, page) => sum + page.Count, 0), 5);
  const Keys = [key("q", 1), key("q", 2), key("q", 100)];
  const read = await ddb("BatchGetItem", { RequestItems: { [TableName]: { Keys } } });
  assert.equal(read.Responses[TableName].length, 2);
  assert.deepEqual(read.UnprocessedKeys, {});
}

async function transactions() {
  const write = {
    ClientRequestToken: "once",
    TransactItems: [
      { Put: { TableName, Item: key("t", 1) } },
      { ConditionCheck: { TableName, Key: key("q", 1), ConditionExpression: "attribute_exists(pk)" } },
      { Delete: { TableName, Key: key("q", 2) } },
    ],
  };
  await ddb("TransactWriteItems", write);
  await ddb("TransactWriteItems", write);
  await refused("IdempotentParameterMismatchException", ddb("TransactWriteItems", {
    ...write, TransactItems: write.TransactItems.slice(1),
  }));
  const { Responses } = await ddb("TransactGetItems", {
    TransactItems: [key("t", 1), key("q", 2)].map((Key) => ({ Get: { TableName, Key } })),
  });
  assert.deepEqual(Responses.map((response) => response.Item), [key("t", 1), undefined]);
  const error = await refused("TransactionCanceledException", ddb("TransactWriteItems", {
    TransactItems: [
      { Put: { TableName, Item: key("t", 2) } },
      { Put: { TableName, Item: key("t", 1), ConditionExpression: "attribute_not_exists(pk)" } },
    ],
  }));
  assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ["None", "ConditionalCheckFailed"]);
}

async function contributorInsights() {
  await ddb("UpdateContributorInsights", { TableName, ContributorInsightsAction: "ENABLE" });
  const told = await ddb("DescribeContributorInsights", { TableName });
  assert.equal(told.ContributorInsightsStatus, "ENABLED");
  assert.ok(told.ContributorInsightsRuleList.length > 0);
  await ddb("PutItem", { TableName, Item: key("hot", 1) });
  const report = await client("cloudwatch", local.url)("GetInsightRuleReport", {
    RuleName: told.ContributorInsightsRuleList.find((rule) => rule.includes("PKC")),
    StartTime: new Date(told.LastUpdateDateTime - 600000), EndTime: new Date(+told.LastUpdateDateTime + 3600000),
    Period: 60, MaxContributorCount: 1,
  });
  assert.deepEqual(report.Contributors.map((row) => row.Keys), [["hot"]]);
}

await run(local, "DynamoDB by the SDK", [tables, items, queriesAndBatches, transactions, contributorInsights]);

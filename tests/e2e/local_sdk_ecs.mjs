// ECS of reconlocal through the AWS SDK for JavaScript.
import assert from "node:assert/strict";

import { client, eventually, refused, run, startLocal, WORKER } from "./local_sdk.mjs";

const local = await startLocal("sdk-ecs", "--speed", "60");
const ecs = client("ecs", local.url);
const cluster = "recon";

const task = async (taskArn) => (await ecs("DescribeTasks", { cluster, tasks: [taskArn] })).tasks[0];
const reaches = (taskArn, status) =>
  eventually(async () => {
    const found = await task(taskArn);
    return found.lastStatus === status && found;
  });

async function clusters() {
  const { cluster: made } = await ecs("CreateCluster", { clusterName: cluster });
  assert.equal(made.clusterArn, "arn:aws:ecs:us-east-1:000000000000:cluster/recon");
  const pages = await ecs.pages("ListClusters", 1);
  assert.deepEqual(pages.flatMap((page) => page.clusterArns.map((arn) => arn.split("/")[1])), ["default", cluster]);
  const told = await ecs("DescribeClusters", { clusters: [cluster, "nowhere"] });
  assert.equal(told.clusters[0].status, "ACTIVE");
  assert.equal(told.failures[0].reason, "MISSING");
  await refused("ClusterNotFoundException", ecs("ListTasks", { cluster: "nowhere" }));
}

async function definitions() {
  const containerDefinitions = [{ name: "main", image: "worker", command: [...WORKER, "exit", "3"] }];
  const made = await ecs("RegisterTaskDefinition", {
    family: "worker", cpu: "256", memory: "512", containerDefinitions,
  });
  assert.equal(made.taskDefinition.revision, 1);
  assert.ok(made.taskDefinition.registeredAt instanceof Date);
  const told = await ecs("DescribeTaskDefinition", { taskDefinition: "worker" });
  assert.deepEqual(told.taskDefinition.containerDefinitions[0].command, containerDefinitions[0].command);
  await refused("ClientException", ecs("DescribeTaskDefinition", { taskDefinition: "nothing" }));
}

async function tasks() {
  const run = { cluster, taskDefinition: "worker", startedBy: "sdk", clientToken: "once" };
  const first = await ecs("RunTask", run);
  assert.deepEqual(first.failures, []);
  const { taskArn } = first.tasks[0];
  assert.equal((await ecs("RunTask", run)).tasks[0].taskArn, taskArn);
  const stopped = await reaches(taskArn, "STOPPED");
  assert.equal(stopped.containers[0].exitCode, 3);
  assert.ok(stopped.stoppedAt - stopped.startedAt >= 0);
  const command = [...WORKER, "hang"];
  const hangs = await ecs("RunTask", {
    cluster, taskDefinition: "worker:1", count: 2, overrides: { containerOverrides: [{ name: "main", command }] },
  });
  const arns = hangs.tasks.map((row) => row.taskArn);
  for (const arn of arns) assert.ok(await reaches(arn, "RUNNING"));
  const pages = await ecs.pages("ListTasks", 1, { cluster, desiredStatus: "RUNNING" });
  assert.deepEqual(pages.flatMap((page) => page.taskArns).sort(), arns.sort());
  for (const arn of arns) {
    const { task: told } = await ecs("StopTask", { cluster, task: arn, reason: "the test is over" });
    assert.equal(told.desiredStatus, "STOPPED");
    assert.equal((await reaches(arn, "STOPPED")).stoppedReason, "the test is over");
  }
  await refused("InvalidParameterException", ecs("RunTask", { ...run, count: 11 }));
}

await run(local, "ECS by the SDK", [clusters, definitions, tasks]);

"""reconlocal's ECS: a container is a program on this machine."""

import json
import os
import subprocess
import sys
import time

from local_aws import TMP, Local, eventually, refused, run

WORKER = [sys.executable, os.path.abspath("tests/e2e/local_worker.py")]
LOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs/worker", "awslogs-stream-prefix": "run"},
}

local = Local("ecs", "--speed", "60")
ecs = local.client("ecs")


def define(family, *words, **members):
    container = {"name": "main", "image": "worker", "command": [*WORKER, *words], **members}
    answer = ecs.register_task_definition(
        family=family, containerDefinitions=[container], cpu="256", memory="512"
    )
    return answer["taskDefinition"]


def start(family, *words, cluster="recon", **members):
    if words or "environment" in members:
        container = {"name": "main", "command": [*WORKER, *words]}
        container["environment"] = [
            {"name": name, "value": value}
            for name, value in members.pop("environment", {}).items()
        ]
        members["overrides"] = {"containerOverrides": [container]}
    return ecs.run_task(cluster=cluster, taskDefinition=family, **members)


def task_of(answer):
    assert not answer["failures"], answer
    return answer["tasks"][0]["taskArn"]


def look(arn):
    (task,) = ecs.describe_tasks(cluster="recon", tasks=[arn])["tasks"]
    return task


def wait(arn, status="STOPPED"):
    return eventually(lambda: (found := look(arn))["lastStatus"] == status and found)


def clusters_and_definitions():
    made = ecs.create_cluster(clusterName="recon")["cluster"]
    assert made["clusterArn"] == "arn:aws:ecs:us-east-1:000000000000:cluster/recon", made
    arns = ecs.list_clusters()["clusterArns"]
    assert [arn.split("/")[1] for arn in arns] == ["default", "recon"], arns
    first = ecs.list_clusters(maxResults=1)
    assert ecs.list_clusters(nextToken=first["nextToken"])["clusterArns"] == arns[1:]
    told = ecs.describe_clusters(clusters=["recon", "none"])
    assert told["clusters"][0]["status"] == "ACTIVE", told
    assert told["failures"][0]["reason"] == "MISSING", told
    one = define("worker", "exit", "0", logConfiguration=LOGS)
    two = define("worker", "exit", "0", logConfiguration=LOGS)
    assert (one["revision"], two["revision"]) == (1, 2), two
    assert two["containerDefinitions"][0]["essential"], two
    told = ecs.describe_task_definition(taskDefinition="worker")["taskDefinition"]
    assert told["taskDefinitionArn"] == two["taskDefinitionArn"], told
    told = ecs.describe_task_definition(taskDefinition="worker:1")["taskDefinition"]
    assert told["taskDefinitionArn"] == one["taskDefinitionArn"], told
    with refused("ClientException", 400):
        ecs.describe_task_definition(taskDefinition="none")
    with refused("ClientException", 400):
        ecs.register_task_definition(family="worker", containerDefinitions=[])
    with refused("ClusterNotFoundException", 400):
        start("worker", cluster="none")
    with refused("ClientException", 400):
        start("none")
    with refused("InvalidParameterException", 400):
        start("worker", count=11)
    with refused("InvalidParameterException", 400):
        ecs.run_task(
            cluster="recon",
            taskDefinition="worker",
            overrides={"containerOverrides": [{"name": "other", "command": ["x"]}]},
        )


def a_task_runs_and_ends():
    answer = start("worker", "exit", "3", startedBy="test", environment={"COLOUR": "green"})
    arn = task_of(answer)
    assert answer["tasks"][0]["lastStatus"] == "PROVISIONING", answer
    task = wait(arn)
    assert task["stopCode"] == "EssentialContainerExited", task
    assert task["stoppedReason"] == "Essential container in task exited", task
    assert task["containers"][0]["exitCode"] == 3, task
    assert task["startedBy"] == "test" and task["group"] == "family:worker", task
    times = ["createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt"]
    times += ["executionStoppedAt", "stoppedAt"]
    moments = [task[name] for name in times]
    assert moments == sorted(moments), task
    assert wait(task_of(start("worker")))["containers"][0]["exitCode"] == 0
    missing = start("worker")
    ecs.register_task_definition(
        family="missing",
        containerDefinitions=[{"name": "main", "image": "x", "command": ["/no/such/program"]}],
    )
    task = wait(task_of(start("missing")))
    assert task["stopCode"] == "TaskFailedToStart", task
    assert task["containers"][0]["reason"].startswith("CannotStartContainerError"), task
    assert "exitCode" not in task["containers"][0], task
    wait(task_of(missing))


def what_cannot_run_says_why():
    answer = start("worker", "exit", "0", environment={"BIG": "x" * (1 << 20)})
    task = wait(task_of(answer))
    reason = task["containers"][0]["reason"]
    assert task["stopCode"] == "TaskFailedToStart" and "environment is over" in reason, task
    with refused("ClientException", 400):
        define("slow", stopTimeout=121)


def the_same_token_is_the_same_task():
    request = {"cluster": "recon", "taskDefinition": "worker", "clientToken": "token"}
    first = local.call("ecs", "RunTask", **request)  # older clients do not know the token
    again = local.call("ecs", "RunTask", **request)
    assert task_of(first) == task_of(again)
    wait(task_of(first))
    with refused("ConflictException", 400):
        local.call("ecs", "RunTask", **request, group="another")


def tasks_are_listed_and_stopped():
    arns = {task["taskArn"] for task in start("worker", "hang", count=3)["tasks"]}
    mark = os.path.join(TMP, "deaf")
    define("deaf", "deaf", mark, stopTimeout=2)
    deaf = task_of(start("deaf", startedBy="somebody"))
    for arn in (*arns, deaf):
        wait(arn, "RUNNING")
    assert eventually(lambda: os.path.exists(mark))
    told = ecs.describe_clusters(clusters=["recon"])["clusters"][0]
    assert told["runningTasksCount"] == 4, told
    listed = ecs.list_tasks(cluster="recon", maxResults=3)
    rest = ecs.list_tasks(cluster="recon", nextToken=listed["nextToken"])
    assert set(listed["taskArns"] + rest["taskArns"]) == arns | {deaf}, listed
    assert ecs.list_tasks(cluster="recon", startedBy="somebody")["taskArns"] == [deaf]
    assert not ecs.list_tasks(cluster="recon", family="none")["taskArns"]
    told = ecs.describe_tasks(cluster="recon", tasks=[deaf, "0" * 32])
    assert told["failures"][0]["reason"] == "MISSING", told
    for arn in arns:
        stopped = ecs.stop_task(cluster="recon", task=arn, reason="enough")["task"]
        assert stopped["desiredStatus"] == "STOPPED", stopped
    for arn in arns:
        task = wait(arn)
        assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "enough"), task
        assert task["containers"][0]["exitCode"] == 143, task
    began = time.monotonic()
    ecs.stop_task(cluster="recon", task=deaf)
    assert wait(deaf)["containers"][0]["exitCode"] == 137, "it was killed in the end"
    assert time.monotonic() - began >= 2, "a program has its time, however fast the clock runs"
    stopped = ecs.list_tasks(cluster="recon", desiredStatus="STOPPED")["taskArns"]
    assert arns | {deaf} <= set(stopped), stopped
    with refused("InvalidParameterException", 400):
        ecs.stop_task(cluster="recon", task="0" * 32)


def a_task_that_is_stopped_before_it_runs_never_does():
    """The three seconds before that are three seconds here."""
    global ecs
    there, slow = ecs, Local("ecs-slow")
    ecs = slow.client("ecs")
    try:
        ecs.create_cluster(clusterName="recon")
        define("worker")
        waiting = task_of(start("worker", "hang"))
        ecs.stop_task(cluster="recon", task=waiting)
        assert "exitCode" not in wait(waiting)["containers"][0]
    finally:
        ecs = there
        slow.stop()


def tasks_outlive_a_kill():
    global ecs
    marks = os.path.join(TMP, "marks")
    arn = task_of(start("worker", "once", marks))
    wait(arn, "RUNNING")
    assert eventually(lambda: os.path.exists(marks))
    queued = task_of(start("worker", "exit", "5"))
    local.kill()
    local.start()
    ecs = local.client("ecs")
    assert wait(arn)["containers"][0]["exitCode"] == 0
    assert len(open(marks, encoding="ascii").readlines()) == 2, "it was started again"
    assert wait(queued)["containers"][0]["exitCode"] == 5


def what_they_say_is_logged():
    logs = local.client("logs")
    events = logs.filter_log_events(logGroupName="/ecs/worker")["events"]
    assert "the container says green" in [event["message"] for event in events], events
    assert all(event["logStreamName"].startswith("run/main/") for event in events), events


def the_command_line_client_can_read_it():
    told = subprocess.run(
        ["aws", "--endpoint-url", local.url, "ecs", "list-clusters", "--output", "json"],
        env={
            **os.environ,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local-secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        },
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert len(json.loads(told)["clusterArns"]) == 2, told


run(
    [
        clusters_and_definitions,
        a_task_runs_and_ends,
        what_cannot_run_says_why,
        the_same_token_is_the_same_task,
        tasks_are_listed_and_stopped,
        a_task_that_is_stopped_before_it_runs_never_does,
        tasks_outlive_a_kill,
        what_they_say_is_logged,
        the_command_line_client_can_read_it,
        local.stop,
    ]
)

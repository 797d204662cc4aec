"""reconworker on reconlocal, whose clock runs sixty times as fast as the worker's."""

import base64
import json
import os

from local_aws import Local, eventually, run

WORKER = os.environ["WORKER"]
SETTINGS = {name: value for name, value in os.environ.items() if name.startswith("RECON_")}
LOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "/ecs/worker", "awslogs-stream-prefix": "run"},
}

local = Local("worker", "--speed", "60")
functions = local.client("lambda")
ecs = local.client("ecs")
logs = local.client("logs")


def now():
    return local.call("local", "GetStatus")["nowMs"] / 1000


BEGAN = now()


def make(name, timeout=900, **settings):
    functions.create_function(
        FunctionName=name,
        Role="arn:aws:iam::000000000000:role/recon",
        Runtime="provided.al2023",
        Handler=WORKER,
        Code={"ZipFile": b"PK"},
        Timeout=timeout,
        Environment={"Variables": {**SETTINGS, **settings}},
    )


def invoke(name, event):
    """The answer, with its body and the lines of its log."""
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    answer["body"] = json.loads(answer["Payload"].read())
    answer["log"] = base64.b64decode(answer["LogResult"]).decode().splitlines()
    answer["id"] = answer["ResponseMetadata"]["RequestId"]
    return answer


def said(lines):
    """What a worker logged: its lines that are objects and no metrics."""
    objects = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in objects if "level" in line]


def a_function_starts_and_is_used_again():
    make("recon")
    cold = invoke("recon", {"step": "ping", "run": "R"})
    warm = invoke("recon", {"step": "ping"})
    for answer in (cold, warm):
        assert "FunctionError" not in answer, answer
        expected = {"pong": True, "request_id": answer["id"], "waited_ms": 0}
        assert answer["body"] == expected, answer
    assert "Init Duration" in cold["log"][-1], cold
    assert "Init Duration" not in warm["log"][-1], warm


def what_fails_is_told_by_its_name():
    failed = invoke("recon", {"step": "pong", "run": "R"})
    assert failed["FunctionError"] == "Unhandled", failed
    message = 'there is no step "pong"; the steps are '
    assert failed["body"]["errorType"] == "BadInput", failed
    assert failed["body"]["errorMessage"].startswith(message), failed
    (line,) = said(failed["log"])
    assert (line["level"], line["error"], line["run"]) == ("error", "BadInput", "R"), line
    assert line["request_id"] == failed["id"] and line["message"].startswith(message), line
    assert line["trace"].startswith("Root=1-"), line
    assert "FunctionError" not in invoke("recon", {"step": "ping"}), "it goes on"


def settings_that_are_missing_are_told():
    make("bare", RECON_TABLE_STATE="")
    failed = invoke("bare", {"step": "ping"})
    assert failed["FunctionError"] == "Unhandled", failed
    assert failed["body"]["errorType"] == "BadSettings", failed
    assert failed["body"]["errorMessage"].startswith("RECON_TABLE_STATE is not set"), failed


def a_step_sees_its_deadline_in_its_own_time():
    """480 s are 8 s of the worker's, of which half is for the work; on a machine that stalls there
    are fewer left when it looks, or it looks later."""
    make("late", timeout=480)
    late = invoke("late", {"step": "ping", "wait_ms": 900000})
    assert "FunctionError" not in late, late
    assert 1000 < late["body"]["waited_ms"] < 8000, late


def metrics_come_to_cloudwatch():
    minute = BEGAN // 60 * 60
    pings = local.metric("reconctl", "Duration", "SampleCount", since=minute, Step="ping")
    assert pings == 4, pings
    assert local.metric("reconctl", "Failures", since=minute, Step="ping") == 0
    minute_of_last = now() // 60
    assert eventually(lambda: now() // 60 > minute_of_last), "the next minute"
    start = now() // 60 * 60
    invoke("recon", {"step": "ping"})
    pings = local.metric("reconctl", "Duration", "SampleCount", since=start, Step="ping")
    assert pings == 1, f"{pings} since {start}: at the time of the cloud, not of the machine"


# ----- tasks -----


def define(family, **settings):
    environment = [{"name": name, "value": value} for name, value in settings.items()]
    ecs.register_task_definition(
        family=family,
        containerDefinitions=[
            {
                "name": "main",
                "image": "worker",
                "command": [WORKER],
                "environment": environment,
                "logConfiguration": LOGS,
            }
        ],
        cpu="256",
        memory="512",
    )


def start(family, text):
    override = {"name": "main", "environment": [{"name": "RECON_INPUT", "value": text}]}
    answer = ecs.run_task(
        taskDefinition=family, overrides={"containerOverrides": [override]}
    )
    assert not answer["failures"], answer
    return answer["tasks"][0]["taskArn"]


def wait(arn, status="STOPPED"):
    def look():
        (task,) = ecs.describe_tasks(tasks=[arn])["tasks"]
        return task["lastStatus"] == status and task

    return eventually(look)


def lines_of(arn):
    stream = f"run/main/{arn.rsplit('/', 1)[1]}"
    try:
        events = logs.get_log_events(
            logGroupName="/ecs/worker", logStreamName=stream, startFromHead=True
        )["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []  # it comes with the first line
    return [event["message"] for event in events]


def code_of(task):
    return task["containers"][0]["exitCode"]


def a_task_runs_one_step():
    ecs.create_cluster(clusterName="default")
    define("worker", **SETTINGS)
    arn = start("worker", json.dumps({"step": "ping", "run": "R"}))
    assert code_of(wait(arn)) == 0
    answer = json.loads(lines_of(arn)[-1])
    assert answer["pong"] and len(answer["request_id"]) == 32, answer


def a_task_that_fails_says_why():
    arn = start("worker", json.dumps({"step": "ping", "wait_ms": "long", "run": "R"}))
    assert code_of(wait(arn)) == 1
    begun, line = said(lines_of(arn))
    assert begun["level"] == "info" and begun["request_id"] == line["request_id"], begun
    assert (line["error"], line["step"], line["run"]) == ("BadInput", "ping", "R"), line
    assert line["message"] == '"wait_ms" has to be a whole number from 0 to 900000', line
    arn = start("worker", "{")
    assert code_of(wait(arn)) == 1
    (line,) = said(lines_of(arn))
    assert line["error"] == "BadInput", line


def a_task_that_is_stopped_ends_in_order():
    define("stopped", **SETTINGS, RECON_STOP_MS="6000")
    arn = start("stopped", json.dumps({"step": "ping", "wait_ms": 900000}))
    wait(arn, "RUNNING")
    assert eventually(lambda: any("a task begins" in line for line in lines_of(arn)))
    ecs.stop_task(task=arn, reason="enough")
    task = wait(arn)
    assert (task["stopCode"], code_of(task)) == ("UserInitiated", 0), task
    lines = lines_of(arn)
    line = said(lines)[-1]
    assert line["level"] == "warn" and line["step"] == "ping", line
    assert line["message"].startswith("asked to end: 6000 ms are left"), line
    assert 0 < json.loads(lines[-1])["waited_ms"] < 900000, lines


run(
    [
        a_function_starts_and_is_used_again,
        what_fails_is_told_by_its_name,
        settings_that_are_missing_are_told,
        a_step_sees_its_deadline_in_its_own_time,
        metrics_come_to_cloudwatch,
        a_task_runs_one_step,
        a_task_that_fails_says_why,
        a_task_that_is_stopped_ends_in_order,
        local.stop,
    ]
)

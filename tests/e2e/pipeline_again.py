"""What has been done is done again: whole days, single files, and to see that it is the same.
Through the stack of deploy/ on a reconlocal, as people would ask for it."""

import json
import os

from local_aws import TMP, eventually, run
from pipeline_day import BUCKET, DAY, ENDED, Cloud, differences, put_the_stack_up

cloud = None


def the_day_is_worked_once():
    global cloud
    put_the_stack_up()
    cloud = Cloud("again")
    cloud.deliver()
    assert eventually(cloud.is_quiet, 120), cloud.executions("RUNNING")
    assert len(cloud.executions("SUCCEEDED")) == 2, cloud.executions(*ENDED)


def program_metric(name):
    return cloud.metric("reconctl", name, Program="demo")


def running_the_day_again_writes_nothing_but_the_audit_of_the_run():
    before = cloud.items()
    first = cloud.executions("SUCCEEDED")
    unchanged = program_metric("RollupsUnchanged")
    cloud.run_again(first)
    again = [one for one in cloud.executions(*ENDED) if one not in first]
    assert len(again) == 2 and not cloud.executions("FAILED"), again
    assert not differences(before, cloud.items()), differences(before, cloud.items())
    for execution in again:  # and each says so
        output = json.loads(cloud.describe(execution)["output"])
        assert output["result"]["outcome"] == "unchanged", output
    assert eventually(lambda: program_metric("RollupsUnchanged") == unchanged + 2)
    audit = {item["run"]["S"]: item for item in cloud.scan("recon-state") if
             item["PK"]["S"].startswith("RUNS#")}
    for execution in again:
        note = audit[execution["name"]]
        assert note["prepare_outcome"]["S"] == "unchanged", note
        assert "match_attempts" not in note and "rollup_attempts" not in note, note


def verify(**day):
    return cloud.invoke("recon-worker", step="verify", program="demo", date="2026-04-01", **day)


def a_day_is_verified_and_the_result_is_a_metric():
    before = cloud.items()
    told = verify()
    assert told == {"same": True, "differences": []}, told
    assert not differences(before, cloud.items()), differences(before, cloud.items())
    assert eventually(lambda: program_metric("Verified") == 1)
    assert program_metric("VerifiedDifferences") == 0


def a_large_day_is_verified_as_a_task():
    given = {"step": "verify", "program": "demo", "date": "2026-04-01"}
    cloud.call(
        "ecs",
        "RunTask",
        cluster="recon",
        taskDefinition="recon-worker",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        overrides={
            "containerOverrides": [
                {
                    "name": "worker",
                    "environment": [{"name": "RECON_INPUT", "value": json.dumps(given)}],
                }
            ]
        },
    )
    assert eventually(lambda: program_metric("Verified") == 2)
    assert program_metric("VerifiedDifferences") == 0


def what_somebody_has_changed_is_found():
    """The metric that an alarm can stand on."""
    (item,) = [i for i in cloud.scan("recon-state") if i["PK"]["S"].startswith("DISC#")][:1]
    key = {name: item[name] for name in ("PK", "SK")}
    cloud.call("dynamodb", "DeleteItem", TableName="recon-state", Key=key)
    told = verify()
    assert not told["same"] and told["differences"][0]["what"] == "discrepancies", told
    assert eventually(lambda: program_metric("VerifiedDifferences") == 1)
    cloud.call("dynamodb", "PutItem", TableName="recon-state", Item=item)
    assert verify()["same"]



def state_of(key):
    for item in cloud.scan("recon-state"):
        if item["PK"]["S"].startswith("FILE#") and item.get("object", {}).get("S") == key:
            return item["state"]["S"]
    return None


def a_conflicting_file_is_accepted_by_fargate():
    """The other file becomes the day's, on the route that was asked for."""
    key = "demo/internal/b.txt"
    tasks = len(stopped_tasks())
    with open(os.path.join(TMP, "other", "internal.txt"), "rb") as file:
        cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=file.read())
    assert eventually(lambda: state_of(key) == "CONFLICTING_FILE", 60), state_of(key)
    assert eventually(cloud.is_quiet, 60)
    (execution,) = [one for one in cloud.executions("SUCCEEDED") if key in cloud.describe(one)["input"]]
    cloud.run_again([execution], accept=True, route="fargate")
    assert state_of(key) == "ACTIVE" and state_of("demo/internal/a.txt") == "REPLACED"
    assert len(stopped_tasks()) == tasks + 1, stopped_tasks()
    rollup = cloud.items()["recon-state", DAY, "ROLLUP"]
    assert rollup["version"]["N"] == "2", rollup
    assert verify()["same"]


def stopped_tasks():
    return cloud.call("ecs", "ListTasks", cluster="recon", desiredStatus="STOPPED")["taskArns"]


run(
    [
        the_day_is_worked_once,
        running_the_day_again_writes_nothing_but_the_audit_of_the_run,
        a_day_is_verified_and_the_result_is_a_metric,
        a_large_day_is_verified_as_a_task,
        what_somebody_has_changed_is_found,
        a_conflicting_file_is_accepted_by_fargate,
    ]
)

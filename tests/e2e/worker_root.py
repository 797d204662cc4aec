"""A day whose steps run in the root of the image, as a user without rights.

    worker_root.py WORKER ROOT"""

import os
import sys

from local_aws import eventually, run
from pipeline_day import DAY, ENDED, Cloud, put_the_stack_up, truth

WORKER, ROOT = sys.argv[1:]


def in_root(pid):
    try:
        return os.readlink(f"/proc/{pid}/root") == ROOT
    except OSError:  # it has ended
        return False


def a_day_is_worked_in_the_root():
    put_the_stack_up("--worker", WORKER)
    cloud = Cloud("root")
    cloud.deliver()
    seen = eventually(lambda: [pid for pid in cloud.children() if in_root(pid)], 60)
    assert seen, "no worker was seen in the root"
    assert eventually(cloud.is_quiet, 200), cloud.executions("RUNNING")
    assert len(cloud.executions("SUCCEEDED")) == 2, cloud.executions(*ENDED)
    rollup = cloud.items()["recon-state", DAY, "ROLLUP"]
    for name in ("digest", "outcome_digest"):
        assert rollup[name]["S"] == truth()[name], (name, rollup[name])
    tasks = cloud.call("ecs", "ListTasks", cluster="recon", desiredStatus="STOPPED")["taskArns"]
    assert len(tasks) == 1, tasks  # the larger file; the other steps were functions
    cloud.end()


run([a_day_is_worked_in_the_root])

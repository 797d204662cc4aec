"""A program that reconlocal's tests run as a function (Lambda's Runtime API) and, with
words, as a container. What it does is told by the event's "do", or by the first word."""

import json
import os
import signal
import sys
import time
import urllib.request


def api(path, body=None):
    url = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime{path}"
    request = urllib.request.Request(url, data=body, method="POST" if body is not None else "GET")
    return urllib.request.urlopen(request)


def mark(event):
    if "path" in event:
        with open(event["path"], "a", encoding="ascii") as file:
            file.write("1\n")


def answer(event, deadline):
    what = event.get("do") if isinstance(event, dict) else None
    if what == "exit":
        sys.exit(3)
    if what == "hang":
        time.sleep(1000)
    if what == "sleep":
        mark(event)
        time.sleep(event["s"])
    if what == "until":  # somebody makes that file
        mark(event)
        while not os.path.exists(event["end"]):
            time.sleep(0.01)
    if what == "needs" and not os.path.exists(event["path"]):
        raise RuntimeError("NotYet")
    if what == "fail":
        raise RuntimeError(event.get("type", "Oops"))
    if what == "big":
        return "x" * event["bytes"]
    if what == "count":
        mark(event)
    return {
        "echo": event,
        "pid": os.getpid(),
        "left_ms": deadline - time.time() * 1000,
        "environment": {name: os.environ.get(name) for name in ("COLOUR", "AWS_REGION")},
        "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "endpoint": os.environ["AWS_ENDPOINT_URL"],
    }


def function():
    if os.environ.get("BROKEN"):
        body = json.dumps({"errorType": "Broken", "errorMessage": "it does not start"})
        api("/init/error", body.encode()).read()
        sys.exit(1)
    while True:
        with api("/invocation/next") as response:
            request = response.headers["Lambda-Runtime-Aws-Request-Id"]
            deadline = int(response.headers["Lambda-Runtime-Deadline-Ms"])
            event = json.load(response)
        print("the event is", json.dumps(event)[:200], flush=True)
        try:
            path, body = "response", answer(event, deadline)
        except RuntimeError as error:
            path, body = "error", {"errorType": str(error), "errorMessage": "as it was told"}
        api(f"/invocation/{request}/{path}", json.dumps(body).encode()).read()


def container(words):
    print("the container says", os.environ.get("COLOUR"), flush=True)
    if words[0] == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with open(words[1], "w", encoding="ascii"):
            pass  # from now on
    if words[0] in ("deaf", "hang"):
        time.sleep(1000)
    if words[0] == "once":  # the second time it ends well
        again = os.path.exists(words[1])
        with open(words[1], "a", encoding="ascii") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(0 if again else 1000)
    sys.exit(int(words[1]) if words[0] == "exit" else 0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        container(sys.argv[1:])
    else:
        function()

#!/usr/bin/env python3
"""A worker that answers each step of the pipeline as the test wants: as a Lambda function
and, with RECON_INPUT, as a Fargate task. A file's key says what happens to it, in words
between points. What it was given it appends to "calls" in its own folder."""

import fcntl
import json
import os
import sys
import urllib.request

FOLDER = os.path.dirname(os.path.abspath(__file__))


class Refused(Exception):
    """.args: the name of the error and a sentence"""


def note(where, event):
    with open(os.path.join(FOLDER, "calls"), "a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        before = [json.loads(line)["event"] for line in file]
        names = [
            name
            for name in ("RECON_TABLE_STATE", "RECON_FAILED_QUEUE_URL", "RECON_CARD_KEY")
            if os.environ.get(name)
        ]
        file.write(json.dumps({"where": where, "event": event, "environment": names}) + "\n")
    return [other.get("step") for other in before if other.get("run") == event.get("run")]


def inspect(event, words, before):
    if event["file"]["size"] == 0:
        raise Refused("BadInput", "an empty file")
    return {
        "outcome": "ignored" if "ignored" in words else "ingest",
        "program": "p",
        "date": words[1],
        "side": "settlement",
        "delivery": 1,
        "size": event["file"]["size"],
        "records": 7,
        "fargate_over_bytes": 1000,
        "fargate_over_records": 0,
        "route": event["route"],
    }


def ingest(event, words, before):
    if "held" in words and before.count("ingest") < 2:
        raise Refused("LeaseHeld", "another run has it")
    if "broken" in words:
        raise Refused("BadInput", "no layout fits")
    if "long" in words and "RECON_INPUT" not in os.environ:
        return {"outcome": "handover", "records": 3, "rejected": 0}
    return {
        "outcome": "duplicate" if "twice" in words else "activated",
        "records": 7,
        "rejected": 0,
    }


def prepare(event, words, before):
    if event["date"] == "alone":
        return {"outcome": "waiting"}
    tasks = [{"pass": 0, "first": first, "count": 2} for first in (0, 2, 4)]
    return {
        "outcome": "match",
        "fingerprint": "f" * 32,
        "fence": 4,
        "passes": [{"tasks": tasks}, {"tasks": [{"pass": 1, "first": 0, "count": 6}]}],
    }


def match(event, words, before):
    return {"discrepancies": event["count"]}


def rollup(event, words, before):
    return {"outcome": "written", "version": 1, "balanced": False}


def sweep(event, words, before):
    return {"removed": 0, "left": False}


def nothing(event, words, before):
    return {}


STEPS = {
    "inspect": inspect,
    "ingest": ingest,
    "prepare": prepare,
    "match": match,
    "rollup": rollup,
    "sweep": sweep,
    "finish": nothing,
    "fail": nothing,
}


def run(where, event):
    before = note(where, event)
    if "Records" in event:
        return {"batchItemFailures": []}
    words = event.get("file", {}).get("key", "").split(".")
    return STEPS[event["step"]](event, words, before)


def api(path, body=None):
    url = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation/{path}"
    data = json.dumps(body).encode() if body is not None else None
    return urllib.request.urlopen(urllib.request.Request(url, data=data))


def serve():
    while True:
        with api("next") as response:
            request = response.headers["Lambda-Runtime-Aws-Request-Id"]
            event = json.load(response)
        try:
            api(request + "/response", run("lambda", event)).read()
        except Refused as error:
            name, sentence = error.args
            api(request + "/error", {"errorType": name, "errorMessage": sentence}).read()


if __name__ == "__main__":
    if "RECON_INPUT" not in os.environ:
        serve()
    try:
        print(json.dumps(run("fargate", json.loads(os.environ["RECON_INPUT"]))))
    except Refused as error:
        sys.exit(f"{error.args[0]}: {error.args[1]}")

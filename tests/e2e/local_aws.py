"""What the tests of reconlocal share: a reconlocal of their own, and a small client for
the JSON protocols that Debian's boto3 does not speak to SQS and CloudWatch."""

import atexit
import contextlib
import http.client
import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

RECONLOCAL = os.environ["RECONLOCAL"]
TMP = os.environ["TMP"]
KEYS = Credentials("local", "local-secret")
TARGETS = {
    "dynamodb": ("DynamoDB_20120810.", "1.0"),
    "sqs": ("AmazonSQS.", "1.0"),
    "monitoring": ("GraniteServiceVersion20100801.", "1.0"),
    "ecs": ("AmazonEC2ContainerServiceV20141113.", "1.1"),
    "states": ("AWSStepFunctions.", "1.0"),
    "local": ("Local.", "1.0"),
}


class Failed(Exception):
    """An error answer: .code, .status, .answer"""

    def __init__(self, status, answer):
        self.status = status
        self.answer = answer
        self.code = answer.get("__type", "").split("#")[-1]
        super().__init__(f"{status} {answer}")


class Local:
    """One reconlocal."""

    def __init__(self, state, *options, file_bytes=None):
        """file_bytes: no file that it writes may be longer, as on a disk that is full."""
        self.file_bytes = file_bytes
        self.command = [RECONLOCAL, "--state", os.path.join(TMP, state), "--port", "0", *options]
        atexit.register(lambda: self.process.kill())
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=self.limit_files if self.file_bytes else None,
        )
        line = self.process.stdout.readline()
        self.url = line.split()[-1]
        self.host = self.url.split("//")[1]

    def limit_files(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.file_bytes, self.file_bytes))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.terminate()
        status = self.process.wait(60)
        self.process.stdout.close()
        assert status == 0, status

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEYS.access_key,
            aws_secret_access_key=KEYS.secret_key,
            config=Config(
                signature_version="s3v4" if service == "s3" else "v4",
                retries={"max_attempts": 0},
                s3={"addressing_style": "path"},
            ),
        )

    def call(self, service, operation, **members):
        """One request of a JSON protocol."""
        return self.request(service, "POST", "/", named(service, operation), members)

    def send(self, service, method, path, **members):
        """One request of a REST protocol."""
        return self.request(service, method, path, {"Content-Type": "application/json"}, members)

    def many(self, count, service, operation, **members):
        """The answers to one request that is made so often, as fast as it goes."""
        data = json.dumps(members).encode()
        headers = self.signed(service, "POST", "/", named(service, operation), data)
        connection = http.client.HTTPConnection(self.host, timeout=60)
        for _ in range(count):
            connection.request("POST", "/", data, headers)
            yield json.loads(connection.getresponse().read())
        connection.close()

    def signed(self, service, method, path, headers, data):
        """The headers with the signature."""
        request = AWSRequest(method=method, url=self.url + path, data=data, headers=headers)
        SigV4Auth(KEYS, service, "us-east-1").add_auth(request)
        return dict(request.headers)

    def request(self, service, method, path, headers, members):
        data = json.dumps(members).encode()
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, path, data, self.signed(service, method, path, headers, data))
        response = connection.getresponse()
        text = response.read()
        connection.close()
        answer = json.loads(text) if text else {}
        if response.status >= 300:
            raise Failed(response.status, answer)
        return answer

    def metric(self, space, name, statistic="Sum", since=None, **dimensions):
        """What a metric comes to over all that it has, or since then (seconds)."""
        query = {
            "Id": "m",
            "MetricStat": {
                "Metric": {
                    "Namespace": space,
                    "MetricName": name,
                    "Dimensions": [
                        {"Name": key, "Value": value} for key, value in dimensions.items()
                    ],
                },
                "Period": 60,
                "Stat": statistic,
            },
        }
        now = self.call("local", "GetStatus")["nowMs"] / 1000
        answer = self.call(
            "monitoring",
            "GetMetricData",
            MetricDataQueries=[query],
            StartTime=now - 12 * 3600 if since is None else since,
            EndTime=now + 60,
        )
        return sum(answer["MetricDataResults"][0]["Values"])


def named(service, operation):
    """The headers of a JSON protocol's operation."""
    target, version = TARGETS[service]
    return {
        "Content-Type": f"application/x-amz-json-{version}",
        "X-Amz-Target": target + operation,
    }


def eventually(what, seconds=60):
    """What it gives as soon as that is true."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.01)


@contextlib.contextmanager
def refused(code, status=None):
    """The block has to fail with that code."""
    try:
        yield
    except Failed as error:
        assert error.code == code, error
        assert status is None or error.status == status, error
    except Exception as error:
        if not hasattr(error, "response"):
            raise
        told = error.response["Error"]["Code"]
        assert told == code, error
        got = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status is None or got == status, error
    else:
        raise AssertionError(f"{code} was not raised")


def run(tests):
    """Runs functions whose names say what they show."""
    failures = 0
    for test in tests:
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok - {name}", flush=True)
        except Exception:  # the next one can tell more
            failures += 1
            print(f"not ok - {name}", flush=True)
            print("".join("# " + line for line in traceback.format_exc().splitlines(True)))
    sys.exit(1 if failures else 0)

#!/usr/bin/env python3
"""A function that answers with what it got. It also starts a process that wants to outlive it."""

import json
import os
import subprocess
import urllib.request

BASE = "http://%s/2018-06-01/runtime/invocation/" % os.environ["AWS_LAMBDA_RUNTIME_API"]
subprocess.Popen(["sleep", "600"], start_new_session=True)

while True:
    with urllib.request.urlopen(BASE + "next") as message:
        request, event = message.headers["Lambda-Runtime-Aws-Request-Id"], json.load(message)
    answer = {
        "event": event,
        "pid": os.getpid(),
        "environment": sorted(os.environ),
        "public_url": os.environ["PUBLIC_URL"],
        "greeting": os.environ["GREETING"],
    }
    body = json.dumps(answer)
    reply = {"statusCode": 203, "headers": {"content-type": "application/json", "x-echo": "yes"}, "body": body}
    urllib.request.urlopen(BASE + request + "/response", data=json.dumps(reply).encode())

"""What one delivery to a subscriber costs the dispatcher: CPU, AWS calls, and how many a second it makes.

usage: dispatcher.py BINARY [--events N] [--warm-up N] [--rounds N] [--plain]

Batches of ten deliveries of 5 KB, to ten of fifty subscriptions each, whose endpoints are one HTTP receiver on loopback.
The table, the bucket and KMS are played over TLS (unless --plain). Deliveries a second are what the whole set-up made, most
of whose time is spent by what plays AWS; CPU is the dispatcher's alone.
"""

import base64
import hashlib
import json
import os
import time

import lab
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LIMITS = {"AWS calls/delivery": 9, "peak memory MiB": 24, "zip MB": 6}
BATCH = 10
ENDPOINTS = 50
OWNER = "deployment"
DATA_KEY = bytes(range(32))
MADE = "2026-01-15T10:30:00Z"
BODY = json.dumps({"type": "query.created", "event_type": "query.created", "timestamp": MADE, "version": "1.0",
                   "data": {"query_id": "q", "message": "Which findings are critical? " * 170}}).encode()


class Receiver(lab.Handler):
    """An endpoint that takes everything."""

    def do_POST(self):
        self.body()
        signed = self.headers["webhook-signature"].startswith("v1,")
        self.server.taken.append(self.headers["webhook-id"] if signed else None)
        self.answer(200)


def subscription_id(number):
    return f"wh_{number:026d}"


def sealed(subscription):
    """A secret as the vault seals it: nonce, text and tag, bound to the owner and the record."""
    nonce = hashlib.sha256(subscription.encode()).digest()[:12]
    bound = f"{OWNER}\0secret {subscription}".encode()
    secret = "whsec_" + base64.b64encode(bytes(32)).decode()
    return base64.b64encode(nonce + AESGCM(DATA_KEY).encrypt(nonce, secret.encode(), bound)).decode()


def texts(**fields):
    return {name: {"S": value} for name, value in fields.items()}


def subscription(number, url):
    name = subscription_id(number)
    settings = {"url": url, "events": ["query.created"], "retry": "standard", "timeout_seconds": 15, "payload": "full"}
    secrets = [{"sealed": sealed(name), "created_at": MADE}]
    return {**texts(pk=f"OWNER#{OWNER}", sk=f"SUB#{name}", settings=json.dumps(settings), state='"active"', secrets=json.dumps(secrets),
                    created_at=MADE, updated_at=MADE), "version": {"N": "1"}}


def delivery(number, url):
    name = f"dlv_{number:026d}"
    return {**texts(pk=f"DLV#{name}", sk="DELIVERY", message=f"msg_{number:026d}", event_type="query.created", url=url, body_key="messages/m",
                    status="pending", schedule='"standard"', created_at=MADE, owner=OWNER, subscription=subscription_id(number % ENDPOINTS)),
            "attempts": {"N": "0"}, "resumed_after": {"N": "0"}}


def batch(numbers):
    records = [{"messageId": f"m-{number}", "receiptHandle": f"receipt-{number}", "body": f"dlv_{number:026d}", "messageAttributes": {},
                "attributes": {"ApproximateReceiveCount": "1"}, "eventSource": "aws:sqs", "awsRegion": lab.REGION,
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q"} for number in numbers]
    return json.dumps({"Records": records}).encode()


def table(url):
    """A reply that knows the items; conditions always hold, as they do when nobody else is at work."""
    kept = {(item["pk"]["S"], item["sk"]["S"]): item for item in (subscription(number, url) for number in range(ENDPOINTS))}
    kept[f"OWNER#{OWNER}", "DATAKEY"] = {"wrapped": {"B": base64.b64encode(b"wrapped").decode()}}

    def reply(operation, said):
        if operation == "GetItem":
            pk, sk = (said["Key"][name]["S"] for name in ("pk", "sk"))
            item = delivery(int(pk[8:]), url) if sk == "DELIVERY" else kept.get((pk, sk))
            return 200, {"Item": item} if item else {}
        if operation == "PutItem":
            kept[said["Item"]["pk"]["S"], said["Item"]["sk"]["S"]] = said["Item"]
        if operation == "Decrypt":
            return 200, {"KeyId": "k", "Plaintext": base64.b64encode(DATA_KEY).decode()}
        return 200, {}

    return reply


def one_round(given, folder):
    receiver = lab.serve(Receiver, taken=[])
    url = f"http://127.0.0.1:{receiver.server_port}/"
    variables = {"DELIVERIES_QUEUE_URL": "http://127.0.0.1/000000000000/q", "KMS_KEY_ARN": "k", "RESULTS_SECRET_ARN": "s", "EGRESS_ALLOW": "127.0.0.0/8"}
    with lab.Lab(given.binary, folder, variables, table(url), tls=not given.plain, bucket_object=BODY) as dispatcher:
        def send(first, last):
            for start in range(first, last, BATCH):
                said = dispatcher.invoke(batch(range(start, start + BATCH)))
                if said.get("batchItemFailures") != []:
                    dispatcher.refuse(said)
            return dispatcher.seen()

        before, calls, logged = send(0, given.warm_up)
        started = time.monotonic()
        last = given.warm_up + given.events
        after, all_calls, all_logged = send(given.warm_up, last)
        took = time.monotonic() - started
        if sorted(receiver.taken) != [f"msg_{number:026d}" for number in range(last)]:
            dispatcher.refuse(f"{len(receiver.taken)} of {last} deliveries, each once and signed")
        receiver.shutdown()
        made = all_calls - calls
        return {"CPU ms/delivery": (after - before) / 1e6 / given.events, "deliveries/s": given.events / took,
                "AWS calls/delivery": made.total() / given.events,
                **{f"  {name}": count / given.events for name, count in sorted(made.items())},
                "peak memory MiB": dispatcher.peak_mib(), "log bytes/delivery": (all_logged - logged) / given.events}


if __name__ == "__main__":
    given = lab.arguments(__doc__, events=1000)
    figures = lab.medians(given, one_round)
    lab.judge(f"median of {given.rounds} rounds of {given.events} deliveries, {len(BODY)} bytes each", figures, LIMITS)

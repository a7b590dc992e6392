"""What one accepted webhook costs the receiver: CPU cold and warm, memory, AWS calls, log bytes.

usage: bench.py BINARY [--events N] [--warm-up N] [--rounds N] [--plain]

Plays the Lambda Runtime API to the binary, and DynamoDB, SQS and Secrets Manager to its AWS client (over TLS with a
certificate made for the run, unless --plain), on loopback. CPU is the kernel's account of the process, so that the
figures hold on a busy machine; wall time is not looked at. Ends with 1 when an answer is not the one expected or a
figure breaks its limit.
"""

import argparse
import hashlib
import hmac
import http.server
import json
import os
import queue
import socketserver
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import zipfile

SECRET = "a-secret-of-this-run"
LIMITS = {"cold CPU ms": 10, "warm CPU us/event": 400, "peak memory MiB": 12, "zip MB": 4, "log bytes/event": 300}


def pull_request(number):
    """Some 25 KB of the shape that GitHub sends: mostly addresses."""
    user = lambda login: {"login": login, "id": number, **{
        f"{word}_url": f"https://api.github.com/users/{login}/{word}" for word in ("followers", "following", "gists", "starred", "repos", "events")}}
    repo = {"id": 1296269, "full_name": "acme/notes", "private": False, "owner": user("acme"), "default_branch": "main", **{
        f"{word}_url": f"https://api.github.com/repos/acme/notes/{word}{{/id}}" for word in (
            "archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events "
            "forks git_commits git_refs git_tags hooks issues keys labels languages merges milestones notifications pulls releases "
            "stargazers statuses subscribers subscription tags teams trees").split()}}
    side = lambda ref: {"ref": ref, "sha": hashlib.sha1(f"{ref}{number}".encode()).hexdigest(), "user": user("acme"), "repo": repo}
    pull = {"number": number, "title": "Search notes", "state": "open", "draft": False, "user": user("ada"), "body": "Lorem ipsum. " * 160,
            "updated_at": "2026-01-15T10:28:30Z", "head": side("search"), "base": side("main"),
            "requested_reviewers": [user(f"reviewer{n}") for n in range(16)], "labels": [{"id": n, "name": f"label-{n}"} for n in range(40)]}
    return json.dumps({"action": "opened", "number": number, "pull_request": pull, "repository": repo, "sender": user("ada")}, separators=(",", ":"))


def event(number):
    body = pull_request(number)
    signature = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    path = "/api/v1/webhooks/github"
    headers = {"content-type": "application/json", "x-github-event": "pull_request", "x-github-delivery": f"{number:08x}-0000-4000-8000-000000000000",
               "x-hub-signature-256": f"sha256={signature}", "user-agent": "GitHub-Hookshot/0000000", "x-forwarded-for": "192.0.2.1"}
    context = {"http": {"method": "POST", "path": path, "sourceIp": "192.0.2.1"}, "requestId": f"request-{number}", "stage": "$default"}
    return json.dumps({"version": "2.0", "routeKey": f"POST {path}", "rawPath": path, "headers": headers, "requestContext": context,
                       "body": body, "isBase64Encoded": False}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length") or 0))


class Runtime(Handler):
    """The Runtime API: hands out what lies in the queue, and notes what comes back."""

    def do_GET(self):
        item = self.server.events.get()
        if item is None:
            return self.answer(500)
        self.answer(200, item, [("lambda-runtime-aws-request-id", "00000000-0000-4000-8000-000000000000"), ("lambda-runtime-deadline-ms", "9999999999999"),
                                ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:receiver"),
                                ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000")])

    def do_POST(self):
        said = self.body()
        self.answer(202)
        self.server.answers.put(said)


class Aws(Handler):
    """Enough of three services for a new event each time."""

    def do_POST(self):
        operation, said = self.headers["x-amz-target"], json.loads(self.body())
        self.server.calls.append(operation)
        if operation.endswith("GetSecretValue"):
            if said["VersionStage"] == "AWSCURRENT":
                return self.json(200, {"Name": "s", "SecretString": SECRET, "VersionId": "v"})
            return self.json(400, {"__type": "ResourceNotFoundException"})
        if operation.endswith("SendMessage"):
            return self.json(200, {"MessageId": "m", "MD5OfMessageBody": hashlib.md5(said["MessageBody"].encode()).hexdigest()})
        return self.json(200, {})

    def json(self, status, body):
        self.answer(status, json.dumps(body).encode(), [("content-type", "application/x-amz-json-1.0")])


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """The process under test is killed at the end of its round; what it leaves unread is no news."""


def serve(handler, certificate=None, **state):
    server = Server(("127.0.0.1", 0), handler)
    vars(server).update(state)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate[:2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def certificate(folder):
    """An authority and its certificate for 127.0.0.1, as (certificate, key, authority)."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    pairs = [("authority", keys[0], x509.BasicConstraints(ca=True, path_length=0)), ("server", keys[1], address)]
    pem = []
    for subject, key, extension in pairs:
        built = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("authority")).public_key(key.public_key())
        built = built.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
        built = built.add_extension(extension, critical=True).sign(keys[0], hashes.SHA256())
        pem.append(built.public_bytes(serialization.Encoding.PEM))
    secret = keys[1].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths = [os.path.join(folder, file) for file in ("server.pem", "server.key", "authority.pem")]
    for path, content in zip(paths, (pem[1], secret, pem[0])):
        with open(path, "wb") as file:
            file.write(content)
    return paths


def cpu_ns(pid):
    """Nanoseconds on a processor, all threads."""
    tasks = f"/proc/{pid}/task"
    return sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0]) for task in os.listdir(tasks))


def peak_kib(pid):
    return next(int(line.split()[1]) for line in open(f"/proc/{pid}/status") if line.startswith("VmHWM"))


def round_of(binary, given, folder):
    chain = None if given.plain else certificate(folder)
    aws = serve(Aws, chain, calls=[])
    runtime = serve(Runtime, events=queue.Queue(), answers=queue.Queue())
    scheme = "http" if given.plain else "https"
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime.server_port}", "AWS_ENDPOINT_URL": f"{scheme}://127.0.0.1:{aws.server_port}",
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_LAMBDA_FUNCTION_NAME": "receiver",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_LOG_STREAM_NAME": "s", "AWS_LAMBDA_LOG_GROUP_NAME": "g",
        "TABLE_NAME": "t", "BUCKET_NAME": "b", "EVENTS_QUEUE_URL": "http://127.0.0.1/000000000000/q", "WEBHOOK_SECRET_ARN": "s",
        **({"SSL_CERT_FILE": chain[2]} if chain else {})}
    log = open(os.path.join(folder, "log"), "w+b")
    child = subprocess.Popen([binary], env=environment, stdout=log, stderr=log)

    def send(number):
        runtime.events.put(event(number))
        said = json.loads(runtime.answers.get(timeout=20))
        if said.get("statusCode") != 200:
            sys.exit(f"event {number} was answered {said}; the log says {open(log.name).read()[-500:]}")

    try:
        send(0)
        cold, cold_calls = cpu_ns(child.pid), len(aws.calls)
        for number in range(1, given.warm_up):
            send(number)
        before, calls, logged = cpu_ns(child.pid), len(aws.calls), os.path.getsize(log.name)
        for number in range(given.warm_up, given.warm_up + given.events):
            send(number)
        after = cpu_ns(child.pid)
        return {"cold CPU ms": cold / 1e6, "cold AWS calls": cold_calls, "warm CPU us/event": (after - before) / 1e3 / given.events,
                "AWS calls/event": (len(aws.calls) - calls) / given.events, "peak memory MiB": peak_kib(child.pid) / 1024,
                "log bytes/event": (os.path.getsize(log.name) - logged) / given.events}
    finally:
        child.kill()
        child.wait()
        aws.shutdown()
        runtime.shutdown()


def zipped_megabytes(binary, folder):
    path = os.path.join(folder, "bootstrap.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(binary, "bootstrap")
    return os.path.getsize(path) / 1e6


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary")
    arguments.add_argument("--events", type=int, default=300)
    arguments.add_argument("--warm-up", type=int, default=100)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--plain", action="store_true", help="no TLS")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rounds = [round_of(os.path.abspath(given.binary), given, folder) for _ in range(given.rounds)]
        figures = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
        figures["zip MB"] = zipped_megabytes(given.binary, folder)
    print(f"median of {given.rounds} rounds of {given.events} events, {len(pull_request(1))} bytes each")
    broken = False
    for name, figure in figures.items():
        limit = LIMITS.get(name)
        verdict = "" if limit is None else f"  (limit {limit})" if figure <= limit else f"  OVER the limit of {limit}"
        broken |= "OVER" in verdict
        print(f"{name:20} {figure:10.2f}{verdict}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()

"""What every measurement of a function needs: the Lambda Runtime API, a server for what plays AWS, and the kernel's account.

CPU is the kernel's account of the process, so that figures hold on a busy machine; wall time is not judged.
"""

import argparse
import collections
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

REGION = "us-east-1"


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
                                ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:measured"),
                                ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000")])

    def do_POST(self):
        said = self.body()
        self.answer(202)
        self.server.answers.put(said)


class Aws(Handler):
    """Counts the calls of a service's JSON protocol; `reply(operation, said)` answers (status, body)."""

    def do_POST(self):
        operation, said = self.headers["x-amz-target"].rpartition(".")[2], json.loads(self.body())
        self.server.calls[operation] += 1
        status, body = self.server.reply(operation, said)
        self.answer(status, json.dumps(body).encode(), [("content-type", "application/x-amz-json-1.0")])

    def do_GET(self):
        """The bucket."""
        self.body()
        self.server.calls["GetObject"] += 1
        self.answer(200, self.server.object)


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


class Lab:
    """One process of a function, and all that it talks to."""

    def __init__(self, binary, folder, variables, reply, tls=True, bucket_object=b""):
        chain = certificate(folder) if tls else None
        self.aws = serve(Aws, chain, calls=collections.Counter(), reply=reply, object=bucket_object)
        self.runtime = serve(Runtime, events=queue.Queue(), answers=queue.Queue())
        environment = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.runtime.server_port}",
            "AWS_ENDPOINT_URL": f"{'https' if tls else 'http'}://127.0.0.1:{self.aws.server_port}",
            "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_LAMBDA_FUNCTION_NAME": "measured",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "1", "AWS_LAMBDA_LOG_STREAM_NAME": "s",
            "AWS_LAMBDA_LOG_GROUP_NAME": "g", "TABLE_NAME": "t", "BUCKET_NAME": "b", **variables,
            **({"SSL_CERT_FILE": chain[2]} if chain else {})}
        self.log = open(os.path.join(folder, "log"), "w+b")
        self.child = subprocess.Popen([binary], env=environment, stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.aws.shutdown()
        self.runtime.shutdown()

    def invoke(self, event):
        """The function's answer to one event, which the log explains where it is not the one expected."""
        self.runtime.events.put(event)
        return json.loads(self.runtime.answers.get(timeout=30))

    def refuse(self, said):
        sys.exit(f"the answer was {said}; the log says {open(self.log.name, errors='replace').read()[-800:]}")

    def seen(self):
        """(nanoseconds of CPU, calls by operation, bytes logged) until now."""
        return cpu_ns(self.child.pid), self.aws.calls.copy(), os.path.getsize(self.log.name)

    def peak_mib(self):
        return peak_kib(self.child.pid) / 1024


def zipped_megabytes(binary, folder):
    path = os.path.join(folder, "bootstrap.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(binary, "bootstrap")
    return os.path.getsize(path) / 1e6


def arguments(doc, events):
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("binary", type=os.path.abspath)
    parser.add_argument("--events", type=int, default=events)
    parser.add_argument("--warm-up", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plain", action="store_true", help="no TLS to AWS")
    return parser.parse_args()


def medians(given, one_round):
    """The median of each figure over the rounds, each with a fresh process and folder."""
    rounds = []
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(one_round(given, folder))
    figures = {name: statistics.median(each.get(name, 0) for each in rounds) for name in rounds[0]}
    with tempfile.TemporaryDirectory() as folder:
        figures["zip MB"] = zipped_megabytes(given.binary, folder)
    return figures


def judge(title, figures, limits):
    """Prints the figures, and ends the program with 1 when one breaks its limit."""
    print(title)
    broken = False
    for name, figure in figures.items():
        limit = limits.get(name)
        verdict = "" if limit is None else f"  (limit {limit})" if figure <= limit else f"  OVER the limit of {limit}"
        broken |= "OVER" in verdict
        print(f"{name:28} {figure:10.2f}{verdict}")
    sys.exit(1 if broken else 0)

"""What one accepted webhook costs the receiver: CPU cold and warm, memory, AWS calls, log bytes.

usage: receiver.py BINARY [--events N] [--warm-up N] [--rounds N] [--plain]

Plays the Lambda Runtime API to the binary, and DynamoDB, SQS and Secrets Manager to its AWS client (over TLS with a
certificate made for the run, unless --plain), on loopback. Ends with 1 when an answer is not the one expected or a figure
breaks its limit.
"""

import hashlib
import hmac
import json

import lab

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


def reply(operation, said):
    """Enough of three services for a new event each time."""
    if operation == "GetSecretValue":
        if said["VersionStage"] == "AWSCURRENT":
            return 200, {"Name": "s", "SecretString": SECRET, "VersionId": "v"}
        return 400, {"__type": "ResourceNotFoundException"}
    if operation == "SendMessage":
        return 200, {"MessageId": "m", "MD5OfMessageBody": hashlib.md5(said["MessageBody"].encode()).hexdigest()}
    return 200, {}


def one_round(given, folder):
    variables = {"EVENTS_QUEUE_URL": "http://127.0.0.1/000000000000/q", "WEBHOOK_SECRET_ARN": "s"}
    with lab.Lab(given.binary, folder, variables, reply, tls=not given.plain) as receiver:
        def send(numbers):
            for number in numbers:
                said = receiver.invoke(event(number))
                if said.get("statusCode") != 200:
                    receiver.refuse(said)
            return receiver.seen()

        cold, cold_calls, _ = send([0])
        before, calls, logged = send(range(1, given.warm_up))
        after, all_calls, all_logged = send(range(given.warm_up, given.warm_up + given.events))
        return {"cold CPU ms": cold / 1e6, "cold AWS calls": cold_calls.total(), "warm CPU us/event": (after - before) / 1e3 / given.events,
                "AWS calls/event": (all_calls - calls).total() / given.events, "peak memory MiB": receiver.peak_mib(),
                "log bytes/event": (all_logged - logged) / given.events}


if __name__ == "__main__":
    given = lab.arguments(__doc__, events=300)
    figures = lab.medians(given, one_round)
    lab.judge(f"median of {given.rounds} rounds of {given.events} events, {len(pull_request(1))} bytes each", figures, LIMITS)

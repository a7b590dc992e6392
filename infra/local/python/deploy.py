"""Deploys a SAM template as it stands to the local AWS, in about a second (`sam deploy` takes half a minute).

usage: deploy.py TEMPLATE STACK BINARIES CACHE [--param K=V]... [--offer K=V]...

BINARIES is the folder of the built functions, CACHE keeps their archives. A `--param` must be declared by the template,
an `--offer` is passed where it is. The endpoint and the keys come from the environment. Answers on standard output
{"outputs": {..}, "functions": {logical name: physical name}, "routes": [..]}; says on standard error, in one line for
each, what failed and why, and ends with 1.
"""

import argparse
import json
import os
import sys
import time

import boto3
import packages
import routes
from botocore.config import Config
from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse  # Reads !Ref, !Sub and !GetAtt into their long forms.

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM"]
DEADLINE_SECONDS = 120


class Failed(Exception):
    """Lines for people."""


class Session:
    """Clients that neither retry nor wait long: the other side is on this machine."""

    def client(self, service):
        settings = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60)
        return boto3.client(service, config=settings)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("template", "stack", "binaries", "cache"):
        arguments.add_argument(name)
    for name in ("--param", "--offer"):
        arguments.add_argument(name, action="append", default=[], metavar="K=V")
    given = arguments.parse_args()
    try:
        print(json.dumps(deploy(given)))
    except (Failed, packages.Unpackable, ClientError) as error:
        sys.exit(str(error))


def deploy(given):
    with open(given.template, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    session = Session()
    store = session.client("s3")
    bucket = "artifacts-" + given.stack
    store.create_bucket(Bucket=bucket)

    def upload(data, extension):
        key = "%s%s" % (packages.hashlib.sha256(data).hexdigest(), extension)
        store.put_object(Bucket=bucket, Key=key, Body=data)
        return {"Bucket": bucket, "Key": key}

    adapt(template)
    packages.package(template, os.path.dirname(os.path.abspath(given.template)), given.binaries, given.cache, upload)
    packages.forget_old(given.cache)
    formation = session.client("cloudformation")
    made = execute(formation, given.stack, template, parameters(template, given.param, given.offer))
    return {
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in made.get("Outputs", [])},
        "functions": functions(formation, given.stack),
        "routes": routes.create(session, given.stack),
    }


def adapt(template):
    """What AWS does with a template and MiniStack does not, or refuses."""
    for name, resource in list(template["Resources"].items()):
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in properties:
            # Alarms over metric math are refused; nothing on one machine looks at alarms.
            del template["Resources"][name]
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            # Functions are processes of this machine: they see its own tools, and there is no /opt to mount.
            del template["Resources"][name]
        elif resource["Type"] == "AWS::Serverless::Function":
            properties.pop("Layers", None)
            variables = properties.get("Environment", {}).get("Variables", {})
            variables.update({key: text(value) for key, value in variables.items()})


def text(value):
    """A scalar as CloudFormation hands it on; functions of the template stay."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def parameters(template, params, offers):
    declared = template.get("Parameters", {})
    wanted = dict(pair.split("=", 1) for pair in offers if pair.split("=", 1)[0] in declared)
    for pair in params:
        key, value = pair.split("=", 1)
        if key not in declared:
            raise Failed("the template declares no parameter %s; it has %s" % (key, ", ".join(sorted(declared))))
        wanted[key] = value
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in wanted.items()]


def execute(formation, stack, template, wanted):
    """Creates or updates the stack through a change set, and waits."""
    try:
        formation.describe_stacks(StackName=stack)
        kind = "UPDATE"
    except ClientError:
        kind = "CREATE"
    name = "change-%d" % time.time_ns()
    formation.create_change_set(
        StackName=stack,
        ChangeSetName=name,
        ChangeSetType=kind,
        # As JSON, so that YAML anchors of the template are written out.
        TemplateBody=json.dumps(template),
        Capabilities=CAPABILITIES,
        Parameters=wanted,
    )
    change = wait(lambda: formation.describe_change_set(StackName=stack, ChangeSetName=name), "Status")
    if "didn't contain changes" in change.get("StatusReason", ""):
        return formation.describe_stacks(StackName=stack)["Stacks"][0]
    if change["Status"] != "CREATE_COMPLETE":
        raise Failed("the change set failed: %s" % change.get("StatusReason", "no reason given"))
    formation.execute_change_set(StackName=stack, ChangeSetName=name)
    made = wait(lambda: formation.describe_stacks(StackName=stack)["Stacks"][0], "StackStatus")
    if made["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise Failed("\n".join(reasons(formation, stack, made)))
    return made


def wait(look, field):
    limit = time.monotonic() + DEADLINE_SECONDS
    while True:
        seen = look()
        if not seen[field].endswith(("IN_PROGRESS", "PENDING")):
            return seen
        if time.monotonic() > limit:
            raise Failed("still %s after %d s" % (seen[field], DEADLINE_SECONDS))
        time.sleep(0.05)


def reasons(formation, stack, made):
    yield "the stack is %s %s" % (made["StackStatus"], made.get("StackStatusReason", ""))
    for event in formation.describe_stack_events(StackName=stack)["StackEvents"]:
        if event["ResourceStatus"].endswith("FAILED") and event["LogicalResourceId"] != stack:
            reason = event.get("ResourceStatusReason", "no reason given")
            yield "%s (%s): %s" % (event["LogicalResourceId"], event["ResourceType"], reason)


def functions(formation, stack):
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in formation.describe_stack_resources(StackName=stack)["StackResources"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


if __name__ == "__main__":
    main()

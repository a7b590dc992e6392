"""Creates the routes of the HTTP APIs, which MiniStack does not read from the OpenAPI body that SAM writes.

The processed template is read back, so that the routes are those which AWS would make from the same template.
"""

import json
import re

METHODS = {"get", "head", "post", "put", "patch", "delete", "options", "trace"}
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"


def create(session, stack):
    """Answers the routes made, as "POST /path -> Function"."""
    formation, gateway = session.client("cloudformation"), session.client("apigatewayv2")
    template = formation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    if isinstance(template, str):
        template = json.loads(template)
    physical = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in formation.describe_stack_resources(StackName=stack)["StackResources"]
    }
    made = []
    for name, resource in template["Resources"].items():
        body = resource.get("Properties", {}).get("Body")
        if resource["Type"] != "AWS::ApiGatewayV2::Api" or not body:
            continue
        api = Api(session.client("lambda"), gateway, physical, physical[name])
        for path, operations in body.get("paths", {}).items():
            for method, operation in operations.items():
                if isinstance(operation, dict) and INTEGRATION in operation:
                    made += api.route(route_key(path, method), operation[INTEGRATION])
    return made


def route_key(path, method):
    if path in ("$default", "/$default"):
        return "$default"
    if method == ANY:
        return "ANY " + path
    if method not in METHODS:
        raise ValueError("%s: %s is no method" % (path, method))
    return "%s %s" % (method.upper(), path)


class Api:
    def __init__(self, functions, gateway, physical, api):
        self.functions, self.gateway, self.physical, self.api = functions, gateway, physical, api
        self.have = {route["RouteKey"] for route in gateway.get_routes(ApiId=api)["Items"]}
        self.integrations = {}

    def route(self, key, integration):
        if key in self.have:
            return []
        name = re.search(r"\$\{(\w+)\.(?:Arn|Alias)\}|\$\{(\w+)\}/invocations", json.dumps(integration["uri"]))
        function = name.group(1) or name.group(2)
        version = integration.get("payloadFormatVersion", "2.0")
        self.gateway.create_route(ApiId=self.api, RouteKey=key, Target=self.target(function, version))
        return ["%s -> %s" % (key, function)]

    def target(self, function, version):
        if (function, version) not in self.integrations:
            arn = self.functions.get_function(FunctionName=self.physical[function])["Configuration"]["FunctionArn"]
            made = self.gateway.create_integration(
                ApiId=self.api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion=version
            )
            self.integrations[function, version] = "integrations/" + made["IntegrationId"]
        return self.integrations[function, version]

"""Verifies one delivery with the official library, and its body against the published schema, if one is named.

Standard input: {secret, headers, body (base64), schema (path)}.
"""

import base64
import json
import sys

import jsonschema
from standardwebhooks import Webhook

given = json.load(sys.stdin)
payload = Webhook(given["secret"]).verify(base64.b64decode(given["body"]), given["headers"])
if "schema" in given:
    with open(given["schema"], encoding="utf-8") as file:
        schema = json.load(file)
    checker = jsonschema.validators.validator_for(schema)
    checker.check_schema(schema)
    checker(schema).validate(payload)

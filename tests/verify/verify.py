"""Verifies one delivery with the official library, and its body against the published schema, if one is named.

Standard input: {secret, headers, body (base64), schema (path)}; or, in the place of the secret, the keys of a JSON Web Key
Set, of which each must have signed under v1a: the official library knows none.
"""

import base64
import json
import sys

import jsonschema
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook


def signed_by(key, signatures, message):
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    if key["public_key"] != "whpk_" + base64.b64encode(public.public_bytes_raw()).decode():
        return False
    for signature in signatures:
        try:
            public.verify(signature, message)
            return True
        except InvalidSignature:
            pass
    return False


def verify_keys(keys, headers, body):
    message = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    entries = headers["webhook-signature"].split(" ")
    signatures = [base64.b64decode(entry[4:], validate=True) for entry in entries if entry.startswith("v1a,")]
    if not keys or not all(signed_by(key, signatures, message) for key in keys):
        raise SystemExit("a key has signed nothing")


given = json.load(sys.stdin)
if "keys" in given:
    verify_keys(given["keys"], given["headers"], base64.b64decode(given["body"]))
    sys.exit()
payload = Webhook(given["secret"]).verify(base64.b64decode(given["body"]), given["headers"])
if "schema" in given:
    with open(given["schema"], encoding="utf-8") as file:
        schema = json.load(file)
    checker = jsonschema.validators.validator_for(schema)
    checker.check_schema(schema)
    checker(schema).validate(payload)

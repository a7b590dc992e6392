"""What schemathesis must know beside the API's description: keys, of which each has a limit, and an address to send to."""

import itertools
import os

import schemathesis

KEYS = itertools.cycle(os.environ["QUARTET_KEYS"].split())
ENDPOINT = os.environ["QUARTET_ENDPOINT"]


@schemathesis.auth(refresh_interval=None)
class Keys:
    def get(self, case, context):
        return next(KEYS)

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": "Bearer " + data}


def address(value):
    """What cannot be sent to stays what it is: it must be refused."""
    is_one = isinstance(value, str) and len(value) <= 2048 and value.lower().startswith(("http://", "https://"))
    return ENDPOINT if is_one else value


@schemathesis.hook
def map_body(context, body):
    """Nothing is ever sent to an address that a generator made up."""
    if isinstance(body, list):
        return [map_body(context, item) for item in body]
    if isinstance(body, dict):
        return {name: address(value) if name == "url" else map_body(context, value) for name, value in body.items()}
    return body

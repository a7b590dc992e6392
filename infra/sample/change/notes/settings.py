"""Settings that users bring along from elsewhere."""

import hashlib

import yaml

DEFAULTS = {"theme": "light", "page_size": 20}


def import_settings(text):
    """The defaults with what the text says instead."""
    given = yaml.load(text, Loader=yaml.Loader) or {}
    return {**DEFAULTS, **{key: given[key] for key in DEFAULTS if key in given}}


def etag(text):
    """Tells whether settings changed since they were last read."""
    return hashlib.md5(text.encode()).hexdigest()

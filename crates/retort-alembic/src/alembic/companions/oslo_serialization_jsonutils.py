"""oslo.serialization: JSON."""

import json
from json import loads  # noqa: F401


def to_primitive(value, *args, **kwargs):
    return value


def dumps(obj, default=to_primitive, **kwargs):
    return json.dumps(obj, **kwargs)

"""oslo.utils: identifiers."""

import uuid


def generate_uuid(dashed=True):
    made = uuid.uuid4()
    return str(made) if dashed else made.hex


def is_uuid_like(val):
    try:
        plain = str(val).lower().replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "")
        return str(uuid.UUID(val)).replace("-", "") == plain
    except (TypeError, ValueError, AttributeError):
        return False

"""iso8601: times without a zone are of UTC."""

import datetime

UTC = datetime.timezone.utc


class ParseError(ValueError):
    pass


def parse_date(datestring, default_timezone=UTC):
    parsed = datetime.datetime.fromisoformat(datestring)
    return parsed.replace(tzinfo=default_timezone) if parsed.tzinfo is None else parsed


def is_iso8601(datestring):
    try:
        parse_date(datestring)
    except ValueError:
        return False
    return True

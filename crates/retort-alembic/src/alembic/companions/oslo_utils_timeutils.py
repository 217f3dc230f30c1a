"""oslo.utils: time."""

import datetime


def utcnow(with_timezone=False):
    if with_timezone:
        return datetime.datetime.now(tz=datetime.timezone.utc)
    return datetime.datetime.utcnow()


def utcnow_ts(microsecond=False):
    return int(utcnow(True).timestamp())

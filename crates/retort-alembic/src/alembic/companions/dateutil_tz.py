"""dateutil.tz: UTC; what other zones are in force when is in a database of its own."""

import datetime

UTC = datetime.timezone.utc


def tzutc():
    return UTC


def gettz(name=None):
    return UTC if name in ("UTC", "GMT") else unknown("the time zone `%s`" % name)


def tzlocal():
    return unknown("the time zone of this machine")


def tzoffset(name, offset):
    seconds = offset if isinstance(offset, datetime.timedelta) else datetime.timedelta(seconds=offset)
    return datetime.timezone(seconds)

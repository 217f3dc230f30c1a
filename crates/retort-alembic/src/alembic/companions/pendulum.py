"""Pendulum: times of the standard library, as far as defaults need them."""

import datetime

UTC = datetime.timezone.utc
DateTime = datetime.datetime


def timezone(name):
    return UTC if str(name).upper() == "UTC" else unknown("the time zone %s" % name)


def now(tz=None):
    return datetime.datetime.now(tz)


utcnow = now

"""pytz: UTC; what other zones are in force when is in a database of its own."""

import datetime

UTC = utc = datetime.timezone.utc


def timezone(zone):
    if zone.upper() in ("UTC", "ETC/UTC", "ZULU", "ETC/ZULU"):
        return utc
    return unknown("the time zone `%s`" % zone)

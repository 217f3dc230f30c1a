"""glob: what lies on the machine's disk is not known here."""


def glob(pathname, **kwargs):
    return unknown("the files of the machine")


iglob = glob

"""oslo.db: what its sessions raise."""


class DBError(Exception):
    def __init__(self, inner_exception=None, cause=None):
        super().__init__(str(inner_exception))
        self.inner_exception = inner_exception


class DBDuplicateEntry(DBError):
    pass


class DBReferenceError(DBError):
    pass


class DBNonExistentConstraint(DBError):
    pass


class DBNonExistentTable(DBError):
    pass


class DBMigrationError(DBError):
    pass


class ColumnError(Exception):
    pass

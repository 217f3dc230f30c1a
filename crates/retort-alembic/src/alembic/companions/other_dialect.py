"""A dialect that no database here speaks: its types stand in variants, which nobody asks for."""

from sqlalchemy.exc import CompileError
from sqlalchemy.types import *  # noqa: F403
from sqlalchemy.types import UserDefinedType


class _Type(UserDefinedType):
    def __init__(self, *args, **kwargs):
        pass

    def get_col_spec(self, **kwargs):
        raise CompileError("%s is a type of another database" % type(self).__name__)


class BIT(_Type):
    pass


class BFILE(_Type):
    pass


class BINARY_DOUBLE(_Type):
    pass


class BINARY_FLOAT(_Type):
    pass


class DATETIME2(_Type):
    pass


class DATETIMEOFFSET(_Type):
    pass


class IMAGE(_Type):
    pass


class LONG(_Type):
    pass


class MONEY(_Type):
    pass


class NCLOB(_Type):
    pass


class NTEXT(_Type):
    pass


class NUMBER(_Type):
    pass


class RAW(_Type):
    pass


class ROWVERSION(_Type):
    pass


class SMALLDATETIME(_Type):
    pass


class SMALLMONEY(_Type):
    pass


class SQL_VARIANT(_Type):
    pass


class TINYINT(_Type):
    pass


class UNIQUEIDENTIFIER(_Type):
    pass


class VARCHAR2(_Type):
    pass


class NVARCHAR2(_Type):
    pass


class XML(_Type):
    pass

//! Types as they stand in DDL (SQLAlchemy's `TypeCompiler`s).

use retort_core::source::DialectKind;

use crate::sql::dialect::Dialect;
use crate::sql::error::{Result, SqlError};
use crate::sql::identifier::{Identifier, qualified, quote};
use crate::sql::types::{DataType, Form, Module};

/// The text of a type.
pub fn type_sql(data_type: &DataType, dialect: Dialect) -> Result<String> {
    let resolved = data_type.resolve(dialect);
    match resolved.class.form {
        Form::Null => Err(SqlError::compile(
            "Can't generate DDL for NullType(); did you forget to specify a type on this Column?",
        )),
        Form::UserDefined => {
            resolved.text.clone().ok_or_else(|| SqlError::unsupported("a type whose text is not known"))
        }
        Form::Pickle => match &resolved.inner {
            Some(inner) => type_sql(inner, dialect),
            None => type_sql(&DataType::generic("LargeBinary"), dialect),
        },
        Form::Vector | Form::Spatial => companion(resolved),
        _ => match dialect.kind {
            DialectKind::Sqlite => sqlite(resolved, dialect),
            DialectKind::Postgres => postgres(resolved, dialect),
            DialectKind::Mysql => mysql(resolved, dialect),
        },
    }
}

fn sized(name: &str, size: Option<i64>) -> String {
    size.map_or_else(|| name.to_owned(), |size| format!("{name}({size})"))
}

fn scaled(name: &str, data_type: &DataType) -> String {
    match (data_type.precision, data_type.scale) {
        (Some(precision), Some(scale)) => format!("{name}({precision}, {scale})"),
        (precision, _) => sized(name, precision),
    }
}

fn string(name: &str, data_type: &DataType, dialect: Dialect) -> String {
    let mut text = sized(name, data_type.length.filter(|length| *length != 0));
    if let Some(collation) = &data_type.collation {
        text.push_str(" COLLATE ");
        text.push_str(&quote(collation, dialect));
    }
    text
}

fn unknown(data_type: &DataType, dialect: Dialect) -> SqlError {
    let name = data_type.class.name;
    SqlError::compile(format!("the {} compiler can't render element of type {name}", dialect.name()))
}

/// What is the same on all dialects that say nothing of their own.
fn generic(data_type: &DataType, dialect: Dialect) -> Result<String> {
    let text = |word: &str| Ok(word.to_owned());
    match data_type.class.form {
        Form::Varchar => Ok(string("VARCHAR", data_type, dialect)),
        Form::Char => Ok(string("CHAR", data_type, dialect)),
        Form::Nvarchar => Ok(string("NVARCHAR", data_type, dialect)),
        Form::Nchar => Ok(string("NCHAR", data_type, dialect)),
        Form::Text => Ok(string("TEXT", data_type, dialect)),
        Form::Clob => text("CLOB"),
        Form::Integer => text("INTEGER"),
        Form::SmallInt => text("SMALLINT"),
        Form::BigInt => text("BIGINT"),
        Form::Numeric => Ok(scaled("NUMERIC", data_type)),
        Form::Decimal => Ok(scaled("DECIMAL", data_type)),
        Form::Float => text("FLOAT"),
        Form::GenericDouble | Form::Double => text("DOUBLE"),
        Form::DoublePrecision => text("DOUBLE PRECISION"),
        Form::Real => text("REAL"),
        Form::Boolean => text("BOOLEAN"),
        Form::Date => text("DATE"),
        Form::GenericDateTime | Form::DateTime | Form::GenericInterval => text("DATETIME"),
        Form::Timestamp => text("TIMESTAMP"),
        Form::Time => text("TIME"),
        Form::LargeBinary | Form::Blob => text("BLOB"),
        Form::Binary => Ok(sized("BINARY", data_type.length)),
        Form::VarBinary => Ok(sized("VARBINARY", data_type.length)),
        Form::Json => text("JSON"),
        Form::Uuid => text("UUID"),
        Form::GenericUuid if data_type.flags.native && dialect.has_uuid() => text("UUID"),
        Form::GenericUuid => text("CHAR(32)"),
        Form::GenericEnum => Ok(enum_as_text(data_type, dialect)),
        _ => Err(unknown(data_type, dialect)),
    }
}

fn enum_as_text(data_type: &DataType, dialect: Dialect) -> String {
    let longest = data_type.values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
    let mut text = data_type.clone();
    text.length = data_type.length.or_else(|| i64::try_from(longest).ok());
    string("VARCHAR", &text, dialect)
}

fn sqlite(data_type: &DataType, dialect: Dialect) -> Result<String> {
    match data_type.class.form {
        Form::Jsonb => Ok("JSONB".to_owned()),
        _ => generic(data_type, dialect),
    }
}

fn postgres(data_type: &DataType, dialect: Dialect) -> Result<String> {
    let zone = if data_type.flags.timezone { "WITH TIME ZONE" } else { "WITHOUT TIME ZONE" };
    let text = |word: &str| Ok(word.to_owned());
    match data_type.class.form {
        Form::Word if data_type.class.module == Module::Postgres => text(data_type.class.name),
        Form::Jsonb => text("JSONB"),
        Form::Float => Ok(sized("FLOAT", data_type.precision.filter(|precision| *precision != 0))),
        Form::GenericDouble => text("DOUBLE PRECISION"),
        Form::GenericDateTime | Form::Timestamp => {
            Ok(format!("{} {zone}", sized("TIMESTAMP", precision_of(data_type))))
        }
        Form::Time => Ok(format!("{} {zone}", sized("TIME", precision_of(data_type)))),
        Form::GenericInterval if data_type.flags.native => Ok(interval(data_type)),
        Form::GenericInterval => text("TIMESTAMP WITHOUT TIME ZONE"),
        Form::Interval => Ok(interval(data_type)),
        Form::Bit if data_type.flags.varying => Ok(sized("BIT VARYING", data_type.length)),
        Form::Bit => Ok(sized("BIT", data_type.length)),
        Form::GenericUuid if data_type.flags.native => text("UUID"),
        Form::LargeBinary => text("BYTEA"),
        Form::Array => array(data_type, dialect),
        Form::GenericEnum if !data_type.flags.native && data_type.class.module == Module::Generic => {
            Ok(enum_as_text(data_type, dialect))
        }
        Form::GenericEnum | Form::MysqlEnum | Form::Domain => named(data_type, dialect),
        _ => generic(data_type, dialect),
    }
}

fn precision_of(data_type: &DataType) -> Option<i64> {
    data_type.precision.filter(|_| data_type.class.module == Module::Postgres)
}

fn interval(data_type: &DataType) -> String {
    let mut text = "INTERVAL".to_owned();
    if let Some(fields) = &data_type.text {
        text = format!("{text} {fields}");
    }
    if let Some(precision) = data_type.precision {
        text = format!("{text} ({precision})");
    }
    text
}

fn array(data_type: &DataType, dialect: Dialect) -> Result<String> {
    let Some(inner) = &data_type.inner else {
        return Err(SqlError::argument("ARRAY without the type of its items"));
    };
    let text = type_sql(inner, dialect)?;
    let brackets = "[]".repeat(data_type.dimensions.and_then(|n| usize::try_from(n).ok()).unwrap_or(1));
    Ok(match text.find(" COLLATE") {
        Some(place) => format!("{}{brackets}{}", &text[..place], &text[place..]),
        None => format!("{text}{brackets}"),
    })
}

/// The name of an enum or domain of PostgreSQL, with its schema.
pub(in crate::sql) fn named(data_type: &DataType, dialect: Dialect) -> Result<String> {
    let Some(name) = &data_type.name else {
        let kind = if data_type.class.module == Module::Generic { "Enum" } else { data_type.class.name };
        return Err(SqlError::compile(format!("PostgreSQL {kind} type requires a name.")));
    };
    Ok(qualified(data_type.schema.as_ref(), name, dialect))
}

fn mysql(data_type: &DataType, dialect: Dialect) -> Result<String> {
    let own = data_type.class.module == Module::Mysql;
    let text = |word: &str| Ok(word.to_owned());
    let integer = |word: &str| Ok(numeric(sized(word, data_type.display_width.filter(|_| own)), data_type));
    let moment = |word: &str| Ok(sized(word, data_type.fsp.filter(|fsp| *fsp != 0)));
    let both = data_type.precision.is_some() && data_type.scale.is_some();
    match data_type.class.form {
        Form::Word if own && data_type.class.name.starts_with("INET") && !dialect.mariadb => {
            Err(unknown(data_type, dialect))
        }
        Form::Word if own => text(data_type.class.name),
        Form::Varchar | Form::Nvarchar => match data_type.length {
            Some(length) => Ok(mysql_string(format!("VARCHAR({length})"), data_type)),
            None => {
                let word = if data_type.class.form == Form::Varchar { "VARCHAR" } else { "NVARCHAR" };
                Err(SqlError::compile(format!("{word} requires a length on dialect mysql")))
            }
        },
        Form::Char | Form::Nchar => Ok(mysql_string(sized("CHAR", data_type.length), data_type)),
        Form::Text => Ok(mysql_string(sized("TEXT", data_type.length), data_type)),
        Form::MysqlText => Ok(mysql_string(data_type.class.name.to_owned(), data_type)),
        Form::Integer => integer("INTEGER"),
        Form::SmallInt => integer("SMALLINT"),
        Form::BigInt => integer("BIGINT"),
        Form::MediumInt => integer("MEDIUMINT"),
        Form::TinyInt => integer("TINYINT"),
        Form::Year => Ok(sized("YEAR", data_type.display_width)),
        Form::Numeric => Ok(numeric(scaled("NUMERIC", data_type), data_type)),
        Form::Decimal => Ok(numeric(scaled("DECIMAL", data_type), data_type)),
        Form::Float => Ok(numeric(scaled("FLOAT", data_type), data_type)),
        Form::GenericDouble | Form::Double if both => Ok(numeric(scaled("DOUBLE", data_type), data_type)),
        Form::GenericDouble | Form::Double => Ok(numeric("DOUBLE".to_owned(), data_type)),
        Form::Real if both => Ok(numeric(scaled("REAL", data_type), data_type)),
        Form::Real => Ok(numeric("REAL".to_owned(), data_type)),
        Form::Boolean => text("BOOL"),
        Form::GenericDateTime | Form::DateTime => moment("DATETIME"),
        Form::Timestamp => moment("TIMESTAMP"),
        Form::Time => moment("TIME"),
        Form::LargeBinary | Form::Blob => Ok(sized("BLOB", data_type.length)),
        Form::MysqlBit | Form::Bit => Ok(sized("BIT", data_type.length)),
        Form::GenericEnum if !data_type.flags.native => {
            Ok(mysql_string(enum_as_text(data_type, dialect), data_type))
        }
        Form::GenericEnum | Form::MysqlEnum => Ok(enumerated("ENUM", data_type)),
        Form::Set => Ok(enumerated("SET", data_type)),
        _ => generic(data_type, dialect),
    }
}

fn numeric(mut text: String, data_type: &DataType) -> String {
    if data_type.flags.unsigned {
        text.push_str(" UNSIGNED");
    }
    if data_type.flags.zerofill {
        text.push_str(" ZEROFILL");
    }
    text
}

fn mysql_string(text: String, data_type: &DataType) -> String {
    let national = data_type.flags.national || matches!(data_type.class.form, Form::Nvarchar | Form::Nchar);
    let mut words = vec![text];
    if national {
        words.insert(0, "NATIONAL".to_owned());
    } else if let Some(charset) = &data_type.charset {
        words.push(format!("CHARACTER SET {charset}"));
    } else if data_type.flags.ascii {
        words.push("ASCII".to_owned());
    } else if data_type.flags.unicode {
        words.push("UNICODE".to_owned());
    }
    if let Some(collation) = &data_type.collation {
        if !words[0].contains(" COLLATE ") {
            words.push(format!("COLLATE {collation}"));
        }
    } else if data_type.flags.binary {
        words.push("BINARY".to_owned());
    }
    words.join(" ")
}

fn enumerated(word: &str, data_type: &DataType) -> String {
    let quoted: Vec<String> = data_type
        .values
        .iter()
        .map(|value| format!("'{}'", value.replace('\'', "''").replace('\\', "\\\\")))
        .collect();
    mysql_string(format!("{word}({})", quoted.join(",")), data_type)
}

fn companion(data_type: &DataType) -> Result<String> {
    let name = data_type.class.name;
    if data_type.class.form == Form::Vector {
        return Ok(sized(name, data_type.length));
    }
    if name == "Raster" {
        return Ok("raster".to_owned());
    }
    let kind = data_type.text.as_deref().unwrap_or("GEOMETRY");
    Ok(format!("{}({kind},{})", name.to_lowercase(), data_type.precision.unwrap_or(-1)))
}

/// The type in a CAST; None is one that MySQL cannot cast to, where SQLAlchemy leaves the CAST out.
pub(super) fn cast_sql(data_type: &DataType, dialect: Dialect) -> Result<Option<String>> {
    if !dialect.is_mysql() {
        return type_sql(data_type, dialect).map(Some);
    }
    let resolved = data_type.resolve(dialect);
    let text = |word: &str| Ok(Some(word.to_owned()));
    match resolved.class.form {
        Form::Integer | Form::SmallInt | Form::BigInt | Form::MediumInt | Form::TinyInt => {
            text(if resolved.flags.unsigned { "UNSIGNED INTEGER" } else { "SIGNED INTEGER" })
        }
        Form::Timestamp => text("DATETIME"),
        Form::Decimal
        | Form::GenericDateTime
        | Form::DateTime
        | Form::Date
        | Form::Time
        | Form::GenericInterval => type_sql(resolved, dialect).map(Some),
        Form::Numeric => type_sql(resolved, dialect).map(|text| Some(text.replace("NUMERIC", "DECIMAL"))),
        Form::Varchar
        | Form::Char
        | Form::Text
        | Form::Nvarchar
        | Form::Nchar
        | Form::Clob
        | Form::MysqlText => {
            let mut char = DataType { length: resolved.length, ..DataType::generic("CHAR") };
            char.charset.clone_from(&resolved.charset);
            char.collation.clone_from(&resolved.collation);
            char.flags.national = resolved.flags.national;
            type_sql(&char, dialect).map(Some)
        }
        Form::LargeBinary | Form::Blob | Form::Binary | Form::VarBinary => text("BINARY"),
        Form::Json => text("JSON"),
        Form::Float | Form::Real | Form::Double | Form::GenericDouble if dialect.casts_to_float() => {
            type_sql(resolved, dialect).map(Some)
        }
        _ => Ok(None),
    }
}

/// The schema of a named type on a table.
pub(in crate::sql) fn schema_of_type(
    data_type: &DataType,
    table: Option<&Identifier>,
    metadata: Option<&Identifier>,
) -> Option<Identifier> {
    match (data_type.flags.inherit_schema, data_type.flags.schema_given) {
        (true, _) => table.cloned(),
        (false, true) => data_type.schema.clone(),
        (false, false) => data_type.schema.clone().or_else(|| metadata.cloned()),
    }
}

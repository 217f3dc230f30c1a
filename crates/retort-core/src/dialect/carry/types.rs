//! What a column's type is on another server, and what is not the same about it.

use super::{Carry, title};
use crate::dialect::Fidelity;
use crate::dialect::words;
use crate::schema::{Column, Domain, ObjectName, SqlType, TypeKind};
use crate::source::DialectKind;

/// A column's type there.
pub(super) struct Held {
    pub(super) text: String,
    /// What must not be false of a value.
    pub(super) check: Option<String>,
    pub(super) collation: Option<&'static str>,
    pub(super) charset: Option<&'static str>,
    /// The labels of a type of its own (PostgreSQL).
    pub(super) labels: Option<Vec<String>>,
    pub(super) note: Option<(Fidelity, String)>,
}

impl Held {
    fn exact(text: impl Into<String>) -> Held {
        Held { text: text.into(), check: None, collation: None, charset: None, labels: None, note: None }
    }

    fn emulated(text: impl Into<String>, message: impl Into<String>) -> Held {
        Held { note: Some((Fidelity::Emulated, message.into())), ..Held::exact(text) }
    }

    fn weakened(text: impl Into<String>, message: impl Into<String>) -> Held {
        Held { note: Some((Fidelity::Weakened, message.into())), ..Held::exact(text) }
    }

    fn check(self, check: String) -> Held {
        Held { check: Some(check), ..self }
    }
}

/// The number in parentheses of a type: `timestamp(3)`.
fn argument(text: &str) -> Option<u32> {
    let inner = text.split_once('(')?.1.split_once(')')?.0;
    inner.split(',').next()?.trim().parse().ok()
}

impl Carry<'_> {
    /// The domain that a column has, and the type below it.
    pub(super) fn domain_of(&self, column: &Column) -> Option<Domain> {
        let TypeKind::Named(name) = column.column_type.kind(self.from()) else { return None };
        let name = words::read_object(&name, self.from());
        self.source.domain(&name).map(|domain| (**domain).clone())
    }

    /// How a column is held. `keyed`: it is part of a key or index.
    pub(super) fn hold(&self, column: &Column, declared: &SqlType, keyed: bool) -> Held {
        let kind = declared.kind(self.from());
        let name = words::quote(&column.name, self.able.dialect);
        if self.to_postgres() {
            self.hold_postgres(&kind, declared, &name)
        } else {
            self.hold_mysql(&kind, declared, &name, keyed)
        }
    }

    fn hold_postgres(&self, kind: &TypeKind, declared: &SqlType, name: &str) -> Held {
        let from_mysql = self.from() == DialectKind::Mysql;
        let digits = argument(declared.text());
        let precision = digits.unwrap_or(if from_mysql { 0 } else { 6 }).min(6);
        match kind {
            TypeKind::Integer { bytes, unsigned, .. } => {
                self.integer_postgres(*bytes, *unsigned, declared, name)
            }
            TypeKind::Decimal { precision: Some(precision), scale } => {
                self.unsigned(Held::exact(format!("numeric({precision}, {scale})")), declared, name)
            }
            TypeKind::Decimal { precision: None, .. } if from_mysql => {
                self.unsigned(Held::exact("numeric(10, 0)"), declared, name)
            }
            TypeKind::Decimal { .. } => Held::exact("numeric"),
            TypeKind::Real => {
                let single = from_mysql && declared.text().to_ascii_lowercase().starts_with("float");
                self.unsigned(Held::exact(if single { "real" } else { "double precision" }), declared, name)
            }
            TypeKind::Boolean if from_mysql => {
                Held::weakened("boolean", "boolean: MySQL's tinyint(1) holds other numbers than 0 and 1 too")
            }
            TypeKind::Boolean => Held::emulated("boolean", "boolean: SQLite holds any value"),
            TypeKind::Text { length, fixed } => self.text_postgres(*length, *fixed, declared),
            TypeKind::Blob { length: Some(length) } if from_mysql => {
                let padding = if declared.text().to_ascii_lowercase().starts_with("binary") {
                    "; it is not filled up with zero bytes"
                } else {
                    ""
                };
                Held::emulated("bytea", format!("bytea with a check of its length{padding}"))
                    .check(format!("octet_length({name}) <= {length}"))
            }
            TypeKind::Blob { .. } => Held::exact("bytea"),
            TypeKind::Date => Held::exact("date"),
            TypeKind::Time if from_mysql => Held::weakened(
                format!("time({precision})"),
                "time of a day: MySQL's holds spans up to 838 hours",
            ),
            TypeKind::Time => Held::exact("time"),
            TypeKind::Timestamp { zone } => Held::exact(match (zone, from_mysql) {
                (true, true) => format!("timestamp({precision}) with time zone"),
                (false, true) => format!("timestamp({precision})"),
                (true, false) => "timestamp with time zone".to_owned(),
                (false, false) => "timestamp".to_owned(),
            }),
            TypeKind::Json { .. } => Held::emulated("jsonb", "jsonb, which orders keys in its own way"),
            TypeKind::Uuid => Held::exact("uuid"),
            TypeKind::Interval => Held::exact("interval"),
            TypeKind::Enum(labels) => Held {
                labels: Some(labels.clone()),
                ..Held::emulated(
                    String::new(),
                    "a type of its own holds the labels; numbers for labels are refused",
                )
            },
            TypeKind::Set(members) => {
                let list: Vec<String> =
                    members.iter().map(|member| words::text(member, DialectKind::Postgres)).collect();
                let check = format!("string_to_array({name}, ',') <@ ARRAY[{}]::text[]", list.join(", "));
                Held::emulated(
                    "text",
                    "text with a check of its members, whose order and repetition is kept as given",
                )
                .check(check)
            }
            TypeKind::None => {
                Held::weakened("text", "text: SQLite holds any value in a column without a type")
            }
            TypeKind::Named(special) => named_postgres(special, declared),
            TypeKind::Array(_) => Held::weakened("text", "text"),
        }
    }

    fn unsigned(&self, held: Held, declared: &SqlType, name: &str) -> Held {
        if !declared.text().to_ascii_lowercase().contains("unsigned") {
            return held;
        }
        Held {
            note: Some((Fidelity::Emulated, format!("{} with a check that it is not negative", held.text))),
            ..held
        }
        .check(format!("{name} >= 0"))
    }

    fn integer_postgres(&self, bytes: u8, unsigned: bool, declared: &SqlType, name: &str) -> Held {
        if self.from() == DialectKind::Sqlite {
            return Held::emulated("bigint", "bigint: SQLite holds any value, whole numbers of 8 bytes");
        }
        if declared.text().to_ascii_lowercase().starts_with("year") {
            return Held::emulated("smallint", "smallint with a check of its range")
                .check(format!("{name} = 0 OR {name} BETWEEN 1901 AND 2155"));
        }
        let range = |low: &str, high: &str| format!("{name} BETWEEN {low} AND {high}");
        let checked = |text: &str, low: &str, high: &str| {
            Held::emulated(text, format!("{text} with a check of its range")).check(range(low, high))
        };
        match (bytes, unsigned) {
            (1, false) => checked("smallint", "-128", "127"),
            (1, true) => checked("smallint", "0", "255"),
            (2, false) => Held::exact("smallint"),
            (2, true) => checked("integer", "0", "65535"),
            (3, false) => checked("integer", "-8388608", "8388607"),
            (3, true) => checked("integer", "0", "16777215"),
            (4, false) => Held::exact("integer"),
            (4, true) => checked("bigint", "0", "4294967295"),
            (_, true) => checked("numeric(20, 0)", "0", "18446744073709551615"),
            (_, false) => Held::exact("bigint"),
        }
    }

    fn text_postgres(&self, length: Option<u32>, fixed: bool, declared: &SqlType) -> Held {
        let lower = declared.text().to_ascii_lowercase();
        match (self.from(), length) {
            (DialectKind::Sqlite, Some(length)) => Held::emulated(
                format!("{}({length})", if fixed { "char" } else { "varchar" }),
                "longer texts are refused; SQLite takes them",
            ),
            (_, Some(length)) => Held::exact(format!("{}({length})", if fixed { "char" } else { "varchar" })),
            (DialectKind::Mysql, None) if !lower.starts_with("long") => {
                Held::emulated("text", "text, which may be longer than there")
            }
            (_, None) => Held::exact("text"),
        }
    }

    fn hold_mysql(&self, kind: &TypeKind, declared: &SqlType, name: &str, keyed: bool) -> Held {
        let from_postgres = self.from() == DialectKind::Postgres;
        let digits = argument(declared.text()).unwrap_or(6).min(6);
        match kind {
            TypeKind::Integer { .. } if !from_postgres => {
                Held::emulated("bigint", "bigint: SQLite holds any value, whole numbers of 8 bytes")
            }
            TypeKind::Integer { bytes: 2, .. } => Held::exact("smallint"),
            TypeKind::Integer { bytes: 8, .. } => Held::exact("bigint"),
            TypeKind::Integer { .. } => Held::exact("int"),
            TypeKind::Decimal { precision: Some(precision), scale } if *precision <= 65 && *scale <= 30 => {
                Held::exact(format!("decimal({precision}, {scale})"))
            }
            TypeKind::Decimal { .. } => {
                Held::weakened("decimal(65, 30)", "at most 35 digits before the point and 30 after it")
            }
            TypeKind::Real => {
                let single = matches!(declared.text().to_ascii_lowercase().as_str(), "real" | "float4")
                    && from_postgres;
                let text = if single { "float" } else { "double" };
                Held::emulated(text, format!("{text}: NaN and infinity are refused"))
            }
            TypeKind::Boolean => Held::emulated("tinyint(1)", "tinyint(1) with a check for 0 and 1")
                .check(format!("{name} IN (0, 1)")),
            TypeKind::Text { length, fixed } => self.text_mysql(*length, *fixed, declared, keyed),
            TypeKind::Blob { .. } if keyed => {
                Held::weakened("varbinary(255)", "varbinary(255): only so many bytes can be a key")
            }
            TypeKind::Blob { .. } => Held::exact("longblob"),
            TypeKind::Date => Held::emulated("date", "the years 1000 to 9999; no infinity"),
            TypeKind::Time => Held::emulated(
                format!("time({digits})"),
                "a time of more than a day is not refused; time zones are lost",
            ),
            TypeKind::Timestamp { zone: true } => {
                Held::weakened(format!("timestamp({digits})"), "an instant, between 1970 and 2038 only")
            }
            TypeKind::Timestamp { zone: false } => {
                Held::emulated(format!("datetime({digits})"), "the years 1000 to 9999; no infinity")
            }
            TypeKind::Interval => {
                Held::weakened("varchar(64)", "kept as text: there is no arithmetic with it")
            }
            TypeKind::Uuid if self.able.uuid => Held::exact("uuid"),
            TypeKind::Uuid => Held {
                collation: Some("ascii_general_ci"),
                charset: Some("ascii"),
                ..Held::emulated("char(36)", "text of 36 characters with a check of its form")
            }
            .check(format!("{name} REGEXP '^[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}$'")),
            TypeKind::Json { binary } => {
                let message = if *binary {
                    "json; repeated keys and their order may differ"
                } else {
                    "json, whose text is not kept as given"
                };
                Held::emulated("json", message)
            }
            TypeKind::Array(_) => Held::weakened(
                "json",
                "a JSON array: its items are not checked, and array literals are refused",
            ),
            TypeKind::Enum(labels) => enum_mysql(labels),
            TypeKind::Set(_) | TypeKind::None => Held::weakened(
                if keyed { "varchar(255)" } else { "longtext" },
                "text: SQLite holds any value in a column without a type",
            ),
            TypeKind::Named(special) => self.named_mysql(special, declared, keyed),
        }
    }

    fn text_mysql(&self, length: Option<u32>, fixed: bool, declared: &SqlType, keyed: bool) -> Held {
        let stricter = self.from() == DialectKind::Sqlite;
        let ci = declared.text().eq_ignore_ascii_case("citext");
        let mut held = match length {
            Some(length) if fixed && length <= 255 => Held::exact(format!("char({length})")),
            Some(length) if length <= 16_383 => Held::exact(format!("varchar({length})")),
            _ if keyed => Held::weakened(
                "varchar(255)",
                "longer texts are refused: only so many characters can be a key",
            ),
            _ => Held::exact("longtext"),
        };
        if stricter && length.is_some() {
            held.note = Some((Fidelity::Emulated, "longer texts are refused; SQLite takes them".to_owned()));
        }
        if ci {
            held.collation = Some("utf8mb4_general_ci");
            held.note = Some((Fidelity::Emulated, "compared without case by its collation".to_owned()));
        }
        held
    }

    fn named_mysql(&self, special: &str, declared: &SqlType, keyed: bool) -> Held {
        let object = words::read_object(special, self.from());
        if let Some(held) = self.source.enum_type(&object) {
            return enum_mysql(&held.labels);
        }
        if self.source.composite(&object).is_some() {
            return Held::weakened("json", "a JSON object, which is not checked against the composite type");
        }
        let as_text = |text: &str| {
            Held::weakened(
                text,
                format!("kept as text: {} does not know the type, so nothing is checked", title(self.able)),
            )
        };
        match special {
            "inet" | "cidr" => as_text("varchar(43)"),
            "macaddr" | "macaddr8" => as_text("varchar(23)"),
            "money" => Held::weakened("decimal(19, 2)", "a number of two decimals"),
            "oid" => Held::exact("int unsigned"),
            "hstore" => Held::weakened("json", "a JSON object"),
            _ if special.starts_with("bit") && !special.contains("varying") => {
                let length = argument(declared.text()).unwrap_or(1);
                if length <= 64 { Held::exact(format!("bit({length})")) } else { as_text("longtext") }
            }
            _ if special.starts_with("vector") => {
                Held::weakened("json", "a JSON array: distances cannot be asked for")
            }
            _ if keyed || special.ends_with("range") => as_text("varchar(255)"),
            _ => as_text("longtext"),
        }
    }

    /// The type of a column's labels is named after both.
    pub(super) fn enum_name(&self, column: &Column) -> ObjectName {
        let own = &self.table.name;
        let name = super::shorten(format!("{}_{}", own.name, column.name), DialectKind::Postgres);
        ObjectName { schema: own.schema.clone(), name: name.into() }
    }
}

fn enum_mysql(labels: &[String]) -> Held {
    let list: Vec<String> = labels.iter().map(|label| words::text(label, DialectKind::Mysql)).collect();
    Held::emulated(format!("enum({})", list.join(", ")), "ENUM of the column: numbers stand for labels, too")
}

fn named_postgres(special: &str, declared: &SqlType) -> Held {
    match special {
        "bit" => Held::exact(format!("bit({})", argument(declared.text()).unwrap_or(1))),
        "inet4" | "inet6" => Held::exact("inet"),
        _ => Held::weakened("text", "kept as text: PostgreSQL does not know the type, so nothing is checked"),
    }
}

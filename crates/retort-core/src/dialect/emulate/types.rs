//! What a column's type becomes: SQLite's type, the check that keeps wrong values out, and what is lost.

use std::borrow::Cow;

use super::Emulation;
use crate::dialect::Fidelity;
use crate::dialect::sqlite::quote;
use crate::schema::{Column, ObjectName, TypeKind};
use crate::token::{lowercase, text_literal};

/// How a column is stored.
pub(super) struct Stored {
    pub(super) type_name: &'static str,
    /// Fails for values that the source would refuse; lets NULL through.
    pub(super) check: Option<String>,
    pub(super) collation: Option<&'static str>,
    pub(super) note: Option<(&'static str, Fidelity, Cow<'static, str>)>,
}

impl Stored {
    fn exact(type_name: &'static str) -> Stored {
        Stored { type_name, check: None, collation: None, note: None }
    }

    fn emulated(type_name: &'static str, check: String, message: impl Into<Cow<'static, str>>) -> Stored {
        let note = Some(("dialect/type-emulated", Fidelity::Emulated, message.into()));
        Stored { type_name, check: Some(check), collation: None, note }
    }

    fn weakened(type_name: &'static str, message: impl Into<Cow<'static, str>>) -> Stored {
        let note = Some(("dialect/type-approximated", Fidelity::Weakened, message.into()));
        Stored { type_name, check: None, collation: None, note }
    }
}

/// How a column of that type is stored; `numbered_key` for the sole key that numbers itself.
pub(super) fn store(
    emulation: &Emulation<'_>,
    column: &Column,
    kind: &TypeKind,
    numbered_key: bool,
) -> Stored {
    let name = quote(&column.name);
    // NULL must pass; a check on typeof() would refuse it.
    let or_null =
        |check: String| if column.nullable { [&*name, " IS NULL OR (", &check, ")"].concat() } else { check };
    // INTEGER PRIMARY KEY would number itself; INT does not (sqlite.org/lang_createtable.html, 5).
    let whole = if emulation.is_key(column) && !numbered_key { "INT" } else { "INTEGER" };
    match kind {
        TypeKind::Integer { bytes, unsigned, .. } => integer(whole, &name, *bytes, *unsigned, or_null),
        TypeKind::Decimal { precision, scale } => {
            let mut stored = Stored::weakened(
                "NUMERIC",
                "kept as a binary number: no rounding to the scale, exact to 15 digits",
            );
            let digits = precision.map(|precision| precision.saturating_sub(*scale)).filter(|n| *n <= 15);
            let bound = digits.map_or_else(String::new, |n| format!(" AND abs({name}) < {}", 10i64.pow(n)));
            let unsigned = column.column_type.text().to_ascii_lowercase().contains("unsigned");
            let sign = if unsigned { format!(" AND {name} >= 0") } else { String::new() };
            stored.check = Some(or_null(format!("typeof({name}) IN ('integer', 'real'){bound}{sign}")));
            stored
        }
        TypeKind::Real => Stored::emulated(
            "REAL",
            or_null(format!("typeof({name}) = 'real'")),
            "REAL with a check that it is a number",
        ),
        // MySQL's BOOLEAN is TINYINT(1) and takes every number of a byte (MySQL 8.4, 13.1.1).
        TypeKind::Boolean if emulation.is_mysql() => integer(whole, &name, 1, false, or_null),
        TypeKind::Boolean => {
            Stored::emulated("INTEGER", format!("{name} IN (0, 1)"), "INTEGER with a check for 0 and 1")
        }
        TypeKind::Text { length, fixed } => text(emulation, column, &name, *length, *fixed),
        TypeKind::Blob { length: None } => Stored::exact("BLOB"),
        TypeKind::Blob { length: Some(length) } => {
            Stored::emulated("BLOB", format!("length({name}) <= {length}"), "BLOB with a check of its length")
        }
        TypeKind::Date => day(emulation, &name, 10, "TEXT in the form YYYY-MM-DD"),
        TypeKind::Timestamp { zone } => {
            let utc = if *zone { ", in UTC" } else { "" };
            // Up to the minutes: what SQLite reads of seconds and offsets is less than servers take.
            day(emulation, &name, 16, format!("TEXT in the form YYYY-MM-DD HH:MM:SS{utc}"))
        }
        TypeKind::Time => Stored::emulated(
            "TEXT",
            format!("time({name}) IS NOT NULL OR {name} IS NULL"),
            "TEXT in the form HH:MM:SS",
        ),
        TypeKind::Interval => Stored::weakened("TEXT", "kept as text: there is no arithmetic with it"),
        TypeKind::Uuid => {
            let check = format!("length({name}) = 36 AND {name} NOT GLOB '*[^0-9a-fA-F-]*'");
            Stored {
                collation: Some("NOCASE"),
                ..Stored::emulated("TEXT", check, "TEXT of 36 characters with a check of its form")
            }
        }
        TypeKind::Json { binary } => {
            let keys = if *binary { "; the order of keys and repeated keys are kept as given" } else { "" };
            Stored::emulated(
                "TEXT",
                format!("json_valid({name})"),
                format!("TEXT with a check that it is JSON{keys}"),
            )
        }
        TypeKind::Enum(labels) => labelled(&name, labels, emulation.is_mysql()),
        TypeKind::Set(members) => set(&name, members),
        TypeKind::Array(_) => {
            let check = format!("json_valid({name}) AND json_type({name}) = 'array'");
            Stored::emulated("TEXT", or_null(check), "a JSON array; the type of its items is not checked")
        }
        TypeKind::None => Stored::exact(""),
        TypeKind::Named(type_name) => named(emulation, column, &name, type_name),
    }
}

fn integer(
    type_name: &'static str,
    name: &str,
    bytes: u8,
    unsigned: bool,
    or_null: impl Fn(String) -> String,
) -> Stored {
    let range = match (unsigned, bytes) {
        (false, 1) => "-128 AND 127",
        (false, 2) => "-32768 AND 32767",
        (false, 3) => "-8388608 AND 8388607",
        (false, 4) => "-2147483648 AND 2147483647",
        (true, 1) => "0 AND 255",
        (true, 2) => "0 AND 65535",
        (true, 3) => "0 AND 16777215",
        (true, 4) => "0 AND 4294967295",
        _ => "",
    };
    let mut check = ["typeof(", name, ") = 'integer'"].concat();
    match range {
        "" if unsigned => check.extend([" AND ", name, " >= 0"]),
        "" => {}
        range => check.extend([" AND ", name, " BETWEEN ", range]),
    }
    let message = match (type_name, range) {
        ("INT", "") => "INT with a check that it is a whole number",
        ("INT", _) => "INT with a check of its range",
        (_, "") => "INTEGER with a check that it is a whole number",
        (_, _) => "INTEGER with a check of its range",
    };
    Stored::emulated(type_name, or_null(check), message)
}

/// A text that begins like a date and is one, as far as it is `read`: 30 February becomes 1 March in SQLite, and what
/// is no date becomes NULL. MySQL's zero date stands in dumps: its server takes it unless `NO_ZERO_DATE` is set.
fn day(emulation: &Emulation<'_>, name: &str, read: u8, message: impl Into<Cow<'static, str>>) -> Stored {
    let zero = if emulation.is_mysql() { format!(" OR {name} GLOB '0000-00-00*'") } else { String::new() };
    let check = format!(
        "{name} IS NULL OR date(substr({name}, 1, {read}), '+0 days') IS substr({name}, 1, 10){zero}"
    );
    Stored::emulated("TEXT", check, message)
}

fn text(emulation: &Emulation<'_>, column: &Column, name: &str, length: Option<u32>, fixed: bool) -> Stored {
    let mut stored = match length {
        Some(length) => {
            let padding = if fixed { "; it is not padded with blanks" } else { "" };
            let message = format!("TEXT with a check of its length{padding}");
            Stored::emulated("TEXT", format!("length({name}) <= {length}"), message)
        }
        None => Stored::exact("TEXT"),
    };
    let is_citext = column.column_type.text().eq_ignore_ascii_case("citext");
    if (emulation.is_mysql() && !is_binary(emulation, column)) || is_citext {
        stored.collation = Some("NOCASE");
        let kept = stored.note.map_or(Cow::Borrowed("TEXT"), |(_, _, message)| message);
        let message = format!("{kept}; compared without case, for ASCII letters only");
        stored.note = Some(("dialect/collation", Fidelity::Weakened, message.into()));
    }
    stored
}

/// MySQL compares texts without case unless the collation says otherwise (MySQL 8.4, 12.8).
fn is_binary(emulation: &Emulation<'_>, column: &Column) -> bool {
    let is = |name: &str| {
        let name = lowercase(name);
        name.ends_with("_bin") || name.ends_with("_cs") || name == "binary"
    };
    match column.collation.as_deref() {
        None | Some("") => {
            emulation.from.options.get("COLLATE").is_some_and(|of_table| is(of_table))
                || lowercase(column.column_type.text()).ends_with(" binary")
        }
        Some(own) => is(own),
    }
}

fn labelled(name: &str, labels: &[String], without_case: bool) -> Stored {
    let list: Vec<String> = labels.iter().map(|label| text_literal(label)).collect();
    let check = format!("{name} IN ({})", list.join(", "));
    let stored = if labels.is_sorted() {
        Stored::emulated("TEXT", check, "TEXT with a check of its labels")
    } else {
        let message = "TEXT with a check of its labels; it sorts by letters, not by the order of the labels";
        Stored { check: Some(check), ..Stored::weakened("TEXT", message) }
    };
    Stored { collation: without_case.then_some("NOCASE"), ..stored }
}

/// Taking every member out of `,a,b,` must leave nothing.
fn set(name: &str, members: &[String]) -> Stored {
    let lower = |text: &str| text.to_lowercase().replace('\'', "''");
    let left = members.iter().fold(format!("',' || lower({name}) || ','"), |text, member| {
        format!("replace({text}, ',{},', ',')", lower(member))
    });
    let check = format!("{name} IS NULL OR {name} = '' OR {left} = ','");
    let message =
        "TEXT with a check of its members; they stay in the order and spelling in which they are given";
    let note = Some(("dialect/type-approximated", Fidelity::Weakened, message.into()));
    Stored { type_name: "TEXT", check: Some(check), collation: Some("NOCASE"), note }
}

/// The name of a type, as it stands in [`TypeKind::Named`].
pub(super) fn type_name(name: &str) -> ObjectName {
    match name.split_once('.') {
        Some((schema, own)) => ObjectName::qualified(schema, own),
        None => ObjectName::bare(name),
    }
}

fn named(emulation: &Emulation<'_>, column: &Column, name: &str, named: &str) -> Stored {
    let object = type_name(named);
    if let Some(enum_type) = emulation.source.enum_type(&object) {
        return labelled(name, &enum_type.labels, false);
    }
    if emulation.source.composite(&object).is_some() {
        return Stored::weakened("TEXT", "kept as text: its attributes are not checked");
    }
    if object.name.as_ref() == "vector" {
        return vector(column, name);
    }
    Stored::weakened("TEXT", "kept as text: SQLite does not know the type, so nothing is checked")
}

/// pgvector's `vector(3)`, as a JSON array of so many items; its operators are not there.
fn vector(column: &Column, name: &str) -> Stored {
    let dimensions =
        column.column_type.text().split(['(', ')']).nth(1).and_then(|n| n.trim().parse::<u32>().ok());
    let mut stored =
        Stored::weakened("TEXT", "kept as JSON, with a check of its length; there are no distances");
    let length = dimensions.map_or_else(String::new, |n| format!(" AND json_array_length({name}) = {n}"));
    stored.check =
        Some(format!("{name} IS NULL OR (json_valid({name}) AND json_type({name}) = 'array'{length})"));
    stored
}

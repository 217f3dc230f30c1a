//! What a column's type becomes: SQLite's type, the check that keeps wrong values out, and what is lost.

use super::Emulation;
use super::number::numbering;
use crate::dialect::Fidelity;
use crate::dialect::sqlite::quote;
use crate::schema::{Column, ObjectName, TypeKind};
use crate::token::text_literal;

/// How a column is stored.
pub(super) struct Stored {
    pub(super) type_name: &'static str,
    /// Fails for values that the source would refuse; lets NULL through.
    pub(super) check: Option<String>,
    pub(super) collation: Option<&'static str>,
    pub(super) note: Option<(&'static str, Fidelity, String)>,
}

impl Stored {
    fn exact(type_name: &'static str) -> Stored {
        Stored { type_name, check: None, collation: None, note: None }
    }

    fn emulated(type_name: &'static str, check: String, message: impl Into<String>) -> Stored {
        let note = Some(("dialect/type-emulated", Fidelity::Emulated, message.into()));
        Stored { type_name, check: Some(check), collation: None, note }
    }

    fn weakened(type_name: &'static str, message: impl Into<String>) -> Stored {
        let note = Some(("dialect/type-approximated", Fidelity::Weakened, message.into()));
        Stored { type_name, check: None, collation: None, note }
    }
}

/// How a column of that type is stored.
pub(super) fn store(emulation: &Emulation<'_>, column: &Column, kind: &TypeKind) -> Stored {
    let name = quote(&column.name);
    // NULL must pass; a check on typeof() would refuse it.
    let or_null =
        |check: String| if column.nullable { format!("{name} IS NULL OR ({check})") } else { check };
    match kind {
        TypeKind::Integer { bytes, unsigned, .. } => integer(emulation, column, *bytes, *unsigned, or_null),
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
        TypeKind::Boolean if emulation.is_mysql() => integer(emulation, column, 1, false, or_null),
        TypeKind::Boolean => {
            Stored::emulated("INTEGER", format!("{name} IN (0, 1)"), "INTEGER with a check for 0 and 1")
        }
        TypeKind::Text { length, fixed } => text(emulation, column, *length, *fixed),
        TypeKind::Blob { length: None } => Stored::exact("BLOB"),
        TypeKind::Blob { length: Some(length) } => {
            Stored::emulated("BLOB", format!("length({name}) <= {length}"), "BLOB with a check of its length")
        }
        TypeKind::Date => day(&name, "", "TEXT in the form YYYY-MM-DD"),
        TypeKind::Timestamp { zone } => {
            let utc = if *zone { ", in UTC" } else { "" };
            // Up to the minutes: what SQLite reads of seconds and offsets is less than servers take.
            let clock = format!(" AND datetime(substr({name}, 1, 16)) IS NOT NULL");
            day(&name, &clock, &format!("TEXT in the form YYYY-MM-DD HH:MM:SS{utc}"))
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
    emulation: &Emulation<'_>,
    column: &Column,
    bytes: u8,
    unsigned: bool,
    or_null: impl Fn(String) -> String,
) -> Stored {
    let name = quote(&column.name);
    let bits = u32::from(bytes) * 8;
    let (low, high) = match (unsigned, bits) {
        (true, 64) => ("0".to_owned(), None),
        (true, bits) => ("0".to_owned(), Some(((1u64 << bits) - 1).to_string())),
        (false, 64) => (i64::MIN.to_string(), None),
        (false, bits) => ((-(1i64 << (bits - 1))).to_string(), Some(((1i64 << (bits - 1)) - 1).to_string())),
    };
    let range = match (&high, unsigned) {
        (Some(high), _) => format!(" AND {name} BETWEEN {low} AND {high}"),
        (None, true) => format!(" AND {name} >= 0"),
        (None, false) => String::new(),
    };
    let numbered = numbering(emulation.source, emulation.from, column).is_some_and(|held| held.is_key);
    // INTEGER PRIMARY KEY would number itself; INT does not (sqlite.org/lang_createtable.html, 5).
    let type_name = if emulation.is_key(column) && !numbered { "INT" } else { "INTEGER" };
    let words = if high.is_some() { "a check of its range" } else { "a check that it is a whole number" };
    Stored::emulated(
        type_name,
        or_null(format!("typeof({name}) = 'integer'{range}")),
        format!("{type_name} with {words}"),
    )
}

/// A text that begins like a date and is one (30 February becomes 1 March in SQLite, and so is found out); the
/// time and the offset of a time zone may follow.
fn day(name: &str, clock: &str, message: &str) -> Stored {
    let check = format!(
        "{name} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(substr({name}, 1, 10), '+0 days') = substr({name}, 1, 10){clock}"
    );
    Stored::emulated("TEXT", format!("{name} IS NULL OR ({check})"), message)
}

fn text(emulation: &Emulation<'_>, column: &Column, length: Option<u32>, fixed: bool) -> Stored {
    let name = quote(&column.name);
    let mut stored = match length {
        Some(length) => {
            let padding = if fixed { "; it is not padded with blanks" } else { "" };
            let message = format!("TEXT with a check of its length{padding}");
            Stored::emulated("TEXT", format!("length({name}) <= {length}"), message)
        }
        None => Stored::exact("TEXT"),
    };
    let declared = column.column_type.text().to_ascii_lowercase();
    if (emulation.is_mysql() && !is_binary(emulation, column)) || declared == "citext" {
        stored.collation = Some("NOCASE");
        let kept = stored.note.map_or_else(|| "TEXT".to_owned(), |(_, _, message)| message);
        let message = format!("{kept}; compared without case, for ASCII letters only");
        stored.note = Some(("dialect/collation", Fidelity::Weakened, message));
    }
    stored
}

/// MySQL compares texts without case unless the collation says otherwise (MySQL 8.4, 12.8).
fn is_binary(emulation: &Emulation<'_>, column: &Column) -> bool {
    let ends = |name: &str| name.ends_with("_bin") || name.ends_with("_cs") || name == "binary";
    let own = column.collation.clone().unwrap_or_default().to_ascii_lowercase();
    let declared = column.column_type.text().to_ascii_lowercase();
    let of_table = emulation.from.options.get("COLLATE").cloned().unwrap_or_default().to_ascii_lowercase();
    if own.is_empty() { ends(&of_table) || declared.ends_with(" binary") } else { ends(&own) }
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
    let note = Some(("dialect/type-approximated", Fidelity::Weakened, message.to_owned()));
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

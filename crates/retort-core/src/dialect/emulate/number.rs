//! Columns that number themselves.
//!
//! A sole key is AUTOINCREMENT. Any other column is given a marker (the least number of its type) that a trigger
//! replaces by the next number of `_retort_seq`: so NOT NULL holds, and the file works in every program.

use super::{Emulation, SQLITE, flat};
use crate::dialect::Fidelity;
use crate::dialect::sqlite::{quote, table_name};
use crate::dialect::words::read_object;
use crate::schema::{
    Column, Expression, Identity, IdentityKind, ObjectName, PrimaryKey, Schema, SqlType, Table, TypeKind,
    same_word,
};
use crate::source::DialectKind;
use crate::token;

/// The table that holds the counters: name, last number, step.
pub(in crate::dialect) const TABLE: &str = "_retort_seq";

/// Where a column's numbers come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::dialect) struct Numbering {
    /// The column.
    pub(in crate::dialect) column: String,
    /// The sequence, as it is called in `_retort_seq`.
    pub(in crate::dialect) sequence: String,
    /// First number.
    pub(in crate::dialect) start: i64,
    /// Step.
    pub(in crate::dialect) increment: i64,
    /// It is the sole key, which SQLite numbers by itself.
    pub(in crate::dialect) is_key: bool,
}

/// `CREATE TABLE _retort_seq`, as a table.
pub(in crate::dialect) fn counters() -> Table {
    let mut table = Table::new(ObjectName::bare(TABLE));
    let column = |name: &str, type_name: &str| Column::new(name, SqlType::new(type_name));
    table.columns = vec![column("name", "TEXT"), column("last", "INTEGER"), column("inc", "INTEGER")];
    table.primary_key = Some(PrimaryKey::new(None, vec!["name".to_owned()]));
    table
}

/// How a column numbers itself: as identity, serial, `AUTO_INCREMENT`, or by `DEFAULT nextval('s')`.
pub(in crate::dialect) fn numbering(source: &Schema, table: &Table, column: &Column) -> Option<Numbering> {
    let dialect = source.dialect;
    let key = table.primary_key.as_ref();
    let is_key = key
        .is_some_and(|key| matches!(key.columns.as_slice(), [one] if same_word(one, &column.name, dialect)));
    if let Some(identity) = &column.identity {
        let of_table = table.options.get("AUTO_INCREMENT").and_then(|start| start.parse().ok());
        return Some(Numbering {
            sequence: flat(&table.name.sequence_of(&column.name)).to_string(),
            column: column.name.clone(),
            start: identity.start.or(of_table).unwrap_or(1),
            increment: identity.increment.unwrap_or(1),
            is_key,
        });
    }
    let default = column.default.as_ref()?;
    if !matches!(column.column_type.kind(dialect), TypeKind::Integer { .. }) {
        return None;
    }
    let sequence = sequence_in(default, dialect)?;
    let known = source.sequence(&sequence);
    Some(Numbering {
        column: column.name.clone(),
        sequence: flat(&sequence).to_string(),
        start: known.and_then(|held| held.start).unwrap_or(1),
        increment: known.and_then(|held| held.increment).unwrap_or(1),
        is_key,
    })
}

/// The sequence in `nextval('s'::regclass)`, when the expression is nothing else.
pub(in crate::dialect) fn sequence_in(default: &Expression, dialect: DialectKind) -> Option<ObjectName> {
    let text = default.text();
    let tokens = token::tokens(text, dialect);
    let mut words = tokens
        .iter()
        .map(|token| token.text(text))
        .skip_while(|word| word.eq_ignore_ascii_case("pg_catalog") || *word == ".");
    if !words.next()?.eq_ignore_ascii_case("nextval") || words.next()? != "(" {
        return None;
    }
    let name = token::string_value(words.next()?, dialect)?;
    let rest: Vec<&str> = words.collect();
    matches!(rest.as_slice(), [")"] | ["::", "regclass", ")"]).then(|| read_object(&name, dialect))
}

impl Emulation<'_> {
    /// Makes a column number itself.
    pub(super) fn number(&mut self, column: &Column, new: &mut Column, numbering: Numbering) {
        if numbering.is_key {
            self.key(column, new, &numbering);
        } else {
            self.counter(column, new, &numbering);
        }
        if column.identity.as_ref().is_some_and(|identity| identity.kind == IdentityKind::Always) {
            // BEFORE INSERT sees -1 for a rowid that was not given: undefined by the documentation, measured on
            // 3.40, 3.53 and 3.54.
            let omitted = if numbering.is_key { -1 } else { self.marker(column) };
            self.refuse_given(column, omitted);
        }
        self.done.numberings.push(numbering);
    }

    fn key(&mut self, column: &Column, new: &mut Column, numbering: &Numbering) {
        new.identity = Some(Identity::new(IdentityKind::Auto));
        self.note(
            "dialect/identity",
            Fidelity::Emulated,
            format!("`{}` numbers itself by AUTOINCREMENT; ids given by hand move the counter", column.name),
        );
        if numbering.increment != 1 {
            let message = format!("`{}` counts in steps of 1 here", column.name);
            self.note("dialect/identity-options", Fidelity::Weakened, message);
        }
    }

    /// The least number of the column's type.
    fn marker(&self, column: &Column) -> i64 {
        match column.column_type.kind(self.source.dialect) {
            TypeKind::Integer { unsigned: true, .. } => 0,
            TypeKind::Integer { bytes, .. } if bytes < 8 => -(1i64 << (u32::from(bytes) * 8 - 1)),
            _ => i64::MIN + 1,
        }
    }

    fn counter(&mut self, column: &Column, new: &mut Column, numbering: &Numbering) {
        let table = flat(&self.from.name);
        let marker = self.marker(column);
        let (own, quoted) = (quote(&column.name), table_name(&table));
        let sequence = token::text_literal(&numbering.sequence);
        let next = format!(
            "UPDATE {TABLE} SET last = last + inc WHERE name = {sequence}; \
             UPDATE {quoted} SET {own} = (SELECT last FROM {TABLE} WHERE name = {sequence}) WHERE rowid = NEW.rowid;"
        );
        let when = if self.is_mysql() {
            // MySQL numbers a row whose value is NULL or 0, and follows numbers that are given.
            new.nullable = true;
            self.note(
                "dialect/identity-null",
                Fidelity::Weakened,
                format!("an UPDATE that sets `{}` to NULL is not refused", column.name),
            );
            let name = ObjectName::bare(format!("_retort_{table}_{}_given", column.name));
            let definition = format!(
                "CREATE TRIGGER {} AFTER INSERT ON {quoted} WHEN NEW.{own} > (SELECT last FROM {TABLE} WHERE name = {sequence}) BEGIN UPDATE {TABLE} SET last = NEW.{own} WHERE name = {sequence}; END",
                table_name(&name),
            );
            self.trigger(name, table.clone(), &definition);
            format!("coalesce(NEW.{own}, 0) = 0")
        } else {
            new.default = Some(Expression::verbatim(&marker.to_string(), SQLITE));
            format!("NEW.{own} = {marker}")
        };
        let name = ObjectName::bare(format!("_retort_{table}_{}_number", column.name));
        let definition = format!(
            "CREATE TRIGGER {} AFTER INSERT ON {quoted} WHEN {when} BEGIN {next} END",
            table_name(&name),
        );
        self.trigger(name, table, &definition);
        let message = format!(
            "a trigger numbers `{}` from `{}` in {TABLE}; RETURNING does not see the number yet",
            column.name, numbering.sequence
        );
        self.note("dialect/sequence", Fidelity::Emulated, message);
        if self.from.checks.iter().any(|check| check.expression.mentions(&column.name, self.source.dialect)) {
            let message =
                format!("checks of `{}` see {marker} before it is numbered, and may refuse it", column.name);
            self.note("dialect/sequence-check", Fidelity::Weakened, message);
        }
    }

    fn refuse_given(&mut self, column: &Column, omitted: i64) {
        let table = flat(&self.from.name);
        let name = ObjectName::bare(format!("_retort_{table}_{}_always", column.name));
        let message = format!("cannot insert a non-DEFAULT value into column \"{}\"", column.name);
        let message = token::text_literal(&message);
        let definition = format!(
            "CREATE TRIGGER {} BEFORE INSERT ON {} WHEN NEW.{} <> {omitted} BEGIN SELECT RAISE(ABORT, {message}); END",
            table_name(&name),
            table_name(&table),
            quote(&column.name),
        );
        self.trigger(name, table, &definition);
        let message = format!("a trigger refuses values given for `{}`", column.name);
        self.note("dialect/identity-always", Fidelity::Emulated, message);
    }
}

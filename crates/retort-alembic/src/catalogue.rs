//! What a program asks of the catalogue by name, answered from the schema.
//!
//! `SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a'`: what many revisions ask
//! before they change something. Only questions whose every word is understood are answered, and only about objects
//! that the question names: a list of all would have to know what the server itself has. Tables and columns of the
//! catalogues: PostgreSQL 18, 35 and 52; MySQL 8.4, 28; SQLite, `schematab.html`.

mod condition;
mod question;
mod reader;
mod rows;

use std::collections::BTreeMap;

use retort_core::database::{ResultSet, TextKind, Value};
use retort_core::schema::Schema;
use retort_core::source::DialectKind;

use condition::Condition;
use question::{Item, Question};

/// Larger joins are not made.
const MOST_PAIRS: usize = 200_000;

/// A row of the catalogue, or of several joined: values by `alias.column`.
type Row = BTreeMap<String, Cell>;

/// A value of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    Null,
    Number(i64),
    Text(String),
    Truth(bool),
    /// What stands for an object elsewhere in the catalogue: equal for the same object, and not shown.
    Object(String),
    /// The schema that a connection is in, whose name only the connection knows (MySQL).
    Here,
}

/// The rows that the question gives; `None` where the schema does not tell.
pub(crate) fn answer(sql: &str, schema: &Schema, version_table: &str) -> Option<ResultSet> {
    let question = Question::read(sql, schema.dialect)?;
    let found = rows_of(&question, schema, version_table)?;
    if question.asks_existence {
        let is_there = Value::Integer(i64::from(!found.is_empty()));
        let kinds = vec![TextKind::Boolean];
        return Some(ResultSet { columns: vec!["exists".to_owned()], kinds, rows: vec![vec![is_there]] });
    }
    let columns = question.items.iter().map(|item| item.name().to_owned()).collect();
    if question.items.iter().any(|item| matches!(item, Item::Count(_))) {
        let count = Value::Integer(found.len() as i64);
        return (question.items.len() == 1).then(|| ResultSet {
            columns,
            rows: vec![vec![count]],
            ..ResultSet::default()
        });
    }
    let rows = found.iter().map(|row| question.items.iter().map(|item| item.value(row)).collect());
    let rows: Option<Vec<Vec<Value>>> = rows.collect();
    let mut rows = rows?;
    if question.distinct {
        let mut seen = Vec::new();
        rows.retain(|row| {
            !seen.contains(row) && {
                seen.push(row.clone());
                true
            }
        });
    }
    rows.truncate(question.limit.unwrap_or(usize::MAX));
    Some(ResultSet { columns, rows, ..ResultSet::default() })
}

/// Whether a text may ask it at all.
pub(crate) fn is_mentioned(sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    ["information_schema.", "pg_", "sqlite_master", "sqlite_schema"].iter().any(|word| lower.contains(word))
}

/// The rows of the tables, joined, that meet the condition.
fn rows_of(question: &Question, schema: &Schema, version_table: &str) -> Option<Vec<Row>> {
    if !names_an_object(question, schema, version_table) {
        return None;
    }
    let mut joined = vec![Row::new()];
    for source in &question.sources {
        let own = rows::of(&source.table, schema)?;
        if joined.len().saturating_mul(own.len()) > MOST_PAIRS {
            return None;
        }
        let mut next = Vec::new();
        for left in &joined {
            for right in &own {
                let mut row = left.clone();
                row.extend(
                    right.iter().map(|(name, cell)| (format!("{}.{name}", source.alias), cell.clone())),
                );
                if source.on.holds(&row, schema.dialect)? == Some(true) {
                    next.push(row);
                }
            }
        }
        joined = next;
    }
    let mut met = Vec::new();
    for row in joined {
        if question.condition.holds(&row, schema.dialect)? == Some(true) {
            met.push(row);
        }
    }
    Some(met)
}

/// Whether the condition pins an object by its name, and none of which the schema holds less than a catalogue: the
/// columns of views, the version table. Of types the server and extensions have many of their own.
fn names_an_object(question: &Question, schema: &Schema, version_table: &str) -> bool {
    let of_columns = |table: &str| matches!(table, "information_schema.columns" | "pg_attribute");
    let asks_columns = question.sources.iter().any(|source| of_columns(&source.table));
    let is_view = |name: &str| schema.views.keys().any(|view| &*view.name == name);
    let is_known = |column: &str, name: &str| {
        let is_foreign =
            schema.dialect == DialectKind::Postgres && column == "typname" && rows::is_foreign_type(name);
        !(is_foreign || name.eq_ignore_ascii_case(version_table) || asks_columns && is_view(name))
    };
    let joins = question.sources.iter().flat_map(|source| source.on.conjuncts());
    let pinned: Vec<_> =
        question.condition.conjuncts().into_iter().chain(joins).filter_map(Condition::pinned).collect();
    pinned.iter().any(|(column, _)| rows::NAMES.contains(column))
        && pinned.iter().all(|(column, names)| names.iter().all(|name| is_known(column, name)))
}

impl Item {
    fn value(&self, row: &Row) -> Option<Value> {
        match self {
            Item::Count(_) => None,
            Item::Given(_, cell) => shown(cell),
            Item::Column(_, column) => shown(&column.find(row)?),
        }
    }
}

fn shown(cell: &Cell) -> Option<Value> {
    Some(match cell {
        Cell::Null => Value::Null,
        Cell::Number(number) => Value::Integer(*number),
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Truth(flag) => Value::Integer(i64::from(*flag)),
        Cell::Object(_) | Cell::Here => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use retort_core::operation::{apply, from_sql};
    use retort_core::source::{SourceFile, SourceId};

    fn schema(dialect: DialectKind, sql: &str) -> Schema {
        let file = SourceFile::new(SourceId(0), "a.sql", sql);
        let mut schema = Schema::empty(dialect);
        for directive in from_sql(&file, 0..sql.len(), dialect).value {
            for operation in &directive.operations {
                assert!(apply(&mut schema, operation).is_ok());
            }
        }
        schema
    }

    fn asked(schema: &Schema, sql: &str) -> String {
        let Some(found) = answer(sql, schema, "alembic_version") else { return "?".to_owned() };
        let text = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            _ => "null".to_owned(),
        };
        let rows = found.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join("|"));
        rows.collect::<Vec<_>>().join(",")
    }

    #[test]
    fn what_is_asked_by_name_is_answered() {
        let postgres = schema(
            DialectKind::Postgres,
            "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE EXTENSION citext;
             CREATE TABLE t (id SERIAL PRIMARY KEY, n INTEGER, CONSTRAINT c CHECK (n > 0), UNIQUE (n));
             CREATE INDEX i ON t (n); CREATE VIEW v AS SELECT id FROM t; CREATE TABLE s.u (x TEXT NOT NULL);",
        );
        for (sql, expected) in [
            ("SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'n'", "1"),
            (
                "select column_name, is_nullable from information_schema.columns c where c.table_name='t' \
              and table_schema = current_schema() order by ordinal_position",
                "id|NO,n|YES",
            ),
            (
                "SELECT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'x')",
                "0",
            ),
            ("SELECT EXISTS(SELECT 1 FROM pg_tables WHERE schemaname='s' AND tablename='u') AS there;", "1"),
            (
                "SELECT count(*) FROM information_schema.tables WHERE table_name IN ('t', 'v') AND table_type <> 'VIEW'",
                "1",
            ),
            (
                "SELECT indexname FROM pg_indexes WHERE tablename = 't' AND indexname LIKE 't\\_%'",
                "t_pkey,t_n_key",
            ),
            ("SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c'", "c"),
            (
                "SELECT e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = 'mood'",
                "a,b",
            ),
            ("SELECT 1 FROM pg_type WHERE typname = 'mood'", "1"),
            ("SELECT 1 FROM pg_type WHERE typname = 'other'", ""),
            ("SELECT 1 FROM pg_type WHERE typname = 'citext'", "?"),
            ("SELECT 1 FROM pg_extension WHERE extname = 'citext'", "1"),
            (
                "SELECT relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
              WHERE n.nspname = 'public' AND c.relname = 'i'",
                "i",
            ),
            (
                "SELECT attname FROM pg_attribute WHERE attrelid = 'public.t'::regclass AND attnum > 0 AND NOT attisdropped",
                "id,n",
            ),
            (
                "SELECT constraint_name FROM information_schema.table_constraints WHERE table_name = 't' \
              AND constraint_type = 'UNIQUE'",
                "t_n_key",
            ),
            ("SELECT indisvalid FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.i')", "1"),
            (
                "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid \
              WHERE c.relname = 'i' AND i.indrelid = 't'::regclass AND i.indisvalid IS NOT FALSE",
                "i",
            ),
            (
                "SELECT 1 FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE relname = 'i' AND NOT indisvalid",
                "",
            ),
            ("SELECT relkind FROM pg_class WHERE relname = 't_id_seq'", "S"),
            ("SELECT 1 FROM information_schema.columns WHERE table_name = 'v' AND column_name = 'id'", "?"),
            ("SELECT 1 FROM information_schema.tables WHERE table_name = 'alembic_version'", "?"),
            ("SELECT data_type FROM information_schema.columns WHERE table_name = 't'", "?"),
            ("SELECT table_name FROM information_schema.tables", "?"),
            ("SELECT 1 FROM t WHERE n = 1", "?"),
            ("SELECT oid FROM pg_class WHERE relname = 't'", "?"),
            ("SELECT 1 FROM pg_proc WHERE proname = 'now'", "?"),
            ("SELECT 1 FROM pg_tables WHERE tablename = upper('t')", "?"),
        ] {
            assert_eq!(asked(&postgres, sql), expected, "{sql}");
        }
    }

    #[test]
    fn other_servers_are_asked_in_their_ways() {
        let sql = "CREATE TABLE T (id INTEGER PRIMARY KEY, n INTEGER); CREATE INDEX i ON T (n);";
        let mysql = schema(DialectKind::Mysql, sql);
        for (sql, expected) in [
            (
                "SELECT COUNT(*) FROM INFORMATION_SCHEMA.STATISTICS WHERE table_schema = DATABASE() \
              AND table_name = 't' AND index_name = \"i\"",
                "1",
            ),
            ("SELECT 1 FROM information_schema.tables WHERE table_schema = 'app' AND table_name = 'T'", "?"),
        ] {
            assert_eq!(asked(&mysql, sql), expected, "{sql}");
        }
        let sqlite = schema(DialectKind::Sqlite, sql);
        for (sql, expected) in [
            ("SELECT name FROM sqlite_master WHERE type='table' AND name='T'", "T"),
            ("SELECT name FROM sqlite_master WHERE type='table' AND name='t'", ""),
            ("SELECT tbl_name FROM sqlite_schema WHERE type = 'index' AND name = 'i' LIMIT 1", "T"),
            ("SELECT sql FROM sqlite_master WHERE name = 'T'", "?"),
        ] {
            assert_eq!(asked(&sqlite, sql), expected, "{sql}");
        }
    }
}

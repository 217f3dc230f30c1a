//! A temporary table, read back with SHOW CREATE TABLE; views by the names that they use.

use std::collections::BTreeSet;

use super::{Doubtful, write};
use crate::database::Database;
use crate::operation::{Operation, from_sql};
use crate::schema::{Expression, ObjectName, Schema, Table, View};
use crate::source::{DialectKind, SourceFile, SourceId};
use crate::token::{self, TokenKind};

const MYSQL: DialectKind = DialectKind::Mysql;
const NAME: &str = "retort_probe";

pub(super) fn probe(
    expected: &Schema,
    actual: &Schema,
    doubtful: &Doubtful,
    db: &mut dyn Database,
) -> Schema {
    let mut settled = expected.clone();
    for name in doubtful {
        if let Some(table) = expected.tables.get(name) {
            let mut table = Table::clone(table);
            if let Some(told) = ask(&table, db) {
                settle(&mut table, &told);
            }
            settled.put_table(table);
        }
        if let (Some(view), Some(told)) = (expected.views.get(name), actual.views.get(name)) {
            let mut view = View::clone(view);
            if uses(&view.query, expected).is_subset(&uses(&told.query, expected)) {
                view.query = told.query.clone();
                view.columns = Vec::new();
                view.comment.clone_from(&told.comment);
            }
            settled.put_view(view);
        }
    }
    settled
}

/// The table as the server prints it; its checks are numbered.
fn ask(table: &Table, db: &mut dyn Database) -> Option<Table> {
    let columns = table.columns.iter().map(|column| write::column(column, MYSQL));
    let checks = table.checks.iter().enumerate();
    let checks = checks.map(|(at, check)| write::check(&format!("{NAME}_{at}"), check, MYSQL));
    let parts: Vec<String> = columns.chain(checks).collect();
    db.execute(&format!("CREATE TEMPORARY TABLE {NAME} ({})", parts.join(", "))).ok()?;
    let rows = db.query(&format!("SHOW CREATE TABLE {NAME}"));
    db.execute(&format!("DROP TEMPORARY TABLE {NAME}")).ok()?;
    let text = rows.ok()?.first()?.get(1)?.as_str()?.replacen("TEMPORARY ", "", 1);
    let file = SourceFile::new(SourceId(0), NAME, text.as_str());
    let directives = from_sql(&file, 0..text.len(), MYSQL).value;
    match directives.into_iter().next()?.operations.into_iter().next()? {
        Operation::CreateTable { table, .. } => Some(*table),
        _ => None,
    }
}

fn settle(table: &mut Table, told: &Table) {
    for column in &mut table.columns {
        let Some(other) = told.column(&column.name, MYSQL) else { continue };
        column.default = column.default.take().and(other.default.clone());
        if let (Some(generated), Some(other)) = (&mut column.generated, &other.generated) {
            generated.expression = other.expression.clone();
        }
    }
    for (at, check) in table.checks.iter_mut().enumerate() {
        let name = Some(format!("{NAME}_{at}"));
        if let Some(other) = told.checks.iter().find(|other| other.name == name) {
            check.expression = other.expression.clone();
        }
    }
}

/// The names of tables and columns in a query.
fn uses(query: &Expression, schema: &Schema) -> BTreeSet<String> {
    let text = query.text();
    let tokens = token::tokens(text, MYSQL);
    let words = tokens.iter().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
    let names = words.map(|token| token::identifier(token.text(text), MYSQL));
    let is_known = |name: &String| {
        schema.table(&ObjectName::bare(name)).is_some()
            || schema.tables.values().any(|table| table.column(name, MYSQL).is_some())
    };
    names.filter(is_known).map(|name| name.to_ascii_lowercase()).collect()
}

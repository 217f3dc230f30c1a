//! Temporary objects in a transaction that is rolled back.

use std::sync::Arc;

use super::{Doubtful, write};
use crate::database::Database;
use crate::inspect::postgres::{Area, read};
use crate::schema::{Domain, Exclusion, ObjectName, Policy, Schema, Table, Trigger, View};
use crate::source::DialectKind;
use crate::token::quote;

const POSTGRES: DialectKind = DialectKind::Postgres;

/// What was expected, in the server's words; None where it cannot be asked.
pub(super) fn probe(expected: &Schema, doubtful: &Doubtful, db: &mut dyn Database) -> Option<Schema> {
    db.execute("BEGIN").ok()?;
    let told = ask(expected, doubtful, db);
    db.execute("ROLLBACK").ok()?;
    let (temporary, changed) = told?;
    let mut settled = expected.clone();
    for name in doubtful {
        settle(&mut settled, name, &temporary, &changed);
    }
    Some(settled)
}

/// Makes everything, and reads it back: what is temporary, and all (for routines, which replace their like).
fn ask(expected: &Schema, doubtful: &Doubtful, db: &mut dyn Database) -> Option<(Schema, Schema)> {
    for view in doubtful.iter().filter_map(|name| expected.views.get(name)) {
        attempt(db, &[view_statement(view)]);
    }
    // Read now: once temporary tables hide the real ones, these are printed with their schema.
    let views = read(db, Area::Temporary).ok()?.views;
    for domain in doubtful.iter().filter_map(|name| expected.domains.get(name)) {
        attempt(db, &[domain_statement(domain)]);
    }
    let triggers: Vec<&Arc<Trigger>> =
        doubtful.iter().filter_map(|name| expected.triggers.get(name)).collect();
    let watched = |table: &&Arc<Table>| triggers.iter().any(|trigger| trigger.table == table.name);
    for table in expected.tables.values().filter(|table| doubtful.contains(&table.name) || watched(table)) {
        table_statements(table, db);
    }
    for trigger in triggers {
        attempt(db, &[trigger.definition.text().to_owned()]);
    }
    let mut temporary = read(db, Area::Temporary).ok()?;
    temporary.views = views;
    Some((temporary, routines(expected, doubtful, db)?))
}

/// The schema with the expected routines in place of their like.
fn routines(expected: &Schema, doubtful: &Doubtful, db: &mut dyn Database) -> Option<Schema> {
    let mut is_changed = false;
    for routine in doubtful.iter().filter_map(|name| expected.routines.get(name)) {
        let text = routine.definition.text();
        let second = text.split_whitespace().nth(1).unwrap_or_default();
        let text = match second.eq_ignore_ascii_case("or") {
            true => text.to_owned(),
            false => text.replacen(char::is_whitespace, " OR REPLACE ", 1),
        };
        is_changed |= attempt(db, &[text]);
    }
    if is_changed { read(db, Area::User).ok() } else { Some(Schema::empty(POSTGRES)) }
}

/// Runs statements; what a refused one leaves is undone.
fn attempt(db: &mut dyn Database, statements: &[String]) -> bool {
    if db.execute("SAVEPOINT retort_probe").is_err() {
        return false;
    }
    let done = statements.iter().all(|sql| db.execute(sql).is_ok());
    if !done {
        // A failure here leaves the transaction aborted; the reading that follows says so.
        let _ = db.execute("ROLLBACK TO retort_probe");
    }
    done
}

fn table_statements(table: &Table, db: &mut dyn Database) {
    let name = quote(&table.name.name, POSTGRES);
    let target = format!("pg_temp.{name}");
    let columns = table.columns.iter().map(|column| write::column(column, POSTGRES));
    let mut parts: Vec<String> = columns.collect();
    for check in &table.checks {
        parts.extend(check.name.as_deref().map(|name| write::check(name, check, POSTGRES)));
    }
    if !attempt(db, &[format!("CREATE TEMPORARY TABLE {name} ({})", parts.join(", "))]) {
        return;
    }
    for index in &table.indexes {
        attempt(db, &[write::index(index, &target, POSTGRES)]);
    }
    for exclusion in &table.exclusions {
        attempt(db, &[exclusion_statement(exclusion, &target)]);
    }
    for policy in &table.policies {
        attempt(db, &[policy_statement(policy, &target)]);
    }
}

fn exclusion_statement(exclusion: &Exclusion, target: &str) -> String {
    let part = |(held, operator): &(_, String)| format!("{} WITH {operator}", write::part(held, POSTGRES));
    let parts: Vec<String> = exclusion.parts.iter().map(part).collect();
    let name = quote(exclusion.name.as_deref().unwrap_or("retort_probe"), POSTGRES);
    let method = exclusion.method.as_deref().unwrap_or("btree");
    let predicate = exclusion.predicate.as_ref().map(|held| format!(" WHERE ({})", held.text()));
    format!(
        "ALTER TABLE {target} ADD CONSTRAINT {name} EXCLUDE USING {method} ({}){} {}",
        parts.join(", "),
        predicate.unwrap_or_default(),
        exclusion.deferral.sql()
    )
}

fn policy_statement(policy: &Policy, target: &str) -> String {
    let mut text =
        format!("CREATE POLICY {} ON {target} FOR {}", quote(&policy.name, POSTGRES), policy.command);
    if let Some(using) = &policy.using {
        text.push_str(&format!(" USING ({})", using.text()));
    }
    if let Some(check) = &policy.check {
        text.push_str(&format!(" WITH CHECK ({})", check.text()));
    }
    text
}

fn view_statement(view: &View) -> String {
    let names: Vec<String> = view.columns.iter().map(|name| quote(name, POSTGRES)).collect();
    let columns = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    let name = quote(&view.name.name, POSTGRES);
    format!("CREATE TEMPORARY VIEW {name}{columns} AS {}", view.query.text())
}

fn domain_statement(domain: &Domain) -> String {
    let mut text =
        format!("CREATE DOMAIN pg_temp.{} AS {}", quote(&domain.name.name, POSTGRES), domain.base.text());
    if let Some(default) = &domain.default {
        text.push_str(&format!(" DEFAULT ({})", default.text()));
    }
    for check in &domain.checks {
        let name = check.name.as_deref();
        text.push_str(
            &name.map(|name| format!(" {}", write::check(name, check, POSTGRES))).unwrap_or_default(),
        );
    }
    text
}

/// Takes over the server's words for one object. What is temporary has no schema.
fn settle(settled: &mut Schema, name: &ObjectName, temporary: &Schema, changed: &Schema) {
    let bare = ObjectName::bare(&name.name);
    if let (Some(table), Some(told)) = (settled.tables.get(name), temporary.tables.get(&bare)) {
        let mut table = Table::clone(table);
        settle_table(&mut table, told);
        settled.put_table(table);
    }
    if let (Some(view), Some(told)) = (settled.views.get(name), temporary.views.get(&bare)) {
        let mut view = View::clone(view);
        view.query = told.query.clone();
        view.columns = Vec::new();
        settled.put_view(view);
    }
    if let (Some(domain), Some(told)) = (settled.domains.get(name), temporary.domains.get(&bare)) {
        let mut domain = Domain::clone(domain);
        domain.default = told.default.clone();
        domain.checks.clone_from(&told.checks);
        settled.put_domain(domain);
    }
    if let (Some(trigger), Some(told)) = (settled.triggers.get(name), temporary.triggers.get(&bare)) {
        let mut trigger = Trigger::clone(trigger);
        trigger.definition = told.definition.clone();
        settled.put_trigger(trigger);
    }
    if let Some(told) = changed.routines.get(name) {
        settled.routines.insert(name.clone(), Arc::clone(told));
    }
}

fn settle_table(table: &mut Table, told: &Table) {
    for column in &mut table.columns {
        let Some(other) = told.column(&column.name, POSTGRES) else { continue };
        column.column_type = other.column_type.clone();
        column.default = column.default.take().and(other.default.clone());
        column.generated.clone_from(&other.generated);
        column.collation.clone_from(&other.collation);
    }
    for check in &mut table.checks {
        if let Some(other) = told.checks.iter().find(|other| other.name == check.name) {
            check.expression = other.expression.clone();
        }
    }
    for index in &mut table.indexes {
        if let Some(other) = told.index(&index.name, POSTGRES) {
            index.parts.clone_from(&other.parts);
            index.predicate.clone_from(&other.predicate);
        }
    }
    for exclusion in &mut table.exclusions {
        if let Some(other) = told.exclusions.iter().find(|other| other.name == exclusion.name) {
            *exclusion = other.clone();
        }
    }
    for policy in &mut table.policies {
        if let Some(other) = told.policies.iter().find(|other| other.name == policy.name) {
            policy.using.clone_from(&other.using);
            policy.check.clone_from(&other.check);
        }
    }
}

//! Tables and views with all that belongs to them.

use std::collections::BTreeMap;

use super::{Area, POSTGRES, no_extension};
use crate::database::{Database, DatabaseError};
use crate::inspect::cells::Cells;
use crate::inspect::written;
use crate::operation::Operation;
use crate::schema::{
    Column, Constraint, Expression, Generated, Identity, IdentityKind, Index, ObjectName, Options,
    PartitionOf, Partitioning, Policy, RowSecurity, Schema, SqlType, Table, View,
};
use crate::token;

/// What is put together before it goes into the schema, by the object's number in the catalog.
struct Found {
    tables: BTreeMap<i64, Table>,
    views: BTreeMap<i64, View>,
}

pub(super) fn read(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    let mut found = relations(db, area)?;
    columns(db, area, &mut found)?;
    constraints(db, area, &mut found)?;
    indexes(db, area, &mut found)?;
    parents(db, area, &mut found)?;
    policies(db, area, &mut found)?;
    found.tables.into_values().for_each(|table| schema.put_table(table));
    found.views.into_values().for_each(|view| schema.put_view(view));
    Ok(())
}

fn relations(db: &mut dyn Database, area: Area) -> Result<Found, DatabaseError> {
    let rows = db.query(&format!(
        "SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, \
         obj_description(c.oid, 'pg_class'), c.relpersistence::text, c.relrowsecurity, c.relforcerowsecurity, \
         pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), c.relispopulated, \
         CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, \
         array_to_string(c.reloptions, E'\\n') \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {} AND {} ORDER BY c.oid",
        area.condition(),
        no_extension("pg_class", "c.oid")
    ))?;
    let mut found = Found { tables: BTreeMap::new(), views: BTreeMap::new() };
    for cells in rows.iter().map(Cells) {
        let Some(oid) = cells.number(0) else { continue };
        let name = area.name(cells.text(1), cells.text(2));
        match cells.text(3) {
            "v" | "m" => drop(found.views.insert(oid, view(name, cells))),
            _ => drop(found.tables.insert(oid, table(name, cells))),
        }
    }
    Ok(found)
}

fn view(name: ObjectName, cells: Cells<'_>) -> View {
    let query = cells.text(11).trim_end().trim_end_matches(';');
    View {
        materialized: cells.text(3) == "m",
        with_data: cells.text(3) == "v" || cells.flag(10),
        comment: cells.owned(4),
        options: options(cells.text(12)),
        ..View::new(name, Vec::new(), Expression::new(query, POSTGRES))
    }
}

fn table(name: ObjectName, cells: Cells<'_>) -> Table {
    let mut table = Table::new(name);
    table.comment = cells.owned(4);
    table.options = options(cells.text(12));
    if cells.text(5) == "u" {
        table.options.insert("UNLOGGED".to_owned(), String::new());
    }
    table.row_security = RowSecurity { enabled: cells.flag(6), forced: cells.flag(7) };
    table.partitioning = cells.some(8).and_then(partitioning);
    if let Some(bounds) = cells.some(9) {
        let bounds = bounds.strip_prefix("FOR VALUES ").unwrap_or(bounds);
        // The parent is told by `pg_inherits`.
        let parent = ObjectName::bare("");
        table.partition_of = Some(PartitionOf { parent, bounds: Expression::verbatim(bounds, POSTGRES) });
    }
    table
}

/// `fillfactor=70`, one in a line.
fn options(text: &str) -> Options {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// `RANGE (a, lower(b))`: its parts are those of an index.
fn partitioning(text: &str) -> Option<Partitioning> {
    let (method, parts) = text.split_once(' ')?;
    let Operation::CreateIndex { index, .. } = written(&format!("CREATE INDEX i ON t {parts}"), POSTGRES)?
    else {
        return None;
    };
    Some(Partitioning { method: method.to_owned(), parts: index.parts, partitions: None })
}

fn columns(db: &mut dyn Database, area: Area, found: &mut Found) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
         pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text, a.attidentity::text, \
         CASE WHEN a.attcollation <> t.typcollation THEN l.collname::text END, \
         col_description(a.attrelid, a.attnum), s.serial, s.start, s.increment \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation l ON l.oid = a.attcollation \
         LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         LEFT JOIN LATERAL (SELECT x.deptype = 'a' AND EXISTS (SELECT FROM pg_depend u \
           WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid AND u.refobjid = q.seqrelid) AS serial, \
           q.seqstart AS start, q.seqincrement AS increment \
           FROM pg_depend x JOIN pg_sequence q ON q.seqrelid = x.objid \
           WHERE x.classid = 'pg_class'::regclass AND x.refclassid = 'pg_class'::regclass \
           AND x.refobjid = a.attrelid AND x.refobjsubid = a.attnum AND x.deptype IN ('a', 'i') LIMIT 1) s ON true \
         WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND {} \
         ORDER BY a.attrelid, a.attnum",
        area.condition()
    ))?;
    for cells in rows.iter().map(Cells) {
        let table = cells.number(0).and_then(|oid| found.tables.get_mut(&oid));
        if let Some(table) = table {
            table.columns.push(column(cells));
        }
    }
    Ok(())
}

fn column(cells: Cells<'_>) -> Column {
    let mut column = Column::new(cells.text(1), SqlType::new(cells.text(2)));
    column.nullable = !cells.flag(3);
    let expression = cells.expression(4, POSTGRES);
    let kind = match cells.text(6) {
        "a" => Some(IdentityKind::Always),
        "d" => Some(IdentityKind::ByDefault),
        _ => cells.flag(9).then_some(IdentityKind::Serial),
    };
    // Counting from 1 in steps of 1 is what nobody says.
    let unusual = |at: usize| cells.number(at).filter(|number| *number != 1);
    column.identity = kind.map(|kind| Identity { kind, start: unusual(10), increment: unusual(11) });
    match (cells.text(5), column.identity.is_some()) {
        ("", false) => column.default = expression,
        ("", true) => {}
        (kind, _) => {
            let stored = kind == "s";
            column.generated = expression.map(|expression| Generated { expression, stored });
        }
    }
    column.collation = cells.owned(7);
    column.comment = cells.owned(8);
    column
}

fn constraints(db: &mut dyn Database, area: Area, found: &mut Found) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT k.conrelid::int8, k.conname::text, pg_get_constraintdef(k.oid) \
         FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace \
         WHERE k.conrelid <> 0 AND k.contype IN ('p', 'u', 'c', 'f', 'x') AND {} ORDER BY k.oid",
        area.condition()
    ))?;
    for cells in rows.iter().map(Cells) {
        let Some(table) = cells.number(0).and_then(|oid| found.tables.get_mut(&oid)) else { continue };
        let name = token::quote(cells.text(1), POSTGRES);
        let statement = format!("ALTER TABLE t ADD CONSTRAINT {name} {}", cells.text(2));
        let Some(Operation::AddConstraint { constraint, .. }) = written(&statement, POSTGRES) else {
            continue;
        };
        match constraint {
            Constraint::Primary(key) => table.primary_key = Some(key),
            Constraint::Unique(unique) => table.uniques.push(unique),
            Constraint::Check(check) => table.checks.push(check),
            Constraint::Foreign(key) => table.foreign_keys.push(key),
            Constraint::Exclusion(exclusion) => table.exclusions.push(exclusion),
        }
    }
    Ok(())
}

fn indexes(db: &mut dyn Database, area: Area, found: &mut Found) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT i.indrelid::int8, pg_get_indexdef(i.indexrelid) \
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE {} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid \
         AND k.contype IN ('p', 'u', 'x')) ORDER BY i.indexrelid",
        area.condition()
    ))?;
    for cells in rows.iter().map(Cells) {
        let Some(oid) = cells.number(0) else { continue };
        let Some(Operation::CreateIndex { index, .. }) = written(cells.text(1), POSTGRES) else { continue };
        if let Some(table) = found.tables.get_mut(&oid) {
            table.indexes.push(Index::clone(&index));
        } else if let Some(view) = found.views.get_mut(&oid) {
            view.indexes.push(*index);
        }
    }
    Ok(())
}

/// Of partitions and of tables that inherit.
fn parents(db: &mut dyn Database, area: Area, found: &mut Found) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT h.inhrelid::int8, n.nspname::text, p.relname::text FROM pg_inherits h \
         JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace n ON n.oid = p.relnamespace \
         WHERE {} ORDER BY h.inhrelid, h.inhseqno",
        area.condition()
    ))?;
    for cells in rows.iter().map(Cells) {
        let Some(table) = cells.number(0).and_then(|oid| found.tables.get_mut(&oid)) else { continue };
        let parent = area.name(cells.text(1), cells.text(2));
        match &mut table.partition_of {
            Some(of) => of.parent = parent,
            None => table.inherits.push(parent),
        }
    }
    Ok(())
}

fn policies(db: &mut dyn Database, area: Area, found: &mut Found) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT p.polrelid::int8, p.polname::text, p.polpermissive, \
         CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' \
           WHEN 'd' THEN 'DELETE' ELSE 'ALL' END, \
         array_to_string(ARRAY(SELECT r.rolname FROM pg_roles r WHERE r.oid = ANY (p.polroles) ORDER BY 1), E'\\n'), \
         pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) \
         FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE {} ORDER BY p.oid",
        area.condition()
    ))?;
    for cells in rows.iter().map(Cells) {
        let Some(table) = cells.number(0).and_then(|oid| found.tables.get_mut(&oid)) else { continue };
        table.policies.push(Policy {
            name: cells.text(1).to_owned(),
            permissive: cells.flag(2),
            command: cells.text(3).to_owned(),
            roles: cells.text(4).lines().map(str::to_owned).collect(),
            using: cells.expression(5, POSTGRES),
            check: cells.expression(6, POSTGRES),
        });
    }
    Ok(())
}

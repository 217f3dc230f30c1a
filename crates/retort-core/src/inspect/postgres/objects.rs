//! What stands for itself: types, sequences, triggers, routines, extensions, schemas.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Area, POSTGRES, no_extension};
use crate::database::{Database, DatabaseError};
use crate::inspect::cells::Cells;
use crate::inspect::written;
use crate::operation::Operation;
use crate::schema::{
    Check, Composite, Constraint, Domain, EnumType, Expression, Extension, ObjectName, Routine, RoutineKind,
    Schema, Sequence, SqlType, Trigger,
};
use crate::token;

pub(super) fn read(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    enums(db, area, schema)?;
    composites(db, area, schema)?;
    domains(db, area, schema)?;
    sequences(db, area, schema)?;
    triggers(db, area, schema)?;
    routines(db, area, schema)?;
    if let Area::User = area {
        extensions(db, schema)?;
        namespaces(db, area, schema)?;
    }
    Ok(())
}

fn enums(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT n.nspname::text, t.typname::text, e.enumlabel::text \
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
         LEFT JOIN pg_enum e ON e.enumtypid = t.oid \
         WHERE t.typtype = 'e' AND {} AND {} ORDER BY t.oid, e.enumsortorder",
        area.condition(),
        no_extension("pg_type", "t.oid")
    ))?;
    let mut labels: BTreeMap<ObjectName, Vec<String>> = BTreeMap::new();
    for cells in rows.iter().map(Cells) {
        let held = labels.entry(area.name(cells.text(0), cells.text(1))).or_default();
        held.extend(cells.some(2).map(str::to_owned));
    }
    labels.into_iter().for_each(|(name, labels)| schema.put_enum(EnumType { name, labels }));
    Ok(())
}

fn composites(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT n.nspname::text, c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         WHERE c.relkind = 'c' AND {} AND {} ORDER BY c.oid, a.attnum",
        area.condition(),
        no_extension("pg_type", "c.reltype")
    ))?;
    let mut found: BTreeMap<ObjectName, Vec<(String, SqlType)>> = BTreeMap::new();
    for cells in rows.iter().map(Cells) {
        let held = found.entry(area.name(cells.text(0), cells.text(1))).or_default();
        held.push((cells.text(2).to_owned(), SqlType::new(cells.text(3))));
    }
    found.into_iter().for_each(|(name, attributes)| schema.put_composite(Composite { name, attributes }));
    Ok(())
}

fn domains(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT n.nspname::text, t.typname::text, format_type(t.typbasetype, t.typtypmod), t.typnotnull, \
         t.typdefault, CASE WHEN t.typcollation <> b.typcollation THEN l.collname::text END, \
         k.conname::text, pg_get_constraintdef(k.oid) \
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type b ON b.oid = t.typbasetype \
         LEFT JOIN pg_collation l ON l.oid = t.typcollation \
         LEFT JOIN pg_constraint k ON k.contypid = t.oid AND k.contype = 'c' \
         WHERE t.typtype = 'd' AND {} AND {} ORDER BY t.oid, k.oid",
        area.condition(),
        no_extension("pg_type", "t.oid")
    ))?;
    for cells in rows.iter().map(Cells) {
        let name = area.name(cells.text(0), cells.text(1));
        let known = schema.domain(&name).map(|domain| Domain::clone(domain));
        let mut domain = known.unwrap_or_else(|| Domain {
            name,
            base: SqlType::new(cells.text(2)),
            nullable: !cells.flag(3),
            default: cells.expression(4, POSTGRES),
            checks: Vec::new(),
            collation: cells.owned(5),
        });
        domain.checks.extend(cells.some(6).and_then(|name| check(name, cells.text(7))));
        schema.put_domain(domain);
    }
    Ok(())
}

fn check(name: &str, definition: &str) -> Option<Check> {
    let name = token::quote(name, POSTGRES);
    match written(&format!("ALTER TABLE t ADD CONSTRAINT {name} {definition}"), POSTGRES)? {
        Operation::AddConstraint { constraint: Constraint::Check(check), .. } => Some(check),
        _ => None,
    }
}

/// Those of identity columns, and of serial columns as they were made, belong to their column and are not listed.
fn sequences(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT n.nspname::text, c.relname::text, format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, \
         q.seqmin, q.seqmax, q.seqcache, q.seqcycle, tn.nspname::text, tc.relname::text, ta.attname::text \
         FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_depend x ON x.classid = 'pg_class'::regclass AND x.objid = q.seqrelid \
           AND x.refclassid = 'pg_class'::regclass AND x.deptype IN ('a', 'i') \
         LEFT JOIN pg_class tc ON tc.oid = x.refobjid LEFT JOIN pg_namespace tn ON tn.oid = tc.relnamespace \
         LEFT JOIN pg_attribute ta ON ta.attrelid = x.refobjid AND ta.attnum = x.refobjsubid \
         WHERE {} AND {} AND x.deptype IS DISTINCT FROM 'i' \
         AND NOT EXISTS (SELECT FROM pg_depend u JOIN pg_attrdef d ON d.oid = u.objid \
           WHERE u.classid = 'pg_attrdef'::regclass AND u.refobjid = q.seqrelid AND d.adrelid = x.refobjid \
           AND d.adnum = x.refobjsubid) ORDER BY c.oid",
        area.condition(),
        no_extension("pg_class", "c.oid")
    ))?;
    for cells in rows.iter().map(Cells) {
        let owner = cells.some(10).map(|table| (area.name(cells.text(9), table), cells.text(11).to_owned()));
        schema.put_sequence(Sequence {
            number_type: Some(SqlType::new(cells.text(2))),
            start: cells.number(3),
            increment: cells.number(4),
            minimum: cells.number(5),
            maximum: cells.number(6),
            cache: cells.number(7),
            cycle: cells.flag(8),
            owned_by: owner,
            ..Sequence::new(area.name(cells.text(0), cells.text(1)))
        });
    }
    Ok(())
}

fn triggers(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT n.nspname::text, c.relname::text, t.tgname::text, pg_get_triggerdef(t.oid, true) \
         FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND {} ORDER BY t.oid",
        area.condition()
    ))?;
    for cells in rows.iter().map(Cells) {
        let table = area.name(cells.text(0), cells.text(1));
        let name = ObjectName { schema: table.schema.clone(), name: cells.text(2).into() };
        let definition = Expression::verbatim(cells.text(3), POSTGRES);
        schema.put_trigger(Trigger { name, table, definition });
    }
    Ok(())
}

fn routines(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT n.nspname::text, p.proname::text, \
         array_to_string(ARRAY(SELECT format_type(a.id, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY a (id, at) \
           ORDER BY a.at), ', '), \
         p.prokind::text, pg_get_function_result(p.oid), l.lanname::text, p.prosrc, \
         CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END \
         FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang \
         WHERE {} AND {} ORDER BY p.oid",
        area.condition(),
        no_extension("pg_proc", "p.oid")
    ))?;
    for cells in rows.iter().map(Cells) {
        let name = format!("{}({})", cells.text(1), cells.text(2));
        let kind = match cells.text(3) {
            "p" => RoutineKind::Procedure,
            "a" => RoutineKind::Aggregate,
            _ => RoutineKind::Function,
        };
        let bare = || format!("CREATE AGGREGATE {name}");
        let definition = cells.some(7).map_or_else(bare, str::to_owned);
        schema.put_routine(Routine {
            kind,
            returns: cells.owned(4),
            language: cells.owned(5),
            body: cells.owned(6),
            definition: Expression::verbatim(&definition, POSTGRES),
            name: area.name(cells.text(0), &name),
        });
    }
    Ok(())
}

fn extensions(db: &mut dyn Database, schema: &mut Schema) -> Result<(), DatabaseError> {
    // plpgsql is in every database from the start.
    let rows = db.query(
        "SELECT e.extname::text, n.nspname::text, e.extversion FROM pg_extension e \
         JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY 1",
    )?;
    for cells in rows.iter().map(Cells) {
        let extension = Extension { schema: cells.owned(1), version: cells.owned(2) };
        schema.extensions.insert(Arc::from(cells.text(0)), Arc::new(extension));
    }
    Ok(())
}

fn namespaces(db: &mut dyn Database, area: Area, schema: &mut Schema) -> Result<(), DatabaseError> {
    let rows = db.query(&format!(
        "SELECT n.nspname::text FROM pg_namespace n WHERE {} AND n.nspname <> 'public' AND {}",
        area.condition(),
        no_extension("pg_namespace", "n.oid")
    ))?;
    for cells in rows.iter().map(Cells) {
        schema.namespaces.insert(Arc::from(cells.text(0)));
    }
    Ok(())
}

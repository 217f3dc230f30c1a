//! Types of a user's own: enumerated and composite types, domains.

use super::cursor::{Cursor, Read};
use super::expression::{Extent, expression};
use super::{DomainChange, Object, ObjectKind, Operation, constraint, objects, type_name};
use crate::schema::{Check, Composite, Domain, EnumType, Expression, ObjectName, SqlType};

/// After `CREATE TYPE`; None for ranges and base types, which the model does not hold.
pub(super) fn create(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Option<Vec<Operation>>> {
    let name = cursor.object_name()?;
    if cursor.eat("AS ENUM") {
        let mut labels = Vec::new();
        for mut item in cursor.parenthesized()?.items() {
            labels.push(item.string()?);
            item.finish()?;
        }
        return Ok(Some(vec![Operation::CreateEnum(EnumType { name, labels })]));
    }
    if !cursor.is("AS (") {
        return Ok(None);
    }
    cursor.skip();
    let mut attributes = Vec::new();
    for mut item in cursor.parenthesized()?.items() {
        attributes.push(attribute(&mut item, skipped)?);
        item.finish()?;
    }
    let object = Box::new(Object::Composite(Composite { name, attributes }));
    Ok(Some(vec![Operation::CreateObject { object, or_replace: false, if_not_exists: false }]))
}

/// `name type [COLLATE c]`; a collation is read past.
fn attribute(item: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<(String, SqlType)> {
    let name = item.name()?;
    let attribute_type = type_name::read(item)?;
    let mark = item.mark();
    if item.eat("COLLATE") {
        item.object_name()?;
        skipped.push(item.since(mark).to_owned());
    }
    Ok((name, attribute_type))
}

/// After `ALTER TYPE`; None where nothing of the model is changed.
pub(super) fn alter(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Option<Vec<Operation>>> {
    let name = cursor.object_name()?;
    if cursor.eat("ADD VALUE") {
        let if_not_exists = cursor.eat("IF NOT EXISTS");
        let label = cursor.string()?;
        let place = match cursor.eat_any(&["BEFORE", "AFTER"]) {
            Some(side) => Some((side == "BEFORE", cursor.string()?)),
            None => None,
        };
        return Ok(Some(vec![Operation::AddEnumLabel { name, label, place, if_not_exists }]));
    }
    if cursor.eat("RENAME VALUE") {
        let from = cursor.string()?;
        cursor.expect("TO")?;
        return Ok(Some(vec![Operation::RenameEnumLabel { name, from, to: cursor.string()? }]));
    }
    if cursor.is_any(&["ADD ATTRIBUTE", "DROP ATTRIBUTE", "ALTER ATTRIBUTE", "RENAME ATTRIBUTE"]) {
        return attributes(cursor, &name, skipped).map(Some);
    }
    if cursor.is("SET (") {
        return Ok(None);
    }
    match objects::renamed(cursor, ObjectKind::Type, &name, skipped)? {
        Some(moved) => Ok(Some(moved)),
        None => Err(cursor.fault("this change of a type is not understood")),
    }
}

/// `ADD ATTRIBUTE a int, DROP ATTRIBUTE b, …`: to a composite what columns are to a table.
fn attributes(cursor: &mut Cursor<'_>, name: &ObjectName, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    let mut operations = Vec::new();
    for mut item in cursor.items() {
        let change = if item.eat("ADD ATTRIBUTE") {
            let (attribute, attribute_type) = attribute(&mut item, skipped)?;
            super::CompositeChange::Add(attribute, attribute_type)
        } else if item.eat("DROP ATTRIBUTE") {
            let if_exists = item.eat("IF EXISTS");
            super::CompositeChange::Drop { attribute: item.name()?, if_exists }
        } else if item.eat("ALTER ATTRIBUTE") {
            let attribute = item.name()?;
            let _ = item.eat("SET DATA");
            item.expect("TYPE")?;
            let new = type_name::read(&mut item)?;
            let mark = item.mark();
            if item.eat("COLLATE") {
                item.object_name()?;
                skipped.push(item.since(mark).to_owned());
            }
            super::CompositeChange::Type(attribute, new)
        } else {
            item.expect("RENAME ATTRIBUTE")?;
            let from = item.name()?;
            item.expect("TO")?;
            super::CompositeChange::Rename { from, to: item.name()? }
        };
        let _ = item.eat_any(&["CASCADE", "RESTRICT"]);
        item.finish()?;
        operations.push(Operation::AlterComposite { name: name.clone(), change: Box::new(change) });
    }
    cursor.rest();
    Ok(operations)
}

/// After `CREATE DOMAIN`.
pub(super) fn create_domain(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    let name = cursor.object_name()?;
    let _ = cursor.eat("AS");
    let base = type_name::read(cursor)?;
    let mut domain =
        Domain { name, base, nullable: true, default: None, checks: Vec::new(), collation: None };
    while !cursor.is_done() {
        domain_part(cursor, &mut domain, skipped)?;
    }
    let object = Box::new(Object::Domain(domain));
    Ok(vec![Operation::CreateObject { object, or_replace: false, if_not_exists: false }])
}

/// COLLATE, DEFAULT, NOT NULL, NULL, CHECK: in any order (PostgreSQL 18, CREATE DOMAIN).
fn domain_part(cursor: &mut Cursor<'_>, domain: &mut Domain, skipped: &mut Vec<String>) -> Read<()> {
    let mark = cursor.mark();
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.name()?) } else { None };
    if cursor.is("CHECK (") {
        domain.checks.push(check(cursor, name, skipped)?);
        return Ok(());
    }
    if name.is_some() {
        skipped.push(cursor.since(mark).to_owned());
    }
    if cursor.eat("NOT NULL") {
        domain.nullable = false;
    } else if cursor.eat("NULL") {
    } else if cursor.eat("DEFAULT") {
        let text = expression(cursor, Extent::Default)?;
        domain.default = super::column::default(text, cursor.dialect);
    } else if cursor.eat("COLLATE") {
        domain.collation = Some(cursor.object_name()?.to_string());
    } else {
        return Err(cursor.fault("this part of a domain is not understood"));
    }
    Ok(())
}

/// `CHECK (…)` with what follows it.
fn check(cursor: &mut Cursor<'_>, name: Option<String>, skipped: &mut Vec<String>) -> Read<Check> {
    cursor.expect("CHECK")?;
    let check = Check::new(name, cursor.parenthesized_expression()?);
    let mut constraint = crate::schema::Constraint::Check(check.clone());
    constraint::tail(cursor, skipped)?.put_on(&mut constraint);
    Ok(match constraint {
        crate::schema::Constraint::Check(check) => check,
        _ => check,
    })
}

/// After `ALTER DOMAIN`.
pub(super) fn alter_domain(cursor: &mut Cursor<'_>, skipped: &mut Vec<String>) -> Read<Vec<Operation>> {
    let name = cursor.object_name()?;
    let change = if cursor.eat("SET DEFAULT") {
        let text = expression(cursor, Extent::Whole)?;
        DomainChange::Default(Some(Expression::new(text, cursor.dialect)))
    } else if cursor.eat("DROP DEFAULT") {
        DomainChange::Default(None)
    } else if cursor.eat("SET NOT NULL") {
        DomainChange::Nullable(false)
    } else if cursor.eat("DROP NOT NULL") {
        DomainChange::Nullable(true)
    } else if cursor.eat("ADD") {
        let mark = cursor.mark();
        let constraint = if cursor.eat("CONSTRAINT") { Some(cursor.name()?) } else { None };
        if cursor.eat("NOT NULL") {
            if constraint.is_some() {
                skipped.push(cursor.since(mark).to_owned());
            }
            DomainChange::Nullable(false)
        } else {
            DomainChange::AddCheck(check(cursor, constraint, skipped)?)
        }
    } else if cursor.eat("DROP CONSTRAINT") {
        let if_exists = cursor.eat("IF EXISTS");
        let constraint = cursor.name()?;
        let _ = cursor.eat_any(&["CASCADE", "RESTRICT"]);
        DomainChange::DropCheck { name: constraint, if_exists }
    } else if cursor.eat("RENAME CONSTRAINT") {
        let from = cursor.name()?;
        cursor.expect("TO")?;
        DomainChange::RenameCheck { from, to: cursor.name()? }
    } else if cursor.eat("VALIDATE CONSTRAINT") {
        DomainChange::ValidateCheck(cursor.name()?)
    } else {
        return match objects::renamed(cursor, ObjectKind::Domain, &name, skipped)? {
            Some(moved) => Ok(moved),
            None => Err(cursor.fault("this change of a domain is not understood")),
        };
    };
    Ok(vec![Operation::AlterDomain { name, change: Box::new(change) }])
}

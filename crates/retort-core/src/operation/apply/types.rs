//! Enumerated types.

use std::sync::Arc;

use super::column::drop_column;
use super::{Refusal, exists, missing, refuse, view};
use crate::schema::{
    Column, Composite, Domain, EnumType, Expression, ObjectName, Schema, SqlType, Table, TypeKind, fold,
};
use crate::source::DialectKind;
use crate::token;

/// Whether a column has an enumerated type.
pub fn has_type(column: &Column, name: &ObjectName, dialect: DialectKind) -> bool {
    matches!(column.column_type.kind(dialect), TypeKind::Named(used) if used == name.to_string())
}

/// PostgreSQL drops no type that a column has, save with CASCADE, which takes the column along.
pub(super) fn drop_type(
    schema: &mut Schema,
    name: &ObjectName,
    if_exists: bool,
    cascade: bool,
) -> Result<(), Refusal> {
    let key = fold(name, schema.dialect);
    if schema.enum_type(name).is_none() && schema.domain(name).is_none() && schema.composite(name).is_none() {
        return missing("type", name, if_exists);
    }
    let dialect = schema.dialect;
    for table in schema.tables.values().cloned().collect::<Vec<Arc<Table>>>() {
        let mut left = (*table).clone();
        for column in table.columns.iter().filter(|column| has_type(column, name, dialect)) {
            if !cascade {
                return refuse(
                    "replay/still-referenced",
                    format!("column `{}` of table `{}` has the type `{name}`", column.name, table.name),
                );
            }
            view::drop_column_dependants(schema, &table.name, &column.name, true)?;
            drop_column(&mut left, &column.name, dialect)?;
        }
        if left.columns.len() < table.columns.len() {
            schema.put_table(left);
        }
    }
    schema.take_enum(name);
    schema.domains.remove(&key);
    schema.composites.remove(&key);
    Ok(())
}

/// Columns of the type follow its new name.
pub(super) fn rename_type(schema: &mut Schema, from: &ObjectName, to: &ObjectName) -> Result<(), Refusal> {
    let key = fold(from, schema.dialect);
    if let Some(old) = schema.take_enum(from) {
        schema.put_enum(EnumType { name: to.clone(), ..(*old).clone() });
    } else if let Some(old) = schema.domains.remove(&key) {
        schema.put_domain(Domain { name: to.clone(), ..(*old).clone() });
    } else if let Some(old) = schema.composites.remove(&key) {
        schema.put_composite(Composite { name: to.clone(), ..(*old).clone() });
    } else {
        return missing("type", from, false);
    }
    let dialect = schema.dialect;
    for table in schema.tables.values().cloned().collect::<Vec<Arc<Table>>>() {
        if !table.columns.iter().any(|column| has_type(column, from, dialect)) {
            continue;
        }
        let mut table = (*table).clone();
        for column in table.columns.iter_mut().filter(|column| has_type(column, from, dialect)) {
            column.column_type = SqlType::new(&to.to_string());
        }
        schema.put_table(table);
    }
    Ok(())
}

/// The rows and the defaults hold the label itself, not its letters, and so follow.
pub(super) fn rename_label(
    schema: &mut Schema,
    name: &ObjectName,
    from: &str,
    to: &str,
) -> Result<(), Refusal> {
    edit_enum(schema, name, |enum_type| {
        if enum_type.labels.iter().any(|label| label == to) {
            return exists("label", &ObjectName::bare(to), false);
        }
        let Some(label) = enum_type.labels.iter_mut().find(|label| *label == from) else {
            return refuse("replay/no-such-label", format!("type `{name}` has no label `{from}`"));
        };
        to.clone_into(label);
        Ok(())
    })?;
    let dialect = schema.dialect;
    for table in schema.tables.values().cloned().collect::<Vec<Arc<Table>>>() {
        let mut table = (*table).clone();
        let mut found = false;
        for column in table.columns.iter_mut().filter(|column| has_type(column, name, dialect)) {
            if let Some(default) = &mut column.default {
                *default = rename_literal(default, from, to, dialect);
                found = true;
            }
        }
        if found {
            schema.put_table(table);
        }
    }
    Ok(())
}

/// `'old'::mood` → `'new'::mood`
fn rename_literal(default: &Expression, from: &str, to: &str, dialect: DialectKind) -> Expression {
    let text = default.text();
    match token::tokens(text, dialect).first() {
        Some(first) if token::string_value(first.text(text), dialect).as_deref() == Some(from) => {
            let rest = &text[first.end as usize..];
            Expression::new(&format!("{}{rest}", token::text_literal(to)), dialect)
        }
        _ => default.clone(),
    }
}

pub(super) fn edit_enum(
    schema: &mut Schema,
    name: &ObjectName,
    edit: impl FnOnce(&mut EnumType) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let Some(mut enum_type) = schema.enum_type(name).map(|enum_type| (**enum_type).clone()) else {
        return missing("type", name, false);
    };
    edit(&mut enum_type)?;
    schema.put_enum(enum_type);
    Ok(())
}

pub(super) fn add_label(
    enum_type: &mut EnumType,
    label: &str,
    place: Option<&(bool, String)>,
    if_not_exists: bool,
) -> Result<(), Refusal> {
    if enum_type.labels.iter().any(|other| other == label) {
        return exists("label", &ObjectName::bare(label), if_not_exists);
    }
    let at = match place {
        None => enum_type.labels.len(),
        Some((before, neighbour)) => {
            let Some(at) = enum_type.labels.iter().position(|other| other == neighbour) else {
                return refuse(
                    "replay/no-such-label",
                    format!("type `{}` has no label `{neighbour}`", enum_type.name),
                );
            };
            at + usize::from(!before)
        }
    };
    enum_type.labels.insert(at, label.to_owned());
    Ok(())
}

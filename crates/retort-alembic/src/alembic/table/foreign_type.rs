//! A column without a type takes that of the column that its foreign key points at, as soon as both tables are in the
//! `MetaData` (SQLAlchemy's `ForeignKey._set_type`).

use std::rc::Rc;

use super::super::types;
use super::super::wrap::{NativeMetaData, NativeTable};
use crate::sql::DataType;
use crate::sql::table::{ConstraintKind, Table};

/// Gives types to the columns of a table that has come or grown, and to those that waited for it.
pub(crate) fn settle(table: &Rc<NativeTable>) {
    let Some(metadata) = &table.metadata else { return };
    let mut waiting = metadata.untyped.borrow_mut();
    let own = table.table.borrow();
    let untyped = own.columns.iter().filter(|column| column.data_type.is_null());
    waiting.extend(untyped.map(|column| (Rc::clone(table), column.key.clone())));
    drop(own);
    // A type that was found may be the one that another column waits for.
    loop {
        let before = waiting.len();
        waiting.retain(|(table, key)| {
            let found = target_type(metadata, &table.table.borrow(), key);
            let is_found = found.is_some();
            found.into_iter().for_each(|data_type| set_type(table, key, data_type));
            !is_found
        });
        if waiting.len() == before {
            return;
        }
    }
}

/// The type of the column that a column's foreign key points at.
fn target_type(metadata: &NativeMetaData, own: &Table, key: &str) -> Option<Rc<DataType>> {
    let targets = own.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey { columns, targets, .. } => {
            targets.get(columns.iter().position(|own| own == key)?)
        }
        _ => None,
    });
    targets.into_iter().find_map(|target| {
        let schema = target.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
        let there = metadata.tables.borrow().get(&format!("{schema}{}", target.table)).cloned()?;
        let name = target.column.as_deref().unwrap_or(key);
        let column = there.column(name)?;
        let data_type = Rc::clone(&column.column.borrow().data_type);
        (!data_type.is_null()).then_some(data_type)
    })
}

fn set_type(table: &Rc<NativeTable>, key: &str, data_type: Rc<DataType>) {
    if let Some(column) = table.table.borrow_mut().columns.iter_mut().find(|column| column.key == key) {
        column.data_type = Rc::clone(&data_type);
    }
    if let Some(column) = table.column(key) {
        *column.written_type.borrow_mut() = types::type_value((*data_type).clone());
        column.column.borrow_mut().data_type = data_type;
    }
}

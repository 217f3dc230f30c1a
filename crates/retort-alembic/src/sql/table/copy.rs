//! Copies of tables, for other `MetaData`.

use std::rc::Rc;

use super::{ConstraintKind, MetaData, Table};
use crate::sql::error::Result;
use crate::sql::identifier::{ConstraintName, Identifier};
use crate::sql::naming;

impl Table {
    /// `table.to_metadata(metadata, schema=…)`: the same table; nameless constraints get names by the new
    /// convention. `schema`: None keeps the table's own.
    pub fn to_metadata(&self, metadata: &MetaData, schema: Option<Identifier>) -> Result<Table> {
        let mut copy = self.clone();
        copy.naming = Rc::clone(&metadata.naming);
        if let Some(schema) = schema {
            copy.move_to(Some(schema));
        }
        let named = copy.clone();
        for constraint in copy.constraints.iter_mut().chain([&mut copy.primary_key]) {
            if constraint.type_bound.is_none() {
                naming::apply(constraint, &named)?;
            }
        }
        for column in &mut copy.columns {
            for check in &mut column.checks {
                naming::apply(check, &named)?;
            }
        }
        for index in &mut copy.indexes {
            naming::apply_to_index(index, &named)?;
        }
        Ok(copy)
    }

    /// Foreign keys that stayed within the old schema go along.
    fn move_to(&mut self, schema: Option<Identifier>) {
        let old = std::mem::replace(&mut self.schema, schema);
        for constraint in &mut self.constraints {
            if let ConstraintKind::ForeignKey { targets, .. } = &mut constraint.kind {
                for target in targets.iter_mut().filter(|target| target.schema == old) {
                    target.schema.clone_from(&self.schema);
                }
            }
        }
    }

    /// Marks the names of all constraints as final (`alembic.util.sqla_compat._conv_constraint_names`).
    pub(in crate::sql) fn fix_names(&mut self) {
        let columns = self.columns.iter_mut().flat_map(|column| column.checks.iter_mut());
        for constraint in self.constraints.iter_mut().chain([&mut self.primary_key]).chain(columns) {
            if let ConstraintName::Plain(name) = &constraint.name {
                constraint.name = ConstraintName::Final(name.clone());
            }
        }
    }
}

//! Tables: made parents first, dropped children first.

use std::sync::Arc;

use super::{Walk, sorted};
use crate::operation::{Operation, RowSecurityChange};
use crate::schema::{Constraint, ForeignKey, Index, ObjectName, RowSecurity, Table};

impl Walk<'_> {
    /// Tables that are gone, and how they hold on to each other: a foreign key goes before its parent where two
    /// tables refer to each other.
    pub(super) fn take_tables(&mut self) {
        let keys = self.changed_tables();
        let gone = keys.iter().filter(|key| !self.after.tables.contains_key(*key));
        let gone: Vec<Arc<Table>> = gone.filter_map(|key| self.reached.tables.get(key)).cloned().collect();
        let order = sorted(gone.len(), |at| self.parents_among(&gone, &gone[at]));
        for at in order.into_iter().rev() {
            let name = &gone[at].name;
            for (child, key) in self.keys_to(name) {
                self.drop_constraint(&child, &Constraint::Foreign(key));
            }
            // It may have gone with the table that it was a partition of.
            if self.reached.table(name).is_some() {
                self.step(Operation::DropTable { name: name.clone(), if_exists: false, cascade: false });
            }
        }
    }

    /// The foreign keys of other tables to one.
    fn keys_to(&self, name: &ObjectName) -> Vec<(ObjectName, ForeignKey)> {
        let children = self.reached.children(name).into_iter().filter(|child| !self.same(&child.name, name));
        let keys = children.flat_map(|child| {
            let to_it = child.foreign_keys.iter().filter(|key| self.same(&key.ref_table, name));
            to_it.map(|key| (child.name.clone(), key.clone()))
        });
        keys.collect()
    }

    fn parents_among(&self, tables: &[Arc<Table>], child: &Table) -> Vec<usize> {
        let is_parent = |parent: &Table| {
            child.foreign_keys.iter().any(|key| self.same(&key.ref_table, &parent.name))
                || child.inherits.iter().any(|other| self.same(other, &parent.name))
                || child.partition_of.as_ref().is_some_and(|of| self.same(&of.parent, &parent.name))
        };
        (0..tables.len()).filter(|at| is_parent(&tables[*at])).collect()
    }

    /// New tables, with what can be said at once; the rest follows when all tables are there.
    pub(super) fn make_tables(&mut self) {
        let keys = self.changed_tables();
        let new = keys.iter().filter(|key| !self.reached.tables.contains_key(*key));
        let new: Vec<Arc<Table>> = new.filter_map(|key| self.after.tables.get(key)).cloned().collect();
        for at in sorted(new.len(), |at| self.parents_among(&new, &new[at])) {
            let table = Box::new(self.first_form(&new[at]));
            self.step(Operation::CreateTable { table, likes: Vec::new(), if_not_exists: false });
        }
    }

    fn first_form(&self, table: &Table) -> Table {
        let mut first = table.clone();
        first.foreign_keys.retain(|key| key.validated && self.is_served(table, key));
        if self.is_postgres() {
            first.indexes.clear();
            first.policies.clear();
            first.row_security = RowSecurity::default();
            first.partition_of = None;
            first.comment = None;
            first.checks.retain(|check| check.validated);
            for column in &mut first.columns {
                column.comment = None;
                column.options.retain(|name, _| name == "NOT NULL");
            }
            self.leave_inherited(&mut first);
        } else {
            first.indexes.retain(crate::dialect::mysql::is_inline);
            let dialect = self.dialect();
            let alone = Table { indexes: first.indexes.clone(), ..first.clone() };
            for column in &mut first.columns {
                if !super::columns::is_keyed(&alone, &column.name, dialect) {
                    column.identity = None;
                }
            }
        }
        first
    }

    /// Columns and checks that a child has from its parents are not said again.
    fn leave_inherited(&self, table: &mut Table) {
        for parent in &table.inherits.clone() {
            let Some(parent) = self.reached.table(parent) else { continue };
            table.columns.retain(|column| !parent.columns.contains(column));
            table.checks.retain(|check| check.no_inherit || !parent.checks.contains(check));
        }
    }

    /// Whether what a foreign key refers to is there already, and unique by a constraint.
    fn is_served(&self, table: &Table, key: &ForeignKey) -> bool {
        let own = self.same(&key.ref_table, &table.name);
        let parent = if own { Some(table) } else { self.reached.table(&key.ref_table).map(|held| &**held) };
        let Some(parent) = parent else { return false };
        let bare = Table { indexes: Vec::<Index>::new(), ..parent.clone() };
        let columns = &key.ref_columns;
        if columns.is_empty() { bare.primary_key.is_some() } else { bare.is_unique(columns, self.dialect()) }
    }

    /// Columns, options, inheritance of tables that stay.
    pub(super) fn alter_tables(&mut self) {
        for key in self.parents_first() {
            let Some(new) = self.after.tables.get(&key).cloned() else { continue };
            self.alter_columns(&key, &new);
            let Some(old) = self.reached.tables.get(&key).cloned() else { continue };
            self.alter_options(&old, &new);
            for parent in old.inherits.iter().filter(|parent| !new.inherits.contains(parent)) {
                self.inherit(&new.name, parent, false);
            }
            for parent in new.inherits.iter().filter(|parent| !old.inherits.contains(parent)) {
                self.inherit(&new.name, parent, true);
            }
            if old.partitioning != new.partitioning {
                if self.is_postgres() {
                    self.way.left.push(format!("how the rows of `{}` are spread over partitions", new.name));
                } else {
                    let partitioning = new.partitioning.clone().map(Box::new);
                    self.step(Operation::SetPartitioning { table: new.name.clone(), partitioning });
                }
            }
        }
    }

    /// A change of a parent reaches its children by itself.
    fn parents_first(&self) -> Vec<ObjectName> {
        let keys = self.changed_tables();
        let tables: Vec<Arc<Table>> =
            keys.iter().filter_map(|key| self.after.tables.get(key)).cloned().collect();
        let order = sorted(tables.len(), |at| self.parents_among(&tables, &tables[at]));
        order.into_iter().map(|at| crate::schema::fold(&tables[at].name, self.dialect())).collect()
    }

    fn inherit(&mut self, table: &ObjectName, parent: &ObjectName, inherits: bool) {
        let (table, parent) = (table.clone(), parent.clone());
        self.step(Operation::SetInheritance { table, parent, inherits });
    }

    fn alter_options(&mut self, old: &Table, new: &Table) {
        for (name, value) in new.options.iter().filter(|(name, value)| old.options.get(*name) != Some(value))
        {
            let (table, name, value) = (new.name.clone(), name.clone(), Some(value.clone()));
            self.step(Operation::SetOption { table, name, value });
        }
        for name in old.options.keys().filter(|name| !new.options.contains_key(*name)) {
            if self.is_postgres() {
                let (table, name) = (new.name.clone(), name.clone());
                self.step(Operation::SetOption { table, name, value: None });
            } else {
                self.way
                    .left
                    .push(format!("the option {name} of `{}`: MySQL has no words to take it off", new.name));
            }
        }
    }

    /// Partitions are made as tables and attached when their indexes are there, as `pg_dump` does it.
    pub(super) fn attach_partitions(&mut self) {
        for key in self.parents_first() {
            let Some(new) = self.after.tables.get(&key).cloned() else { continue };
            let Some(old) = self.reached.tables.get(&key).cloned() else { continue };
            if old.partition_of == new.partition_of {
                continue;
            }
            if let Some(of) = &old.partition_of {
                let (table, partition) = (of.parent.clone(), new.name.clone());
                self.step(Operation::DetachPartition { table, partition });
            }
            if let Some(of) = &new.partition_of {
                self.step(Operation::AttachPartition { partition: new.name.clone(), of: of.clone() });
            }
        }
    }

    pub(super) fn take_policies(&mut self) {
        for key in self.changed_tables() {
            let (Some(old), Some(new)) =
                (self.reached.tables.get(&key).cloned(), self.after.tables.get(&key).cloned())
            else {
                continue;
            };
            for policy in old.policies.iter().filter(|policy| !new.policies.contains(policy)) {
                let (table, name) = (new.name.clone(), policy.name.clone());
                self.step(Operation::DropPolicy { table, name, if_exists: false });
            }
        }
    }

    pub(super) fn make_policies(&mut self) {
        for key in self.changed_tables() {
            let (Some(old), Some(new)) =
                (self.reached.tables.get(&key).cloned(), self.after.tables.get(&key).cloned())
            else {
                continue;
            };
            let table = &new.name;
            let mut switch =
                |security| self.step(Operation::SetRowSecurity { table: table.clone(), security });
            if old.row_security.enabled != new.row_security.enabled {
                switch(RowSecurityChange::Enabled(new.row_security.enabled));
            }
            if old.row_security.forced != new.row_security.forced {
                switch(RowSecurityChange::Forced(new.row_security.forced));
            }
            for policy in new.policies.iter().filter(|policy| !old.policies.contains(policy)) {
                let policy = Box::new(policy.clone());
                self.step(Operation::CreatePolicy { table: table.clone(), policy });
            }
        }
    }
}

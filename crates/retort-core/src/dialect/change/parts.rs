//! Constraints and indexes: taken away before columns change, made when they have.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Walk;
use crate::operation::Operation;
use crate::schema::{Constraint, ConstraintKind, ForeignKey, Index, ObjectName, Table, same_word};

/// All constraints but foreign keys.
fn constraints(table: &Table) -> Vec<Constraint> {
    let key = table.primary_key.iter().cloned().map(Constraint::Primary);
    key.chain(table.uniques.iter().cloned().map(Constraint::Unique))
        .chain(table.checks.iter().cloned().map(Constraint::Check))
        .chain(table.exclusions.iter().cloned().map(Constraint::Exclusion))
        .collect()
}

fn kind(constraint: &Constraint) -> ConstraintKind {
    match constraint {
        Constraint::Primary(_) => ConstraintKind::Primary,
        Constraint::Unique(_) => ConstraintKind::Unique,
        Constraint::Check(_) => ConstraintKind::Check,
        Constraint::Foreign(_) => ConstraintKind::Foreign,
        Constraint::Exclusion(_) => ConstraintKind::Exclusion,
    }
}

/// A constraint under another name.
fn named(constraint: &Constraint, name: Option<&str>) -> Constraint {
    let mut renamed = constraint.clone();
    let held = match &mut renamed {
        Constraint::Primary(key) => &mut key.name,
        Constraint::Unique(unique) => &mut unique.name,
        Constraint::Check(check) => &mut check.name,
        Constraint::Foreign(key) => &mut key.name,
        Constraint::Exclusion(exclusion) => &mut exclusion.name,
    };
    *held = name.map(str::to_owned);
    renamed
}

/// Whether it is the same index; who made it does not count.
fn same_index(a: &Index, b: &Index) -> bool {
    Index { implied: b.implied, ..a.clone() } == *b
}

impl Walk<'_> {
    fn both(&self, key: &ObjectName) -> Option<(Arc<Table>, Arc<Table>)> {
        Some((self.reached.tables.get(key)?.clone(), self.after.tables.get(key)?.clone()))
    }

    pub(super) fn drop_constraint(&mut self, table: &ObjectName, constraint: &Constraint) {
        let name = constraint.name().map(str::to_owned);
        let kind = Some(kind(constraint));
        self.step(Operation::DropConstraint { table: table.clone(), name, kind, if_exists: false });
    }

    /// The columns of each changed table that foreign keys must let go: their key or index, their type or they
    /// themselves go.
    fn loosened(&self) -> BTreeMap<ObjectName, Vec<String>> {
        let mut loosened = BTreeMap::new();
        for key in self.changed_tables() {
            let Some((old, new)) = self.both(&key) else { continue };
            let mut columns: Vec<String> = Vec::new();
            for constraint in constraints(&old).iter().filter(|held| !constraints(&new).contains(held)) {
                match constraint {
                    Constraint::Primary(held) => columns.extend(held.columns.iter().cloned()),
                    Constraint::Unique(held) => columns.extend(held.columns.iter().cloned()),
                    Constraint::Check(_) | Constraint::Foreign(_) | Constraint::Exclusion(_) => {}
                }
            }
            for index in
                old.indexes.iter().filter(|held| !new.indexes.iter().any(|other| same_index(held, other)))
            {
                if index.unique || !(self.is_postgres() || index.implied) {
                    columns.extend(index.leading_columns());
                }
            }
            for column in &old.columns {
                let stays = new.column(&column.name, self.dialect());
                if stays.is_none_or(|new| {
                    new.column_type != column.column_type || new.collation != column.collation
                }) {
                    columns.push(column.name.clone());
                }
            }
            if !columns.is_empty() {
                loosened.insert(key, columns);
            }
        }
        loosened
    }

    /// Foreign keys that are gone or others, and those in the way. The latter come back later by themselves:
    /// they are missing then.
    pub(super) fn take_foreign_keys(&mut self) {
        let loosened = self.loosened();
        let dialect = self.dialect();
        let is_loose = |table: &ObjectName, columns: &[String]| {
            let held = loosened.get(&crate::schema::fold(table, dialect));
            held.is_some_and(|loose| {
                columns.is_empty() || columns.iter().any(|a| loose.iter().any(|b| same_word(a, b, dialect)))
            })
        };
        let mut gone: Vec<(ObjectName, ForeignKey)> = Vec::new();
        let mut look: Vec<ObjectName> = self.changed_tables();
        for key in loosened.keys() {
            let children =
                self.reached.children(key).into_iter().map(|child| crate::schema::fold(&child.name, dialect));
            look.extend(children.collect::<Vec<_>>());
        }
        look.sort();
        look.dedup();
        for key in look {
            let Some((old, new)) = self.both(&key) else { continue };
            for held in &old.foreign_keys {
                let stays = new.foreign_keys.iter().any(|other| self.same_key(held, other));
                if !stays
                    || is_loose(&old.name, &held.columns)
                    || is_loose(&held.ref_table, &held.ref_columns)
                {
                    gone.push((old.name.clone(), held.clone()));
                }
            }
        }
        for (table, held) in gone {
            self.drop_constraint(&table, &Constraint::Foreign(held));
        }
    }

    /// Whether a foreign key can stay: what is not alike can be altered in place.
    fn same_key(&self, a: &ForeignKey, b: &ForeignKey) -> bool {
        let validated = a.validated || (b.validated && self.is_postgres());
        let deferral = if self.is_postgres() { b.deferral } else { a.deferral };
        ForeignKey { validated: if validated { b.validated } else { a.validated }, deferral, ..a.clone() }
            == *b
    }

    /// Constraints and indexes that are gone or others.
    pub(super) fn take_parts(&mut self) {
        for key in self.changed_tables() {
            let Some((old, new)) = self.both(&key) else { continue };
            self.stop_numbering(&key, &new);
            self.rename_parts(&old, &new);
            let Some((old, new)) = self.both(&key) else { continue };
            let stay = constraints(&new);
            for constraint in constraints(&old).iter().filter(|held| !stay.contains(held)) {
                if !self.can_be_altered(constraint, &stay) {
                    self.drop_constraint(&old.name, constraint);
                }
            }
            for index in &old.indexes {
                let stays = new.indexes.iter().any(|other| same_index(index, other));
                let there = self
                    .reached
                    .tables
                    .get(&key)
                    .is_some_and(|table| table.index(&index.name, self.dialect()).is_some());
                // What MySQL made by itself it takes away by itself.
                if !stays && there && !index.implied {
                    let (table, name) = (Some(old.name.clone()), index.name.clone());
                    self.step(Operation::DropIndex { table, name, if_exists: false });
                }
            }
        }
    }

    /// What differs by its name alone gets another name.
    fn rename_parts(&mut self, old: &Table, new: &Table) {
        let (before, after) = (constraints(old), constraints(new));
        let free = |table: &Table, name: &str| {
            table.index(name, self.dialect()).is_none() && !table.constraint_names().any(|held| held == name)
        };
        let mut renamings = Vec::new();
        for held in &before {
            let renamed = after.iter().find(|other| {
                let fits = self.is_postgres() || matches!(other, Constraint::Unique(_));
                fits && !before.contains(other)
                    && !after.contains(held)
                    && named(held, other.name()) == **other
            });
            if let (Some(from), Some(to)) = (held.name(), renamed.and_then(Constraint::name))
                && free(old, to)
                && free(new, from)
            {
                let (table, from, to) = (new.name.clone(), from.to_owned(), to.to_owned());
                renamings.push(Operation::RenameConstraint { table, from, to });
            }
        }
        for held in old.indexes.iter().filter(|held| !held.implied && free(new, &held.name)) {
            let same =
                |other: &&Index| same_index(&Index { name: other.name.clone(), ..held.clone() }, other);
            let mut others =
                new.indexes.iter().filter(|other| free(old, &other.name) && self.is_free_index(&other.name));
            if let Some(other) = others.find(same) {
                let (from, to) = (held.name.clone(), other.name.clone());
                renamings.push(Operation::RenameIndex { table: Some(new.name.clone()), from, to });
            }
        }
        let mut taken: Vec<String> = Vec::new();
        for renaming in renamings {
            if let Operation::RenameConstraint { to, .. } | Operation::RenameIndex { to, .. } = &renaming {
                if taken.contains(to) {
                    continue;
                }
                taken.push(to.clone());
            }
            self.step(renaming);
        }
    }

    /// PostgreSQL names indexes for the whole schema.
    fn is_free_index(&self, name: &str) -> bool {
        !self.is_postgres() || self.reached.table_of_index(None, name).is_none()
    }

    /// MySQL: an index that was made for a foreign key and that nothing took away.
    pub(super) fn take_implied(&mut self) {
        let dialect = self.dialect();
        for key in self.changed_tables() {
            let Some((old, new)) = self.both(&key).filter(|_| !self.is_postgres()) else { continue };
            let is_needed = |index: &Index| {
                let serves = |key: &ForeignKey| {
                    key.columns == index.leading_columns() && !new.is_indexed(&key.columns, dialect)
                };
                new.foreign_keys.iter().any(serves)
            };
            let gone =
                old.indexes.iter().filter(|index| !new.indexes.iter().any(|other| same_index(index, other)));
            for index in gone.filter(|index| !is_needed(index)) {
                let (table, name) = (Some(new.name.clone()), index.name.clone());
                self.step(Operation::DropIndex { table, name, if_exists: false });
            }
        }
    }

    /// A check that is only to be validated, or to be enforced (MySQL), stays.
    fn can_be_altered(&self, constraint: &Constraint, stay: &[Constraint]) -> bool {
        let Constraint::Check(old) = constraint else { return false };
        stay.iter().any(|other| match other {
            Constraint::Check(new) if self.is_postgres() => {
                !old.validated
                    && new.validated
                    && crate::schema::Check { validated: true, ..old.clone() } == *new
            }
            Constraint::Check(new) if self.able.not_enforced => {
                let same =
                    crate::schema::Check { enforced: new.enforced, validated: new.validated, ..old.clone() };
                same == *new
            }
            _ => false,
        })
    }

    /// Constraints and indexes that are new.
    pub(super) fn make_parts(&mut self) {
        for key in self.changed_tables() {
            let Some((_, new)) = self.both(&key) else { continue };
            for constraint in constraints(&new) {
                // Looked at again each time: PostgreSQL carries a parent's constraints to its partitions.
                let old = self.reached.tables.get(&key).map(|table| constraints(table)).unwrap_or_default();
                if !old.contains(&constraint) {
                    self.make_constraint(&new.name, constraint, &old);
                }
            }
            for index in &new.indexes {
                let Some(old) = self.reached.tables.get(&key) else { continue };
                let there = old.indexes.iter().any(|other| same_index(index, other));
                if !there && !index.implied {
                    let (table, index) = (new.name.clone(), Box::new(index.clone()));
                    self.step(Operation::CreateIndex {
                        table,
                        index,
                        if_not_exists: false,
                        concurrently: false,
                    });
                }
            }
        }
    }

    fn make_constraint(&mut self, table: &ObjectName, constraint: Constraint, old: &[Constraint]) {
        let table = table.clone();
        if let Constraint::Check(new) = &constraint
            && let Some(name) = &new.name
            && old.iter().any(|held| kind(held) == ConstraintKind::Check && held.name() == Some(name))
        {
            let name = name.clone();
            return self.step(if self.is_postgres() {
                Operation::ValidateConstraint { table, name }
            } else {
                Operation::AlterConstraint { table, name, deferral: None, enforced: Some(new.enforced) }
            });
        }
        self.step(Operation::AddConstraint { table, constraint });
    }

    /// Foreign keys that are new, or were in the way.
    pub(super) fn make_foreign_keys(&mut self) {
        for key in self.changed_tables() {
            let Some((_, new)) = self.both(&key) else { continue };
            for held in &new.foreign_keys {
                let Some(old) = self.reached.tables.get(&key).cloned() else { continue };
                let table = new.name.clone();
                match old.foreign_keys.iter().find(|other| self.same_key(other, held)) {
                    None => self.step(Operation::AddConstraint {
                        table,
                        constraint: Constraint::Foreign(held.clone()),
                    }),
                    Some(other) => self.alter_key(table, other, held),
                }
            }
        }
    }

    fn alter_key(&mut self, table: ObjectName, old: &ForeignKey, new: &ForeignKey) {
        let Some(name) = new.name.clone() else { return };
        if old.deferral != new.deferral {
            let deferral = Some(new.deferral);
            self.step(Operation::AlterConstraint {
                table: table.clone(),
                name: name.clone(),
                deferral,
                enforced: None,
            });
        }
        if !old.validated && new.validated {
            self.step(Operation::ValidateConstraint { table, name });
        }
    }
}

//! Columns: added, dropped, altered, brought into order.

use super::Walk;
use crate::dialect::mysql;
use crate::operation::{ColumnChange, Operation, Position};
use crate::schema::{Column, Expression, Identity, IdentityKind, ObjectName, Table, TypeKind, same_word};
use crate::source::DialectKind;

/// Whether a key or index begins with a column, as `AUTO_INCREMENT` wants it (MySQL 8.4, 15.1.20).
pub(super) fn is_keyed(table: &Table, column: &str, dialect: DialectKind) -> bool {
    table.is_indexed(&[column.to_owned()], dialect)
}

/// Whether the values of a type are cast to another by themselves: PostgreSQL 18, 10.4 and CREATE CAST.
fn is_cast_by_itself(old: &TypeKind, new: &TypeKind) -> bool {
    use TypeKind::{Decimal, Integer, Real, Text};
    let number = |kind: &TypeKind| matches!(kind, Integer { .. } | Decimal { .. } | Real);
    matches!(new, Text { .. })
        || (number(old) && number(new))
        || std::mem::discriminant(old) == std::mem::discriminant(new) && !matches!(old, TypeKind::Named(_))
}

impl Walk<'_> {
    /// Tables whose columns change so that PostgreSQL would refuse it under a view.
    pub(super) fn tables_in_the_way_of_views(&self) -> Vec<ObjectName> {
        let is_in_the_way = |key: &ObjectName| {
            let Some(old) = self.reached.tables.get(key) else { return false };
            let Some(new) = self.after.tables.get(key) else { return true };
            old.columns.iter().any(|column| {
                new.column(&column.name, self.dialect()).is_none_or(|held| {
                    held.column_type != column.column_type
                        || held.collation != column.collation
                        || held.generated != column.generated
                })
            })
        };
        self.changed_tables().into_iter().filter(is_in_the_way).collect()
    }

    pub(super) fn alter_columns(&mut self, key: &ObjectName, new: &Table) {
        let Some(old) = self.reached.tables.get(key).cloned() else { return };
        let dialect = self.dialect();
        let stays = |column: &Column| {
            new.column(&column.name, dialect).is_some_and(|held| !self.must_be_made_anew(column, held))
        };
        let gone: Vec<&Column> = old.columns.iter().filter(|column| !stays(column)).collect();
        let all_go = gone.len() == old.columns.len();
        if !all_go {
            self.drop_columns(&new.name, &gone);
        }
        self.add_columns(key, new);
        if all_go {
            self.drop_columns(&new.name, &gone);
            self.add_columns(key, new);
        }
        for column in &new.columns {
            let held =
                self.reached.tables.get(key).and_then(|table| table.column(&column.name, dialect)).cloned();
            if let Some(held) = held {
                self.alter_column(new, &held, column);
            }
        }
        self.order_columns(key, new);
    }

    /// PostgreSQL cannot make a plain column a computed one, nor MySQL change how its values are kept.
    fn must_be_made_anew(&self, old: &Column, new: &Column) -> bool {
        match (&old.generated, &new.generated) {
            (None, None) => false,
            (Some(_), None) => !self.is_postgres(),
            (None, Some(_)) => true,
            (Some(old), Some(new)) => {
                let moved = old.stored != new.stored;
                moved || (self.is_postgres() && old.expression != new.expression && !self.able.set_expression)
            }
        }
    }

    fn drop_columns(&mut self, table: &ObjectName, gone: &[&Column]) {
        // What is computed from others goes before them.
        let (computed, plain): (Vec<&Column>, Vec<&Column>) =
            gone.iter().partition(|column| column.generated.is_some());
        for column in computed.into_iter().chain(plain) {
            let (table, column) = (table.clone(), column.name.clone());
            self.step(Operation::DropColumn { table, column, if_exists: false, cascade: false });
        }
    }

    fn add_columns(&mut self, key: &ObjectName, new: &Table) {
        let dialect = self.dialect();
        // What is computed comes when all it is computed from is there.
        let missing = |walk: &Self, column: &Column| {
            walk.reached.tables.get(key).is_some_and(|table| table.column(&column.name, dialect).is_none())
        };
        for computed in [false, true] {
            for (at, column) in new.columns.iter().enumerate() {
                if column.generated.is_some() != computed || !missing(self, column) {
                    continue;
                }
                let mut column = column.clone();
                let mut position = Position::Last;
                if self.is_postgres() {
                    column.options.retain(|name, _| name == "NOT NULL");
                    column.comment = None;
                } else {
                    // It numbers itself when it is a key.
                    column.identity = None;
                    position = self.position(key, new, at);
                }
                let (table, column) = (new.name.clone(), Box::new(column));
                self.step(Operation::AddColumn { table, column, position, if_not_exists: false });
            }
        }
    }

    /// After the nearest column before it that is there.
    fn position(&self, key: &ObjectName, new: &Table, at: usize) -> Position {
        let Some(held) = self.reached.tables.get(key) else { return Position::Last };
        let there = |name: &str| held.column_index(name, self.dialect());
        let before = new.columns[..at].iter().rev().find_map(|column| there(&column.name));
        match before {
            Some(place) if place + 1 == held.columns.len() => Position::Last,
            Some(place) => mysql::place_after(held, place + 1),
            None => Position::First,
        }
    }

    fn alter_column(&mut self, table: &Table, old: &Column, new: &Column) {
        if !self.is_postgres() {
            let mut column = new.clone();
            // Numbering begins when the key is there; see `number_columns`.
            column.identity = old.identity.clone().filter(|_| new.identity.is_some());
            if column != *old {
                self.modify(&table.name, column, None);
            }
            return;
        }
        let alter =
            |change| Operation::AlterColumn { table: table.name.clone(), column: new.name.clone(), change };
        if old.generated.is_some() && new.generated.is_none() {
            self.step(alter(ColumnChange::DropGenerated));
        }
        let retyped = old.column_type != new.column_type || old.collation != new.collation;
        let mut default = old.default.clone();
        if retyped && default.is_some() {
            // A default is not cast with its column (PostgreSQL 18, ALTER TABLE).
            self.step(alter(ColumnChange::Default(None)));
            default = None;
        }
        if old.identity.is_some() && new.identity.is_none() {
            self.step(alter(ColumnChange::Identity(None)));
        }
        if retyped && !is_serial_word(old, new) {
            let change = self.retype(table, old, new);
            self.step(alter(change));
        }
        if let (Some(before), Some(generated)) = (&old.generated, &new.generated)
            && before.expression != generated.expression
        {
            self.step(alter(ColumnChange::Expression(generated.expression.clone())));
        }
        let nullable = self.held(&table.name, &new.name).is_none_or(|held| held.nullable);
        if nullable != new.nullable && new.identity.is_none() {
            self.step(alter(ColumnChange::Nullable(new.nullable)));
        }
        if default != new.default {
            self.step(alter(ColumnChange::Default(new.default.clone())));
        }
        if new.identity.is_some() && old.identity != new.identity {
            self.step(alter(ColumnChange::Identity(new.identity.clone())));
        }
        for (name, value) in new
            .options
            .iter()
            .filter(|(name, value)| *name != "NOT NULL" && old.options.get(*name) != Some(value))
        {
            self.step(alter(ColumnChange::Option { name: name.clone(), value: value.clone() }));
        }
    }

    fn held(&self, table: &ObjectName, column: &str) -> Option<&Column> {
        self.reached.table(table)?.column(column, self.dialect())
    }

    fn retype(&self, table: &Table, old: &Column, new: &Column) -> ColumnChange {
        let dialect = self.dialect();
        let hint =
            self.hints.using.iter().find(|(name, column, _)| {
                self.same(name, &table.name) && same_word(column, &new.name, dialect)
            });
        let cast = || {
            let plain = is_cast_by_itself(&old.column_type.kind(dialect), &new.column_type.kind(dialect));
            let name = super::super::words::quote(&new.name, dialect);
            // A type that was set aside is reached through its text.
            let through = matches!(old.column_type.kind(dialect), TypeKind::Named(_));
            let text = if through { "::text" } else { "" };
            (!plain).then(|| Expression::verbatim(&format!("{name}{text}::{}", new.column_type), dialect))
        };
        let using = hint.map(|(_, _, using)| using.clone()).or_else(cast);
        // A collation goes back to the type's own only when that is said.
        let collation = new.collation.clone();
        ColumnChange::Type { column_type: new.column_type.clone(), using, collation }
    }

    fn modify(&mut self, table: &ObjectName, column: Column, position: Option<Position>) {
        let name = column.name.clone();
        let change = ColumnChange::Whole { column: Box::new(column), position };
        self.step(Operation::AlterColumn { table: table.clone(), column: name, change });
    }

    /// MySQL can move a column; PostgreSQL cannot.
    fn order_columns(&mut self, key: &ObjectName, new: &Table) {
        let dialect = self.dialect();
        for (at, column) in new.columns.iter().enumerate() {
            let Some(held) = self.reached.tables.get(key).cloned() else { return };
            if held.columns.get(at).is_some_and(|held| same_word(&held.name, &column.name, dialect)) {
                continue;
            }
            if self.is_postgres() {
                self.way.left.push(format!("the order of the columns of `{}`", new.name));
                return;
            }
            let Some(moved) = held.column(&column.name, dialect).cloned() else { return };
            self.modify(&new.name, moved, Some(mysql::place_after(new, at)));
        }
    }

    /// MySQL: a column stops numbering itself before its key goes.
    pub(super) fn stop_numbering(&mut self, key: &ObjectName, new: &Table) {
        let Some(old) = self.reached.tables.get(key).cloned().filter(|_| !self.is_postgres()) else { return };
        let mut stays = Table { columns: old.columns.clone(), ..Table::new(old.name.clone()) };
        stays.primary_key = old.primary_key.clone().filter(|key| new.primary_key.as_ref() == Some(key));
        stays.uniques = old.uniques.iter().filter(|held| new.uniques.contains(held)).cloned().collect();
        stays.indexes = old.indexes.iter().filter(|held| new.indexes.contains(held)).cloned().collect();
        for column in old.columns.iter().filter(|column| column.identity.is_some()) {
            if !is_keyed(&stays, &column.name, self.dialect())
                || new.column(&column.name, self.dialect()).is_none_or(|held| held.identity.is_none())
            {
                self.modify(&old.name, Column { identity: None, ..column.clone() }, None);
            }
        }
    }

    /// MySQL: a column numbers itself when its key is there. PostgreSQL: options of columns of new tables.
    pub(super) fn number_columns(&mut self) {
        let dialect = self.dialect();
        for key in self.changed_tables() {
            let Some(new) = self.after.tables.get(&key).cloned() else { continue };
            for column in &new.columns {
                let held = self
                    .reached
                    .tables
                    .get(&key)
                    .and_then(|table| table.column(&column.name, dialect))
                    .cloned();
                let Some(held) = held else { continue };
                if self.is_postgres() {
                    for (name, value) in column
                        .options
                        .iter()
                        .filter(|(name, value)| *name != "NOT NULL" && held.options.get(*name) != Some(value))
                    {
                        let change = ColumnChange::Option { name: name.clone(), value: value.clone() };
                        let (table, column) = (new.name.clone(), column.name.clone());
                        self.step(Operation::AlterColumn { table, column, change });
                    }
                } else if held.identity != column.identity {
                    self.modify(&new.name, column.clone(), None);
                }
            }
        }
    }
}

/// `serial` and `integer` are one type in other words.
fn is_serial_word(old: &Column, new: &Column) -> bool {
    let is_serial = |identity: &Identity| identity.kind == IdentityKind::Serial;
    let serial = old.identity.iter().chain(&new.identity).any(is_serial);
    let bytes = |column: &Column| match column.column_type.kind(DialectKind::Postgres) {
        TypeKind::Integer { bytes, .. } => Some(bytes),
        _ => None,
    };
    serial && bytes(old).is_some() && bytes(old) == bytes(new)
}

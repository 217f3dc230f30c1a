//! The table made anew: CREATE, INSERT … SELECT, DROP, RENAME, CREATE INDEX.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::order::sort;
use super::{Batch, BatchOperation, BatchOutcome};
use crate::sql::compile::ddl::{self, AddColumn, AlterColumn, ChangedDefault, NamedTypes};
use crate::sql::compile::{Parameters, statement_sql};
use crate::sql::dialect::Dialect;
use crate::sql::error::{ErrorKind, Result, SqlError};
use crate::sql::expression::{Expr, Expression, From, Insert, InsertSource, Node, Query, Select, Statement};
use crate::sql::identifier::{ConstraintName, Identifier};
use crate::sql::naming;
use crate::sql::table::{
    Column, Constraint, ConstraintKind, Index, IndexPart, MetaData, Options, Table, TableItem, TableOptions,
};
use crate::sql::types::{Affinity, DataType};

/// A column on its way to the new table.
struct Moved {
    key: String,
    column: Column,
    /// What is copied; None for a column that was not there before.
    source: Option<Expr>,
}

/// The old table taken apart (`ApplyBatchImpl`).
struct Rebuild<'a> {
    batch: &'a Batch,
    old: Table,
    columns: Vec<Moved>,
    existing: Vec<String>,
    placed: Vec<(String, String)>,
    named: Vec<Constraint>,
    nameless: Vec<Constraint>,
    indexes: Vec<Index>,
    new_indexes: Vec<Index>,
    options: Options,
    warnings: Vec<String>,
}

pub(super) fn rebuild(
    batch: &Batch,
    metadata: &MetaData,
    known: &mut NamedTypes,
    reflect: &mut dyn FnMut() -> Result<Table>,
    dialect: Dialect,
) -> Result<BatchOutcome> {
    let old = match &batch.copy_from {
        Some(table) => table.clone(),
        None => old_table(batch, reflect)?,
    };
    let mut rebuild = Rebuild::take_apart(batch, old);
    for operation in &batch.operations {
        rebuild.apply(operation, metadata, dialect)?;
    }
    let statements = rebuild.statements(known, dialect)?;
    Ok(BatchOutcome { statements, recreates: true, warnings: rebuild.warnings })
}

fn old_table(batch: &Batch, reflect: &mut dyn FnMut() -> Result<Table>) -> Result<Table> {
    let mut table = reflect()?;
    table.reflected = true;
    for item in &batch.reflect_args {
        match item {
            TableItem::Column(column) => table.append_column((**column).clone())?,
            TableItem::Constraint(constraint) => table.append_constraint((**constraint).clone())?,
            TableItem::Index(index) => table.append_index((**index).clone())?,
        }
    }
    if let Some(convention) = &batch.naming_convention {
        table.fix_names();
        let metadata = MetaData { schema: None, naming: Rc::new(convention.clone()) };
        return table.to_metadata(&metadata, None);
    }
    Ok(table)
}

/// Alembic keeps them by name: a later one takes the place of an earlier.
fn put(named: &mut Vec<Constraint>, constraint: Constraint) {
    match named.iter_mut().find(|own| own.name.text() == constraint.name.text()) {
        Some(own) => *own = constraint,
        None => named.push(constraint),
    }
}

impl<'a> Rebuild<'a> {
    fn take_apart(batch: &'a Batch, old: Table) -> Rebuild<'a> {
        let source = old.source();
        let columns: Vec<Moved> = old
            .columns
            .iter()
            .map(|column| {
                let mut copy = column.clone();
                (copy.unique, copy.index) = (false, false);
                copy.foreign_keys.clear();
                Moved { key: column.key.clone(), column: copy, source: Some(source.column(&column.key)) }
            })
            .collect();
        let mut options = batch.table_kwargs.clone();
        for (name, value) in &old.options.0 {
            if !options.0.iter().any(|(own, _)| own == name) {
                options.0.push((name.clone(), value.clone()));
            }
        }
        let mut rebuild = Rebuild {
            existing: columns.iter().map(|moved| moved.key.clone()).collect(),
            batch,
            columns,
            placed: Vec::new(),
            named: Vec::new(),
            nameless: Vec::new(),
            indexes: old.indexes.clone(),
            new_indexes: Vec::new(),
            options,
            warnings: Vec::new(),
            old,
        };
        rebuild.sort_constraints();
        rebuild
    }

    fn sort_constraints(&mut self) {
        let restated = self.batch.table_args.iter().any(
            |item| matches!(item, TableItem::Constraint(c) if matches!(c.kind, ConstraintKind::Check { .. })),
        );
        let key = std::iter::once(&self.old.primary_key).filter(|key| !key.columns().is_empty());
        for constraint in key.chain(&self.old.constraints) {
            let is_check = matches!(constraint.kind, ConstraintKind::Check { .. });
            if constraint.type_bound.is_some() {
                continue;
            }
            match (constraint.name.text(), is_check && self.old.reflected) {
                (None, true) if restated => {}
                (None, true) => self.warnings.push(format!(
                    "Unnamed CHECK constraint on reflected table '{}' is being omitted from the table recreate",
                    self.old.name
                )),
                (Some(_), _) => put(&mut self.named, constraint.clone()),
                (None, false) => self.nameless.push(constraint.clone()),
            }
        }
    }

    fn moved(&mut self, name: &str) -> Result<&mut Moved> {
        let found = self.columns.iter_mut().find(|moved| moved.key == name);
        found.ok_or_else(|| SqlError::new(ErrorKind::Key, format!("'{name}'")))
    }

    fn apply(&mut self, operation: &BatchOperation, metadata: &MetaData, dialect: Dialect) -> Result<()> {
        match operation {
            BatchOperation::AddColumn { change, before, after } => {
                self.add_column(change, before.clone(), after.clone(), metadata, dialect)
            }
            BatchOperation::DropColumn { name, existing_type, .. } => {
                self.drop_column(name)?;
                self.forget_check(existing_type.as_deref());
                Ok(())
            }
            BatchOperation::AlterColumn(change) => self.alter_column(change, metadata, dialect),
            BatchOperation::AddConstraint(added) => self.add_constraint(&added.0),
            BatchOperation::DropConstraint { name, kind } => {
                let (constraint, _) = ddl::named_constraint(
                    name.clone(),
                    self.batch.schema.clone(),
                    &self.batch.table,
                    *kind,
                    metadata,
                )?;
                self.drop_constraint(&constraint)
            }
            BatchOperation::CreateIndex { index, .. } => {
                let mut index = (**index).clone();
                let options = TableOptions { schema: self.batch.schema.clone(), ..TableOptions::default() };
                let stub = Table::new(self.batch.table.clone(), metadata, Vec::new(), options)?;
                naming::apply_to_index(&mut index, &stub)?;
                self.new_indexes.retain(|own| own.name.text() != index.name.text());
                self.new_indexes.push(index);
                Ok(())
            }
            BatchOperation::DropIndex { name, .. } => {
                let text = name.text().unwrap_or_default();
                let place = self.indexes.iter().position(|index| index.name.text() == name.text());
                let missing = || SqlError::new(ErrorKind::Value, format!("No such index: '{text}'"));
                self.indexes.remove(place.ok_or_else(missing)?);
                Ok(())
            }
            // As in Alembic: the new table is written with the comment that the old one has.
            BatchOperation::TableComment(_) => Ok(()),
        }
    }

    fn add_column(
        &mut self,
        change: &AddColumn,
        before: Option<String>,
        after: Option<String>,
        metadata: &MetaData,
        dialect: Dialect,
    ) -> Result<()> {
        let table = change.table(metadata)?;
        let Some(column) = table.columns.first() else { return Ok(()) };
        self.place(&column.key, before, after)?;
        let mut copy = column.clone();
        copy.foreign_keys.clear();
        (copy.unique, copy.index) = (false, false);
        self.columns.retain(|moved| moved.key != column.key);
        self.columns.push(Moved { key: column.key.clone(), column: silenced(copy), source: None });
        for constraint in &table.constraints {
            if constraint.type_bound.as_ref().is_none_or(|bound| bound.dialects.contains(&dialect.name())) {
                self.add_constraint(constraint)?;
            }
        }
        self.new_indexes.extend(table.indexes.iter().cloned());
        Ok(())
    }

    /// `_setup_dependencies_for_add_column`
    fn place(&mut self, name: &str, mut before: Option<String>, mut after: Option<String>) -> Result<()> {
        let position = |wanted: &str| self.existing.iter().position(|own| own == wanted);
        let missing = |name: &str| SqlError::new(ErrorKind::Key, format!("'{name}'"));
        if self.batch.partial_reordering.is_empty() {
            if let (Some(left), None) = (&after, &before) {
                before = match position(left) {
                    Some(index) => self.existing.get(index + 1).cloned(),
                    None => {
                        let found = self.placed.iter().rev().find(|(first, _)| first == left);
                        Some(found.map(|(_, second)| second.clone()).ok_or_else(|| missing(left))?)
                    }
                };
            }
            if let (Some(right), None) = (&before, &after) {
                after = match position(right) {
                    Some(index) => index.checked_sub(1).and_then(|index| self.existing.get(index).cloned()),
                    None => {
                        let found = self.placed.iter().rev().find(|(_, second)| second == right);
                        Some(found.map(|(first, _)| first.clone()).ok_or_else(|| missing(right))?)
                    }
                };
            }
        }
        let is_free = before.is_none() && after.is_none() && self.batch.partial_reordering.is_empty();
        self.placed.extend(before.map(|right| (name.to_owned(), right)));
        self.placed.extend(after.map(|left| (left, name.to_owned())));
        if let (true, Some(last)) = (is_free, self.existing.last()) {
            self.placed.push((last.clone(), name.to_owned()));
        }
        Ok(())
    }

    fn drop_column(&mut self, name: &Identifier) -> Result<()> {
        let key = self.moved(name)?.key.clone();
        for constraint in self.named.iter_mut().chain(&mut self.nameless) {
            if let ConstraintKind::PrimaryKey { columns } = &mut constraint.kind {
                columns.retain(|own| *own != key);
            }
        }
        self.columns.retain(|moved| moved.key != key);
        self.existing.retain(|own| *own != key);
        Ok(())
    }

    /// A named CHECK of a type goes with its column's old type.
    fn forget_check(&mut self, existing_type: Option<&DataType>) {
        if let Some(name) = existing_type.and_then(|data_type| data_type.base().name.as_deref()) {
            self.named.retain(|constraint| constraint.name.text() != Some(name));
        }
    }

    fn alter_column(&mut self, change: &AlterColumn, metadata: &MetaData, dialect: Dialect) -> Result<()> {
        let name = change.column.clone().unwrap_or_else(|| "".into());
        if let (Some(existing), Some(_)) = (&change.existing_type, &change.data_type) {
            // Alembic drops the CHECK of the old type, and does not mind when there is none.
            self.forget_check(Some(existing).filter(|data_type| data_type.base().flags.create_constraint));
        }
        let renames = change.name.as_ref().filter(|new| **new != name);
        let moved = self.moved(&name)?;
        if let Some(new) = renames {
            moved.column.name = new.clone();
        }
        if let Some(new) = &change.data_type {
            let old = Rc::clone(&moved.column.data_type);
            let to_json = dialect.is_sqlite() && new.affinity() == Affinity::Json;
            if let (false, false, Some(source)) = (old.same_affinity(new), to_json, &moved.source) {
                moved.source = Some(Expression::new(Node::Cast(Rc::clone(source)), new.clone()));
            }
            moved.column = silenced(Column { data_type: Rc::new(new.clone()), ..moved.column.clone() });
        }
        if let Some(nullable) = change.nullable {
            moved.column.nullable = Some(nullable);
        }
        match &change.server_default {
            Some(None) => {
                (moved.column.server_default, moved.column.computed, moved.column.identity) =
                    (None, None, None);
            }
            Some(Some(ChangedDefault::Default(default))) => {
                moved.column.server_default = Some(default.clone());
            }
            Some(Some(ChangedDefault::Identity(identity))) => moved.column.identity = Some(identity.clone()),
            Some(Some(ChangedDefault::Computed)) => {
                return Err(SqlError::unsupported("a column that becomes computed in a batch"));
            }
            None => {}
        }
        if let Some(flag) = change.autoincrement {
            use crate::sql::table::Autoincrement as Auto;
            moved.column.autoincrement = if flag { Auto::True } else { Auto::False };
        }
        if let Some(comment) = &change.comment {
            moved.column.comment.clone_from(comment);
        }
        if renames.is_some() {
            self.forget_check(change.existing_type.as_ref());
        }
        self.add_type_checks(change, metadata, dialect)
    }

    /// The CHECK of a new type, which `op.alter_column` adds after the change.
    fn add_type_checks(&mut self, change: &AlterColumn, metadata: &MetaData, dialect: Dialect) -> Result<()> {
        let Some(new) = &change.data_type else { return Ok(()) };
        let name = change.column.clone().unwrap_or_else(|| "".into());
        let stub = AddColumn {
            schema: self.batch.schema.clone(),
            ..AddColumn::new(self.batch.table.clone(), Column::new(name, new.clone()))
        };
        let table = stub.table(metadata)?;
        for constraint in &table.constraints {
            if constraint.type_bound.as_ref().is_some_and(|bound| bound.dialects.contains(&dialect.name())) {
                self.add_constraint(constraint)?;
            }
        }
        Ok(())
    }

    fn add_constraint(&mut self, constraint: &Constraint) -> Result<()> {
        if constraint.name == ConstraintName::None && constraint.type_bound.is_none() {
            return Err(SqlError::new(ErrorKind::Value, "Constraint must have a name"));
        }
        let is_key = |own: &Constraint| matches!(own.kind, ConstraintKind::PrimaryKey { .. });
        if is_key(constraint) {
            self.nameless.retain(|own| !is_key(own));
        }
        let mut constraint = constraint.clone();
        constraint.type_bound = None;
        match constraint.name.text() {
            Some(_) => put(&mut self.named, constraint),
            None => self.nameless.push(constraint),
        }
        Ok(())
    }

    fn drop_constraint(&mut self, constraint: &Constraint) -> Result<()> {
        let Some(name) = constraint.name.text() else {
            return Err(SqlError::new(ErrorKind::Value, "Constraint must have a name"));
        };
        for moved in &mut self.columns {
            let before = moved.column.checks.len();
            moved.column.checks.retain(|check| check.name.text() != Some(name));
            if moved.column.checks.len() < before {
                return Ok(());
            }
        }
        let Some(place) = self.named.iter().position(|own| own.name.text() == Some(name)) else {
            return Err(SqlError::new(ErrorKind::Value, format!("No such constraint: '{name}'")));
        };
        let dropped = self.named.remove(place);
        if matches!(dropped.kind, ConstraintKind::PrimaryKey { .. }) {
            for moved in self.columns.iter_mut().filter(|moved| dropped.columns().contains(&moved.key)) {
                // The column keeps the NOT NULL that it had as a key.
                moved.column.nullable = Some(moved.column.is_nullable());
                moved.column.primary_key = false;
            }
        }
        Ok(())
    }

    fn statements(&mut self, known: &mut NamedTypes, dialect: Dialect) -> Result<Vec<String>> {
        self.order_columns()?;
        let mut table = self.new_table()?;
        let mut statements = Vec::new();
        if dialect.is_postgres() {
            // The new table uses the names of the old one's constraints.
            for constraint in std::iter::once(&self.old.primary_key).chain(&self.old.constraints) {
                if self
                    .named
                    .iter()
                    .any(|own| own.name.text() == constraint.name.text() && own.name.text().is_some())
                {
                    statements.push(ddl::drop_constraint(constraint, &self.old, false, dialect)?);
                }
            }
        }
        statements.extend(ddl::create_table(&table, known, false, dialect)?);
        statements.push(self.copy(&table, dialect)?);
        statements.push(ddl::drop_table(&self.old, false, dialect));
        let schema = self.old.schema.as_ref();
        statements.push(ddl::rename_table(schema, &table.name, &self.old.name, dialect));
        table.name = self.old.name.clone();
        for index in self.gathered_indexes() {
            statements.push(ddl::create_index(&index, &table, false, dialect)?);
        }
        Ok(statements)
    }

    /// `_adjust_self_columns_for_partial_reordering`
    fn order_columns(&mut self) -> Result<()> {
        if self.batch.partial_reordering.is_empty() && self.placed.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = self.columns.iter().map(|moved| moved.key.clone()).collect();
        let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
        for run in &self.batch.partial_reordering {
            pairs.extend(run.windows(2).map(|two| (two[0].clone(), two[1].clone())));
        }
        if self.batch.partial_reordering.is_empty() {
            let own = names.iter().zip(self.existing.iter().skip(1));
            pairs.extend(own.map(|(first, second)| (first.clone(), second.clone())));
        }
        pairs.extend(self.placed.iter().cloned());
        pairs.retain(|(first, second)| first != second);
        let sorted = sort(&names, &pairs)
            .ok_or_else(|| SqlError::new(ErrorKind::InvalidRequest, "Circular dependency detected."))?;
        self.columns.sort_by_key(|moved| sorted.iter().position(|name| *name == moved.key));
        Ok(())
    }

    fn new_table(&self) -> Result<Table> {
        let temporary: String = format!("_alembic_tmp_{}", self.old.name).chars().take(50).collect();
        let mut items: Vec<TableItem> =
            self.columns.iter().map(|moved| TableItem::Column(Box::new(moved.column.clone()))).collect();
        items.extend(self.batch.table_args.iter().cloned());
        let options = TableOptions {
            schema: self.old.schema.clone(),
            comment: self.old.comment.clone(),
            options: self.options.clone(),
            prefixes: Vec::new(),
        };
        let mut table = Table::new(temporary, &MetaData::default(), items, options)?;
        for constraint in &mut table.constraints {
            if constraint.type_bound.is_some()
                && let Ok(Some(name)) = naming::convention_name(constraint, &self.old)
            {
                constraint.name = ConstraintName::Final(name);
            }
        }
        for constraint in self.named.iter().chain(&self.nameless) {
            let kept =
                constraint.columns().iter().all(|key| self.columns.iter().any(|moved| moved.key == *key));
            let is_text = matches!(constraint.kind, ConstraintKind::Check { .. });
            let empty_key = matches!(constraint.kind, ConstraintKind::PrimaryKey { .. })
                && constraint.columns().is_empty();
            if empty_key || !(kept || (is_text && constraint.columns().is_empty())) {
                continue;
            }
            let mut copy = constraint.clone();
            if let ConstraintKind::Check { condition, .. } = &mut copy.kind {
                *condition = self.renamed(condition);
            }
            table.append_constraint(copy)?;
        }
        Ok(table)
    }

    /// Columns in an expression under the names that they have now.
    fn renamed(&self, expression: &Expr) -> Expr {
        let name = |old: &Identifier| {
            let moved = self.columns.iter().find(|moved| moved.key == old.as_str());
            moved.map_or_else(|| old.clone(), |moved| moved.column.name.clone())
        };
        crate::sql::compile::map_columns(expression, &name)
    }

    fn copy(&self, table: &Table, dialect: Dialect) -> Result<String> {
        let From::Table(source) = table.source() else { return Ok(String::new()) };
        let kept = || self.columns.iter().filter(|moved| moved.source.is_some());
        let select = Select {
            columns: kept().filter_map(|moved| moved.source.clone()).collect(),
            ..Select::default()
        };
        let insert = Insert {
            table: source,
            source: InsertSource::Select {
                columns: kept().map(|moved| moved.key.clone()).collect(),
                query: Box::new(Query::Select(Box::new(select))),
                defaults: true,
            },
            conflict: None,
            returning: Vec::new(),
            prefixes: Vec::new(),
        };
        statement_sql(&Statement::Insert(insert), &Parameters::new(), dialect)
    }

    fn gathered_indexes(&self) -> Vec<Index> {
        let mut all: Vec<Index> = self.indexes.iter().filter(|index| !index.implicit).cloned().collect();
        for index in &mut all {
            for part in &mut index.parts {
                if let IndexPart::Expression(expression) = part {
                    *expression = self.renamed(expression);
                }
            }
        }
        all.extend(self.new_indexes.iter().cloned());
        all
    }
}

/// A column whose type makes no CHECK: `op.add_column` adds it by itself.
fn silenced(mut column: Column) -> Column {
    if column.data_type.base().flags.create_constraint {
        let mut data_type = (*column.data_type).clone();
        data_type.flags.create_constraint = false;
        column.data_type = Rc::new(data_type);
    }
    column
}

//! What happens when columns, constraints and indexes come to a table.

use std::rc::Rc;

use super::{Column, Constraint, ConstraintKind, Index, IndexPart, Table, TableItem, TypeBound};
use crate::sql::error::{Result, SqlError};
use crate::sql::expression::{Expr, Expression, Node};
use crate::sql::identifier::ConstraintName;
use crate::sql::literal::Literal;
use crate::sql::naming;
use crate::sql::types::{DataType, Form};

impl Table {
    /// Takes the arguments of `Table(…)`. Constraints that stood among them were made before those that the
    /// columns make, and so come first in CREATE TABLE (SQLAlchemy's `_creation_order`).
    pub(crate) fn take(&mut self, items: Vec<TableItem>) -> Result<()> {
        let mut given = Vec::new();
        for item in items {
            match item {
                TableItem::Column(column) => self.append_column(*column)?,
                TableItem::Constraint(_) | TableItem::Index(_) => given.push(item),
            }
        }
        let made_by_columns = std::mem::take(&mut self.constraints);
        for item in given {
            match item {
                TableItem::Constraint(constraint) => self.append_constraint(*constraint)?,
                TableItem::Index(index) => self.append_index(*index)?,
                TableItem::Column(_) => {}
            }
        }
        self.constraints.extend(made_by_columns);
        Ok(())
    }

    /// `table.append_column(column)`: its flags and foreign keys become constraints and indexes.
    pub fn append_column(&mut self, column: Column) -> Result<()> {
        let key = column.key.clone();
        let (is_key, index, unique) = (column.primary_key, column.index, column.unique);
        let check = type_check(&column);
        let foreign_keys: Vec<Constraint> =
            column.foreign_keys.iter().map(|own| Constraint::from_foreign_key(&key, own)).collect();
        match self.columns.iter().position(|own| own.key == key) {
            Some(place) => {
                self.columns[place] = column;
                // As in `Column._set_parent`: the keys of the one that was there go with it.
                self.constraints.retain(|own| {
                    !matches!(&own.kind, ConstraintKind::ForeignKey { columns, .. } if columns.contains(&key))
                });
            }
            None => self.columns.push(column),
        }
        if is_key {
            self.extend_primary_key(&key)?;
        }
        if index {
            let mut index = Index::new(ConstraintName::None, vec![IndexPart::Column(key.clone())]);
            (index.unique, index.implicit) = (unique, true);
            self.append_index(index)?;
        } else if unique {
            let mut unique = Constraint::unique(vec![key.clone()]);
            unique.implicit = true;
            self.append_constraint(unique)?;
        }
        if let Some(mut check) = check {
            // A nameless one is named when it is written, as SQLAlchemy does (`_NONE_NAME`).
            if check.name != ConstraintName::None {
                naming::apply(&mut check, self)?;
            }
            self.constraints.push(check);
        }
        for constraint in foreign_keys {
            self.append_constraint(constraint)?;
        }
        self.name_checks(&key)
    }

    fn name_checks(&mut self, key: &str) -> Result<()> {
        let Some(place) = self.columns.iter().position(|column| column.key == key) else { return Ok(()) };
        let mut checks = std::mem::take(&mut self.columns[place].checks);
        for check in &mut checks {
            naming::apply(check, self)?;
        }
        self.columns[place].checks = checks;
        Ok(())
    }

    fn extend_primary_key(&mut self, key: &str) -> Result<()> {
        if let ConstraintKind::PrimaryKey { columns } = &mut self.primary_key.kind
            && !columns.iter().any(|own| own == key)
        {
            columns.push(key.to_owned());
        }
        if self.primary_key.implicit {
            let mut primary_key = self.primary_key.clone();
            primary_key.name = ConstraintName::None;
            naming::apply(&mut primary_key, self)?;
            self.primary_key = primary_key;
        }
        Ok(())
    }

    /// `table.append_constraint(constraint)`
    pub fn append_constraint(&mut self, mut constraint: Constraint) -> Result<()> {
        self.resolve(&mut constraint)?;
        if let ConstraintKind::PrimaryKey { columns } = &mut constraint.kind {
            if columns.is_empty() {
                *columns = self.primary_key.columns().to_vec();
            }
            let keys = columns.clone();
            for column in &mut self.columns {
                column.primary_key = keys.contains(&column.key);
            }
            naming::apply(&mut constraint, self)?;
            self.primary_key = constraint;
            return Ok(());
        }
        naming::apply(&mut constraint, self)?;
        self.constraints.push(constraint);
        Ok(())
    }

    /// Names of columns become keys; a target without a schema is in that of the `MetaData`.
    fn resolve(&self, constraint: &mut Constraint) -> Result<()> {
        let key_of = |given: &String| match self.column(given) {
            Some(_) => Ok(given.clone()),
            None => match self.columns.iter().find(|column| &*column.name == given.as_str()) {
                Some(column) => Ok(column.key.clone()),
                None => Err(SqlError::argument(format!(
                    "Can't create constraint on table '{}': no column named '{given}' is present.",
                    self.name
                ))),
            },
        };
        if let ConstraintKind::ForeignKey { targets, .. } = &mut constraint.kind {
            for target in targets.iter_mut().filter(|target| target.schema.is_none()) {
                target.schema.clone_from(&self.default_schema);
            }
        }
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey { columns }
            | ConstraintKind::Unique { columns }
            | ConstraintKind::ForeignKey { columns, .. } => {
                *columns = columns.iter().map(key_of).collect::<Result<_>>()?;
            }
            ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } | ConstraintKind::Unknown => {}
        }
        Ok(())
    }

    /// `Index(…)` on this table.
    pub fn append_index(&mut self, mut index: Index) -> Result<()> {
        for part in &mut index.parts {
            if let IndexPart::Column(name) = part {
                let found = self.columns.iter().find(|c| c.key == *name || &*c.name == name.as_str());
                if let Some(column) = found {
                    name.clone_from(&column.key);
                }
            }
        }
        naming::apply_to_index(&mut index, self)?;
        self.indexes.push(index);
        Ok(())
    }
}

/// The CHECK that a Boolean or Enum with `create_constraint=True` puts on its table.
fn type_check(column: &Column) -> Option<Constraint> {
    let mut dialects: Vec<&'static str> = Vec::new();
    let mut found = None;
    for name in ["sqlite", "postgresql", "mysql"] {
        let variant = column.data_type.variants.iter().find(|(own, _)| own == name);
        let data_type = variant.map_or(&*column.data_type, |(_, variant)| variant).base();
        if data_type.flags.create_constraint && checks_itself(data_type, name) {
            dialects.push(name);
            found = found.or(Some(data_type));
        }
    }
    let data_type = found?;
    let allowed: Vec<Literal> = match data_type.class.form {
        Form::Boolean => vec![Literal::Int(0), Literal::Int(1)],
        _ => data_type.values.iter().map(|value| Literal::Str(value.clone())).collect(),
    };
    let value_type = if data_type.class.form == Form::Boolean { "Integer" } else { "String" };
    let name = column.name.clone();
    let operand = Expression::new(Node::Column { from: None, name }, DataType::generic(value_type));
    let condition = Expression::in_list(&operand, allowed, false);
    let mut check = Constraint::check(condition);
    check.kind = match check.kind {
        ConstraintKind::Check { condition, .. } => {
            ConstraintKind::Check { condition, columns: vec![column.key.clone()] }
        }
        other => other,
    };
    check.name = ConstraintName::plain(data_type.name.as_deref());
    check.type_bound = Some(TypeBound { column: column.key.clone(), dialects });
    Some(check)
}

fn checks_itself(data_type: &DataType, dialect: &str) -> bool {
    match data_type.class.form {
        // Neither SQLite nor MySQL has booleans of its own for SQLAlchemy.
        Form::Boolean => dialect != "postgresql",
        Form::GenericEnum => dialect == "sqlite" || !data_type.flags.native,
        _ => false,
    }
}

/// The names of the columns in an expression, in order, each once.
pub(super) fn columns_of(expression: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    crate::sql::compile::visit(expression, &mut |value: &Rc<Expression>| {
        if let Node::Column { name, .. } = &value.node
            && !names.iter().any(|known: &String| known == name.as_str())
        {
            names.push(name.as_str().to_owned());
        }
    });
    names
}

//! `table.constraints`: a set that changes its table.

use std::cell::RefCell;
use std::rc::Rc;

use crate::alembic::wrap::{self, NativeConstraint, NativeTable};
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::table::{Constraint, ConstraintKind};

/// The constraints of a table, its primary key among them.
#[derive(Debug)]
pub(crate) struct ConstraintSet {
    /// Whose they are.
    pub(crate) table: Rc<NativeTable>,
}

impl ConstraintSet {
    /// Each as Python holds it.
    pub(crate) fn values(&self) -> Vec<Value> {
        let table = self.table.table.borrow();
        std::iter::once(&table.primary_key).chain(&table.constraints).map(|own| self.value(own)).collect()
    }

    fn value(&self, constraint: &Constraint) -> Value {
        let class = match constraint.kind {
            ConstraintKind::PrimaryKey { .. } => "PrimaryKeyConstraint",
            ConstraintKind::Unique { .. } => "UniqueConstraint",
            ConstraintKind::Check { .. } => "CheckConstraint",
            ConstraintKind::ForeignKey { .. } => "ForeignKeyConstraint",
            ConstraintKind::Exclude { .. } => "ExcludeConstraint",
            ConstraintKind::Unknown => "Constraint",
        };
        let table = RefCell::new(Some(Rc::clone(&self.table)));
        Value::native(NativeConstraint { class, constraint: RefCell::new(constraint.clone()), table })
    }

    /// Takes a constraint away; false if it is not there.
    fn discard(&self, value: &Value) -> Outcome<bool> {
        let Some(native) = value.as_native::<NativeConstraint>() else { return Ok(false) };
        let wanted = native.constraint.borrow();
        if matches!(wanted.kind, ConstraintKind::PrimaryKey { .. }) {
            return Err(Unwind::unsupported("a primary key that is taken out of `constraints`"));
        }
        let mut table = self.table.table.borrow_mut();
        let is_it = |own: &Constraint| {
            std::mem::discriminant(&own.kind) == std::mem::discriminant(&wanted.kind)
                && own.name.text() == wanted.name.text()
                && own.columns() == wanted.columns()
        };
        let place = table.constraints.iter().position(is_it);
        Ok(place.map(|place| table.constraints.remove(place)).is_some())
    }

    fn add(&self, interp: &mut Interpreter<'_>, value: &Value) -> Outcome<()> {
        let Some(native) = value.as_native::<NativeConstraint>() else {
            return Err(Unwind::type_error("a constraint is expected"));
        };
        let constraint = native.constraint.borrow().clone();
        let added = self.table.table.borrow_mut().append_constraint(constraint);
        wrap::checked(interp, added)
    }

    /// `table.constraints = …`
    pub(crate) fn replace(&self, interp: &mut Interpreter<'_>, values: &[Value]) -> Outcome<()> {
        self.table.table.borrow_mut().constraints.clear();
        values.iter().try_for_each(|value| self.add(interp, value))
    }
}

impl Native for ConstraintSet {
    fn type_name(&self) -> &str {
        "set"
    }

    fn iterate(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::list(self.values())))
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.values().len() as i64)))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "add" | "discard" | "remove" | "copy" | "clear")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let given = arguments.positional.first().cloned().unwrap_or(Value::None);
        match name {
            "copy" => return Ok(Value::list(self.values())),
            "clear" => self.replace(interp, &[])?,
            "add" => self.add(interp, &given)?,
            _ => {
                if !self.discard(&given)? && name == "remove" {
                    return Err(Unwind::raise("KeyError", "a constraint that is not in the set"));
                }
            }
        }
        Ok(Value::None)
    }
}

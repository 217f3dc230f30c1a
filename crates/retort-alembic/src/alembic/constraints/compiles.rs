//! What `@compiles(ForeignKeyConstraint)` says of foreign keys.
//!
//! Such a function changes the constraint and lets the compiler write it as ever; it may do nothing else here.

use std::cell::RefCell;
use std::rc::Rc;

use crate::alembic::types::latest_of_foreign_keys;
use crate::alembic::wrap::{self, NativeConstraint};
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::naming::convention_name;
use crate::sql::table::{Constraint, ConstraintKind, Table};

/// A table as it is made where a function was registered; `None` where there is none.
pub(crate) fn compiled_table(interp: &mut Interpreter<'_>, table: &Table) -> Outcome<Option<Table>> {
    let Some(function) = latest_of_foreign_keys(interp) else { return Ok(None) };
    let mut made = table.clone();
    for constraint in &mut made.constraints {
        *constraint = compiled(interp, &function, constraint, table)?;
    }
    Ok(Some(made))
}

/// A constraint as it is added to its table.
pub(crate) fn compiled_constraint(
    interp: &mut Interpreter<'_>,
    constraint: Constraint,
    table: &Table,
) -> Outcome<Constraint> {
    match latest_of_foreign_keys(interp) {
        Some(function) => compiled(interp, &function, &constraint, table),
        None => Ok(constraint),
    }
}

fn compiled(
    interp: &mut Interpreter<'_>,
    function: &Value,
    constraint: &Constraint,
    table: &Table,
) -> Outcome<Constraint> {
    if !matches!(constraint.kind, ConstraintKind::ForeignKey { .. }) {
        return Ok(constraint.clone());
    }
    let element = Rc::new(NativeConstraint {
        class: "ForeignKeyConstraint",
        constraint: RefCell::new(constraint.clone()),
        table: RefCell::default(),
    });
    let written = Value::native(Written);
    let compiler = Value::native(Compiler { written: written.clone() });
    let given = vec![Value::Native(element.clone()), compiler];
    let arguments = Arguments::of(given, interp.call_span());
    let made = interp.call(function, arguments)?;
    let own = element.constraint.borrow().clone();
    let renamed = own.name != constraint.name;
    // A name that was taken away would be given again.
    if !made.is(&written) || (renamed && wrap::checked(interp, convention_name(&own, table))?.is_some()) {
        return Err(Unwind::unsupported("what compiles() makes of a foreign key"));
    }
    Ok(own)
}

/// The compiler that the function gets.
#[derive(Debug)]
struct Compiler {
    written: Value,
}

impl Native for Compiler {
    fn type_name(&self) -> &str {
        "DDLCompiler"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "dialect" => Ok(Some(crate::alembic::dialects::value(interp))),
            "visit_foreign_key_constraint" => {
                Ok(Some(Value::function(name, move |_, _| Ok(self.written.clone()))))
            }
            _ => Err(Unwind::unsupported(format!("`{name}` of SQLAlchemy's compiler"))),
        }
    }
}

/// The foreign key as the compiler writes it, whatever it is by then.
#[derive(Debug)]
struct Written;

impl Native for Written {
    fn type_name(&self) -> &str {
        "str"
    }
}

//! `func`: any function of the server, by its name.

use std::rc::Rc;

use crate::alembic::bridge;
use crate::alembic::expression::{self, Operand, operand};
use crate::python::{Arguments, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::{DataType, Expr, Expression, Identifier, Node};

/// `func`, `func.name`, `func.package.name`.
#[derive(Debug)]
pub struct NativeFunc {
    path: Vec<String>,
}

impl NativeFunc {
    /// `func` itself.
    pub fn value() -> Value {
        Value::native(NativeFunc { path: Vec::new() })
    }
}

impl Native for NativeFunc {
    fn type_name(&self) -> &str {
        "_FunctionGenerator"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if name.starts_with("__") {
            return Ok(None);
        }
        // A name that is a word of Python is written with an underscore behind.
        let own = name.strip_suffix('_').unwrap_or(name).to_owned();
        let mut path = self.path.clone();
        path.push(own);
        Ok(Some(Value::native(NativeFunc { path })))
    }

    fn is_callable(&self) -> bool {
        !self.path.is_empty()
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
        let Some(name) = self.path.last() else {
            return Err(Unwind::type_error("'_FunctionGenerator' object is not callable"));
        };
        // The two names that SQLAlchemy registers for constructs of their own.
        match (self.path.as_slice(), name.to_lowercase().as_str()) {
            ([_], "cast") => return super::cast(interp, arguments),
            ([_], "extract") => return super::extract(interp, arguments),
            _ => {}
        }
        let given = arguments.take("type_");
        let mut items = Vec::new();
        for value in &arguments.positional {
            if let Some(from) = bridge::from_of(interp, value) {
                // `func.count(table)` and `func.row_to_json(table)` name it.
                items.push(Expression::untyped(Node::Star(Some(from))));
                continue;
            }
            match value {
                Value::Str(star) if &**star == "*" && name == "count" => {
                    items.push(Expression::untyped(Node::Star(None)));
                    continue;
                }
                _ => {}
            }
            match operand(interp, value, None)? {
                Operand::Expr(item) => items.push(item),
                Operand::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
                Operand::None => {
                    let repr = interp.repr(value)?;
                    let message = format!("SQL expression element expected, got {repr}.");
                    return Err(bridge::raise(interp, "ArgumentError", &message));
                }
            }
        }
        let data_type = match given.filter(|given| !given.is_none()) {
            Some(given) => bridge::data_type_of(interp, &given)?,
            None => None,
        };
        let data_type = data_type.unwrap_or_else(|| Rc::new(result_type(name, &items)));
        let name = self.path.iter().map(Identifier::new).collect();
        Ok(expression::value(Rc::new(Expression {
            node: Node::Function { name, arguments: items },
            data_type,
        })))
    }
}

/// The type of what a function gives, where SQLAlchemy knows it (`sqlalchemy.sql.functions`).
fn result_type(name: &str, arguments: &[Expr]) -> DataType {
    match name.to_lowercase().as_str() {
        "count" | "char_length" | "rank" | "dense_rank" | "grouping" => DataType::generic("Integer"),
        "now" | "current_timestamp" | "localtimestamp" | "sysdate" => DataType::generic("DateTime"),
        "current_date" => DataType::generic("Date"),
        "current_time" | "localtime" => DataType::generic("Time"),
        "percent_rank" | "cume_dist" => DataType::generic("Numeric"),
        "concat" | "user" | "current_user" | "session_user" | "aggregate_strings" => {
            DataType::generic("String")
        }
        "coalesce" | "max" | "min" | "sum" | "pow" => {
            let known = arguments.iter().map(|argument| &argument.data_type).find(|own| !own.is_null());
            known.map_or_else(DataType::null, |own| (**own).clone())
        }
        "array_agg" => {
            let inner = arguments.first().map(|argument| Rc::clone(&argument.data_type));
            DataType { inner, ..DataType::generic("ARRAY") }
        }
        _ => DataType::null(),
    }
}

//! A relationship as an attribute of its class: in joins and conditions.

use std::rc::Rc;

use super::mapper::mapper_of;
use super::relationship::{Joined, NativeRelationship, joined, swapped};
use crate::alembic::bridge;
use crate::alembic::expression::{self, Operand, operand};
use crate::python::{
    Arguments, Class, Comparison, Interpreter, Native, Outcome, UnaryOperator, Unwind, Value,
};
use crate::sql::{Expr, Expression, From, Node, Operator};

/// A relationship as an attribute of its class.
#[derive(Debug)]
pub(crate) struct NativeRelated {
    /// The class that has it.
    pub(super) class: Rc<Class>,
    /// What its columns are read from: the table, or another name of it.
    pub(super) here: From,
    /// What was said of it.
    pub(super) relationship: Rc<NativeRelationship>,
}

impl NativeRelated {
    fn joined(&self, interp: &mut Interpreter<'_>) -> Outcome<Joined> {
        match mapper_of(&self.class) {
            Some(own) => joined(interp, &own, &self.relationship),
            None => Err(Unwind::unsupported("a relationship of a class that is not mapped")),
        }
    }
}

impl Native for NativeRelated {
    fn type_name(&self) -> &str {
        "InstrumentedAttribute"
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "any" | "has" | "contains" | "of_type")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        if name == "of_type" {
            return Ok(Value::Native(self));
        }
        if let Some(unknown) = bridge::find_unknown(arguments.values()) {
            return Ok(Value::Unknown(unknown));
        }
        if name == "contains" {
            let [object] = arguments.exactly("contains")?;
            return points_at(interp, &self, &object);
        }
        let (from, condition) = join_of(interp, &self)?;
        let mut conditions = vec![condition];
        for value in &arguments.positional {
            if let Operand::Expr(expr) = operand(interp, value, None)? {
                conditions.push(expr);
            }
        }
        Ok(exists(from, conditions))
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        if let Value::Unknown(_) = other {
            return Ok(Some(other.clone()));
        }
        Ok(match comparison {
            Comparison::Eq => Some(points_at(interp, &self, other)?),
            Comparison::NotEq => {
                let equal = points_at(interp, &self, other)?;
                Some(interp.unary(UnaryOperator::Invert, &equal)?)
            }
            _ => None,
        })
    }
}

fn exists(from: From, conditions: Vec<Expr>) -> Value {
    let select = crate::sql::Select {
        columns: vec![Expression::untyped(Node::LiteralColumn("1".to_owned()))],
        from: vec![from],
        conditions,
        ..Default::default()
    };
    let query = crate::sql::Query::Select(Box::new(select));
    let inner = Expression::untyped(crate::sql::Node::Subquery(Rc::new(query)));
    expression::value(Expression::unary(Operator::Exists, &inner))
}

/// Conditions that columns of both sides are equal, by their keys.
pub(super) fn equal(here: &From, there: &From, pairs: &[(String, String)]) -> Vec<Expr> {
    let equal =
        |(a, b): &(String, String)| Expression::binary(&here.column(a), Operator::Equal, &there.column(b));
    pairs.iter().map(equal).collect()
}

/// `Class.relationship == object`, `Class.relationship.contains(object)`.
fn points_at(interp: &mut Interpreter<'_>, related: &NativeRelated, object: &Value) -> Outcome<Value> {
    let joined = related.joined(interp)?;
    let (between, pairs) = match &joined.through {
        Some(through) => (Some(through.table.source()), swapped(&through.pairs)),
        None => (None, joined.pairs.clone()),
    };
    let mut conditions = Vec::new();
    for (key, there) in &pairs {
        let value = match object {
            Value::None => Value::None,
            _ => interp.attribute(object, joined.mapper.attribute(there).unwrap_or(there))?,
        };
        let column = expression::value(between.as_ref().unwrap_or(&related.here).column(key));
        let condition = interp.compare(Comparison::Eq, &column, &value)?;
        match operand(interp, &condition, None)? {
            Operand::Expr(condition) => conditions.push(condition),
            Operand::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
            Operand::None => {}
        }
    }
    let Some(between) = between else {
        return Ok(expression::value(Expression::all_of(Operator::And, conditions)));
    };
    conditions.extend(equal(&related.here, &between, &joined.pairs));
    Ok(exists(between, conditions))
}

/// What `join(Class.relationship)` joins with, and on what.
pub(crate) fn join_of(interp: &mut Interpreter<'_>, related: &NativeRelated) -> Outcome<(From, Expr)> {
    let joined = related.joined(interp)?;
    let there = joined.mapper.table.source();
    let (right, there) = match &joined.through {
        Some(through) => {
            let between = through.table.source().alias(None);
            let on = equal(&there, &between, &through.pairs);
            let both = between.clone().join(there, Expression::all_of(Operator::And, on), false, false);
            (both, between)
        }
        None => (there.clone(), there),
    };
    let on = equal(&related.here, &there, &joined.pairs);
    Ok((right, Expression::all_of(Operator::And, on)))
}

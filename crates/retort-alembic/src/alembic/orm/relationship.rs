//! `relationship(…)`: how two mapped classes are joined, and loading the other side.

use std::rc::Rc;

use super::mapper::{Mapped, Mapper, mapper_of};
use super::state::state;
use crate::alembic::bridge;
use crate::alembic::expression::{self, Operand, operand};
use crate::alembic::select::foreign_keys;
use crate::python::{Arguments, Class, Instance, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::{Expr, Expression, From, Operator};

/// What `relationship(…)` was given.
#[derive(Debug)]
pub(crate) struct NativeRelationship {
    /// The other class: itself, its name, a function that gives it.
    target: Value,
    /// `uselist=`
    uselist: Option<bool>,
    /// `foreign_keys=`, `primaryjoin=`
    foreign_keys: Option<Value>,
    primaryjoin: Option<Value>,
    /// `secondary=`
    has_secondary: bool,
}

impl Native for NativeRelationship {
    fn type_name(&self) -> &str {
        "Relationship"
    }
}

/// A relationship as an attribute of its class.
#[derive(Debug)]
pub(crate) struct NativeRelated {
    /// The class that has it.
    pub(super) class: Rc<Class>,
    /// What was said of it.
    pub(super) relationship: Rc<NativeRelationship>,
}

impl Native for NativeRelated {
    fn type_name(&self) -> &str {
        "InstrumentedAttribute"
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "any" | "has" | "of_type")
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
        let (from, condition) = join_of(interp, &self)?;
        let mut conditions = vec![condition];
        for value in &arguments.positional {
            if let Operand::Expr(expr) = operand(interp, value, None)? {
                conditions.push(expr);
            }
        }
        let select = crate::sql::Select {
            columns: vec![crate::alembic::function::integer(1)],
            from: vec![from],
            conditions,
            ..Default::default()
        };
        let query = crate::sql::Query::Select(Box::new(select));
        let inner = Expression::untyped(crate::sql::Node::Subquery(Rc::new(query)));
        Ok(expression::value(Expression::unary(Operator::Exists, &inner)))
    }
}

/// `relationship("Class", …)`
pub(super) fn relationship(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let given = |name: &str| arguments.get(name).cloned().filter(|value| !value.is_none());
    Ok(Value::native(NativeRelationship {
        target: arguments.positional.first().cloned().or_else(|| given("argument")).unwrap_or(Value::None),
        uselist: given("uselist").and_then(|flag| flag.as_bool()),
        foreign_keys: given("foreign_keys"),
        primaryjoin: given("primaryjoin"),
        has_secondary: given("secondary").is_some() || arguments.positional.len() > 1,
    }))
}

/// How one side points at the other.
pub(super) struct Joined {
    /// The class on the other side.
    pub(super) class: Rc<Class>,
    /// What the other side is mapped to.
    pub(super) mapper: Rc<Mapper>,
    /// The keys of columns of this side and of the other.
    pub(super) pairs: Vec<(String, String)>,
    /// The other side has many.
    pub(super) is_list: bool,
}

/// Finds both sides of a relationship.
pub(super) fn joined(
    interp: &mut Interpreter<'_>,
    own: &Mapper,
    related: &NativeRelationship,
) -> Outcome<Joined> {
    if related.has_secondary || related.primaryjoin.is_some() {
        return Err(Unwind::unsupported("a relationship with `secondary` or `primaryjoin`"));
    }
    let class = target(interp, &related.target)?;
    let Some(mapper) = mapper_of(&class) else {
        return Err(Unwind::unsupported(format!("a relationship to `{}`, which is not mapped", class.name)));
    };
    let forward = foreign_keys(&own.table.table.borrow(), &mapper.table.table.borrow());
    let backward = foreign_keys(&mapper.table.table.borrow(), &own.table.table.borrow());
    let (pairs, is_list) = match (forward.is_empty(), backward.is_empty()) {
        (false, _) => (forward, false),
        (true, false) => (backward.into_iter().map(|(there, here)| (here, there)).collect(), true),
        (true, true) => {
            let message = "Could not determine join condition between parent/child tables on relationship";
            return Err(bridge::raise(interp, "NoForeignKeysError", message));
        }
    };
    if pairs.len() > 1 && related.foreign_keys.is_some() {
        return Err(Unwind::unsupported("a relationship with `foreign_keys` among several"));
    }
    Ok(Joined { class, mapper, pairs, is_list: related.uselist.unwrap_or(is_list) })
}

fn target(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Rc<Class>> {
    match value {
        Value::Class(class) => Ok(class.clone()),
        Value::Str(name) => {
            let last = name.rsplit('.').next().unwrap_or(name).to_owned();
            let is_it = |class: &&Rc<Class>| *class.name == *last;
            let found = |known: &Mapped| known.0.iter().rev().find(is_it).cloned();
            crate::alembic::world::find_kept(interp, found)
                .ok_or_else(|| Unwind::unsupported(format!("a relationship to `{name}`, which is not known")))
        }
        Value::Function(_) => {
            let span = interp.call_span();
            let found = interp.call(value, Arguments::none(span))?;
            target(interp, &found)
        }
        _ => {
            interp.refuse_foreign(value)?;
            Err(Unwind::unsupported("a relationship whose class is not known"))
        }
    }
}

/// What `join(Class.relationship)` joins with, and on what.
pub(crate) fn join_of(interp: &mut Interpreter<'_>, related: &NativeRelated) -> Outcome<(From, Expr)> {
    let Some(own) = mapper_of(&related.class) else {
        return Err(Unwind::unsupported("a relationship of a class that is not mapped"));
    };
    let joined = joined(interp, &own, &related.relationship)?;
    let (here, there) = (own.table.source(), joined.mapper.table.source());
    let conditions = joined
        .pairs
        .iter()
        .map(|(a, b)| Expression::binary(&here.column(a), Operator::Equal, &there.column(b)))
        .collect();
    Ok((there, Expression::all_of(Operator::And, conditions)))
}

/// Loads the other side for an object.
pub(super) fn load(
    interp: &mut Interpreter<'_>,
    instance: &Rc<Instance>,
    own: &Rc<Mapper>,
    related: &NativeRelationship,
    name: &str,
) -> Outcome<Value> {
    let joined = joined(interp, own, related)?;
    let state = state(instance);
    let session = state.session.borrow().upgrade();
    let Some(session) = session.filter(|_| state.persistent.get()) else {
        let empty = if joined.is_list { Value::list(Vec::new()) } else { Value::None };
        instance.set(name, empty.clone());
        return Ok(empty);
    };
    let this = Value::Instance(instance.clone());
    let class = Value::Class(joined.class.clone());
    let query = session.query(interp, vec![class.clone()])?;
    let mut conditions = Vec::new();
    for (here, there) in &joined.pairs {
        let (Some(here), Some(there)) = (own.attribute(here), joined.mapper.attribute(there)) else {
            continue;
        };
        let value = interp.attribute(&this, here)?;
        if value.is_none() && !joined.is_list {
            return Ok(Value::None);
        }
        let column = interp.attribute(&class, there)?;
        conditions.push(interp.compare(crate::python::Comparison::Eq, &column, &value)?);
    }
    let query = interp.call_method(&query, "filter", conditions)?;
    let found = interp.call_method(&query, if joined.is_list { "all" } else { "first" }, Vec::new())?;
    instance.set(name, found.clone());
    Ok(found)
}

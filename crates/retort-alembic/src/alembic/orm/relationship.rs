//! `relationship(…)`: how two mapped classes are joined, and loading the other side.

use std::rc::Rc;

use super::mapper::{Mapped, Mapper, mapper_of};
use super::state::state;
use crate::alembic::select::{from_value, links};
use crate::alembic::wrap::NativeTable;
use crate::alembic::{bridge, expression};
use crate::python::{Arguments, Class, Instance, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::{From, Node};

/// What `relationship(…)` was given.
#[derive(Clone, Debug)]
pub(crate) struct NativeRelationship {
    /// The other class: itself, its name, a function that gives it.
    target: Value,
    /// `uselist=`
    uselist: Option<bool>,
    /// `foreign_keys=`
    foreign_keys: Option<Value>,
    /// `primaryjoin=`, `secondaryjoin=`
    has_condition: bool,
    /// `remote_side=`
    has_remote_side: bool,
    /// `secondary=`
    secondary: Option<Value>,
    /// `backref=`
    backref: Option<Rc<NativeBackref>>,
    /// `cascade=`: the objects of the other side are deleted too.
    pub(super) deletes: bool,
    /// `viewonly=`, `passive_deletes=`: what hangs on a deleted object is left to the database.
    pub(super) leaves: bool,
    /// `viewonly=`: nothing is written.
    pub(super) is_read_only: bool,
}

impl Native for NativeRelationship {
    fn type_name(&self) -> &str {
        "Relationship"
    }
}

/// `backref("name", …)`: the way back, with what is said of it.
#[derive(Debug)]
struct NativeBackref {
    arguments: Arguments,
}

impl Native for NativeBackref {
    fn type_name(&self) -> &str {
        "tuple"
    }
}

/// `backref("name", …)`
pub(super) fn backref(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    Ok(Value::native(NativeBackref { arguments }))
}

/// `relationship("Class", …)`
pub(super) fn relationship(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let positional = |place: usize| arguments.positional.get(place).cloned();
    let target = positional(0).or_else(|| arguments.get("argument").cloned()).unwrap_or(Value::None);
    Ok(Value::native(declared(target, positional(1), &arguments)))
}

fn declared(target: Value, secondary: Option<Value>, arguments: &Arguments) -> NativeRelationship {
    let given = |name: &str| arguments.get(name).cloned().filter(|value| !value.is_none());
    let is = |name: &str| given(name).is_some_and(|flag| flag.as_bool() != Some(false));
    let backref = given("backref").map(|way| {
        let named = |way| Rc::new(NativeBackref { arguments: Arguments::of(vec![way], arguments.span) });
        way.as_native::<NativeBackref>().unwrap_or_else(|| named(way))
    });
    let cascade = given("cascade").and_then(|cascade| cascade.as_str());
    NativeRelationship {
        target,
        uselist: given("uselist").and_then(|flag| flag.as_bool()),
        foreign_keys: given("foreign_keys"),
        has_condition: given("primaryjoin").or_else(|| given("secondaryjoin")).is_some(),
        has_remote_side: given("remote_side").is_some(),
        secondary: secondary.or_else(|| given("secondary")),
        backref,
        deletes: cascade
            .is_some_and(|said| said.split(',').any(|part| matches!(part.trim(), "all" | "delete"))),
        leaves: is("viewonly") || is("passive_deletes"),
        is_read_only: is("viewonly"),
    }
}

impl NativeRelationship {
    /// Whether `backref=` says of a way back.
    pub(super) fn has_way_back(&self) -> bool {
        self.backref.is_some()
    }

    /// The name and the relationship of the way back, if the class is what this one leads to.
    pub(super) fn way_back(&self, from: &Rc<Class>, to: &Rc<Class>) -> Option<(String, NativeRelationship)> {
        let is_it = match &self.target {
            Value::Class(class) => Rc::ptr_eq(class, to),
            Value::Str(name) => name.rsplit('.').next() == Some(&*to.name),
            _ => false,
        };
        let arguments = &self.backref.as_ref().filter(|_| is_it)?.arguments;
        let name = arguments.positional.first()?.as_str()?.to_string();
        let mut back = declared(Value::Class(Rc::clone(from)), self.secondary.clone(), arguments);
        back.has_condition |= self.has_condition;
        back.foreign_keys = back.foreign_keys.or_else(|| self.foreign_keys.clone());
        Some((name, back))
    }
}

/// How one side points at the other.
pub(super) struct Joined {
    /// The class on the other side.
    pub(super) class: Rc<Class>,
    /// What the other side is mapped to.
    pub(super) mapper: Rc<Mapper>,
    /// The keys of columns of this side and of the other, or of the table between both.
    pub(super) pairs: Vec<(String, String)>,
    /// The table between both.
    pub(super) through: Option<Through>,
    /// The other side has many.
    pub(super) is_list: bool,
}

/// `secondary=`
pub(super) struct Through {
    /// The table between both.
    pub(super) table: Rc<NativeTable>,
    /// The keys of columns of the other side and of this table.
    pub(super) pairs: Vec<(String, String)>,
}

/// Finds both sides of a relationship.
pub(super) fn joined(
    interp: &mut Interpreter<'_>,
    own: &Mapper,
    related: &NativeRelationship,
) -> Outcome<Joined> {
    if related.has_condition {
        return Err(Unwind::unsupported("a relationship with `primaryjoin`"));
    }
    let class = target(interp, &related.target)?;
    let Some(mapper) = mapper_of(&class) else {
        return Err(Unwind::unsupported(format!("a relationship to `{}`, which is not mapped", class.name)));
    };
    if let Some(secondary) = &related.secondary {
        let table = between(interp, own, secondary)?;
        let pairs = swapped(&one_link(interp, &table, &own.table, None)?);
        let there = swapped(&one_link(interp, &table, &mapper.table, None)?);
        if pairs.is_empty() || there.is_empty() {
            return Err(no_foreign_keys(interp));
        }
        let through = Some(Through { table, pairs: there });
        return Ok(Joined { class, mapper, pairs, through, is_list: related.uselist.unwrap_or(true) });
    }
    let chosen = match &related.foreign_keys {
        Some(keys) => Some(named_columns(interp, keys)?),
        None => None,
    };
    let forward = one_link(interp, &own.table, &mapper.table, chosen.as_deref())?;
    let backward = one_link(interp, &mapper.table, &own.table, chosen.as_deref())?;
    // Within one table only `remote_side` tells the side of one from that of many.
    let is_forward = !Rc::ptr_eq(&own.table, &mapper.table) || related.has_remote_side;
    let (pairs, is_list) = match (forward.is_empty(), backward.is_empty()) {
        (false, _) if is_forward => (forward, false),
        (_, false) => (swapped(&backward), true),
        (_, true) => return Err(no_foreign_keys(interp)),
    };
    Ok(Joined { class, mapper, pairs, through: None, is_list: related.uselist.unwrap_or(is_list) })
}

fn no_foreign_keys(interp: &mut Interpreter<'_>) -> Unwind {
    let message = "Could not determine join condition between parent/child tables on relationship";
    bridge::raise(interp, "NoForeignKeysError", message)
}

/// Pairs of keys, seen from the other side.
pub(super) fn swapped(pairs: &[(String, String)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| (b.clone(), a.clone())).collect()
}

/// The foreign key of one table to another: the keys of its columns and of those that it points at.
fn one_link(
    interp: &mut Interpreter<'_>,
    own: &Rc<NativeTable>,
    other: &Rc<NativeTable>,
    chosen: Option<&[(String, String)]>,
) -> Outcome<Vec<(String, String)>> {
    let mut found = links(&own.table.borrow(), &other.table.borrow());
    if let Some(chosen) = chosen {
        let name = own.table.borrow().name.to_string();
        let is_chosen = |key: &str| chosen.iter().any(|(table, column)| *table == name && column == key);
        found.retain(|pairs| pairs.iter().all(|(key, _)| is_chosen(key)));
    }
    if found.len() > 1 {
        let message = "Could not determine join condition between parent/child tables on relationship - there are \
                       multiple foreign key paths linking the tables.";
        return Err(bridge::raise(interp, "AmbiguousForeignKeysError", message));
    }
    Ok(found.pop().unwrap_or_default())
}

/// The tables and columns of `foreign_keys=`.
fn named_columns(interp: &mut Interpreter<'_>, keys: &Value) -> Outcome<Vec<(String, String)>> {
    let keys = match keys {
        Value::Function(_) => {
            let span = interp.call_span();
            interp.call(keys, Arguments::none(span))?
        }
        _ => keys.clone(),
    };
    let mut found = Vec::new();
    for key in keys.as_sequence().unwrap_or_else(|| vec![keys.clone()]) {
        let column = match &key {
            Value::Str(_) => None,
            _ => expression::resolved(interp, &key)?,
        };
        match column.as_deref().map(|column| &column.node) {
            Some(Node::Column { from: Some(From::Table(source)), name }) => {
                found.push((source.name.to_string(), name.to_string()));
            }
            _ => return Err(Unwind::unsupported("a relationship whose `foreign_keys` are not columns")),
        }
    }
    Ok(found)
}

/// The table of `secondary=`: itself, its name, a function that gives it.
fn between(interp: &mut Interpreter<'_>, own: &Mapper, secondary: &Value) -> Outcome<Rc<NativeTable>> {
    let secondary = match secondary {
        Value::Function(_) => {
            let span = interp.call_span();
            interp.call(secondary, Arguments::none(span))?
        }
        Value::Str(name) => {
            let metadata = own.table.metadata.as_ref();
            let found = metadata.and_then(|metadata| metadata.tables.borrow().get(&**name).cloned());
            found.map_or(Value::None, |table| Value::Native(table))
        }
        Value::Class(class) => {
            mapper_of(class).map_or(Value::None, |mapper| Value::Native(mapper.table.clone()))
        }
        _ => secondary.clone(),
    };
    interp.refuse_foreign(&secondary)?;
    secondary
        .as_native::<NativeTable>()
        .ok_or_else(|| Unwind::unsupported("a relationship whose `secondary` is not a known table"))
}

fn target(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Rc<Class>> {
    match value {
        Value::Class(class) => Ok(class.clone()),
        Value::Str(name) => {
            let last = name.rsplit('.').next().unwrap_or(name).to_owned();
            let is_it = |class: &&Rc<Class>| *class.name == *last;
            let found = |known: &Mapped| known.classes.iter().rev().find(is_it).cloned();
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

/// Loads the other side for an object.
pub(super) fn load(
    interp: &mut Interpreter<'_>,
    instance: &Rc<Instance>,
    own: &Rc<Mapper>,
    related: &NativeRelationship,
    name: &str,
) -> Outcome<Value> {
    let joined = joined(interp, own, related)?;
    let found = others(interp, instance, own, &joined)?;
    if let (Some(_), Some(list)) = (&joined.through, found.as_sequence()) {
        state(instance).remember(name, &list);
    }
    instance.set(name, found.clone());
    Ok(found)
}

/// What the database has on the other side.
pub(super) fn others(
    interp: &mut Interpreter<'_>,
    instance: &Rc<Instance>,
    own: &Mapper,
    joined: &Joined,
) -> Outcome<Value> {
    let empty = || if joined.is_list { Value::list(Vec::new()) } else { Value::None };
    let state = state(instance);
    let session = state.session.borrow().upgrade();
    let Some(session) = session.filter(|_| state.persistent.get()) else { return Ok(empty()) };
    let class = Value::Class(joined.class.clone());
    let query = session.query(interp, vec![class])?;
    let there = match &joined.through {
        Some(through) => &through.table,
        None => &joined.mapper.table,
    };
    let mut conditions = Vec::new();
    for (here, key) in &joined.pairs {
        let Some(attribute) = own.attribute(here) else { continue };
        let value = interp.attribute(&Value::Instance(instance.clone()), attribute)?;
        if value.is_none() {
            return Ok(empty());
        }
        let column = expression::value(there.source().column(key));
        conditions.push(interp.compare(crate::python::Comparison::Eq, &column, &value)?);
    }
    let Some(through) = &joined.through else {
        let query = interp.call_method(&query, "filter", conditions)?;
        return interp.call_method(&query, if joined.is_list { "all" } else { "first" }, Vec::new());
    };
    let on = super::related::equal(&joined.mapper.table.source(), &through.table.source(), &through.pairs);
    conditions.extend(on.into_iter().map(expression::value));
    let from = [from_value(joined.mapper.table.source()), from_value(through.table.source())];
    let query = interp.call_method(&query, "select_from", from.to_vec())?;
    let query = interp.call_method(&query, "filter", conditions)?;
    interp.call_method(&query, "all", Vec::new())
}

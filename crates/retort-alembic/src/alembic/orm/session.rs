//! `Session`, `sessionmaker`, `scoped_session`.

mod factory;
mod method;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::mapper::{Mapper, mapper_of};
use super::query::NativeQuery;
use super::state::state;
use super::{flush, query};
use crate::alembic::bridge;
use crate::alembic::connection::{Execution, run};
use crate::python::{Arguments, Class, Instance, Interpreter, Outcome, Unknown, Unwind, Value};

pub(super) use factory::{NativeSessionClass, object_session, scoped_session, sessionmaker};

/// A session, as Python holds it.
#[derive(Debug, Default)]
pub(crate) struct NativeSession {
    /// Objects to be put in, in order.
    pub(super) new: RefCell<Vec<Rc<Instance>>>,
    /// Objects that were loaded or flushed.
    pub(super) loaded: RefCell<Vec<Rc<Instance>>>,
    /// Objects to be deleted.
    pub(super) deleted: RefCell<Vec<Rc<Instance>>>,
    /// Objects that only a live database has were handed out or taken in: a flush may change rows.
    pub(super) unknown: RefCell<Option<Rc<Unknown>>>,
    /// A flush is under way: what it asks the database starts no other.
    pub(super) flushing: Cell<bool>,
    this: RefCell<Weak<NativeSession>>,
}

impl NativeSession {
    /// A session without objects.
    pub(super) fn new() -> Rc<NativeSession> {
        let session = Rc::new(NativeSession::default());
        *session.this.borrow_mut() = Rc::downgrade(&session);
        session
    }

    /// `session.query(…)`
    pub(super) fn query(self: &Rc<Self>, interp: &mut Interpreter<'_>, items: Vec<Value>) -> Outcome<Value> {
        query::make(interp, Some(self.clone()), items)
    }

    /// What was handed out that only a live database has.
    pub(super) fn note_unknown(&self, unknown: &Rc<Unknown>) {
        self.unknown.borrow_mut().get_or_insert_with(|| Rc::clone(unknown));
    }

    /// Executes a statement, objects and all.
    pub(super) fn run(
        self: &Rc<Self>,
        interp: &mut Interpreter<'_>,
        statement: &Value,
        parameters: Option<Value>,
    ) -> Outcome<Value> {
        flush::flush(interp, self)?;
        let span = interp.call_span();
        let execution = Execution { span, session: Some(self.clone()) };
        run(interp, statement, parameters, &execution)
    }

    /// An object of the values of its columns; the one that is known, if its key is.
    pub(crate) fn load(
        self: &Rc<Self>,
        interp: &mut Interpreter<'_>,
        class: &Rc<Class>,
        values: Vec<Value>,
    ) -> Outcome<Value> {
        let Some(mapper) = mapper_of(class) else {
            return Err(Unwind::unsupported(format!("objects of `{}`, which is not mapped", class.name)));
        };
        let keys = mapper.key_attributes();
        let pairs: Vec<(String, Value)> =
            mapper.columns.iter().map(|(attribute, _)| attribute.clone()).zip(values).collect();
        let key = |name: &String| pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        let identity: Vec<Value> = keys.iter().filter_map(key).collect();
        if !identity.is_empty() && identity.iter().all(Value::is_none) {
            // The other side of an outer join that is not there.
            return Ok(Value::None);
        }
        if let Some(known) = self.find(interp, class, &keys, &identity)? {
            return Ok(Value::Instance(known));
        }
        let instance = Rc::new(Instance::new(class.clone()));
        for (attribute, value) in pairs {
            let value = self::member(interp, &mapper, &attribute, value)?;
            instance.set(&attribute, value);
        }
        self.attach(&instance);
        state(&instance).persistent.set(true);
        self.loaded.borrow_mut().push(instance.clone());
        Ok(Value::Instance(instance))
    }

    /// The object of that key that is known.
    fn find(
        &self,
        interp: &mut Interpreter<'_>,
        class: &Rc<Class>,
        keys: &[String],
        identity: &[Value],
    ) -> Outcome<Option<Rc<Instance>>> {
        if keys.is_empty() || keys.len() != identity.len() {
            return Ok(None);
        }
        let loaded = self.loaded.borrow().clone();
        for instance in loaded.iter().filter(|instance| Rc::ptr_eq(&instance.class(), class)) {
            let mut same = true;
            for (name, value) in keys.iter().zip(identity) {
                let own = instance.attribute(name).unwrap_or(Value::None);
                same = same && !matches!(own, Value::Unknown(_)) && interp.is_equal(&own, value)?;
            }
            if same {
                return Ok(Some(instance.clone()));
            }
        }
        Ok(None)
    }

    /// The object belongs to this session from now on.
    pub(super) fn attach(&self, instance: &Rc<Instance>) {
        *state(instance).session.borrow_mut() = self.this.borrow().clone();
    }

    fn add(&self, interp: &mut Interpreter<'_>, value: &Value) -> Outcome<()> {
        match value {
            Value::Unknown(unknown) => {
                self.note_unknown(unknown);
                Ok(())
            }
            Value::Instance(instance) if mapper_of(&instance.class()).is_some() => {
                self.attach(instance);
                let is_there = state(instance).persistent.get();
                let is_known = |list: &Vec<Rc<Instance>>| list.iter().any(|own| Rc::ptr_eq(own, instance));
                if is_there {
                    if !is_known(&self.loaded.borrow()) {
                        self.loaded.borrow_mut().push(instance.clone());
                    }
                } else if !is_known(&self.new.borrow()) {
                    self.new.borrow_mut().push(instance.clone());
                }
                Ok(())
            }
            other => {
                interp.refuse_foreign(other)?;
                let name = interp.type_name(other);
                Err(bridge::raise(interp, "UnmappedInstanceError", &format!("Class '{name}' is not mapped")))
            }
        }
    }

    fn delete(&self, value: &Value) -> Outcome<()> {
        match value {
            Value::Unknown(unknown) => self.note_unknown(unknown),
            Value::Instance(instance) => {
                self.new.borrow_mut().retain(|own| !Rc::ptr_eq(own, instance));
                if state(instance).persistent.get() {
                    self.deleted.borrow_mut().push(instance.clone());
                }
            }
            _ => return Err(Unwind::type_error("delete() takes an object of a mapped class")),
        }
        Ok(())
    }

    /// `session.get(Class, key)`
    pub(super) fn get(
        self: &Rc<Self>,
        interp: &mut Interpreter<'_>,
        class: &Value,
        key: &Value,
    ) -> Outcome<Value> {
        if let Some(unknown) = bridge::find_unknown([class, key]) {
            self.note_unknown(&unknown);
            return Ok(Value::Unknown(unknown));
        }
        let mapper = match class {
            Value::Class(class) => mapper_of(class),
            _ => None,
        };
        let Some(mapper) = mapper else { return Err(Unwind::type_error("get() takes a mapped class")) };
        let keys = mapper.key_attributes();
        let values = match (key.as_dict(), key.as_sequence()) {
            (Some(dict), _) => keys.iter().filter_map(|name| dict.borrow().get_text(name).cloned()).collect(),
            (None, Some(values)) => values,
            (None, None) => vec![key.clone()],
        };
        if let Value::Class(class) = class
            && let Some(known) = self.find(interp, class, &keys, &values)?
        {
            return Ok(Value::Instance(known));
        }
        let mut query = self.query(interp, vec![class.clone()])?;
        for (name, value) in keys.iter().zip(&values) {
            let column = interp.attribute(class, name)?;
            let condition = interp.compare(crate::python::Comparison::Eq, &column, value)?;
            query = interp.call_method(&query, "filter", vec![condition])?;
        }
        interp.call_method(&query, "one_or_none", Vec::new())
    }

    fn bulk(
        self: &Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: &Arguments,
    ) -> Outcome<Value> {
        flush::flush(interp, self)?;
        let class = arguments.positional.first().or_else(|| arguments.get("mapper"));
        let class = class.cloned().unwrap_or(Value::None);
        let mappings = arguments.positional.get(1).or_else(|| arguments.get("mappings"));
        let mappings = mappings.cloned().unwrap_or(Value::None);
        let items = match interp.collect(&mappings)? {
            crate::python::Elements::Known(items) => items,
            crate::python::Elements::Unknown(unknown) => {
                let span = interp.call_span();
                bridge::opaque(interp, format!("rows made of {}", unknown.reason), span, false);
                return Ok(Value::None);
            }
        };
        for item in items {
            flush::mapping(interp, &class, &item, name == "bulk_insert_mappings")?;
        }
        Ok(Value::None)
    }

    fn forget(&self) {
        self.new.borrow_mut().clear();
        self.deleted.borrow_mut().clear();
        *self.unknown.borrow_mut() = None;
    }
}

/// What an Enum column gives: a member, where the enumeration is known.
fn member(
    interp: &mut Interpreter<'_>,
    mapper: &Rc<Mapper>,
    attribute: &str,
    value: Value,
) -> Outcome<Value> {
    let Some(column) = mapper.column(attribute) else { return Ok(value) };
    let written = column.written_type.borrow().clone();
    let enumeration = written
        .as_native::<crate::alembic::types::NativeType>()
        .and_then(|native| native.enumeration.clone());
    let (Some(class), Some(_)) = (enumeration, value.as_str()) else { return Ok(value) };
    match interp.item(&class, &value) {
        Ok(found) => Ok(found),
        Err(Unwind::Raise(_)) => {
            let span = interp.call_span();
            interp.call(&class, Arguments::of(vec![value], span))
        }
        Err(other) => Err(other),
    }
}

impl NativeSession {
    /// `session.merge(object)`: the row is changed if it is there, else put in.
    fn merge(self: &Rc<Self>, interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Value> {
        let Value::Instance(instance) = value else {
            if let Value::Unknown(unknown) = value {
                self.note_unknown(unknown);
            }
            return Ok(value.clone());
        };
        let class = instance.class();
        let Some(mapper) = mapper_of(&class) else {
            return Err(Unwind::type_error("merge() takes an object of a mapped class"));
        };
        let keys: Vec<Value> = mapper
            .key_attributes()
            .iter()
            .map(|name| instance.attribute(name).unwrap_or(Value::None))
            .collect();
        if keys.iter().any(Value::is_none) {
            self.add(interp, value)?;
            return Ok(value.clone());
        }
        let found = self.get(interp, &Value::Class(class), &Value::tuple(keys))?;
        match &found {
            Value::None => {
                self.add(interp, value)?;
                Ok(value.clone())
            }
            Value::Instance(known) => {
                for (attribute, _) in &mapper.columns {
                    if let Some(given) = instance.attribute(attribute) {
                        state(known).touch(attribute);
                        known.set(attribute, given);
                    }
                }
                Ok(found)
            }
            Value::Unknown(unknown) => {
                self.note_unknown(unknown);
                Ok(found)
            }
            _ => Ok(found),
        }
    }
}

impl NativeQuery {
    /// The session behind a query, for natives of this room.
    pub(super) fn session(&self) -> Option<&Rc<NativeSession>> {
        self.session.as_ref()
    }
}

//! What a session knows of an object: it hangs on the instance.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use super::session::NativeSession;
use crate::python::{Arguments, Instance, Interpreter, Outcome, Value};

/// The state of an object of a mapped class.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Its row is in the database.
    pub(super) persistent: Cell<bool>,
    /// Attributes that were set since it was loaded or flushed.
    pub(super) dirty: RefCell<Vec<String>>,
    /// Lists of other objects as the database has them, where a table stands between.
    lists: RefCell<Vec<(String, Vec<Rc<Instance>>)>>,
    /// The session that it belongs to.
    pub(super) session: RefCell<Weak<NativeSession>>,
}

/// The state of an instance, made on first use.
pub(super) fn state(instance: &Rc<Instance>) -> Rc<State> {
    let known = instance.data.borrow().clone().and_then(|data| data.downcast::<State>().ok());
    known.unwrap_or_else(|| {
        let made = Rc::new(State::default());
        *instance.data.borrow_mut() = Some(made.clone());
        made
    })
}

impl State {
    /// Remembers the list that the database has for an attribute.
    pub(super) fn remember(&self, name: &str, list: &[Value]) {
        let mut lists = self.lists.borrow_mut();
        lists.retain(|(own, _)| own != name);
        lists.push((name.to_owned(), instances(list)));
    }

    /// The list that the database has for an attribute, if it was loaded.
    pub(super) fn remembered(&self, name: &str) -> Option<Vec<Rc<Instance>>> {
        self.lists.borrow().iter().find(|(own, _)| own == name).map(|(_, list)| list.clone())
    }

    /// Remembers that an attribute was set.
    pub(super) fn touch(&self, name: &str) {
        let mut dirty = self.dirty.borrow_mut();
        if !dirty.iter().any(|own| own == name) {
            dirty.push(name.to_owned());
        }
    }
}

/// The objects in a list.
pub(super) fn instances(list: &[Value]) -> Vec<Rc<Instance>> {
    let instance = |value: &Value| match value {
        Value::Instance(instance) => Some(Rc::clone(instance)),
        _ => None,
    };
    list.iter().filter_map(instance).collect()
}

/// `flag_modified(object, "attribute")`
pub(super) fn flag_modified(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [object, name] = arguments.exactly("flag_modified")?;
    if let (Value::Instance(instance), Some(name)) = (&object, name.as_str()) {
        state(instance).touch(&name);
    }
    Ok(Value::None)
}

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
    /// Remembers that an attribute was set.
    pub(super) fn touch(&self, name: &str) {
        let mut dirty = self.dirty.borrow_mut();
        if !dirty.iter().any(|own| own == name) {
            dirty.push(name.to_owned());
        }
    }
}

/// `flag_modified(object, "attribute")`
pub(super) fn flag_modified(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [object, name] = arguments.exactly("flag_modified")?;
    if let (Value::Instance(instance), Some(name)) = (&object, name.as_str()) {
        state(instance).touch(&name);
    }
    Ok(Value::None)
}

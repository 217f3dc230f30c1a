//! Classes of this program as Python holds them.

use std::rc::Rc;

use super::first_unknown;
use crate::python::{Arguments, Interpreter, Native, Outcome, Value};

/// A class of this program: it makes objects, and knows them by their type names.
pub(crate) struct NativeClass {
    /// Its name.
    pub(crate) name: &'static str,
    /// The names of the types of its objects.
    pub(crate) instances: &'static [&'static str],
    /// Makes an object.
    pub(crate) construct: fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>,
    /// What hangs on the class.
    pub(crate) attributes: &'static [(&'static str, super::super::operations::Directive)],
}

impl std::fmt::Debug for NativeClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NativeClass").field("name", &self.name).finish_non_exhaustive()
    }
}

impl NativeClass {
    /// A class as a value.
    pub(crate) fn value(
        name: &'static str,
        construct: fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>,
    ) -> Value {
        Value::native(NativeClass { name, instances: &[], construct, attributes: &[] })
    }

    /// A class of which several types are subclasses.
    pub(crate) fn family(
        name: &'static str,
        instances: &'static [&'static str],
        construct: fn(&mut Interpreter<'_>, Arguments) -> Outcome<Value>,
    ) -> Value {
        Value::native(NativeClass { name, instances, construct, attributes: &[] })
    }
}

impl Native for NativeClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        if matches!(name, "__name__" | "__qualname__") {
            return Ok(Some(Value::str(self.name)));
        }
        let found = self.attributes.iter().find(|(own, _)| *own == name);
        Ok(found.map(|(name, function)| Value::function(name, *function)))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = first_unknown(&arguments) {
            return Ok(Value::Unknown(unknown));
        }
        (self.construct)(interp, arguments)
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(match value {
            Value::Native(native) => {
                let own = native.type_name();
                own == self.name || self.instances.contains(&own)
            }
            Value::Instance(instance) => instance.payload.borrow().as_ref().is_some_and(
                |payload| matches!(payload, Value::Native(native) if native.type_name() == self.name),
            ),
            _ => false,
        }))
    }

    fn is_base(&self) -> bool {
        true
    }

    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, _index: &Value) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn initialise(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        instance: &Rc<crate::python::Instance>,
        arguments: Arguments,
    ) -> Outcome<()> {
        let made = (self.construct)(interp, arguments)?;
        *instance.payload.borrow_mut() = Some(made);
        Ok(())
    }
}

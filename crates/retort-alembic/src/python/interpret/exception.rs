//! Exceptions as values.

use std::rc::Rc;

use super::super::Arguments;
use super::super::Interpreter;
use super::super::unwind::{Exception, Outcome, Raised, Unwind};
use super::super::value::{Class, Instance, Layout, Value};

impl Interpreter<'_> {
    /// The exception as an object.
    pub fn exception_value(&mut self, raised: &Raised) -> Value {
        match &raised.exception {
            Exception::Value(value) => value.clone(),
            Exception::New(class, message) => {
                let class = self.class(class).or_else(|| self.class("Exception"));
                let Some(class) = class else { return Value::None };
                let instance = Instance::new(class);
                let arguments = if message.is_empty() { Vec::new() } else { vec![Value::str(message)] };
                instance.set("args", Value::tuple(arguments));
                Value::Instance(Rc::new(instance))
            }
        }
    }

    /// Whether a value is an exception of a builtin class.
    pub fn is_exception(&self, value: &Value, class: &str) -> bool {
        match (value, self.class(class)) {
            (Value::Instance(instance), Some(class)) => instance.class().inherits(&class),
            _ => false,
        }
    }

    /// `KeyError: 'a'`, as the last line of Python's report.
    pub fn exception_text(&mut self, raised: &Raised) -> String {
        let value = self.exception_value(raised);
        let name = self.type_name(&value);
        match self.text(&value) {
            Ok(text) if text.is_empty() => name,
            Ok(text) => format!("{name}: {text}"),
            Err(_) => name,
        }
    }

    /// What `raise value` raises: an exception, or a new one of a class.
    pub(super) fn exception_of(&mut self, value: Value) -> Outcome<Value> {
        match &value {
            Value::Class(class) if class.layout == Layout::Exception => {
                let span = self.call_span();
                self.call(&value, Arguments::none(span))
            }
            Value::Class(class) if class.foreign.is_some() => {
                let span = self.call_span();
                self.call(&value, Arguments::none(span))
            }
            Value::Instance(instance)
                if instance.class().layout == Layout::Exception || instance.class().foreign.is_some() =>
            {
                Ok(value)
            }
            Value::Native(native) => {
                // A native exception class: made without arguments.
                let span = self.call_span();
                if native.is_callable() {
                    let made = self.call(&value, Arguments::none(span))?;
                    return self.exception_of(made);
                }
                Err(Unwind::type_error("exceptions must derive from BaseException"))
            }
            // Which exception it is does not matter unless someone catches it: it is one from outside.
            Value::Foreign(foreign) => {
                let message = foreign.path.trim_end_matches("()").to_owned();
                self.refuse_foreign(&value)
                    .map_err(|_| Unwind::raise("Exception", format!("{message} was raised")))?;
                Ok(value)
            }
            Value::Unknown(_) => Err(Unwind::raise("Exception", "an exception that is not known was raised")),
            _ => Err(Unwind::type_error("exceptions must derive from BaseException")),
        }
    }

    /// Whether `except kind` catches an exception.
    pub(super) fn catches(&mut self, kind: &Value, value: &Value) -> Outcome<bool> {
        match kind {
            Value::Tuple(kinds) => {
                for kind in kinds.iter() {
                    if self.catches(kind, value)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Value::Class(class) => Ok(matches!(value, Value::Instance(it) if it.class().inherits(class))),
            Value::Native(native) => Ok(native.clone().has_instance(self, value)?.unwrap_or(false)),
            // Nothing that is raised here is of a class from outside the project.
            Value::Foreign(_) | Value::Unknown(_) => Ok(false),
            _ => Err(Unwind::type_error(
                "catching classes that do not inherit from BaseException is not allowed",
            )),
        }
    }

    /// Makes a class of exceptions, for natives that raise their own (`sqlalchemy.exc.NoSuchTableError`).
    pub fn exception_class(&mut self, module: &str, name: &str, base: &Value) -> Option<Rc<Class>> {
        let Value::Class(base) = base else { return None };
        let class = Rc::new(Class {
            bases: vec![Value::Class(base.clone())],
            layout: Layout::Exception,
            construct: base.construct.clone(),
            ..Class::bare(name.into(), module.into())
        });
        let mut mro = vec![class.clone()];
        mro.extend(base.mro.borrow().iter().cloned());
        *class.mro.borrow_mut() = mro;
        Some(class)
    }

    /// Raises an exception of a class, with a message.
    pub fn raise_class(&mut self, class: &Rc<Class>, message: &str) -> Unwind {
        let instance = Instance::new(class.clone());
        instance.set("args", Value::tuple(vec![Value::str(message)]));
        Unwind::raise_value(Value::Instance(Rc::new(instance)))
    }
}

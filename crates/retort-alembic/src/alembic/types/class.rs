//! Type classes as Python holds them.

use std::rc::Rc;

use super::super::wrap::first_unknown;
use super::build::{build, make};
use super::project::impl_type;
use super::{NativeType, data_type, native_class, type_value};
use crate::python::{Arguments, Class, Instance, Interpreter, Native, Outcome, Unwind, Value};
use crate::sql::types::{Form, Module, TypeClass, derives_from};

/// A type class: `sa.String`.
#[derive(Debug)]
pub(crate) struct NativeTypeClass {
    pub(super) class: &'static TypeClass,
}

impl Native for NativeTypeClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "__name__" | "__qualname__" | "__visit_name__" => Ok(Some(Value::str(self.class.name))),
            // `sa.String.with_variant(…)` on the class works on an object without arguments.
            _ => {
                let object = build(interp, self.class, Arguments::none(interp.call_span()))?;
                match interp.find_attribute(&type_value(object), name)? {
                    // `JSON.NULL` is there, but not known here.
                    None if !name.starts_with('_') => {
                        Err(Unwind::unsupported(format!("`{}.{name}` is not supported", self.class.name)))
                    }
                    found => Ok(found),
                }
            }
        }
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call(self: Rc<Self>, interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = first_unknown(&arguments) {
            return Ok(Value::Unknown(unknown));
        }
        make(interp, self.class, arguments).map(Value::native)
    }

    fn has_instance(self: Rc<Self>, _interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Option<bool>> {
        Ok(Some(match value {
            Value::Native(_) => {
                value.as_native::<NativeType>().is_some_and(|own| derives(own.data_type.class, self.class))
            }
            Value::Instance(instance) => {
                let class = instance.class();
                class.natives.iter().filter_map(native_class).any(|own| derives(own.class, self.class))
            }
            _ => false,
        }))
    }

    fn has_subclass(self: Rc<Self>, _interp: &mut Interpreter<'_>, class: &Value) -> Outcome<Option<bool>> {
        Ok(Some(match class {
            Value::Class(class) => {
                class.natives.iter().filter_map(native_class).any(|own| derives(own.class, self.class))
            }
            _ => class.as_native::<NativeTypeClass>().is_some_and(|own| derives(own.class, self.class)),
        }))
    }

    fn is_base(&self) -> bool {
        true
    }

    // `TypeDecorator[str]`: only for type checkers.
    fn item(self: Rc<Self>, _interp: &mut Interpreter<'_>, _index: &Value) -> Outcome<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn class_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        _class: &Rc<Class>,
        name: &str,
    ) -> Outcome<Option<Value>> {
        Ok((name == "cache_ok").then_some(Value::None))
    }

    fn instance_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        instance: &Rc<Instance>,
        name: &str,
    ) -> Outcome<Option<Value>> {
        let own = Value::Instance(Rc::clone(instance));
        match name {
            "load_dialect_impl" => {
                let instance = Rc::clone(instance);
                Ok(Some(Value::function(name, move |interp, _| impl_type(interp, &instance).map(type_value))))
            }
            // The methods of types work on what the class comes to.
            "with_variant" | "compile" | "dialect_impl" | "as_generic" | "python_type" => {
                let data_type = data_type(interp, &own)?;
                interp.find_attribute(&type_value(data_type), name)
            }
            "copy" => Ok(Some(Value::function(name, move |_, _| Ok(own.clone())))),
            _ if self.class.form == Form::Decorator => {
                let Some(inner) = instance.attribute("impl") else { return Ok(None) };
                interp.find_attribute(&inner, name)
            }
            _ => Ok(None),
        }
    }

    fn initialise(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        instance: &Rc<Instance>,
        arguments: Arguments,
    ) -> Outcome<()> {
        match self.class.form {
            Form::Decorator => {
                let Some(inner) = instance.class().find("impl") else { return Ok(()) };
                let inner = match &inner {
                    Value::Native(_) if inner.as_native::<NativeTypeClass>().is_some() => {
                        interp.call(&inner, arguments)?
                    }
                    Value::Class(_) => interp.call(&inner, arguments)?,
                    _ => inner,
                };
                instance.set("impl", inner);
            }
            Form::UserDefined => {}
            _ => {
                let made = make(interp, self.class, arguments)?;
                *instance.payload.borrow_mut() = Some(Value::native(made));
            }
        }
        Ok(())
    }
}

fn derives(class: &TypeClass, ancestor: &'static TypeClass) -> bool {
    // A class of a dialect is an ancestor of itself only; the generic ones of the others too.
    std::ptr::eq(class, ancestor)
        || (ancestor.module == Module::Generic && derives_from(class, ancestor.name))
}

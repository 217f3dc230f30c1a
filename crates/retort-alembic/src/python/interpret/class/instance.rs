//! Making objects of a class.

use std::rc::Rc;

use super::super::super::Arguments;
use super::super::super::Interpreter;
use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::{Class, Dict, Instance, Layout, Name, Shape, Value, Wrapper};

impl Interpreter<'_> {
    pub(in super::super) fn instantiate(
        &mut self,
        class: &Rc<Class>,
        arguments: Arguments,
    ) -> Outcome<Value> {
        self.meter.enter()?;
        let made = self.instantiate_inside(class, arguments);
        self.meter.leave();
        made
    }

    fn instantiate_inside(&mut self, class: &Rc<Class>, arguments: Arguments) -> Outcome<Value> {
        if let Some(construct) = &class.construct
            && class.layout != Layout::Exception
        {
            return self.call_builtin(construct, arguments);
        }
        if let Some(function) = class.metaclass.as_ref().and_then(|metaclass| metaclass.find("__call__")) {
            return self.call(&function, arguments.with_first(Value::Class(class.clone())));
        }
        self.make_object(class, arguments)
    }

    /// `type.__call__`: `__new__`, then `__init__`.
    pub(in super::super::super) fn make_object(
        &mut self,
        class: &Rc<Class>,
        arguments: Arguments,
    ) -> Outcome<Value> {
        if let Shape::Enum(_) = &*class.shape.borrow() {
            return self.member_by_value(class, arguments);
        }
        let made = match class.find("__new__") {
            Some(new) => {
                let new = match &new {
                    Value::Wrapper(wrapper) => match &**wrapper {
                        Wrapper::Static(inner) | Wrapper::ClassMethod(inner) => inner.clone(),
                        Wrapper::Property(..) | Wrapper::CachedProperty(_) | Wrapper::Super(..) => new,
                    },
                    _ => new,
                };
                self.call(&new, arguments.clone().with_first(Value::Class(class.clone())))?
            }
            None => self.bare_object(class, &arguments)?,
        };
        match &made {
            Value::Instance(instance) if instance.class().inherits(class) => {
                self.initialise(&made, &instance.clone(), arguments)?;
            }
            _ => {}
        }
        Ok(made)
    }

    /// An object before `__init__`: with the builtin value that it is, if its class inherits from `str`, say.
    pub(in super::super::super) fn bare_object(
        &mut self,
        class: &Rc<Class>,
        arguments: &Arguments,
    ) -> Outcome<Value> {
        let instance = Instance::new(class.clone());
        match class.layout {
            Layout::Plain => {}
            Layout::Exception => instance.set("args", Value::tuple(arguments.positional.clone())),
            Layout::Builtin(kind) => {
                let payload = self.payload(class, kind, arguments)?;
                *instance.payload.borrow_mut() = Some(payload);
            }
        }
        Ok(Value::Instance(Rc::new(instance)))
    }

    fn payload(&mut self, class: &Rc<Class>, kind: &str, arguments: &Arguments) -> Outcome<Value> {
        if let Shape::NamedTuple(fields, defaults) = &*class.shape.borrow() {
            return named_tuple_values(&class.name, fields, defaults, arguments).map(Value::tuple);
        }
        let Some(base) = self.class(kind) else { return Ok(Value::None) };
        let Some(construct) = base.construct.clone() else { return Ok(Value::None) };
        let is_filled_by_init = matches!(kind, "list" | "dict" | "set");
        let arguments = if is_filled_by_init && class.find("__init__").is_some() {
            Arguments::none(arguments.span)
        } else {
            arguments.clone()
        };
        (construct.call)(self, arguments)
    }

    fn initialise(&mut self, value: &Value, instance: &Rc<Instance>, arguments: Arguments) -> Outcome<()> {
        let class = instance.class();
        if class.find("__init__").is_some() {
            self.call_init(value, arguments)?;
            return Ok(());
        }
        self.initialise_bases(instance, arguments)
    }

    fn call_init(&mut self, value: &Value, arguments: Arguments) -> Outcome<()> {
        if let Some(method) = self.find_special(value, "__init__") {
            self.call(&method, arguments)?;
        }
        Ok(())
    }

    /// What `super().__init__(…)` does when no Python class is left that has one.
    pub(in super::super::super) fn initialise_bases(
        &mut self,
        instance: &Rc<Instance>,
        arguments: Arguments,
    ) -> Outcome<()> {
        let class = instance.class();
        let shape = class.shape.borrow().clone();
        if let Shape::Data(shape) = shape {
            return self.initialise_data(instance, &shape, arguments);
        }
        match class.layout {
            Layout::Exception => {
                instance.set("args", Value::tuple(arguments.positional));
                return Ok(());
            }
            Layout::Builtin(kind @ ("dict" | "list" | "set")) => {
                if let Some(construct) = self.class(kind).and_then(|base| base.construct.clone()) {
                    let filled = (construct.call)(self, arguments)?;
                    fill(instance, &filled);
                }
                return Ok(());
            }
            Layout::Builtin(_) => return Ok(()),
            Layout::Plain => {}
        }
        if let Some(native) = class.natives.first() {
            return native.clone().initialise(self, instance, arguments);
        }
        if class.foreign.is_some() || class.find("__new__").is_some() {
            return Ok(());
        }
        if arguments.positional.is_empty() && arguments.keyword.is_empty() {
            return Ok(());
        }
        Err(Unwind::type_error(format!("{}() takes no arguments", class.name)))
    }
}

/// Puts the contents of a builtin value into the one of an object.
fn fill(instance: &Instance, filled: &Value) {
    let payload = instance.payload.borrow();
    match (&*payload, filled) {
        (Some(Value::Dict(own)), Value::Dict(other)) => {
            let mut entries: Dict = other.borrow().clone();
            std::mem::swap(&mut *own.borrow_mut(), &mut entries);
        }
        (Some(Value::List(own)), Value::List(other)) => {
            let values = other.borrow().clone();
            *own.borrow_mut() = values;
        }
        (Some(Value::Set(own)), Value::Set(other)) => {
            let items = other.items.borrow().clone();
            *own.items.borrow_mut() = items;
        }
        _ => {}
    }
}

/// The values of a named tuple's fields, in order.
pub(in super::super::super) fn named_tuple_values(
    name: &str,
    fields: &[Name],
    defaults: &[Value],
    arguments: &Arguments,
) -> Outcome<Vec<Value>> {
    let mut values = arguments.positional.clone();
    if values.len() > fields.len() {
        return Err(Unwind::type_error(format!("{name}() takes {} arguments", fields.len())));
    }
    let without_default = fields.len() - defaults.len().min(fields.len());
    for (at, field) in fields.iter().enumerate().skip(values.len()) {
        match arguments.get(field) {
            Some(value) => values.push(value.clone()),
            None if at >= without_default => values.push(defaults[at - without_default].clone()),
            None => {
                return Err(Unwind::type_error(format!("{name}() missing required argument: '{field}'")));
            }
        }
    }
    if let Some((key, _)) = arguments.keyword.iter().find(|(key, _)| !fields.contains(key)) {
        return Err(Unwind::type_error(format!("{name}() got an unexpected keyword argument '{key}'")));
    }
    Ok(values)
}

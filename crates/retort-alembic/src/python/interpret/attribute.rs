//! Attributes: `value.name`.

use std::rc::Rc;

use super::super::Arguments;
use super::super::Interpreter;
use super::super::builtins;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{
    Bound, Class, Foreign, Function, Instance, Module, Name, Names, Shape, Value, Wrapper,
};

impl Interpreter<'_> {
    /// `value.name`
    ///
    /// # Errors
    /// Python's `AttributeError`, or what a property raises.
    pub fn attribute(&mut self, value: &Value, name: &str) -> Outcome<Value> {
        match self.find_attribute(value, name)? {
            Some(found) => Ok(found),
            None => Err(self.no_attribute(value, name)),
        }
    }

    fn no_attribute(&mut self, value: &Value, name: &str) -> Unwind {
        if let Value::Native(native) = value
            && name.starts_with("__")
            && name.ends_with("__")
        {
            // Every object has some of these: it is this program that does not know them.
            return Unwind::unsupported(format!("`{name}` of a `{}`", native.type_name()));
        }
        let message = match value {
            Value::Class(class) => format!("type object '{}' has no attribute '{name}'", class.name),
            Value::Module(module) => format!("module '{}' has no attribute '{name}'", module.name),
            _ => format!("'{}' object has no attribute '{name}'", self.type_name(value)),
        };
        Unwind::raise("AttributeError", message)
    }

    /// `value.name`, `None` if there is no such attribute.
    ///
    /// # Errors
    /// What a property raises.
    pub fn find_attribute(&mut self, value: &Value, name: &str) -> Outcome<Option<Value>> {
        match value {
            Value::Unknown(unknown) => return Ok(Some(Value::Unknown(unknown.derived()))),
            Value::Foreign(foreign) => {
                let path = format!("{}.{name}", foreign.path);
                let reason = foreign.reason.clone();
                return Ok(Some(Value::Foreign(Rc::new(Foreign { path, reason }))));
            }
            Value::Native(native) => {
                if let Some(found) = native.clone().attribute(self, name)? {
                    return Ok(Some(found));
                }
                if native.has_method(name) {
                    let (native, method) = (native.clone(), Name::from(name));
                    return Ok(Some(Value::function(name, move |interp, arguments| {
                        native.clone().call_method(interp, &method, arguments)
                    })));
                }
            }
            Value::Instance(instance) => return self.instance_attribute(value, instance, name),
            Value::Class(class) => return self.class_attribute(class, name),
            Value::Module(module) => return self.module_attribute(module, name),
            Value::Wrapper(wrapper) => {
                if let Wrapper::Super(class, receiver) = &**wrapper {
                    return self.super_attribute(class, receiver, name);
                }
                if let Some(found) = wrapper_attribute(wrapper, name) {
                    return Ok(Some(found));
                }
            }
            Value::Function(function) => return Ok(function_attribute(self, value, function, name)),
            Value::Bound(bound) => match name {
                "__self__" => return Ok(Some(bound.receiver.clone())),
                "__func__" => return Ok(Some(bound.function.clone())),
                _ => return self.find_attribute(&bound.function, name),
            },
            Value::Builtin(builtin) if matches!(name, "__name__" | "__qualname__") => {
                return Ok(Some(Value::Str(builtin.name.clone())));
            }
            _ => {}
        }
        match name {
            "__class__" => Ok(Some(self.type_of(value))),
            _ => builtins::method(self, value, name),
        }
    }

    fn instance_attribute(
        &mut self,
        value: &Value,
        instance: &Rc<Instance>,
        name: &str,
    ) -> Outcome<Option<Value>> {
        let class = instance.class();
        let found = class.find_owner(name);
        if let Some((Value::Wrapper(wrapper), _)) = &found
            && let Wrapper::Property(getter, _) = &**wrapper
        {
            return self.call_getter(getter, value, name);
        }
        if let Some(own) = instance.attribute(name) {
            return Ok(Some(own));
        }
        if let Some((found, _)) = found.filter(|_| !is_hidden(&class, name)) {
            return self.bind(found, Some(value), &class, name).map(Some);
        }
        match name {
            "__class__" => return Ok(Some(Value::Class(class))),
            "__dict__" => {
                let attributes = instance.attributes.borrow();
                return Ok(Some(Value::dict_of(attributes.iter().map(|(k, v)| (k.clone(), v.clone())))));
            }
            _ => {}
        }
        if let Shape::NamedTuple(fields, _) = &*class.shape.borrow()
            && let Some(at) = fields.iter().position(|field| &**field == name)
        {
            return Ok(value.as_sequence().and_then(|values| values.get(at).cloned()));
        }
        let payload = instance.payload.borrow().clone();
        if let Some(payload) = payload
            && let Some(found) = self.find_attribute(&payload, name)?
        {
            return Ok(Some(found));
        }
        for native in class.natives.clone() {
            if let Some(found) = native.instance_attribute(self, instance, name)? {
                return Ok(Some(found));
            }
        }
        if let Some(found) = builtins::object_method(self, value, name) {
            return Ok(Some(found));
        }
        if let Some(answer) = self.call_special(value, "__getattr__", vec![Value::str(name)])? {
            return Ok(Some(answer));
        }
        Ok(class.foreign.as_ref().map(|foreign| inherited_foreign(foreign, name)))
    }

    fn call_getter(&mut self, getter: &Value, receiver: &Value, name: &str) -> Outcome<Option<Value>> {
        let span = self.call_span();
        match self.call(getter, Arguments::of(vec![receiver.clone()], span)) {
            Err(Unwind::Raise(raised)) => {
                let exception = self.exception_value(&raised);
                if self.is_exception(&exception, "AttributeError")
                    && let Some(answer) =
                        self.call_special(receiver, "__getattr__", vec![Value::str(name)])?
                {
                    return Ok(Some(answer));
                }
                Err(Unwind::Raise(raised))
            }
            other => other.map(Some),
        }
    }

    /// What an attribute of a class is when asked for on an object or on the class itself.
    fn bind(
        &mut self,
        found: Value,
        receiver: Option<&Value>,
        class: &Rc<Class>,
        name: &str,
    ) -> Outcome<Value> {
        let bound = |receiver: &Value, function: Value| {
            Value::Bound(Rc::new(Bound { receiver: receiver.clone(), function }))
        };
        match (&found, receiver) {
            (Value::Function(_), Some(receiver)) => Ok(bound(receiver, found)),
            (Value::Builtin(builtin), Some(receiver)) if builtin.name.starts_with("__method__") => {
                Ok(bound(receiver, found.clone()))
            }
            (Value::Native(native), Some(receiver))
                if native.is_callable() && native.has_method("__get__") =>
            {
                Ok(bound(receiver, found))
            }
            (Value::Wrapper(wrapper), _) => match &**wrapper {
                Wrapper::Static(inner) => Ok(inner.clone()),
                Wrapper::ClassMethod(inner) => Ok(bound(&Value::Class(class.clone()), inner.clone())),
                Wrapper::Property(getter, _) => match receiver {
                    Some(receiver) => {
                        let span = self.call_span();
                        self.call(getter, Arguments::of(vec![receiver.clone()], span))
                    }
                    None => Ok(found),
                },
                Wrapper::CachedProperty(getter) => match receiver {
                    Some(receiver) => {
                        let span = self.call_span();
                        let value = self.call(getter, Arguments::of(vec![receiver.clone()], span))?;
                        if let Value::Instance(instance) = receiver {
                            instance.set(name, value.clone());
                        }
                        Ok(value)
                    }
                    None => Ok(found),
                },
                Wrapper::Super(..) => Ok(found),
            },
            (Value::Instance(_), _) if self.find_special(&found, "__get__").is_some() => {
                let owner = Value::Class(class.clone());
                let receiver = receiver.cloned().unwrap_or(Value::None);
                let answer = self.call_special(&found, "__get__", vec![receiver, owner])?;
                Ok(answer.unwrap_or(Value::None))
            }
            _ => Ok(found),
        }
    }

    fn class_attribute(&mut self, class: &Rc<Class>, name: &str) -> Outcome<Option<Value>> {
        if let Some(found) = class.find(name).filter(|_| !is_hidden(class, name)) {
            return self.bind(found, None, class, name).map(Some);
        }
        for native in class.natives.clone() {
            if let Some(found) = native.class_attribute(self, class, name)? {
                return Ok(Some(found));
            }
        }
        if let Some(found) = builtins::class_attribute(self, class, name)? {
            return Ok(Some(found));
        }
        if let Some(metaclass) = &class.metaclass {
            let receiver = Value::Class(class.clone());
            if let Some(found) = metaclass.find(name) {
                return self.bind(found, Some(&receiver), metaclass, name).map(Some);
            }
            if let Some(function) = metaclass.find("__getattr__") {
                let span = self.call_span();
                let arguments = Arguments::of(vec![receiver, Value::str(name)], span);
                return self.call(&function, arguments).map(Some);
            }
        }
        let is_special = name.starts_with("__") && name.ends_with("__");
        Ok(class.foreign.as_ref().filter(|_| !is_special).map(|foreign| inherited_foreign(foreign, name)))
    }

    fn super_attribute(&mut self, after: &Rc<Class>, receiver: &Value, name: &str) -> Outcome<Option<Value>> {
        let (class, on_object) = match receiver {
            Value::Instance(instance) => (instance.class(), Some(receiver)),
            Value::Class(class) => (class.clone(), None),
            other => {
                let builtin = self.type_of(other);
                let Value::Class(class) = builtin else { return Ok(None) };
                (class, Some(receiver))
            }
        };
        let mro = class.mro.borrow().clone();
        let mut rest = mro.iter().skip_while(|each| !Rc::ptr_eq(each, after)).skip(1);
        let found = rest.find_map(|each| each.attributes.borrow().get(name).cloned());
        if let Some(found) = found {
            return self.bind(found, on_object, &class, name).map(Some);
        }
        if let (Value::Instance(instance), "__init__") = (receiver, name) {
            let instance = instance.clone();
            return Ok(Some(Value::function("__init__", move |interp, arguments| {
                interp.initialise_bases(&instance, arguments).map(|()| Value::None)
            })));
        }
        if let Value::Instance(instance) = receiver {
            let payload = instance.payload.borrow().clone();
            if let Some(payload) = payload.filter(|payload| !matches!(payload, Value::Instance(_)))
                && let Some(found) = self.find_attribute(&payload, name)?
            {
                return Ok(Some(found));
            }
            for native in class.natives.clone() {
                if let Some(found) = native.instance_attribute(self, instance, name)? {
                    return Ok(Some(found));
                }
            }
        }
        for native in class.natives.clone() {
            if let Some(found) = native.class_attribute(self, &class, name)? {
                return Ok(Some(found));
            }
        }
        if let Some(found) = builtins::base_method(self, &class, receiver, name) {
            return Ok(Some(found));
        }
        Ok(class.foreign.as_ref().map(|foreign| inherited_foreign(foreign, name)))
    }

    fn module_attribute(&mut self, module: &Rc<Module>, name: &str) -> Outcome<Option<Value>> {
        if let Some(found) = module.scope.get(name) {
            return Ok(Some(found));
        }
        match name {
            "__name__" => return Ok(Some(Value::Str(module.name.clone()))),
            "__file__" => return Ok(Some(Value::str(&module.scope.file.name))),
            "__dict__" => {
                let names = self.all_names(module)?;
                return Ok(Some(Value::dict_of(names.iter().map(|(k, v)| (k.clone(), v.clone())))));
            }
            _ => {}
        }
        if let Some(value) = self.loaded_submodule(module, name) {
            return Ok(Some(value));
        }
        if let Some(function) = module.scope.get("__getattr__") {
            let span = self.call_span();
            return self.call(&function, Arguments::of(vec![Value::str(name)], span)).map(Some);
        }
        if let Some(value) = self.unloaded_submodule(module, name)? {
            return Ok(Some(value));
        }
        if module.is_native && !name.starts_with("__") {
            // It may well be there: that it is not known here must not look like an `AttributeError`.
            let path = format!("{}.{name}", module.name);
            let reason = Some(format!("`{path}` is not supported"));
            return Ok(Some(Value::Foreign(Rc::new(Foreign { path, reason }))));
        }
        Ok(None)
    }

    /// `value.name = other`
    ///
    /// # Errors
    /// Python's `AttributeError`.
    pub fn set_attribute(&mut self, value: &Value, name: &str, other: Value) -> Outcome<()> {
        self.doubt_attribute(value, name);
        match value {
            Value::Unknown(_) => Ok(()),
            Value::Foreign(_) if self.importing > 0 => Ok(()),
            Value::Foreign(_) => self.refuse_foreign(value),
            Value::Native(native) => {
                if native.clone().set_attribute(self, name, other)? {
                    return Ok(());
                }
                Err(self.no_attribute(value, name))
            }
            Value::Instance(instance) => self.set_instance_attribute(value, instance, name, other),
            Value::Class(class) => {
                class.attributes.borrow_mut().insert(name.into(), other);
                Ok(())
            }
            Value::Module(module) => {
                module.scope.set(name.into(), other);
                Ok(())
            }
            Value::Function(function) => {
                function.attributes.borrow_mut().insert(name.into(), other);
                Ok(())
            }
            Value::Builtin(_) => Ok(()),
            Value::Bound(bound) => self.set_attribute(&bound.function, name, other),
            _ => Err(self.no_attribute(value, name)),
        }
    }

    fn set_instance_attribute(
        &mut self,
        value: &Value,
        instance: &Rc<Instance>,
        name: &str,
        other: Value,
    ) -> Outcome<()> {
        let class = instance.class();
        if let Some(Value::Wrapper(wrapper)) = class.find(name)
            && let Wrapper::Property(_, setter) = &*wrapper
        {
            let Some(setter) = setter else {
                return Err(Unwind::raise("AttributeError", format!("can't set attribute '{name}'")));
            };
            let span = self.call_span();
            self.call(setter, Arguments::of(vec![value.clone(), other], span))?;
            return Ok(());
        }
        if class.find("__setattr__").is_some() {
            self.call_special(value, "__setattr__", vec![Value::str(name), other])?;
            return Ok(());
        }
        builtins::check_frozen(&class, name)?;
        for native in class.natives.clone() {
            if native.set_instance_attribute(self, instance, name, &other)? {
                return Ok(());
            }
        }
        instance.set(name, other);
        Ok(())
    }

    pub(super) fn delete_attribute(&mut self, value: &Value, name: &str) -> Outcome<()> {
        self.doubt_attribute(value, name);
        let remove = |names: &std::cell::RefCell<Names>| names.borrow_mut().shift_remove(name).is_some();
        let removed = match value {
            Value::Instance(instance) => remove(&instance.attributes),
            Value::Class(class) => remove(&class.attributes),
            Value::Module(module) => remove(&module.scope.names),
            Value::Function(function) => remove(&function.attributes),
            Value::Unknown(_) | Value::Foreign(_) => true,
            _ => false,
        };
        if removed { Ok(()) } else { Err(self.no_attribute(value, name)) }
    }
}

/// Whether a native base made an attribute its own, whatever the mixins of the class have under that name.
fn is_hidden(class: &Class, name: &str) -> bool {
    class.data.borrow().is_some() && class.natives.iter().any(|native| native.hides(class, name))
}

fn inherited_foreign(foreign: &Rc<Foreign>, name: &str) -> Value {
    Value::Foreign(Rc::new(Foreign {
        path: format!("{}.{name}", foreign.path),
        reason: foreign.reason.clone(),
    }))
}

/// `x.setter`, `x.getter` of a property; `__func__` of the others.
fn wrapper_attribute(wrapper: &Rc<Wrapper>, name: &str) -> Option<Value> {
    match (&**wrapper, name) {
        (Wrapper::Property(getter, _), "setter") => {
            let getter = getter.clone();
            Some(Value::function("setter", move |_, arguments| {
                let [setter] = arguments.exactly("setter")?;
                Ok(Value::Wrapper(Rc::new(Wrapper::Property(getter.clone(), Some(setter)))))
            }))
        }
        (Wrapper::Property(_, setter), "getter") => {
            let setter = setter.clone();
            Some(Value::function("getter", move |_, arguments| {
                let [getter] = arguments.exactly("getter")?;
                Ok(Value::Wrapper(Rc::new(Wrapper::Property(getter, setter.clone()))))
            }))
        }
        (Wrapper::Property(..), "deleter") => {
            let wrapper = wrapper.clone();
            Some(Value::function("deleter", move |_, _| Ok(Value::Wrapper(wrapper.clone()))))
        }
        (Wrapper::Property(getter, _), "fget") => Some(getter.clone()),
        (Wrapper::Static(inner) | Wrapper::ClassMethod(inner), "__func__" | "__wrapped__") => {
            Some(inner.clone())
        }
        _ => None,
    }
}

fn function_attribute(
    interp: &mut Interpreter<'_>,
    value: &Value,
    function: &Rc<Function>,
    name: &str,
) -> Option<Value> {
    if let Some(own) = function.attributes.borrow().get(name) {
        return Some(own.clone());
    }
    Some(match name {
        "__name__" | "__qualname__" => Value::Str(function.code.name.clone()),
        "__doc__" => function.code.body().docstring.clone().map_or(Value::None, Value::Str),
        "__module__" => match function.scope.global().get("__name__") {
            Some(name) => name,
            None => Value::str("builtins"),
        },
        "__class__" => interp.type_of(value),
        "__defaults__" => Value::tuple(function.defaults.clone()),
        "__dict__" | "__annotations__" => Value::dict_of(Vec::<(&str, Value)>::new()),
        "__wrapped__" => return None,
        "__call__" => value.clone(),
        "__get__" => {
            let value = value.clone();
            Value::function("__get__", move |_, arguments| {
                let receiver = arguments.positional.first().cloned().unwrap_or(Value::None);
                if receiver.is_none() {
                    return Ok(value.clone());
                }
                Ok(Value::Bound(Rc::new(Bound { receiver, function: value.clone() })))
            })
        }
        _ => return None,
    })
}

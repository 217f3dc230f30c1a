//! The base classes of declarative models.

use std::rc::Rc;

use super::mapper::{self, mapper_of};
use super::{relationship, state};
use crate::alembic::table;
use crate::python::{Arguments, Class, Instance, Interpreter, Native, Outcome, Unwind, Value};

/// `DeclarativeBase`, or what `declarative_base()` gives.
#[derive(Debug)]
pub(crate) struct NativeBase {
    /// Its `MetaData`; None for `DeclarativeBase`, each subclass of which has one of its own.
    metadata: Option<Value>,
    /// `cls=`: the class that models inherit from too.
    parent: Option<Rc<Class>>,
}

impl NativeBase {
    /// `DeclarativeBase`
    pub(super) fn root() -> NativeBase {
        NativeBase { metadata: None, parent: None }
    }
}

/// `declarative_base(metadata=…, cls=…)`
pub(super) fn declarative_base(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let metadata = arguments.get("metadata").cloned().filter(|metadata| !metadata.is_none());
    let metadata = match metadata {
        Some(metadata) => metadata,
        None => new_metadata(interp)?,
    };
    let parent = match arguments.get("cls") {
        Some(Value::Class(class)) => Some(class.clone()),
        Some(other) => {
            interp.refuse_foreign(other)?;
            None
        }
        None => None,
    };
    Ok(Value::native(NativeBase { metadata: Some(metadata), parent }))
}

/// `@as_declarative()`: the class is a base from then on.
pub(super) fn as_declarative(_interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let metadata = arguments.get("metadata").cloned();
    Ok(Value::function("as_declarative", move |interp, arguments| {
        let [class] = arguments.exactly("as_declarative")?;
        let metadata = match &metadata {
            Some(metadata) => metadata.clone(),
            None => new_metadata(interp)?,
        };
        let Value::Class(parent) = class else {
            return Err(Unwind::type_error("as_declarative() decorates a class"));
        };
        Ok(Value::native(NativeBase { metadata: Some(metadata), parent: Some(parent) }))
    }))
}

/// `registry(metadata=…)`
pub(super) fn registry(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let metadata = match arguments.get("metadata").cloned().filter(|metadata| !metadata.is_none()) {
        Some(metadata) => metadata,
        None => new_metadata(interp)?,
    };
    Ok(Value::native(NativeRegistry { metadata }))
}

fn new_metadata(interp: &mut Interpreter<'_>) -> Outcome<Value> {
    let span = interp.call_span();
    table::metadata(interp, Arguments::none(span))
}

/// `registry()`
#[derive(Debug)]
struct NativeRegistry {
    metadata: Value,
}

impl Native for NativeRegistry {
    fn type_name(&self) -> &str {
        "registry"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        Ok((name == "metadata").then(|| self.metadata.clone()))
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "generate_base" | "configure" | "dispose" | "mapped")
    }

    fn call_method(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        match name {
            "generate_base" => {
                Ok(Value::native(NativeBase { metadata: Some(self.metadata.clone()), parent: None }))
            }
            "mapped" => {
                let [class] = arguments.exactly("mapped")?;
                if let Value::Class(class) = &class {
                    mapper::map_class(interp, class, self.metadata.clone(), None)?;
                }
                Ok(class)
            }
            _ => Ok(Value::None),
        }
    }
}

impl NativeBase {
    /// The `MetaData` for a class: that of the base class written in Python, or its own.
    fn metadata_for(&self, class: &Rc<Class>) -> Option<Value> {
        let mro = class.mro.borrow();
        let mut said = mro.iter().filter_map(|each| each.attributes.borrow().get("metadata").cloned());
        // None, as a mixin may have it, says nothing.
        said.find(|metadata| !metadata.is_none()).or_else(|| self.metadata.clone())
    }
}

impl Native for NativeBase {
    fn type_name(&self) -> &str {
        "DeclarativeMeta"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match (name, &self.metadata, &self.parent) {
            ("metadata", Some(metadata), _) => Ok(Some(metadata.clone())),
            ("registry", Some(metadata), _) => {
                Ok(Some(Value::native(NativeRegistry { metadata: metadata.clone() })))
            }
            ("__name__" | "__qualname__", ..) => Ok(Some(Value::str("Base"))),
            (_, _, Some(parent)) => interp.find_attribute(&Value::Class(parent.clone()), name),
            _ => Ok(None),
        }
    }

    fn is_base(&self) -> bool {
        true
    }

    fn subclassed(self: Rc<Self>, interp: &mut Interpreter<'_>, class: &Rc<Class>) -> Outcome<()> {
        let this: *const () = Rc::as_ptr(&self).cast();
        let is_direct = class
            .bases
            .iter()
            .any(|base| matches!(base, Value::Native(native) if Rc::as_ptr(native).cast::<()>() == this));
        if is_direct && self.metadata.is_none() {
            // `class Base(DeclarativeBase)`: it has a `MetaData` of its own.
            if class.attributes.borrow().get("metadata").is_none() {
                let metadata = new_metadata(interp)?;
                class.attributes.borrow_mut().insert("metadata".into(), metadata);
            }
            return Ok(());
        }
        match self.metadata_for(class) {
            Some(metadata) => mapper::map_class(interp, class, metadata, self.parent.as_ref()),
            None => Ok(()),
        }
    }

    fn hides(&self, class: &Class, name: &str) -> bool {
        mapper_of(class).is_some_and(|mapper| mapper.knows(name))
    }

    fn class_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        class: &Rc<Class>,
        name: &str,
    ) -> Outcome<Option<Value>> {
        if let Some(mapper) = mapper_of(class) {
            let knows = |each: &Rc<Class>| mapper_of(each).is_some_and(|mapper| mapper.knows(name));
            if let Err(refusal) = mapper.kind.follow(class)
                && class.mro.borrow().iter().any(knows)
            {
                return Err(refusal);
            }
            if let Some(found) = mapper.class_attribute(class, name) {
                return Ok(Some(found));
            }
        }
        // The class has a name of its own.
        if matches!(name, "__name__" | "__qualname__") {
            return Ok(None);
        }
        self.attribute(interp, name)
    }

    fn instance_attribute(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        instance: &Rc<Instance>,
        name: &str,
    ) -> Outcome<Option<Value>> {
        let Some(mapper) = mapper_of(&instance.class()) else { return Ok(None) };
        if mapper.columns.iter().any(|(attribute, _)| attribute == name) {
            return Ok(Some(Value::None));
        }
        if let Some(related) = mapper.relationship(name) {
            return relationship::load(interp, instance, &mapper, &related, name).map(Some);
        }
        match (&self.parent, name) {
            (_, "metadata") => self.attribute(interp, name),
            (Some(parent), _) => match parent.find(name) {
                Some(Value::Function(function)) => {
                    let receiver = Value::Instance(instance.clone());
                    let function = Value::Function(function);
                    Ok(Some(Value::Bound(Rc::new(crate::python::Bound { receiver, function }))))
                }
                other => Ok(other),
            },
            _ => Ok(None),
        }
    }

    fn set_instance_attribute(
        self: Rc<Self>,
        _interp: &mut Interpreter<'_>,
        instance: &Rc<Instance>,
        name: &str,
        _value: &Value,
    ) -> Outcome<bool> {
        state::state(instance).touch(name);
        Ok(false)
    }

    fn initialise(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        instance: &Rc<Instance>,
        arguments: Arguments,
    ) -> Outcome<()> {
        let class = instance.class();
        if !arguments.positional.is_empty() {
            return Err(Unwind::type_error("__init__() takes 1 positional argument"));
        }
        if let Some(mapper) = mapper_of(&class) {
            mapper.kind.follow(&class)?;
        }
        let value = Value::Instance(instance.clone());
        for (name, given) in arguments.keyword {
            let known =
                mapper_of(&class).is_some_and(|mapper| mapper.knows(&name)) || class.find(&name).is_some();
            if !known {
                let message = format!("'{name}' is an invalid keyword argument for {}", class.name);
                return Err(Unwind::type_error(message));
            }
            interp.set_attribute(&value, &name, given)?;
        }
        Ok(())
    }
}

//! Types of values, methods with two underscores, keys of dicts.

use std::rc::Rc;

use super::super::Arguments;
use super::super::Interpreter;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Bound, Class, Instance, Key, Shape, Value, Wrapper};

impl Interpreter<'_> {
    /// The name of the builtin class of a value, if it is of one.
    pub(in super::super) fn builtin_name(value: &Value) -> Option<&'static str> {
        Some(match value {
            Value::None => "NoneType",
            Value::Ellipsis => "ellipsis",
            Value::NotImplemented => "NotImplementedType",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Big(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Dict(_) => "dict",
            Value::Set(set) if set.frozen => "frozenset",
            Value::Set(_) => "set",
            Value::Range(_) => "range",
            Value::Slice(_) => "slice",
            Value::Function(_) => "function",
            Value::Bound(_) => "method",
            Value::Builtin(_) => "builtin_function_or_method",
            Value::Class(_) => "type",
            Value::Module(_) => "module",
            Value::Iterator(_) => "generator",
            Value::Wrapper(wrapper) => match &**wrapper {
                Wrapper::Property(..) | Wrapper::CachedProperty(_) => "property",
                Wrapper::Static(_) => "staticmethod",
                Wrapper::ClassMethod(_) => "classmethod",
                Wrapper::Super(..) => "super",
            },
            Value::Instance(_) | Value::Native(_) | Value::Unknown(_) | Value::Foreign(_) => return None,
        })
    }

    /// `type(value)`.
    pub fn type_of(&mut self, value: &Value) -> Value {
        match value {
            Value::Instance(instance) => Value::Class(instance.class()),
            Value::Unknown(_) | Value::Foreign(_) => value.clone(),
            Value::Native(native) => match native.clone().class(self) {
                Some(class) => class,
                None => self.object_class(native.type_name()),
            },
            Value::Class(class) if class.metaclass.is_some() => {
                class.metaclass.clone().map_or(Value::None, Value::Class)
            }
            _ => {
                let name = Self::builtin_name(value).unwrap_or("object");
                self.class(name).map_or(Value::None, Value::Class)
            }
        }
    }

    fn object_class(&mut self, name: &str) -> Value {
        let class = Class::bare(name.into(), "builtins".into());
        Value::Class(Rc::new(class))
    }

    /// The name of a value's type, for messages.
    pub fn type_name(&mut self, value: &Value) -> String {
        match value {
            Value::Native(native) => native.type_name().to_owned(),
            Value::Instance(instance) => instance.class().name.to_string(),
            _ => Self::builtin_name(value).unwrap_or("object").to_owned(),
        }
    }

    /// A method with two underscores, bound; of an object of a Python class only, and not that of `object`.
    pub(in super::super) fn find_special(&mut self, value: &Value, name: &str) -> Option<Value> {
        let Value::Instance(instance) = value else { return None };
        let found = instance.class().find(name)?;
        match found {
            Value::Function(_) | Value::Builtin(_) => {
                Some(Value::Bound(Rc::new(Bound { receiver: value.clone(), function: found })))
            }
            Value::Wrapper(wrapper) => match &*wrapper {
                Wrapper::Static(inner) => Some(inner.clone()),
                Wrapper::ClassMethod(inner) => {
                    let receiver = Value::Class(instance.class());
                    Some(Value::Bound(Rc::new(Bound { receiver, function: inner.clone() })))
                }
                Wrapper::Property(..) | Wrapper::CachedProperty(_) | Wrapper::Super(..) => None,
            },
            Value::None => None,
            other => Some(other),
        }
    }

    /// Calls a method with two underscores; `None` if there is none.
    pub(in super::super) fn call_special(
        &mut self,
        value: &Value,
        name: &str,
        arguments: Vec<Value>,
    ) -> Outcome<Option<Value>> {
        match self.find_special(value, name) {
            None => Ok(None),
            Some(method) => {
                let span = self.call_span();
                self.call(&method, Arguments::of(arguments, span)).map(Some)
            }
        }
    }

    /// What a value is as a key of a dict.
    ///
    /// # Errors
    /// Python's `TypeError` for a list, dict or set.
    pub fn key(&mut self, value: &Value) -> Outcome<Key> {
        Ok(match value {
            Value::None => Key::None,
            Value::Ellipsis => Key::Singleton(0),
            Value::NotImplemented => Key::Singleton(1),
            Value::Bool(bool) => Key::Int(i64::from(*bool)),
            Value::Int(number) => Key::Int(*number),
            Value::Big(number) => Key::Big((**number).clone()),
            Value::Float(number) => float_key(*number),
            Value::Str(text) => Key::Str(text.clone()),
            Value::Bytes(bytes) => Key::Bytes(bytes.clone()),
            Value::Tuple(items) => {
                self.meter.enter()?;
                let keys: Outcome<Vec<Key>> = items.iter().map(|item| self.key(item)).collect();
                self.meter.leave();
                Key::Tuple(keys?)
            }
            Value::Set(set) if set.frozen => {
                let mut keys: Vec<Key> = set.items.borrow().keys().cloned().collect();
                keys.sort_by_cached_key(|key| format!("{key:?}"));
                Key::Frozen(keys)
            }
            Value::Range(range) => Key::Named("range".into(), format!("{range:?}")),
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Slice(_) => {
                return Err(Unwind::type_error(format!("unhashable type: '{}'", self.type_name(value))));
            }
            Value::Unknown(unknown) => super::speculation::unknown_key(unknown),
            Value::Foreign(foreign) => Key::Named("foreign".into(), foreign.path.clone()),
            Value::Native(native) => match native.key() {
                Some(key) => key,
                None => identity(value),
            },
            Value::Bound(bound) => {
                let receiver = self.key(&bound.receiver).unwrap_or_else(|_| identity(&bound.receiver));
                Key::Tuple(vec![receiver, identity(&bound.function)])
            }
            Value::Instance(instance) => return self.instance_key(value, instance),
            Value::Function(_)
            | Value::Builtin(_)
            | Value::Class(_)
            | Value::Module(_)
            | Value::Iterator(_)
            | Value::Wrapper(_) => identity(value),
        })
    }

    fn instance_key(&mut self, value: &Value, instance: &Rc<Instance>) -> Outcome<Key> {
        let class = instance.class();
        if class.find("__hash__").is_some()
            && let Some(Value::Int(hash)) = self.call_special(value, "__hash__", Vec::new())?
        {
            return Ok(Key::Hashed(Rc::as_ptr(&class) as usize, hash));
        }
        if let Shape::Data(shape) = &*class.shape.borrow()
            && shape.eq
            && !shape.frozen
            && !shape.unsafe_hash
        {
            return Err(Unwind::type_error(format!("unhashable type: '{}'", class.name)));
        }
        if let Some(fields) = self.data_fields(instance) {
            let key = self.key(&Value::tuple(fields))?;
            return Ok(Key::Tuple(vec![Key::Identity(Rc::as_ptr(&class) as usize), key]));
        }
        if class.find("__eq__").is_some() {
            return Err(Unwind::type_error(format!("unhashable type: '{}'", class.name)));
        }
        let payload = instance.payload.borrow().clone();
        match payload {
            None => Ok(identity(value)),
            Some(payload) => self.key(&payload),
        }
    }

    /// The compared fields of an object of a dataclass with `eq`.
    pub(in super::super) fn data_fields(&mut self, instance: &Instance) -> Option<Vec<Value>> {
        let class = instance.class();
        let shape = class.shape.borrow().clone();
        let Shape::Data(shape) = shape else { return None };
        if !shape.eq {
            return None;
        }
        let fields = shape.fields.iter().filter(|field| field.compare);
        Some(fields.map(|field| instance.attribute(&field.name).unwrap_or(Value::None)).collect())
    }

    /// The keys and values of a mapping.
    pub(in super::super) fn mapping_pairs(&mut self, value: &Value) -> Outcome<Vec<(Value, Value)>> {
        if let Some(dict) = value.as_dict() {
            return Ok(dict.borrow().pairs().map(|(key, value)| (key.clone(), value.clone())).collect());
        }
        self.refuse_foreign(value)?;
        if !matches!(value, Value::Instance(_) | Value::Native(_)) {
            return Err(Unwind::type_error(format!("'{}' object is not a mapping", self.type_name(value))));
        }
        let keys = self.call_method(value, "keys", Vec::new())?;
        let mut pairs = Vec::new();
        for key in self.values(&keys)? {
            let value = self.item(value, &key)?;
            pairs.push((key, value));
        }
        Ok(pairs)
    }

    /// `isinstance(value, class)` for one class or a tuple of classes.
    ///
    /// # Errors
    /// [`Unwind::Unsupported`] if the class comes from outside the project.
    pub fn is_instance(&mut self, value: &Value, class: &Value) -> Outcome<bool> {
        match class {
            Value::Class(class) => Ok(self.is_of_class(value, class)),
            Value::Tuple(classes) => {
                let mut refused = None;
                for class in classes.iter() {
                    match self.is_instance(value, class) {
                        Ok(true) => return Ok(true),
                        Ok(false) => {}
                        Err(error) => refused = Some(error),
                    }
                }
                refused.map_or(Ok(false), Err)
            }
            Value::Native(native) => match native.clone().has_instance(self, value)? {
                Some(answer) => Ok(answer),
                None => {
                    Err(Unwind::type_error("isinstance() arg 2 must be a type, a tuple of types, or a union"))
                }
            },
            Value::Foreign(foreign) => match value {
                // What the project and this program made is of no foreign class.
                Value::Instance(instance) if instance.class().foreign.is_some() => {
                    self.refuse_foreign(class).map(|()| false)
                }
                Value::Foreign(_) | Value::Unknown(_) => self.refuse_foreign(class).map(|()| false),
                // A part of a library that is known here may be the class of what that library gave.
                Value::Native(_) if foreign.reason.is_some() => self.refuse_foreign(class).map(|()| false),
                _ => Ok(false),
            },
            _ => Err(Unwind::type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")),
        }
    }

    fn is_of_class(&mut self, value: &Value, class: &Rc<Class>) -> bool {
        if let Some(kinds) = abstract_kinds(&class.name, &class.module) {
            let plain = value.plain();
            if Self::builtin_name(&plain).is_some_and(|name| kinds.contains(&name)) {
                return true;
            }
            if &*class.name == "Callable" {
                return self.is_callable(value);
            }
        }
        match self.type_of(value) {
            Value::Class(own) => {
                own.inherits(class)
                    || &*class.name == "object" && class.construct.is_some()
                    || Rc::ptr_eq(&own, class)
                    || own.name == class.name && class.construct.is_some() && own.mro.borrow().is_empty()
            }
            _ => false,
        }
    }

    /// `callable(value)`.
    pub fn is_callable(&mut self, value: &Value) -> bool {
        match value {
            Value::Function(_) | Value::Bound(_) | Value::Builtin(_) | Value::Class(_) => true,
            Value::Native(native) => native.is_callable(),
            Value::Instance(_) => self.find_special(value, "__call__").is_some(),
            Value::Wrapper(wrapper) => matches!(&**wrapper, Wrapper::Static(_)),
            _ => false,
        }
    }
}

/// The builtin classes that an abstract one of `collections.abc` and `numbers` stands for.
fn abstract_kinds(name: &str, module: &str) -> Option<&'static [&'static str]> {
    if module != "collections.abc" && module != "numbers" && module != "typing" {
        return None;
    }
    Some(match name {
        "Iterable" | "Collection" | "Container" => {
            &["str", "bytes", "list", "tuple", "dict", "set", "frozenset", "range", "generator"]
        }
        "Sized" => &["str", "bytes", "list", "tuple", "dict", "set", "frozenset", "range"],
        "Sequence" => &["str", "bytes", "list", "tuple", "range"],
        "MutableSequence" => &["list"],
        "Mapping" | "MutableMapping" => &["dict"],
        "Set" => &["set", "frozenset"],
        "MutableSet" => &["set"],
        "Iterator" | "Generator" => &["generator"],
        "Number" | "Real" | "Complex" => &["int", "float", "bool"],
        "Integral" | "Rational" => &["int", "bool"],
        "Hashable" => &["str", "bytes", "int", "float", "bool", "tuple", "frozenset", "NoneType"],
        _ => &[],
    })
}

fn identity(value: &Value) -> Key {
    Key::Identity(value.address().unwrap_or(0))
}

fn float_key(number: f64) -> Key {
    // Within this range every float without a fraction is an i64 exactly.
    if number.fract() == 0.0 && number.abs() < 9.0e18 {
        Key::Int(number as i64)
    } else {
        Key::Float(number.to_bits())
    }
}

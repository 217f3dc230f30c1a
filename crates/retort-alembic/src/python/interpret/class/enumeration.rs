//! Enumerations.

use std::rc::Rc;

use super::super::super::Arguments;
use super::super::super::Interpreter;
use super::super::super::library::enums::Auto;
use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::{Class, Instance, Layout, Name, Shape, Value};

impl Interpreter<'_> {
    /// The members of an enumeration, in order.
    pub(in super::super::super) fn enum_members(&self, class: &Class) -> Option<Vec<Value>> {
        match &*class.shape.borrow() {
            Shape::Enum(members) => Some(members.clone()),
            _ => None,
        }
    }

    /// Turns what the body of an enumeration bound into members.
    pub(super) fn make_members(&mut self, class: &Rc<Class>) -> Outcome<()> {
        let names: Vec<(Name, Value)> =
            class.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut members: Vec<Value> = Vec::new();
        let ignored = class.attributes.borrow().get("_ignore_").cloned();
        for (name, value) in names {
            if !is_member(&name, &value) || is_ignored(ignored.as_ref(), &name) {
                continue;
            }
            let value = match value.as_native::<Auto>() {
                Some(_) => self.next_value(class, &name, &members)?,
                None => value,
            };
            let member = self.make_member(class, &name, value, &members)?;
            if !members.iter().any(|each| each.is(&member)) {
                members.push(member.clone());
            }
            class.attributes.borrow_mut().insert(name, member);
        }
        if !members.is_empty() {
            *class.shape.borrow_mut() = Shape::Enum(members);
        }
        Ok(())
    }

    fn next_value(&mut self, class: &Rc<Class>, name: &Name, members: &[Value]) -> Outcome<Value> {
        let values: Vec<Value> = members.iter().filter_map(member_value).collect();
        if let Some(function) = class.find("_generate_next_value_") {
            let function = match &function {
                Value::Wrapper(wrapper) => match &**wrapper {
                    super::super::super::value::Wrapper::Static(inner) => inner.clone(),
                    _ => function,
                },
                _ => function,
            };
            let last = Value::list(values);
            let arguments =
                vec![Value::Str(name.clone()), Value::Int(1), Value::Int(members.len() as i64), last];
            let span = self.call_span();
            return self.call(&function, Arguments::of(arguments, span));
        }
        if self.class("StrEnum").is_some_and(|base| class.inherits(&base)) {
            return Ok(Value::str(name.to_lowercase()));
        }
        let numbers = values.iter().filter_map(Value::as_int);
        if self.class("Flag").is_some_and(|base| class.inherits(&base)) {
            let highest = numbers.filter(|number| *number > 0).max();
            return Ok(Value::Int(highest.map_or(1, |number| 1 << (64 - number.leading_zeros()).min(62))));
        }
        Ok(Value::Int(numbers.max().map_or(1, |number| number.saturating_add(1))))
    }

    fn make_member(
        &mut self,
        class: &Rc<Class>,
        name: &Name,
        value: Value,
        members: &[Value],
    ) -> Outcome<Value> {
        let span = self.call_span();
        let arguments = match &value {
            Value::Tuple(values) if class.layout != Layout::Builtin("tuple") => values.to_vec(),
            other => vec![other.clone()],
        };
        let arguments = Arguments::of(arguments, span);
        let made = match class.find("__new__") {
            Some(new) => self.call(&new, arguments.clone().with_first(Value::Class(class.clone())))?,
            None => self.bare_object(class, &arguments)?,
        };
        let Value::Instance(instance) = &made else {
            return Err(Unwind::type_error("__new__ of an enumeration has to give a member"));
        };
        let value = match instance.attribute("_value_") {
            Some(value) => value,
            None => match (class.layout, &value) {
                (Layout::Builtin(_), Value::Tuple(_)) => made.plain(),
                _ => value,
            },
        };
        for member in members {
            if let Some(other) = member_value(member)
                && self.is_equal(&other, &value)?
            {
                return Ok(member.clone());
            }
        }
        for (attribute, value) in [("_name_", Value::Str(name.clone())), ("_value_", value.clone())] {
            instance.set(attribute, value);
        }
        if class.find("name").is_none() {
            instance.set("name", Value::Str(name.clone()));
        }
        if class.find("value").is_none() {
            instance.set("value", value);
        }
        if class.find("__init__").is_some()
            && let Some(method) = self.find_special(&made, "__init__")
        {
            self.call(&method, arguments)?;
        }
        Ok(made)
    }

    /// `Colour("red")`
    pub(super) fn member_by_value(&mut self, class: &Rc<Class>, arguments: Arguments) -> Outcome<Value> {
        let [wanted] = arguments.exactly(&class.name)?;
        if matches!(wanted, Value::Unknown(_)) {
            return Ok(wanted);
        }
        for member in self.enum_members(class).unwrap_or_default() {
            if member.is(&wanted) {
                return Ok(member);
            }
            if let Some(value) = member_value(&member)
                && self.is_equal(&value, &wanted)?
            {
                return Ok(member);
            }
        }
        if let Some(function) = class.find("_missing_") {
            let bound = self.attribute(&Value::Class(class.clone()), "_missing_").unwrap_or(function);
            let span = self.call_span();
            let found = self.call(&bound, Arguments::of(vec![wanted.clone()], span))?;
            if !found.is_none() {
                return Ok(found);
            }
        }
        if let (Some(number), true) =
            (wanted.as_int(), self.class("Flag").is_some_and(|base| class.inherits(&base)))
        {
            return Ok(self.flag_member(class, number));
        }
        let text = self.repr(&wanted)?;
        Err(Unwind::value_error(format!("{text} is not a valid {}", class.name)))
    }

    /// The member of a flag enumeration with these bits, made if there is none.
    pub(in super::super::super) fn flag_member(&mut self, class: &Rc<Class>, bits: i64) -> Value {
        let members = self.enum_members(class).unwrap_or_default();
        let same = |member: &&Value| member_value(member).and_then(|value| value.as_int()) == Some(bits);
        if let Some(member) = members.iter().find(same) {
            return member.clone();
        }
        let names: Vec<String> = members
            .iter()
            .filter(|member| {
                member_value(member)
                    .and_then(|value| value.as_int())
                    .is_some_and(|each| each & bits == each && each != 0)
            })
            .filter_map(|member| match member {
                Value::Instance(instance) => {
                    instance.attribute("_name_")?.as_str().map(|name| name.to_string())
                }
                _ => None,
            })
            .collect();
        let instance = Instance::new(class.clone());
        let name = if names.is_empty() { Value::None } else { Value::str(names.join("|")) };
        for (attribute, value) in [
            ("_name_", name.clone()),
            ("name", name),
            ("_value_", Value::Int(bits)),
            ("value", Value::Int(bits)),
        ] {
            instance.set(attribute, value);
        }
        if class.layout == Layout::Builtin("int") {
            *instance.payload.borrow_mut() = Some(Value::Int(bits));
        }
        Value::Instance(Rc::new(instance))
    }
}

/// The value of a member.
pub(in super::super::super) fn member_value(member: &Value) -> Option<Value> {
    match member {
        Value::Instance(instance) => instance.attribute("_value_"),
        _ => None,
    }
}

fn is_member(name: &str, value: &Value) -> bool {
    let is_private = name.starts_with("__") || (name.starts_with('_') && name.ends_with('_'));
    let is_descriptor =
        matches!(value, Value::Function(_) | Value::Wrapper(_) | Value::Builtin(_) | Value::Class(_));
    !is_private && !is_descriptor
}

fn is_ignored(ignored: Option<&Value>, name: &str) -> bool {
    match ignored {
        Some(Value::Str(names)) => names.split([' ', ',']).any(|each| each == name),
        Some(other) => other
            .as_sequence()
            .is_some_and(|names| names.iter().any(|each| each.as_str().is_some_and(|each| &*each == name))),
        None => false,
    }
}

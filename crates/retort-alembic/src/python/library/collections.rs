//! `collections`: written as classes over the builtin ones.

use std::rc::Rc;

use super::super::builtins::class;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Class, Instance, Layout, Value};
use super::super::{Arguments, Elements, Interpreter};

/// The names of the module.
pub(super) fn names(interp: &mut Interpreter<'_>) -> Vec<(&'static str, Value)> {
    let mut names =
        vec![("namedtuple", Value::function("namedtuple", super::dataclasses::functional_named_tuple))];
    let ordered = subclass(interp, "OrderedDict", "dict", "dict", &[("move_to_end", move_to_end)]);
    let default = subclass(
        interp,
        "defaultdict",
        "dict",
        "dict",
        &[("__init__", default_init), ("__missing__", default_missing), ("copy", default_copy)],
    );
    let counter = subclass(
        interp,
        "Counter",
        "dict",
        "dict",
        &[
            ("__init__", counter_init),
            ("__missing__", |_, _| Ok(Value::Int(0))),
            ("most_common", most_common),
            ("update", counter_update),
            ("elements", elements),
            ("total", total),
        ],
    );
    let deque = subclass(
        interp,
        "deque",
        "list",
        "list",
        &[
            ("appendleft", append_left),
            ("popleft", pop_left),
            ("extendleft", extend_left),
            ("rotate", rotate),
        ],
    );
    let chain = subclass(interp, "ChainMap", "dict", "dict", &[("__init__", chain_init)]);
    for (name, class) in [
        ("OrderedDict", ordered),
        ("defaultdict", default),
        ("Counter", counter),
        ("deque", deque),
        ("ChainMap", chain),
    ] {
        names.push((name, class.map_or(Value::None, Value::Class)));
    }
    for (name, kind) in [("UserDict", "dict"), ("UserList", "list"), ("UserString", "str")] {
        names.push((name, interp.class(kind).map_or(Value::None, Value::Class)));
    }
    names
}

fn subclass(
    interp: &mut Interpreter<'_>,
    name: &'static str,
    base: &str,
    layout: &'static str,
    methods: &[(&'static str, super::Function)],
) -> Option<Rc<Class>> {
    let base = interp.class(base)?;
    let made = class(name, Some(&base), Layout::Builtin(layout), None);
    for &(method, call) in methods {
        // The name tells attribute lookup that it takes the object first.
        let function = Value::function(&format!("__method__{method}"), call);
        made.attributes.borrow_mut().insert(method.into(), function);
    }
    Some(made)
}

/// The object and what follows it.
fn receiver(arguments: &mut Arguments) -> Outcome<Rc<Instance>> {
    if arguments.positional.is_empty() {
        return Err(Unwind::type_error("a method needs its object"));
    }
    match arguments.positional.remove(0) {
        Value::Instance(instance) => Ok(instance),
        _ => Err(Unwind::type_error("a method needs its object")),
    }
}

fn fill(interp: &mut Interpreter<'_>, instance: &Rc<Instance>, arguments: Arguments) -> Outcome<()> {
    let payload = instance.payload.borrow().clone().unwrap_or(Value::None);
    let span = arguments.span;
    let update = interp.attribute(&payload, "update")?;
    interp.call(&update, Arguments { span, ..arguments }).map(|_| ())
}

fn move_to_end(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    let [key, last] = arguments.bind("move_to_end", "key last?")?;
    let last = match last {
        Some(last) => interp.known_truth(&last)?,
        None => true,
    };
    let key = interp.key(&key.unwrap_or(Value::None))?;
    interp.doubt_elements(&Value::Instance(instance.clone()));
    let dict = Value::Instance(instance).as_dict().unwrap_or_default();
    let mut dict = dict.borrow_mut();
    if let Some(at) = dict.entries.get_index_of(&key) {
        let to = if last { dict.entries.len() - 1 } else { 0 };
        dict.entries.move_index(at, to);
    }
    Ok(Value::None)
}

fn default_init(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    let factory = if arguments.positional.is_empty() { Value::None } else { arguments.positional.remove(0) };
    instance.set("default_factory", factory);
    fill(interp, &instance, arguments)?;
    Ok(Value::None)
}

fn default_missing(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    let instance = receiver(&mut arguments)?;
    let [key] = arguments.exactly("__missing__")?;
    let factory = instance.attribute("default_factory").unwrap_or(Value::None);
    if factory.is_none() {
        return Err(Unwind::raise_value(interp.key_error(&key)));
    }
    let value = interp.call(&factory, Arguments::none(span))?;
    interp.set_item(&Value::Instance(instance), &key, Some(value.clone()))?;
    Ok(value)
}

fn default_copy(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    let factory = instance.attribute("default_factory").unwrap_or(Value::None);
    let span = arguments.span;
    let class = Value::Class(instance.class());
    interp.call(&class, Arguments::of(vec![factory, Value::Instance(instance)], span))
}

fn counter_init(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    count(interp, &instance, arguments)
}

fn counter_update(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    count(interp, &instance, arguments)
}

fn count(interp: &mut Interpreter<'_>, instance: &Rc<Instance>, arguments: Arguments) -> Outcome<Value> {
    let this = Value::Instance(instance.clone());
    let mut pairs = Vec::new();
    if let Some(source) = arguments.positional.first() {
        if source.as_dict().is_some() {
            pairs = interp.mapping_pairs(source)?;
        } else {
            match interp.collect(source)? {
                Elements::Known(values) => {
                    pairs = values.into_iter().map(|value| (value, Value::Int(1))).collect();
                }
                Elements::Unknown(unknown) => {
                    this.blur(&unknown);
                    return Ok(Value::None);
                }
            }
        }
    }
    pairs.extend(arguments.keyword.into_iter().map(|(name, value)| (Value::Str(name), value)));
    for (key, value) in pairs {
        let before = interp.item(&this, &key)?;
        let after = interp.binary(super::super::Operator::Add, &before, &value)?;
        interp.set_item(&this, &key, Some(after))?;
    }
    Ok(Value::None)
}

fn most_common(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    let [limit] = arguments.bind("most_common", "n?")?;
    let mut pairs = interp.mapping_pairs(&Value::Instance(instance))?;
    pairs.sort_by_key(|(_, count)| std::cmp::Reverse(count.as_int()));
    if let Some(limit) = limit.and_then(|limit| limit.as_int()) {
        pairs.truncate(usize::try_from(limit).unwrap_or(0));
    }
    Ok(Value::list(pairs.into_iter().map(|(key, value)| Value::tuple(vec![key, value])).collect()))
}

fn elements(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    let mut values = Vec::new();
    for (key, count) in interp.mapping_pairs(&Value::Instance(instance))? {
        let count = usize::try_from(count.as_int().unwrap_or(0)).unwrap_or(0);
        interp.meter.spend(count.saturating_mul(24))?;
        values.extend(std::iter::repeat_n(key, count));
    }
    Ok(Value::list(values))
}

fn total(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    let pairs = interp.mapping_pairs(&Value::Instance(instance))?;
    Ok(Value::Int(pairs.iter().filter_map(|(_, count)| count.as_int()).sum()))
}

fn with_list(
    interp: &mut Interpreter<'_>,
    arguments: &mut Arguments,
    change: impl FnOnce(&mut Vec<Value>) -> Outcome<Value>,
) -> Outcome<Value> {
    let instance = receiver(arguments)?;
    interp.doubt_elements(&Value::Instance(instance.clone()));
    let payload = instance.payload.borrow().clone();
    match payload {
        Some(Value::List(list)) => change(&mut list.borrow_mut()),
        _ => Ok(Value::None),
    }
}

fn append_left(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    interp.meter.spend(24)?;
    let value = arguments.positional.pop().unwrap_or(Value::None);
    with_list(interp, &mut arguments, |list| {
        list.insert(0, value);
        Ok(Value::None)
    })
}

fn pop_left(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    with_list(interp, &mut arguments, |list| {
        if list.is_empty() {
            return Err(Unwind::raise("IndexError", "pop from an empty deque"));
        }
        Ok(list.remove(0))
    })
}

fn extend_left(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let values = arguments.positional.pop().unwrap_or(Value::None);
    let values = interp.values(&values)?;
    interp.meter.spend(values.len() * 24)?;
    with_list(interp, &mut arguments, |list| {
        list.splice(0..0, values.into_iter().rev());
        Ok(Value::None)
    })
}

fn rotate(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let by = if arguments.positional.len() > 1 { arguments.positional.pop() } else { None };
    let by = by.and_then(|by| by.as_int()).unwrap_or(1);
    with_list(interp, &mut arguments, |list| {
        if !list.is_empty() {
            let length = list.len();
            list.rotate_right(by.rem_euclid(length as i64) as usize);
        }
        Ok(Value::None)
    })
}

fn chain_init(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let instance = receiver(&mut arguments)?;
    let span = arguments.span;
    for map in arguments.positional.into_iter().rev() {
        fill(interp, &instance, Arguments::of(vec![map], span))?;
    }
    Ok(Value::None)
}

//! Methods of `dict`, `set`, and iterators.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::iterator::Iteration;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Dict, SetObject, Value};
use super::super::{Arguments, Elements, Interpreter, Operator};
use super::Entry;

/// A method of `dict` by its name.
pub(super) fn dict_method(name: &str) -> Option<Entry> {
    let entry: Entry = match name {
        "get" => (get, true),
        "keys" => (keys, false),
        "values" => (|_, v, _| Ok(listed(v, |_, value| value.clone())), false),
        "items" => {
            (|_, v, _| Ok(listed(v, |key, value| Value::tuple(vec![key.clone(), value.clone()]))), false)
        }
        "pop" => (dict_pop, true),
        "popitem" => (
            |_, v, _| match dict(v).borrow_mut().entries.pop() {
                Some((_, (key, value))) => Ok(Value::tuple(vec![key, value])),
                None => Err(Unwind::raise("KeyError", "popitem(): dictionary is empty")),
            },
            false,
        ),
        "setdefault" => (setdefault, true),
        "update" => (update, true),
        "copy" => (|_, v, _| Ok(Value::dict(dict(v).borrow().clone())), false),
        "clear" => (
            |_, v, _| {
                dict(v).borrow_mut().entries.clear();
                Ok(Value::None)
            },
            false,
        ),
        "__len__" => (|_, v, _| Ok(Value::Int(dict(v).borrow().entries.len() as i64)), false),
        "__contains__" => (
            |i, v, a| {
                let [item] = a.exactly("__contains__")?;
                i.compare(super::super::Comparison::In, &item, v)
            },
            false,
        ),
        "__getitem__" => (
            |i, v, a| {
                let [index] = a.exactly("__getitem__")?;
                i.item(v, &index)
            },
            false,
        ),
        "__setitem__" => (
            |i, v, a| {
                let [index, value] = a.exactly("__setitem__")?;
                i.set_item(v, &index, Some(value)).map(|()| Value::None)
            },
            true,
        ),
        "__delitem__" => (
            |i, v, a| {
                let [index] = a.exactly("__delitem__")?;
                i.set_item(v, &index, None).map(|()| Value::None)
            },
            true,
        ),
        _ => return None,
    };
    Some(entry)
}

fn dict(value: &Value) -> Rc<RefCell<Dict>> {
    value.as_dict().unwrap_or_default()
}

/// The keys as a set in the dict's order: they can be compared and combined with sets.
fn keys(_interp: &mut Interpreter<'_>, value: &Value, _arguments: Arguments) -> Outcome<Value> {
    let dict = dict(value);
    let items =
        dict.borrow().entries.iter().map(|(key, (written, _))| (key.clone(), written.clone())).collect();
    Ok(Value::Set(Rc::new(SetObject { frozen: false, items: RefCell::new(items) })))
}

/// Views are lists here: what a program does to the dict afterwards is not seen.
fn listed(value: &Value, part: impl Fn(&Value, &Value) -> Value) -> Value {
    Value::list(dict(value).borrow().pairs().map(|(key, value)| part(key, value)).collect())
}

fn get(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [key, default] = arguments.bind("get", "key default?")?;
    let key = key.unwrap_or(Value::None);
    if matches!(key, Value::Unknown(_)) {
        return Ok(key);
    }
    let key = interp.key(&key)?;
    let found = dict(value).borrow().entries.get(&key).map(|(_, value)| value.clone());
    Ok(found.or(default).unwrap_or(Value::None))
}

fn dict_pop(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [key, default] = arguments.bind("pop", "key default?")?;
    let key = key.unwrap_or(Value::None);
    if let Value::Unknown(unknown) = &key {
        value.blur(unknown);
        return Ok(key);
    }
    let hashed = interp.key(&key)?;
    let found = dict(value).borrow_mut().entries.shift_remove(&hashed).map(|(_, value)| value);
    match found.or(default) {
        Some(found) => Ok(found),
        None => Err(Unwind::raise_value(interp.key_error(&key))),
    }
}

fn setdefault(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [key, default] = arguments.bind("setdefault", "key default?")?;
    let key = key.unwrap_or(Value::None);
    if let Value::Unknown(unknown) = &key {
        value.blur(unknown);
        return Ok(key);
    }
    let hashed = interp.key(&key)?;
    let dict = dict(value);
    let found = dict.borrow().entries.get(&hashed).map(|(_, value)| value.clone());
    if let Some(found) = found {
        return Ok(found);
    }
    interp.meter.spend(64)?;
    let default = default.unwrap_or(Value::None);
    dict.borrow_mut().insert(hashed, key, default.clone());
    Ok(default)
}

fn update(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let dict = dict(value);
    if let Some(other) = arguments.positional.first() {
        if let Value::Unknown(unknown) = other {
            value.blur(unknown);
            return Ok(Value::None);
        }
        for (key, value) in pairs(interp, other)? {
            let hashed = interp.key(&key)?;
            interp.meter.spend(64)?;
            dict.borrow_mut().insert(hashed, key, value);
        }
    }
    for (name, value) in arguments.keyword {
        dict.borrow_mut().insert_text(&name, value);
    }
    Ok(Value::None)
}

/// The pairs of what `dict(…)` takes: a mapping, or pairs.
pub(super) fn pairs(interp: &mut Interpreter<'_>, value: &Value) -> Outcome<Vec<(Value, Value)>> {
    let is_mapping = value.as_dict().is_some() || interp.find_attribute(value, "keys")?.is_some();
    if is_mapping {
        return interp.mapping_pairs(value);
    }
    let mut pairs = Vec::new();
    for (at, each) in interp.values(value)?.iter().enumerate() {
        let both = interp.values(each)?;
        match <[Value; 2]>::try_from(both) {
            Ok([key, value]) => pairs.push((key, value)),
            Err(other) => {
                let length = other.len();
                return Err(Unwind::value_error(format!(
                    "dictionary update sequence element #{at} has length {length}; 2 is required"
                )));
            }
        }
    }
    Ok(pairs)
}

/// A method of `set` or `frozenset` by its name.
pub(super) fn set_method(name: &str, frozen: bool) -> Option<Entry> {
    let entry: Entry = match name {
        "union" => (|i, v, a| combined(i, v, a, Operator::BitOr), false),
        "intersection" => (|i, v, a| combined(i, v, a, Operator::BitAnd), false),
        "difference" => (|i, v, a| combined(i, v, a, Operator::Sub), false),
        "symmetric_difference" => (|i, v, a| combined(i, v, a, Operator::BitXor), false),
        "issubset" => (|i, v, a| relation(i, v, a, super::super::Comparison::LtE), false),
        "issuperset" => (|i, v, a| relation(i, v, a, super::super::Comparison::GtE), false),
        "isdisjoint" => (
            |i, v, a| {
                let common = combined(i, v, a, Operator::BitAnd)?;
                Ok(Value::Bool(set(&common).items.borrow().is_empty()))
            },
            false,
        ),
        "copy" => (
            |i, v, _| {
                let values = i.values(v)?;
                i.make_set(values, set(v).frozen)
            },
            false,
        ),
        "__len__" => (|_, v, _| Ok(Value::Int(set(v).items.borrow().len() as i64)), false),
        "__contains__" => (
            |i, v, a| {
                let [item] = a.exactly("__contains__")?;
                i.compare(super::super::Comparison::In, &item, v)
            },
            false,
        ),
        _ if frozen => return None,
        "add" => (add, true),
        "remove" => (|i, v, a| discard(i, v, a, true), false),
        "discard" => (|i, v, a| discard(i, v, a, false), false),
        "pop" => (
            |_, v, _| match set(v).items.borrow_mut().shift_remove_index(0) {
                Some((_, value)) => Ok(value),
                None => Err(Unwind::raise("KeyError", "pop from an empty set")),
            },
            false,
        ),
        "clear" => (
            |_, v, _| {
                set(v).items.borrow_mut().clear();
                Ok(Value::None)
            },
            false,
        ),
        "update" => (|i, v, a| replaced(i, v, a, Operator::BitOr), true),
        "intersection_update" => (|i, v, a| replaced(i, v, a, Operator::BitAnd), true),
        "difference_update" => (|i, v, a| replaced(i, v, a, Operator::Sub), true),
        _ => return None,
    };
    Some(entry)
}

fn set(value: &Value) -> Rc<SetObject> {
    match value {
        Value::Set(set) => set.clone(),
        _ => Rc::new(SetObject { frozen: false, items: RefCell::default() }),
    }
}

fn add(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [item] = arguments.exactly("add")?;
    let key = interp.key(&item)?;
    interp.meter.spend(48)?;
    set(value).items.borrow_mut().entry(key).or_insert(item);
    Ok(Value::None)
}

fn discard(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    raises: bool,
) -> Outcome<Value> {
    let [item] = arguments.exactly("discard")?;
    let key = interp.key(&item)?;
    let removed = set(value).items.borrow_mut().shift_remove(&key);
    if removed.is_none() && raises {
        return Err(Unwind::raise_value(interp.key_error(&item)));
    }
    Ok(Value::None)
}

fn combined(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    operator: Operator,
) -> Outcome<Value> {
    let mut result = value.clone();
    if arguments.positional.is_empty() {
        let values = interp.values(value)?;
        return interp.make_set(values, set(value).frozen);
    }
    for other in arguments.positional {
        let other = match interp.collect(&other)? {
            Elements::Known(values) => interp.make_set(values, false)?,
            Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
        };
        result = interp.binary(operator, &result, &other)?;
    }
    Ok(result)
}

fn replaced(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    operator: Operator,
) -> Outcome<Value> {
    let result = match combined(interp, value, arguments, operator)? {
        Value::Unknown(unknown) => {
            value.blur(&unknown);
            return Ok(Value::None);
        }
        result => result,
    };
    let items = set(&result).items.borrow().clone();
    *set(value).items.borrow_mut() = items;
    Ok(Value::None)
}

fn relation(
    interp: &mut Interpreter<'_>,
    value: &Value,
    arguments: Arguments,
    comparison: super::super::Comparison,
) -> Outcome<Value> {
    let [other] = arguments.exactly("issubset")?;
    let other = match interp.collect(&other)? {
        Elements::Known(values) => interp.make_set(values, false)?,
        Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
    };
    interp.compare(comparison, value, &other)
}

/// A method of a generator or iterator by its name.
pub(super) fn iterator_method(name: &str) -> Option<Entry> {
    let entry: Entry = match name {
        "__next__" => (
            |i, v, _| match i.next(v)? {
                Some(value) => Ok(value),
                None => Err(Unwind::raise("StopIteration", "")),
            },
            false,
        ),
        "__iter__" => (|_, v, _| Ok(v.clone()), false),
        "close" => (
            |_, v, _| {
                if let Value::Iterator(iteration) = v {
                    *iteration.borrow_mut() = Iteration::Done;
                }
                Ok(Value::None)
            },
            false,
        ),
        "send" | "throw" => {
            (|_, _, _| Err(Unwind::unsupported("sending into a generator is not supported")), false)
        }
        _ => return None,
    };
    Some(entry)
}

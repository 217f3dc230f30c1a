//! Methods of `list`, `tuple`, `range`.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Elements, Interpreter};
use super::{Entry, int_argument};

/// A method by its name.
pub(super) fn method(name: &str, is_list: bool) -> Option<Entry> {
    let entry: Entry = match name {
        "index" => (index, false),
        "count" => (count, false),
        "__len__" => {
            (|_, value, _| Ok(Value::Int(value.as_sequence().map_or(0, |values| values.len()) as i64)), false)
        }
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
        _ if !is_list => return None,
        "append" => (append, true),
        "extend" => (extend, true),
        "insert" => (insert, true),
        "remove" => (remove, false),
        "pop" => (pop, false),
        "clear" => (
            |_, v, _| {
                list(v).borrow_mut().clear();
                Ok(Value::None)
            },
            false,
        ),
        "copy" => (|_, v, _| Ok(Value::list(list(v).borrow().clone())), false),
        "reverse" => (
            |_, v, _| {
                list(v).borrow_mut().reverse();
                Ok(Value::None)
            },
            false,
        ),
        "sort" => (sort, false),
        _ => return None,
    };
    Some(entry)
}

fn list(value: &Value) -> Rc<RefCell<Vec<Value>>> {
    match value {
        Value::List(list) => list.clone(),
        _ => Rc::default(),
    }
}

fn append(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [item] = arguments.exactly("append")?;
    interp.meter.spend(24)?;
    list(value).borrow_mut().push(item);
    Ok(Value::None)
}

fn extend(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [items] = arguments.exactly("extend")?;
    match interp.collect(&items)? {
        Elements::Known(items) => {
            interp.meter.spend(items.len() * 24)?;
            list(value).borrow_mut().extend(items);
        }
        Elements::Unknown(unknown) => value.blur(&unknown),
    }
    Ok(Value::None)
}

fn insert(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [at, item] = arguments.exactly("insert")?;
    let at = int_argument(interp, &at)?;
    let list = list(value);
    let length = list.borrow().len() as i64;
    let at = if at < 0 { at.saturating_add(length) } else { at }.clamp(0, length);
    interp.meter.spend(24)?;
    list.borrow_mut().insert(at as usize, item);
    Ok(Value::None)
}

fn remove(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [item] = arguments.exactly("remove")?;
    let list = list(value);
    let values = list.borrow().clone();
    for (at, each) in values.iter().enumerate() {
        if each.is(&item) || interp.is_equal(each, &item)? {
            if at < list.borrow().len() {
                list.borrow_mut().remove(at);
            }
            return Ok(Value::None);
        }
    }
    Err(Unwind::value_error("list.remove(x): x not in list"))
}

fn pop(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [at] = arguments.bind("pop", "index?")?;
    let list = list(value);
    let length = list.borrow().len();
    if length == 0 {
        return Err(Unwind::raise("IndexError", "pop from empty list"));
    }
    let at = match at {
        Some(at) => int_argument(interp, &at)?,
        None => -1,
    };
    match super::super::interpret::item::position(at, length) {
        Some(at) => Ok(list.borrow_mut().remove(at)),
        None => Err(Unwind::raise("IndexError", "pop index out of range")),
    }
}

fn index(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [item, from, to] = arguments.bind("index", "value start? stop?")?;
    let item = item.unwrap_or(Value::None);
    let values = interp.values(value)?;
    let slice = [from.unwrap_or(Value::None), to.unwrap_or(Value::None), Value::None];
    for at in super::super::interpret::item::slice_indices(&slice, values.len())? {
        if values[at].is(&item) || interp.is_equal(&values[at], &item)? {
            return Ok(Value::Int(at as i64));
        }
    }
    let text = interp.repr(&item)?;
    let kind = interp.type_name(value);
    Err(Unwind::value_error(match kind.as_str() {
        "tuple" => "tuple.index(x): x not in tuple".to_owned(),
        kind => format!("{text} is not in {kind}"),
    }))
}

fn count(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let [item] = arguments.exactly("count")?;
    let mut count = 0;
    for each in interp.values(value)? {
        if each.is(&item) || interp.is_equal(&each, &item)? {
            count += 1;
        }
    }
    Ok(Value::Int(count))
}

fn sort(interp: &mut Interpreter<'_>, value: &Value, arguments: Arguments) -> Outcome<Value> {
    let list = list(value);
    let values = list.borrow().clone();
    let sorted = sorted(interp, values, arguments)?;
    match sorted {
        Value::List(sorted) => {
            let values = sorted.borrow().clone();
            *list.borrow_mut() = values;
            Ok(Value::None)
        }
        unknown => Err(Unwind::unsupported(format!("the order of a list is not known: {unknown:?}"))),
    }
}

/// `sorted(values, key=…, reverse=…)`: a new list, or an unknown.
pub(super) fn sorted(
    interp: &mut Interpreter<'_>,
    values: Vec<Value>,
    arguments: Arguments,
) -> Outcome<Value> {
    let span = arguments.span;
    let [key, reverse] = arguments.bind("sort", "* key? reverse?")?;
    let reverse = match reverse {
        Some(reverse) => interp.known_truth(&reverse)?,
        None => false,
    };
    interp.meter.spend(values.len() * 48)?;
    let mut keyed = Vec::with_capacity(values.len());
    for value in values {
        let key = match &key {
            None | Some(Value::None) => value.clone(),
            Some(key) => interp.call(key, Arguments::of(vec![value.clone()], span))?,
        };
        if matches!(key, Value::Unknown(_)) {
            return Ok(key);
        }
        keyed.push((key, value));
    }
    if reverse {
        keyed.reverse();
    }
    let mut failure = None;
    // A comparison that raises makes everything equal from there on; the failure is given back after.
    keyed.sort_by(|(a, _), (b, _)| {
        if failure.is_some() {
            return Ordering::Equal;
        }
        match order(interp, a, b) {
            Ok(ordering) => ordering,
            Err(unwind) => {
                failure = Some(unwind);
                Ordering::Equal
            }
        }
    });
    if let Some(unwind) = failure {
        return Err(unwind);
    }
    if reverse {
        keyed.reverse();
    }
    Ok(Value::list(keyed.into_iter().map(|(_, value)| value).collect()))
}

fn order(interp: &mut Interpreter<'_>, a: &Value, b: &Value) -> Outcome<Ordering> {
    if interp.is_less(a, b)? {
        return Ok(Ordering::Less);
    }
    Ok(if interp.is_less(b, a)? { Ordering::Greater } else { Ordering::Equal })
}

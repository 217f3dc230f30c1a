//! Builtin functions over what can be iterated.

use std::rc::Rc;

use super::super::super::iterator::Iteration;
use super::super::super::unwind::{Outcome, Unwind};
use super::super::super::value::Value;
use super::super::super::{Arguments, Comparison, Elements, Interpreter, Operator};
use super::super::int_argument;

pub(super) fn len(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.exactly("len")?;
    if let Some(answer) = interp.call_special(&value, "__len__", Vec::new())? {
        return Ok(answer);
    }
    let length = match value.plain() {
        Value::Str(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.borrow().len(),
        Value::Tuple(tuple) => tuple.len(),
        Value::Dict(dict) => dict.borrow().entries.len(),
        Value::Set(set) => set.items.borrow().len(),
        Value::Range(range) => range.length(),
        Value::Native(native) => {
            if let Some(length) = native.clone().length(interp)? {
                return Ok(length);
            }
            return Err(no_length(interp, &value));
        }
        Value::Class(class) => match interp.enum_members(&class) {
            Some(members) => members.len(),
            None => return Err(no_length(interp, &value)),
        },
        _ => {
            interp.refuse_foreign(&value)?;
            return Err(no_length(interp, &value));
        }
    };
    Ok(Value::Int(length as i64))
}

fn no_length(interp: &mut Interpreter<'_>, value: &Value) -> Unwind {
    Unwind::type_error(format!("object of type '{}' has no len()", interp.type_name(value)))
}

pub(super) fn extreme(
    interp: &mut Interpreter<'_>,
    mut arguments: Arguments,
    wanted: Comparison,
) -> Outcome<Value> {
    let key = arguments.take("key").filter(|key| !key.is_none());
    let default = arguments.take("default");
    let span = arguments.span;
    let values = match &arguments.positional[..] {
        [] => return Err(Unwind::type_error("expected at least 1 argument, got 0")),
        [one] => match interp.collect(&one.clone())? {
            Elements::Known(values) => values,
            Elements::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
        },
        many => many.to_vec(),
    };
    let mut best: Option<(Value, Value)> = None;
    for value in values {
        let measure = match &key {
            Some(key) => interp.call(key, Arguments::of(vec![value.clone()], span))?,
            None => value.clone(),
        };
        let better = match &best {
            None => true,
            Some((other, _)) => {
                let answer = interp.compare(wanted, &measure, other)?;
                if matches!(answer, Value::Unknown(_)) {
                    return Ok(answer);
                }
                interp.known_truth(&answer)?
            }
        };
        if better {
            best = Some((measure, value));
        }
    }
    match best.map(|(_, value)| value).or(default) {
        Some(value) => Ok(value),
        None => Err(Unwind::value_error("arg is an empty sequence")),
    }
}

pub(super) fn sum(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [values, start] = arguments.bind("sum", "iterable start?")?;
    let mut total = start.unwrap_or(Value::Int(0));
    let unknown = interp.iterate(&values.unwrap_or(Value::None), &mut |interp, value| {
        total = interp.binary(Operator::Add, &total, &value)?;
        Ok(true)
    })?;
    Ok(unknown.map_or(total, Value::Unknown))
}

pub(super) fn any_all(interp: &mut Interpreter<'_>, arguments: Arguments, wanted: bool) -> Outcome<Value> {
    let [values] = arguments.exactly("any")?;
    let mut found = false;
    let mut perhaps = None;
    let unknown = interp.iterate(&values, &mut |interp, value| {
        Ok(match interp.truth(&value)? {
            super::super::super::Truth::Unknown(unknown) => {
                perhaps.get_or_insert(unknown);
                true
            }
            truth => {
                found = (truth == super::super::super::Truth::Yes) == wanted;
                !found
            }
        })
    })?;
    Ok(match (found, unknown.or(perhaps)) {
        (true, None) => Value::Bool(wanted),
        (_, Some(unknown)) => Value::Unknown(unknown),
        (false, None) => Value::Bool(!wanted),
    })
}

pub(super) fn reversed(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value] = arguments.exactly("reversed")?;
    if let Some(answer) = interp.call_special(&value, "__reversed__", Vec::new())? {
        return Ok(answer);
    }
    match interp.collect(&value)? {
        Elements::Known(mut values) => {
            values.reverse();
            Ok(Iteration::buffer(values))
        }
        Elements::Unknown(unknown) => Ok(Value::Unknown(unknown)),
    }
}

pub(super) fn enumerate(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [values, start] = arguments.bind("enumerate", "iterable start?")?;
    let start = match start {
        Some(start) => int_argument(interp, &start)?,
        None => 0,
    };
    let inner = interp.iterator(&values.unwrap_or(Value::None))?;
    Ok(match inner {
        Value::Unknown(_) => inner,
        inner => Iteration::Enumerate(inner, start).value(),
    })
}

fn iterators(interp: &mut Interpreter<'_>, values: Vec<Value>) -> Outcome<Result<Vec<Value>, Value>> {
    let mut iterators = Vec::with_capacity(values.len());
    for value in values {
        match interp.iterator(&value)? {
            unknown @ Value::Unknown(_) => return Ok(Err(unknown)),
            iterator => iterators.push(iterator),
        }
    }
    Ok(Ok(iterators))
}

pub(super) fn zip(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let strict = match arguments.take("strict") {
        Some(strict) => interp.known_truth(&strict)?,
        None => false,
    };
    Ok(match iterators(interp, arguments.positional)? {
        Ok(inner) => Iteration::Zip(inner, strict).value(),
        Err(unknown) => unknown,
    })
}

pub(super) fn map(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    if arguments.positional.len() < 2 {
        return Err(Unwind::type_error("map() must have at least two arguments."));
    }
    let function = arguments.positional.remove(0);
    Ok(match iterators(interp, arguments.positional)? {
        Ok(inner) => Iteration::Map(function, inner).value(),
        Err(unknown) => unknown,
    })
}

pub(super) fn filter(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [function, values] = arguments.exactly("filter")?;
    Ok(match interp.iterator(&values)? {
        unknown @ Value::Unknown(_) => unknown,
        inner => Iteration::Filter(function, inner).value(),
    })
}

pub(super) fn iter(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, sentinel] = arguments.bind("iter", "object sentinel?")?;
    let value = value.unwrap_or(Value::None);
    match sentinel {
        Some(sentinel) => Ok(Iteration::Sentinel(value, sentinel).value()),
        None => interp.iterator(&value),
    }
}

pub(super) fn next(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [iterator, default] = arguments.bind("next", "iterator default?")?;
    let iterator = iterator.unwrap_or(Value::None);
    if matches!(iterator, Value::Unknown(_)) {
        return Ok(iterator);
    }
    let is_only_holder = matches!(&iterator, Value::Iterator(it) if Rc::strong_count(it) == 1);
    let found = if is_only_holder {
        // Nobody can ask it for a second element: it need not be run further than the first.
        let mut found = None;
        let unknown = interp.iterate(&iterator, &mut |_, value| {
            found = Some(value);
            Ok(false)
        })?;
        match unknown {
            Some(unknown) => Some(Value::Unknown(unknown)),
            None => found,
        }
    } else {
        interp.next(&iterator)?
    };
    match found.or(default) {
        Some(value) => Ok(value),
        None => Err(Unwind::raise("StopIteration", "")),
    }
}

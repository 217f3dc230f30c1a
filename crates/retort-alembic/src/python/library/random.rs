//! `random`: in a replay deterministic, as [`uuid4`](super::uuid) is.

use super::super::Interpreter;
use super::super::builtins::int_argument;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::hashes::sha1;

/// How many numbers were drawn.
#[derive(Default)]
struct Counter(u64);

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    super::pure(&[
        ("random", |interp, _| Ok(Value::Float(fraction(interp)))),
        ("uniform", |interp, arguments| {
            let [low, high] = arguments.bind("uniform", "a b")?;
            let float = |value: Option<Value>| match value {
                Some(Value::Int(number)) => number as f64,
                Some(Value::Float(number)) => number,
                _ => 0.0,
            };
            let (low, high) = (float(low), float(high));
            Ok(Value::Float(low + (high - low) * fraction(interp)))
        }),
        ("randint", |interp, arguments| {
            let [low, high] = arguments.bind("randint", "a b")?;
            let low = int_argument(interp, &low.unwrap_or(Value::None))?;
            let high = int_argument(interp, &high.unwrap_or(Value::None))?;
            between(interp, low, high.saturating_add(1)).map(Value::Int)
        }),
        ("randrange", |interp, arguments| {
            let [start, stop] = arguments.bind("randrange", "start stop?")?;
            let start = int_argument(interp, &start.unwrap_or(Value::None))?;
            match stop {
                Some(stop) => {
                    let stop = int_argument(interp, &stop)?;
                    between(interp, start, stop).map(Value::Int)
                }
                None => between(interp, 0, start).map(Value::Int),
            }
        }),
        ("choice", |interp, arguments| {
            let [items] = arguments.exactly("choice")?;
            let items = interp.values(&items)?;
            pick(interp, &items)
        }),
        ("choices", |interp, arguments| {
            let [items, weights, count] = arguments.bind("choices", "population weights? * k?")?;
            if weights.is_some_and(|weights| !weights.is_none()) {
                return Err(Unwind::unsupported("`random.choices` with weights is not supported"));
            }
            let items = interp.values(&items.unwrap_or(Value::None))?;
            let count = count.and_then(|count| count.as_int()).unwrap_or(1);
            let mut made = Vec::new();
            for _ in 0..count {
                interp.meter.spend(24)?;
                made.push(pick(interp, &items)?);
            }
            Ok(Value::list(made))
        }),
        ("sample", |interp, arguments| {
            let [items, count] = arguments.bind("sample", "population k")?;
            let mut items = interp.values(&items.unwrap_or(Value::None))?;
            let count = int_argument(interp, &count.unwrap_or(Value::None))?;
            if count < 0 || count > items.len() as i64 {
                return Err(Unwind::value_error("Sample larger than population or is negative"));
            }
            mix(interp, &mut items)?;
            items.truncate(count as usize);
            Ok(Value::list(items))
        }),
        ("shuffle", |interp, arguments| {
            let [items] = arguments.exactly("shuffle")?;
            let Value::List(list) = items.plain() else {
                return Err(Unwind::type_error("a list is expected"));
            };
            interp.doubt_elements(&items);
            let mut values = list.borrow().clone();
            mix(interp, &mut values)?;
            *list.borrow_mut() = values;
            Ok(Value::None)
        }),
        ("seed", |_, _| Ok(Value::None)),
    ])
}

/// The next number.
pub(super) fn drawn(interp: &mut Interpreter<'_>) -> u64 {
    let counter = interp.slot::<Counter>();
    counter.0 += 1;
    let count = counter.0;
    let text = format!("{count}/{}/random", interp.salt());
    sha1(text.as_bytes()).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A number from 0 to below 1.
fn fraction(interp: &mut Interpreter<'_>) -> f64 {
    (drawn(interp) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number from `start` to below `stop`.
pub(super) fn between(interp: &mut Interpreter<'_>, start: i64, stop: i64) -> Outcome<i64> {
    match stop.checked_sub(start) {
        Some(width) if width > 0 => Ok(start + (drawn(interp) % width.unsigned_abs()) as i64),
        _ => Err(Unwind::value_error("empty range")),
    }
}

/// One of them.
pub(super) fn pick(interp: &mut Interpreter<'_>, items: &[Value]) -> Outcome<Value> {
    if items.is_empty() {
        return Err(Unwind::raise("IndexError", "Cannot choose from an empty sequence"));
    }
    let at = between(interp, 0, items.len() as i64)?;
    Ok(items[at as usize].clone())
}

fn mix(interp: &mut Interpreter<'_>, items: &mut [Value]) -> Outcome<()> {
    for last in (1..items.len()).rev() {
        let other = between(interp, 0, last as i64 + 1)?;
        items.swap(last, other as usize);
    }
    Ok(())
}

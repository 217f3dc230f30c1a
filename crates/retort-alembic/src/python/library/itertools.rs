//! `itertools`.

use super::super::builtins::int_argument;
use super::super::iterator::Iteration;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::Value;
use super::super::{Arguments, Elements, Interpreter, Operator};

/// The names of the module.
pub(super) fn names() -> Vec<(&'static str, Value)> {
    let mut names = super::pure(&[
        ("count", |_, arguments| {
            let [start, step] = arguments.bind("count", "start? step?")?;
            Ok(Iteration::Count(start.unwrap_or(Value::Int(0)), step.unwrap_or(Value::Int(1))).value())
        }),
        ("cycle", |interp, arguments| {
            let [values] = arguments.exactly("cycle")?;
            Ok(Iteration::Cycle(interp.values(&values)?.into(), 0).value())
        }),
        ("repeat", repeat),
        ("chain", |_, arguments| Ok(Iteration::Chain(arguments.positional.into()).value())),
        ("islice", islice),
        ("takewhile", |interp, arguments| {
            let [function, values] = arguments.exactly("takewhile")?;
            Ok(Iteration::TakeWhile(function, interp.iterator(&values)?).value())
        }),
        ("dropwhile", dropwhile),
        ("starmap", starmap),
        ("zip_longest", zip_longest),
        ("product", product),
        ("permutations", |interp, arguments| arrangements(interp, arguments, true)),
        ("combinations", |interp, arguments| arrangements(interp, arguments, false)),
        ("groupby", groupby),
        ("accumulate", accumulate),
        ("pairwise", |interp, arguments| {
            let [values] = arguments.exactly("pairwise")?;
            let values = interp.values(&values)?;
            Ok(Iteration::buffer(values.windows(2).map(|pair| Value::tuple(pair.to_vec())).collect()))
        }),
        ("batched", |interp, arguments| {
            let [values, size] = arguments.exactly("batched")?;
            let size = usize::try_from(int_argument(interp, &size)?).unwrap_or(0).max(1);
            let values = interp.values(&values)?;
            Ok(Iteration::buffer(values.chunks(size).map(|chunk| Value::tuple(chunk.to_vec())).collect()))
        }),
        ("tee", |interp, arguments| {
            let [values, count] = arguments.bind("tee", "iterable n?")?;
            let values = interp.values(&values.unwrap_or(Value::None))?;
            let count = count.and_then(|count| count.as_int()).unwrap_or(2).clamp(0, 1000);
            Ok(Value::tuple((0..count).map(|_| Iteration::buffer(values.clone())).collect()))
        }),
        ("compress", |interp, arguments| {
            let [values, selectors] = arguments.exactly("compress")?;
            let (values, selectors) = (interp.values(&values)?, interp.values(&selectors)?);
            let mut kept = Vec::new();
            for (value, selector) in values.into_iter().zip(selectors) {
                if interp.known_truth(&selector)? {
                    kept.push(value);
                }
            }
            Ok(Iteration::buffer(kept))
        }),
        ("filterfalse", filterfalse),
    ]);
    if let Some((_, Value::Builtin(_))) = names.iter().find(|(name, _)| *name == "chain") {
        names.retain(|(name, _)| *name != "chain");
        names.push(("chain", Value::native(Chain)));
    }
    names
}

/// `chain`, and `chain.from_iterable`.
#[derive(Debug)]
struct Chain;

impl super::super::Native for Chain {
    fn type_name(&self) -> &str {
        "type"
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn has_method(&self, name: &str) -> bool {
        name == "from_iterable"
    }

    fn call_method(
        self: std::rc::Rc<Self>,
        interp: &mut Interpreter<'_>,
        _name: &str,
        arguments: Arguments,
    ) -> Outcome<Value> {
        let [values] = arguments.exactly("from_iterable")?;
        Ok(match interp.collect(&values)? {
            Elements::Known(values) => Iteration::Chain(values.into()).value(),
            Elements::Unknown(unknown) => Value::Unknown(unknown),
        })
    }

    fn call(self: std::rc::Rc<Self>, _interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
        if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        Ok(Iteration::Chain(arguments.positional.into()).value())
    }
}

fn repeat(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let [value, times] = arguments.bind("repeat", "object times?")?;
    let value = value.unwrap_or(Value::None);
    let Some(times) = times else { return Ok(Iteration::Cycle([value].into(), 0).value()) };
    let times = usize::try_from(int_argument(interp, &times)?).unwrap_or(0);
    interp.meter.spend(times.saturating_mul(24))?;
    Ok(Iteration::buffer(vec![value; times]))
}

fn islice(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let given = arguments.positional.len();
    let [values, first, second, step] = arguments.bind("islice", "iterable start stop? step?")?;
    let number =
        |value: Option<Value>| value.and_then(|value| value.as_int()).and_then(|n| usize::try_from(n).ok());
    let (start, stop) =
        if given == 2 { (0, number(first)) } else { (number(first).unwrap_or(0), number(second)) };
    let step = number(step).unwrap_or(1).max(1);
    let inner = interp.iterator(&values.unwrap_or(Value::None))?;
    let left = stop.map(|stop| stop.saturating_sub(start).div_ceil(step));
    Ok(Iteration::Islice(inner, start, step, left).value())
}

fn dropwhile(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    let [function, values] = arguments.exactly("dropwhile")?;
    let values = interp.values(&values)?;
    let mut at = 0;
    while let Some(value) = values.get(at) {
        let test = interp.call(&function, Arguments::of(vec![value.clone()], span))?;
        if !interp.known_truth(&test)? {
            break;
        }
        at += 1;
    }
    Ok(Iteration::buffer(values[at..].to_vec()))
}

fn filterfalse(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    let [function, values] = arguments.exactly("filterfalse")?;
    let mut kept = Vec::new();
    for value in interp.values(&values)? {
        let test = match &function {
            Value::None => value.clone(),
            function => interp.call(function, Arguments::of(vec![value.clone()], span))?,
        };
        if !interp.known_truth(&test)? {
            kept.push(value);
        }
    }
    Ok(Iteration::buffer(kept))
}

fn starmap(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    let [function, values] = arguments.exactly("starmap")?;
    let mut made = Vec::new();
    for value in interp.values(&values)? {
        let values = interp.values(&value)?;
        made.push(interp.call(&function, Arguments::of(values, span))?);
    }
    Ok(Iteration::buffer(made))
}

fn zip_longest(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let fill = arguments.take("fillvalue").unwrap_or(Value::None);
    let mut columns = Vec::new();
    for each in &arguments.positional {
        columns.push(interp.values(each)?);
    }
    let length = columns.iter().map(Vec::len).max().unwrap_or(0);
    interp.meter.spend(length * columns.len() * 24)?;
    let row = |at: usize| columns.iter().map(|column| column.get(at).unwrap_or(&fill).clone()).collect();
    Ok(Iteration::buffer((0..length).map(|at| Value::tuple(row(at))).collect()))
}

fn product(interp: &mut Interpreter<'_>, mut arguments: Arguments) -> Outcome<Value> {
    let times = match arguments.take("repeat") {
        Some(times) => usize::try_from(int_argument(interp, &times)?).unwrap_or(0),
        None => 1,
    };
    let mut pools = Vec::new();
    for each in &arguments.positional {
        pools.push(interp.values(each)?);
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for _ in 0..times {
        for pool in &pools {
            interp.meter.spend(rows.len().saturating_mul(pool.len()).saturating_mul(48))?;
            let extend = |row: &Vec<Value>| {
                pool.iter().map(|value| [row, &vec![value.clone()][..]].concat()).collect::<Vec<_>>()
            };
            rows = rows.iter().flat_map(extend).collect();
        }
    }
    Ok(Iteration::buffer(rows.into_iter().map(Value::tuple).collect()))
}

fn arrangements(interp: &mut Interpreter<'_>, arguments: Arguments, ordered: bool) -> Outcome<Value> {
    let [values, size] = arguments.bind("permutations", "iterable r?")?;
    let values = interp.values(&values.unwrap_or(Value::None))?;
    let size = match size {
        Some(size) => usize::try_from(int_argument(interp, &size)?).unwrap_or(0),
        None => values.len(),
    };
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..size {
        let mut next = Vec::new();
        for row in &rows {
            let from = if ordered { 0 } else { row.last().map_or(0, |last| last + 1) };
            for at in from..values.len() {
                if !row.contains(&at) {
                    interp.meter.spend(48)?;
                    let mut longer = row.clone();
                    longer.push(at);
                    next.push(longer);
                }
            }
        }
        rows = next;
    }
    let row = |row: Vec<usize>| Value::tuple(row.into_iter().map(|at| values[at].clone()).collect());
    Ok(Iteration::buffer(rows.into_iter().map(row).collect()))
}

fn groupby(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    let [values, key] = arguments.bind("groupby", "iterable key?")?;
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for value in interp.values(&values.unwrap_or(Value::None))? {
        let key = match &key {
            None | Some(Value::None) => value.clone(),
            Some(key) => interp.call(key, Arguments::of(vec![value.clone()], span))?,
        };
        match groups.last_mut() {
            Some((last, group)) if interp.is_equal(last, &key)? => group.push(value),
            _ => groups.push((key, vec![value])),
        }
    }
    let pair = |(key, group)| Value::tuple(vec![key, Iteration::buffer(group)]);
    Ok(Iteration::buffer(groups.into_iter().map(pair).collect()))
}

fn accumulate(interp: &mut Interpreter<'_>, arguments: Arguments) -> Outcome<Value> {
    let span = arguments.span;
    let [values, function, initial] = arguments.bind("accumulate", "iterable func? * initial?")?;
    let mut total = initial.filter(|initial| !initial.is_none());
    let mut made: Vec<Value> = total.iter().cloned().collect();
    for value in interp.values(&values.unwrap_or(Value::None))? {
        let next = match (total.take(), &function) {
            (None, _) => value,
            (Some(total), None | Some(Value::None)) => interp.binary(Operator::Add, &total, &value)?,
            (Some(total), Some(function)) => {
                interp.call(function, Arguments::of(vec![total, value], span))?
            }
        };
        made.push(next.clone());
        total = Some(next);
    }
    if made.len() > 1_000_000 {
        return Err(Unwind::bound("this makes too many elements"));
    }
    Ok(Iteration::buffer(made))
}

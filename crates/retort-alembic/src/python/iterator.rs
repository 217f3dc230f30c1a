//! Iterators: pulled one by one, or, where a generator is consumed at once, pushed.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::scope::{Frame, Scope};
use super::syntax::Comprehension;
use super::unwind::{Outcome, Unwind};
use super::value::{Class, ClassCell, Function, Range, Unknown, Value};

/// The elements of something that was iterated over.
#[derive(Clone, Debug)]
pub enum Elements {
    /// All of them.
    Known(Vec<Value>),
    /// Only rows of a database could give them.
    Unknown(Rc<Unknown>),
}

/// How far an iteration has come.
pub enum Iteration {
    /// Nothing is left.
    Done,
    /// Elements that were made already.
    Buffer(VecDeque<Value>),
    /// A list, by index: it may change meanwhile.
    List(Rc<RefCell<Vec<Value>>>, usize),
    /// A tuple.
    Tuple(Rc<[Value]>, usize),
    /// A range.
    Range(Rc<Range>, usize),
    /// An object with `__next__`, or `__getitem__` and the next index.
    Object(Value, Option<i64>),
    /// A generator function that was called and has not begun.
    Generator(Rc<Function>, Rc<Scope>, Option<Value>),
    /// A generator expression that has not begun: its first iterable was evaluated.
    Expression(Pending),
    /// `enumerate`
    Enumerate(Value, i64),
    /// `zip`, and whether lengths must agree.
    Zip(Vec<Value>, bool),
    /// `map`
    Map(Value, Vec<Value>),
    /// `filter`
    Filter(Value, Value),
    /// `itertools.count`: the next number and the step.
    Count(Value, Value),
    /// `itertools.cycle`
    Cycle(Rc<[Value]>, usize),
    /// `itertools.chain`: what is left.
    Chain(VecDeque<Value>),
    /// `itertools.islice`: how many to skip first, the step after, how many are left.
    Islice(Value, usize, usize, Option<usize>),
    /// `itertools.takewhile`
    TakeWhile(Value, Value),
    /// `iter(function, sentinel)`
    Sentinel(Value, Value),
}

/// A generator expression that has not begun.
pub struct Pending {
    pub(super) comprehension: Arc<Comprehension>,
    pub(super) scope: Rc<Scope>,
    pub(super) first: Value,
    pub(super) class: Option<ClassCell>,
    pub(super) receiver: Option<Value>,
}

impl Iteration {
    /// The iteration as a value.
    pub fn value(self) -> Value {
        Value::Iterator(Rc::new(RefCell::new(self)))
    }

    /// An iterator over these elements.
    pub fn buffer(values: Vec<Value>) -> Value {
        Iteration::Buffer(values.into()).value()
    }
}

/// What a consumer says after an element: whether it wants more.
pub(super) type Consumer<'c> = dyn FnMut(&mut Interpreter<'_>, Value) -> Outcome<bool> + 'c;

impl Interpreter<'_> {
    /// `iter(value)`: an iterator, or an unknown value.
    pub fn iterator(&mut self, value: &Value) -> Outcome<Value> {
        let iteration = match value {
            Value::Iterator(_) | Value::Unknown(_) => return Ok(value.clone()),
            Value::List(list) => Iteration::List(list.clone(), 0),
            Value::Tuple(tuple) => Iteration::Tuple(tuple.clone(), 0),
            Value::Range(range) => Iteration::Range(range.clone(), 0),
            Value::Str(text) => {
                self.meter.spend(text.len() * 16)?;
                Iteration::Buffer(text.chars().map(|char| Value::str(char.to_string())).collect())
            }
            Value::Bytes(bytes) => {
                Iteration::Buffer(bytes.iter().map(|&byte| Value::Int(i64::from(byte))).collect())
            }
            Value::Dict(dict) => {
                let dict = dict.borrow();
                Iteration::Buffer(dict.entries.values().map(|(key, _)| key.clone()).collect())
            }
            Value::Set(set) => Iteration::Buffer(set.items.borrow().values().cloned().collect()),
            Value::Instance(_) => return self.instance_iterator(value),
            Value::Class(class) => return self.class_iterator(value, class),
            Value::Native(native) => match native.clone().iterate(self)? {
                Some(Value::Native(same)) => {
                    return Err(Unwind::type_error(format!("'{}' object is not iterable", same.type_name())));
                }
                Some(elements) => return self.iterator(&elements),
                None => return Err(self.not_iterable(value)),
            },
            Value::Foreign(foreign) => {
                let unknown = self.foreign_value(foreign)?;
                return self.iterator(&unknown);
            }
            _ => return Err(self.not_iterable(value)),
        };
        Ok(iteration.value())
    }

    fn not_iterable(&mut self, value: &Value) -> Unwind {
        Unwind::type_error(format!("'{}' object is not iterable", self.type_name(value)))
    }

    fn instance_iterator(&mut self, value: &Value) -> Outcome<Value> {
        if let Some(made) = self.call_special(value, "__iter__", Vec::new())? {
            return match &made {
                Value::Instance(_) if self.find_special(&made, "__next__").is_some() => {
                    Ok(Iteration::Object(made, None).value())
                }
                Value::Instance(instance) if instance.payload.borrow().is_none() => {
                    Err(Unwind::type_error("iter() returned non-iterator"))
                }
                _ => self.iterator(&made.plain()),
            };
        }
        if self.find_special(value, "__getitem__").is_some() {
            return Ok(Iteration::Object(value.clone(), Some(0)).value());
        }
        match value.plain() {
            Value::Instance(_) => Err(self.not_iterable(value)),
            plain => self.iterator(&plain),
        }
    }

    fn class_iterator(&mut self, value: &Value, class: &Rc<Class>) -> Outcome<Value> {
        if let Some(members) = self.enum_members(class) {
            return Ok(Iteration::buffer(members));
        }
        if let Some(metaclass) = &class.metaclass
            && let Some(function) = metaclass.find("__iter__")
        {
            let span = self.call_span();
            let made = self.call(&function, super::Arguments::of(vec![value.clone()], span))?;
            return self.iterator(&made);
        }
        for native in class.natives.clone() {
            if let Some(elements) = native.iterate(self)? {
                return self.iterator(&elements);
            }
        }
        Err(Unwind::type_error("'type' object is not iterable"))
    }

    /// The next element of an iterator; `None` at its end. An unknown iterator gives unknowns for ever.
    pub fn next(&mut self, iterator: &Value) -> Outcome<Option<Value>> {
        self.meter.step()?;
        let Value::Iterator(iteration) = iterator else {
            return match iterator {
                Value::Unknown(_) => Ok(Some(iterator.clone())),
                _ if self.find_special(iterator, "__next__").is_some() => self.next_of_object(iterator, None),
                _ => Err(Unwind::type_error(format!(
                    "'{}' object is not an iterator",
                    self.type_name(iterator)
                ))),
            };
        };
        let state = std::mem::replace(&mut *iteration.borrow_mut(), Iteration::Done);
        self.meter.enter()?;
        let advanced = self.advance(state);
        self.meter.leave();
        let (state, value) = advanced?;
        if value.is_some() {
            *iteration.borrow_mut() = state;
        }
        Ok(value)
    }

    fn advance(&mut self, state: Iteration) -> Outcome<(Iteration, Option<Value>)> {
        Ok(match state {
            Iteration::Done => (Iteration::Done, None),
            Iteration::Buffer(mut values) => {
                let value = values.pop_front();
                (Iteration::Buffer(values), value)
            }
            Iteration::List(list, at) => {
                let value = list.borrow().get(at).cloned();
                (Iteration::List(list, at + 1), value)
            }
            Iteration::Tuple(tuple, at) => {
                let value = tuple.get(at).cloned();
                (Iteration::Tuple(tuple, at + 1), value)
            }
            Iteration::Range(range, at) => {
                let value = (at < range.length()).then(|| Value::Int(range.at(at)));
                (Iteration::Range(range, at + 1), value)
            }
            Iteration::Object(object, index) => {
                let value = self.next_of_object(&object, index)?;
                (Iteration::Object(object, index.map(|index| index + 1)), value)
            }
            state @ (Iteration::Generator(..) | Iteration::Expression(_)) => {
                // Pulled one by one: run to the end at once.
                let mut values = match self.collect(&state.value())? {
                    Elements::Known(values) => VecDeque::from(values),
                    Elements::Unknown(unknown) => {
                        let value = Value::Unknown(unknown);
                        return Ok((Iteration::Cycle([value.clone()].into(), 0), Some(value)));
                    }
                };
                let value = values.pop_front();
                (Iteration::Buffer(values), value)
            }
            Iteration::Enumerate(inner, at) => {
                let value = self.next(&inner)?;
                let value = value.map(|value| Value::tuple(vec![Value::Int(at), value]));
                (Iteration::Enumerate(inner, at + 1), value)
            }
            Iteration::Zip(inner, strict) => {
                let value = self.advance_zip(&inner, strict)?;
                (Iteration::Zip(inner, strict), value)
            }
            Iteration::Map(function, inner) => {
                let value = match self.advance_zip(&inner, false)? {
                    Some(Value::Tuple(values)) => {
                        let span = self.call_span();
                        Some(self.call(&function, super::Arguments::of(values.to_vec(), span))?)
                    }
                    other => other,
                };
                (Iteration::Map(function, inner), value)
            }
            Iteration::Filter(function, inner) => {
                let value = self.advance_filter(&function, &inner)?;
                (Iteration::Filter(function, inner), value)
            }
            Iteration::Count(next, step) => {
                let following = self.binary(super::Operator::Add, &next, &step)?;
                (Iteration::Count(following, step), Some(next))
            }
            Iteration::Cycle(values, at) => {
                let value = values.get(at).cloned();
                let following = if at + 1 < values.len() { at + 1 } else { 0 };
                (Iteration::Cycle(values, following), value)
            }
            Iteration::Chain(mut left) => {
                let value = self.advance_chain(&mut left)?;
                (Iteration::Chain(left), value)
            }
            Iteration::Islice(inner, skip, step, left) => self.advance_slice(inner, skip, step, left)?,
            Iteration::TakeWhile(function, inner) => {
                let Some(value) = self.next(&inner)? else { return Ok((Iteration::Done, None)) };
                let span = self.call_span();
                let test = self.call(&function, super::Arguments::of(vec![value.clone()], span))?;
                let wanted = self.known_truth(&test)?;
                (Iteration::TakeWhile(function, inner), wanted.then_some(value))
            }
            Iteration::Sentinel(function, sentinel) => {
                let span = self.call_span();
                let value = self.call(&function, super::Arguments::none(span))?;
                let ended = self.is_equal(&value, &sentinel)?;
                (Iteration::Sentinel(function, sentinel), (!ended).then_some(value))
            }
        })
    }

    fn next_of_object(&mut self, object: &Value, index: Option<i64>) -> Outcome<Option<Value>> {
        let (method, arguments, end) = match index {
            None => ("__next__", Vec::new(), "StopIteration"),
            Some(index) => ("__getitem__", vec![Value::Int(index)], "IndexError"),
        };
        match self.call_special(object, method, arguments) {
            Ok(value) => Ok(value),
            Err(Unwind::Raise(raised)) => {
                let value = self.exception_value(&raised);
                if self.is_exception(&value, end) { Ok(None) } else { Err(Unwind::Raise(raised)) }
            }
            Err(other) => Err(other),
        }
    }

    fn advance_zip(&mut self, inner: &[Value], strict: bool) -> Outcome<Option<Value>> {
        let mut values = Vec::with_capacity(inner.len());
        for (at, each) in inner.iter().enumerate() {
            match self.next(each)? {
                Some(value) if strict && values.len() < at => {
                    drop(value);
                    return Err(Unwind::value_error(format!(
                        "zip() argument {} is longer than argument 1",
                        at + 1
                    )));
                }
                Some(value) => values.push(value),
                None if strict && at > 0 && values.len() == at => {
                    return Err(Unwind::value_error(format!(
                        "zip() argument {} is shorter than argument 1",
                        at + 1
                    )));
                }
                None if strict => {}
                None => return Ok(None),
            }
        }
        Ok((!values.is_empty()).then(|| Value::tuple(values)))
    }

    fn advance_filter(&mut self, function: &Value, inner: &Value) -> Outcome<Option<Value>> {
        while let Some(value) = self.next(inner)? {
            if matches!(value, Value::Unknown(_)) {
                return Ok(Some(value));
            }
            let test = match function {
                Value::None => value.clone(),
                function => {
                    let span = self.call_span();
                    self.call(function, super::Arguments::of(vec![value.clone()], span))?
                }
            };
            if self.known_truth(&test)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn advance_chain(&mut self, left: &mut VecDeque<Value>) -> Outcome<Option<Value>> {
        while let Some(first) = left.front().cloned() {
            let iterator = self.iterator(&first)?;
            if let Some(value) = self.next(&iterator)? {
                left[0] = iterator;
                return Ok(Some(value));
            }
            left.pop_front();
        }
        Ok(None)
    }

    fn advance_slice(
        &mut self,
        inner: Value,
        skip: usize,
        step: usize,
        left: Option<usize>,
    ) -> Outcome<(Iteration, Option<Value>)> {
        if left == Some(0) {
            return Ok((Iteration::Done, None));
        }
        for _ in 0..skip {
            if self.next(&inner)?.is_none() {
                return Ok((Iteration::Done, None));
            }
        }
        let value = self.next(&inner)?;
        let left = left.map(|left| left - 1);
        Ok((Iteration::Islice(inner, step.saturating_sub(1), step, left), value))
    }

    /// Hands every element to a consumer until it has enough. Gives back why, if the elements are not known: then the
    /// consumer saw at most one element, which stands for all.
    ///
    /// A generator that nobody else holds is run *around* the consumer: what it does between two elements happens
    /// between them.
    pub(super) fn iterate(
        &mut self,
        value: &Value,
        consumer: &mut Consumer<'_>,
    ) -> Outcome<Option<Rc<Unknown>>> {
        let iterator = self.iterator(value)?;
        let Value::Iterator(iteration) = &iterator else {
            let Value::Unknown(unknown) = iterator else { return Err(self.not_iterable(value)) };
            return Ok(Some(unknown.derived()));
        };
        let pending = matches!(&*iteration.borrow(), Iteration::Generator(..) | Iteration::Expression(_));
        if pending {
            let state = std::mem::replace(&mut *iteration.borrow_mut(), Iteration::Done);
            return self.push(state, consumer);
        }
        while let Some(value) = self.next(&iterator)? {
            if let (Value::Unknown(unknown), true) = (&value, self.is_endless_unknown(&iterator)) {
                return Ok(Some(unknown.clone()));
            }
            if !consumer(self, value)? {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Whether an iterator repeats an unknown because it came from an unknown.
    fn is_endless_unknown(&self, iterator: &Value) -> bool {
        let Value::Iterator(iteration) = iterator else { return matches!(iterator, Value::Unknown(_)) };
        match &*iteration.borrow() {
            Iteration::Cycle(values, _) => matches!(&**values, [Value::Unknown(_)]),
            Iteration::Filter(_, inner) | Iteration::TakeWhile(_, inner) => self.is_endless_unknown(inner),
            Iteration::Map(_, inner) => inner.iter().any(|inner| self.is_endless_unknown(inner)),
            Iteration::Enumerate(..)
            | Iteration::Zip(..)
            | Iteration::Done
            | Iteration::Buffer(_)
            | Iteration::List(..)
            | Iteration::Tuple(..)
            | Iteration::Range(..)
            | Iteration::Object(..)
            | Iteration::Generator(..)
            | Iteration::Expression(_)
            | Iteration::Count(..)
            | Iteration::Chain(_)
            | Iteration::Islice(..)
            | Iteration::Sentinel(..) => false,
        }
    }

    fn push(&mut self, state: Iteration, consumer: &mut Consumer<'_>) -> Outcome<Option<Rc<Unknown>>> {
        let depth = self.speculations;
        let mut closed = false;
        let mut unknown = None;
        let mut hook = |interp: &mut Interpreter<'_>, value: Value| {
            if interp.speculations > depth && unknown.is_none() {
                let span = interp.call_span();
                unknown = Some(Unknown::new("an element that is there only for some rows", span));
            }
            if consumer(interp, value)? {
                return Ok(Value::None);
            }
            closed = true;
            Err(Unwind::Close)
        };
        let ended = match state {
            Iteration::Generator(function, scope, receiver) => {
                self.run_generator(&function, scope, receiver, &mut hook).map(|value| self.returned = value)
            }
            Iteration::Expression(pending) => self.run_generator_expression(&pending, &mut hook),
            _ => Ok(()),
        };
        match ended {
            Err(Unwind::Close) if closed => Ok(unknown),
            Ok(()) => Ok(unknown),
            Err(other) => Err(other),
        }
    }

    /// All elements.
    pub fn collect(&mut self, value: &Value) -> Outcome<Elements> {
        match value {
            Value::List(list) => return Ok(Elements::Known(list.borrow().clone())),
            Value::Tuple(tuple) => return Ok(Elements::Known(tuple.to_vec())),
            _ => {}
        }
        let mut values = Vec::new();
        let unknown = self.iterate(value, &mut |interp, value| {
            interp.meter.spend(32)?;
            values.push(value);
            Ok(true)
        })?;
        Ok(match unknown {
            Some(unknown) => Elements::Unknown(unknown),
            None => Elements::Known(values),
        })
    }

    /// All elements, where unknown ones are of no use.
    ///
    /// # Errors
    /// [`Unwind::Unsupported`] with the reason of an unknown.
    pub fn values(&mut self, value: &Value) -> Outcome<Vec<Value>> {
        match self.collect(value)? {
            Elements::Known(values) => Ok(values),
            Elements::Unknown(unknown) => Err(Unwind::unsupported(format!("this needs {}", unknown.reason))),
        }
    }

    fn run_generator_expression(
        &mut self,
        pending: &Pending,
        hook: &mut super::scope::Hook<'_>,
    ) -> Outcome<()> {
        let scope = Scope::inside(&pending.scope, super::ScopeKind::Comprehension);
        let mut frame =
            Frame { scope, hook: None, class: pending.class.clone(), receiver: pending.receiver.clone() };
        let comprehension = pending.comprehension.clone();
        let mut sink = |interp: &mut Interpreter<'_>, frame: &mut Frame<'_>| {
            let value = interp.expression(frame, &comprehension.element)?;
            hook(interp, value).map(|_| ())
        };
        let first = pending.first.clone();
        match self.clauses(&mut frame, &pending.comprehension.clauses, Some(first), &mut sink)? {
            None => Ok(()),
            Some(unknown) => {
                // Elements that only rows could give: the consumer hears of them in speculation.
                self.speculations += 1;
                let doubts = self.doubted.len();
                let told = hook(self, Value::Unknown(unknown.clone()));
                self.speculations -= 1;
                self.settle_doubts(doubts, &unknown);
                told.map(|_| ())
            }
        }
    }
}

/// A generator function that was called: the function, the scope with its arguments, the receiver of a method.
pub(super) type Begun = (Rc<Function>, Rc<Scope>, Option<Value>);

//! Comparisons.

use std::cmp::Ordering;
use std::rc::Rc;

use num_traits::ToPrimitive;

use super::super::Interpreter;
use super::super::scope::Frame;
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{SetObject, Shape, Value};
use super::speculation::Truth;

impl Interpreter<'_> {
    #[inline(never)]
    pub(super) fn comparison_chain(
        &mut self,
        frame: &mut Frame<'_>,
        first: &Expression,
        rest: &[(Comparison, Expression)],
    ) -> Outcome<Value> {
        let mut left = self.expression(frame, first)?;
        let mut result = Value::Bool(true);
        for (at, (comparison, right)) in rest.iter().enumerate() {
            let right = self.expression(frame, right)?;
            result = self.compare(*comparison, &left, &right)?;
            if at + 1 < rest.len() {
                match self.truth(&result)? {
                    Truth::Yes => {}
                    Truth::No => return Ok(result),
                    Truth::Unknown(unknown) => return Ok(Value::Unknown(unknown)),
                }
            }
            left = right;
        }
        Ok(result)
    }

    /// `left op right`; a boolean unless a native or an unknown is among them.
    ///
    /// # Errors
    /// Python's `TypeError` where there is no order.
    pub fn compare(&mut self, comparison: Comparison, left: &Value, right: &Value) -> Outcome<Value> {
        match comparison {
            Comparison::Is | Comparison::IsNot => return self.identity(comparison, left, right),
            Comparison::In | Comparison::NotIn => return self.membership(comparison, left, right),
            _ => {}
        }
        if let Value::Unknown(_) = left {
            return Ok(left.clone());
        }
        if let Value::Unknown(_) = right {
            return Ok(right.clone());
        }
        if let Some(answer) = self.own_comparison(comparison, left, right)? {
            return Ok(answer);
        }
        if let Some(answer) = self.own_comparison(comparison.reflected(), right, left)? {
            return Ok(answer);
        }
        if let Some(answer) = self.foreign_comparison(left, right)? {
            return Ok(answer);
        }
        let (left, right) = (left.plain(), right.plain());
        match comparison {
            Comparison::Eq => Ok(Value::Bool(self.plain_equal(&left, &right)?)),
            Comparison::NotEq => Ok(Value::Bool(!self.plain_equal(&left, &right)?)),
            _ => self.ordered(comparison, &left, &right).map(Value::Bool),
        }
    }

    /// What a comparison with something from outside comes to, if it is one.
    fn foreign_comparison(&self, left: &Value, right: &Value) -> Outcome<Option<Value>> {
        match (left, right) {
            _ if left.is(right) => Ok(None),
            (Value::Foreign(foreign), _) | (_, Value::Foreign(foreign)) => {
                self.foreign_value(foreign).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn identity(&mut self, comparison: Comparison, left: &Value, right: &Value) -> Outcome<Value> {
        // Whether something unknown is `None` is not known; that it is no particular object is taken as known.
        match (left, right) {
            (Value::Unknown(_), _) => return Ok(left.clone()),
            (_, Value::Unknown(_)) => return Ok(right.clone()),
            (Value::Foreign(foreign), Value::None) | (Value::None, Value::Foreign(foreign))
                if foreign.path.ends_with(')') =>
            {
                return self.foreign_value(foreign);
            }
            _ => {}
        }
        Ok(Value::Bool(left.is(right) == (comparison == Comparison::Is)))
    }

    fn own_comparison(
        &mut self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
    ) -> Outcome<Option<Value>> {
        match left {
            Value::Native(native) => native.clone().compare(self, comparison, right),
            Value::Instance(_) => self.instance_comparison(comparison, left, right),
            _ => Ok(None),
        }
    }

    fn instance_comparison(
        &mut self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
    ) -> Outcome<Option<Value>> {
        let name = match comparison {
            Comparison::Eq => "__eq__",
            Comparison::NotEq => "__ne__",
            Comparison::Lt => "__lt__",
            Comparison::LtE => "__le__",
            Comparison::Gt => "__gt__",
            Comparison::GtE => "__ge__",
            Comparison::Is | Comparison::IsNot | Comparison::In | Comparison::NotIn => return Ok(None),
        };
        match self.call_special(left, name, vec![right.clone()])? {
            None | Some(Value::NotImplemented) => {}
            Some(answer) => return Ok(Some(answer)),
        }
        if comparison == Comparison::NotEq {
            match self.call_special(left, "__eq__", vec![right.clone()])? {
                None | Some(Value::NotImplemented) => {}
                Some(answer) => {
                    return Ok(Some(match self.truth(&answer)? {
                        Truth::Unknown(unknown) => Value::Unknown(unknown),
                        truth => Value::Bool(truth == Truth::No),
                    }));
                }
            }
        }
        let (Value::Instance(a), Value::Instance(b)) = (left, right) else { return Ok(None) };
        if !Rc::ptr_eq(&a.class(), &b.class()) {
            return Ok(None);
        }
        let is_ordered = matches!(&*a.class().shape.borrow(), Shape::Data(shape) if shape.order);
        if !is_ordered && !matches!(comparison, Comparison::Eq | Comparison::NotEq) {
            return Ok(None);
        }
        match (self.data_fields(a), self.data_fields(b)) {
            (Some(a), Some(b)) => self.compare(comparison, &Value::tuple(a), &Value::tuple(b)).map(Some),
            _ => Ok(None),
        }
    }

    /// `left == right`, where it has to be known.
    ///
    /// # Errors
    /// What `__eq__` raises.
    pub fn is_equal(&mut self, left: &Value, right: &Value) -> Outcome<bool> {
        let answer = self.compare(Comparison::Eq, left, right)?;
        match answer {
            Value::Bool(bool) => Ok(bool),
            Value::Unknown(_) | Value::Native(_) => Ok(left.is(right)),
            other => self.known_truth(&other),
        }
    }

    fn plain_equal(&mut self, left: &Value, right: &Value) -> Outcome<bool> {
        if left.is(right) && !matches!(left, Value::Float(_)) {
            return Ok(true);
        }
        self.meter.enter()?;
        let equal = self.equal_inside(left, right);
        self.meter.leave();
        equal
    }

    fn equal_inside(&mut self, left: &Value, right: &Value) -> Outcome<bool> {
        Ok(match (left, right) {
            (Value::List(a), Value::List(b)) => {
                let (a, b) = (a.borrow().clone(), b.borrow().clone());
                self.all_equal(&a, &b)?
            }
            (Value::Tuple(a), Value::Tuple(b)) => self.all_equal(a, b)?,
            (Value::Dict(a), Value::Dict(b)) => {
                let (a, b) = (a.borrow().clone(), b.borrow().clone());
                if a.entries.len() != b.entries.len() {
                    return Ok(false);
                }
                for (key, (_, value)) in &a.entries {
                    match b.entries.get(key) {
                        Some((_, other)) if self.is_equal(value, other)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            (Value::Set(a), Value::Set(b)) => is_subset(a, b) && is_subset(b, a),
            (Value::Range(a), Value::Range(b)) => {
                a.length() == b.length()
                    && (a.length() == 0 || a.start == b.start)
                    && (a.length() < 2 || a.step == b.step)
            }
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Slice(a), Value::Slice(b)) => self.all_equal(&**a, &**b)?,
            _ => number_order(left, right) == Some(Ordering::Equal),
        })
    }

    fn all_equal(&mut self, left: &[Value], right: &[Value]) -> Outcome<bool> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for (a, b) in left.iter().zip(right) {
            if !a.is(b) && !self.is_equal(a, b)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn ordered(&mut self, comparison: Comparison, left: &Value, right: &Value) -> Outcome<bool> {
        if let (Value::Set(a), Value::Set(b)) = (left, right) {
            let (a_in_b, b_in_a) = (is_subset(a, b), is_subset(b, a));
            return Ok(match comparison {
                Comparison::Lt => a_in_b && !b_in_a,
                Comparison::LtE => a_in_b,
                Comparison::Gt => b_in_a && !a_in_b,
                _ => b_in_a,
            });
        }
        let ordering = match self.order(left, right)? {
            Some(ordering) => ordering,
            // Only a NaN has no order among numbers.
            None if as_float(left).is_some() && as_float(right).is_some() => return Ok(false),
            None => {
                let (a, b) = (self.type_name(left), self.type_name(right));
                let text = comparison.text();
                return Err(Unwind::type_error(format!(
                    "'{text}' not supported between instances of '{a}' and '{b}'"
                )));
            }
        };
        Ok(match comparison {
            Comparison::Lt => ordering == Ordering::Less,
            Comparison::LtE => ordering != Ordering::Greater,
            Comparison::Gt => ordering == Ordering::Greater,
            _ => ordering != Ordering::Less,
        })
    }

    fn order(&mut self, left: &Value, right: &Value) -> Outcome<Option<Ordering>> {
        Ok(match (left, right) {
            (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
            (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
            (Value::List(_), Value::List(_)) | (Value::Tuple(_), Value::Tuple(_)) => {
                let a = left.as_sequence().unwrap_or_default();
                let b = right.as_sequence().unwrap_or_default();
                self.meter.enter()?;
                let order = self.sequence_order(&a, &b);
                self.meter.leave();
                Some(order?)
            }
            _ => number_order(left, right),
        })
    }

    fn sequence_order(&mut self, left: &[Value], right: &[Value]) -> Outcome<Ordering> {
        for (a, b) in left.iter().zip(right) {
            if self.is_equal(a, b)? {
                continue;
            }
            return Ok(if self.is_less(a, b)? { Ordering::Less } else { Ordering::Greater });
        }
        Ok(left.len().cmp(&right.len()))
    }

    /// `left < right`, where it has to be known.
    pub(in super::super) fn is_less(&mut self, left: &Value, right: &Value) -> Outcome<bool> {
        let answer = self.compare(Comparison::Lt, left, right)?;
        self.known_truth(&answer)
    }

    fn membership(&mut self, comparison: Comparison, item: &Value, container: &Value) -> Outcome<Value> {
        let answer = self.contains(item, container)?;
        if comparison == Comparison::In {
            return Ok(answer);
        }
        Ok(match self.truth(&answer)? {
            Truth::Unknown(unknown) => Value::Unknown(unknown),
            truth => Value::Bool(truth == Truth::No),
        })
    }

    /// `item in container`
    fn contains(&mut self, item: &Value, container: &Value) -> Outcome<Value> {
        if matches!(container, Value::Unknown(_)) {
            return Ok(container.clone());
        }
        if let Some(answer) = self.call_special(container, "__contains__", vec![item.clone()])? {
            return Ok(answer);
        }
        if let Value::Native(native) = container
            && let Some(answer) = native.clone().compare(self, Comparison::In, item)?
        {
            return Ok(answer);
        }
        let plain = match container {
            Value::Instance(instance) if instance.payload.borrow().is_some() => container.plain(),
            _ => container.clone(),
        };
        match &plain {
            Value::Str(_) | Value::Bytes(_) | Value::Dict(_) | Value::Set(_)
                if matches!(item, Value::Unknown(_)) =>
            {
                Ok(item.clone())
            }
            Value::Str(text) => match item.as_str() {
                Some(part) => Ok(Value::Bool(text.contains(&*part))),
                None => {
                    let name = self.type_name(item);
                    Err(Unwind::type_error(format!(
                        "'in <string>' requires string as left operand, not {name}"
                    )))
                }
            },
            Value::Dict(dict) => {
                let key = self.key(item)?;
                Ok(Value::Bool(dict.borrow().entries.contains_key(&key)))
            }
            Value::Set(set) => {
                let key = self.key(item)?;
                Ok(Value::Bool(set.items.borrow().contains_key(&key)))
            }
            Value::Range(range) => Ok(Value::Bool(match item.as_int() {
                Some(number) => {
                    let offset = i128::from(number) - i128::from(range.start);
                    let at = offset / i128::from(range.step);
                    offset % i128::from(range.step) == 0 && at >= 0 && at < range.length() as i128
                }
                None => false,
            })),
            Value::Bytes(bytes) => Ok(Value::Bool(match item {
                Value::Bytes(part) => {
                    part.is_empty() || bytes.windows(part.len()).any(|window| window == &**part)
                }
                other => other.as_int().is_some_and(|byte| bytes.iter().any(|each| i64::from(*each) == byte)),
            })),
            other => self.contained_among(item, &other.clone()),
        }
    }

    fn contained_among(&mut self, item: &Value, container: &Value) -> Outcome<Value> {
        let mut found = None;
        let unknown = self.iterate(container, &mut |interp, value| {
            if value.is(item) {
                found = Some(Value::Bool(true));
                return Ok(false);
            }
            match interp.compare(Comparison::Eq, &value, item)? {
                Value::Bool(true) => {
                    found = Some(Value::Bool(true));
                    Ok(false)
                }
                unknown @ Value::Unknown(_) => {
                    found.get_or_insert(unknown);
                    Ok(true)
                }
                _ => Ok(true),
            }
        })?;
        Ok(match (unknown, found) {
            (_, Some(found)) => found,
            (Some(unknown), None) => Value::Unknown(unknown),
            (None, None) => Value::Bool(false),
        })
    }
}

/// Whether every element of one set is in the other.
pub(in super::super) fn is_subset(left: &Rc<SetObject>, right: &Rc<SetObject>) -> bool {
    let right = right.items.borrow();
    left.items.borrow().keys().all(|key| right.contains_key(key))
}

/// The number as a float, if it is one.
pub(in super::super) fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Int(number) => Some(*number as f64),
        Value::Bool(bool) => Some(f64::from(u8::from(*bool))),
        Value::Big(number) => number.to_f64(),
        Value::Instance(_) => match value.plain() {
            Value::Instance(_) => None,
            plain => as_float(&plain),
        },
        _ => None,
    }
}

fn number_order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Big(a), Value::Big(b)) => return Some(a.cmp(b)),
        (Value::Big(a), Value::Int(_) | Value::Bool(_)) => {
            return Some(if a.sign() == num_bigint::Sign::Minus {
                Ordering::Less
            } else {
                Ordering::Greater
            });
        }
        (Value::Int(_) | Value::Bool(_), Value::Big(_)) => {
            return number_order(right, left).map(Ordering::reverse);
        }
        _ => {}
    }
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
        return Some(a.cmp(&b));
    }
    as_float(left)?.partial_cmp(&as_float(right)?)
}

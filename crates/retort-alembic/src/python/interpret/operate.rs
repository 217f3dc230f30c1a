//! Operators between values.

use std::rc::Rc;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

use super::super::Interpreter;
use super::super::builtins::percent;
use super::super::syntax::{Operator, UnaryOperator};
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Class, Value};
use super::class::enumeration::member_value;
use super::compare::as_float;
use super::speculation::Truth;

impl Interpreter<'_> {
    /// `left op right`
    ///
    /// # Errors
    /// Python's `TypeError` where the operator is not there, or what it raises.
    pub fn binary(&mut self, operator: Operator, left: &Value, right: &Value) -> Outcome<Value> {
        if let Some(answer) = self.own_operator(operator, left, right, false)? {
            return Ok(answer);
        }
        if let Some(answer) = self.own_operator(operator, right, left, true)? {
            return Ok(answer);
        }
        if let (Operator::Mod, Value::Str(format)) = (operator, left.plain()) {
            return percent::format(self, &format, right);
        }
        match (operator, left, right) {
            (Operator::Add, Value::Str(text), Value::Unknown(unknown)) => return Ok(unknown.behind(text)),
            // What is added to the end does not change how it begins.
            (Operator::Add, Value::Unknown(_), _) => return Ok(left.clone()),
            (_, Value::Unknown(unknown), _) | (_, _, Value::Unknown(unknown)) => {
                return Ok(Value::Unknown(unknown.derived()));
            }
            _ => {}
        }
        if operator == Operator::BitOr && self.is_type(left) && self.is_type(right) {
            return Ok(Value::tuple(vec![left.clone(), right.clone()]));
        }
        if self.importing > 0 && (matches!(left, Value::Foreign(_)) || matches!(right, Value::Foreign(_))) {
            return Ok(if matches!(left, Value::Foreign(_)) { left.clone() } else { right.clone() });
        }
        for side in [left, right] {
            if let Value::Foreign(foreign) = side {
                return self.foreign_value(foreign);
            }
        }
        let answer = self.builtin_operator(operator, &left.plain(), &right.plain())?;
        match answer {
            Some(answer) => Ok(answer),
            None => {
                let (a, b) = (self.type_name(left), self.type_name(right));
                let text = operator.names().0;
                if let (Operator::Add, Value::Str(_)) = (operator, left) {
                    return Err(Unwind::type_error(format!("can only concatenate str (not \"{b}\") to str")));
                }
                Err(Unwind::type_error(format!("unsupported operand type(s) for {text}: '{a}' and '{b}'")))
            }
        }
    }

    fn is_type(&self, value: &Value) -> bool {
        matches!(value, Value::Class(_) | Value::None | Value::Foreign(_))
            || matches!(value, Value::Tuple(items) if !items.is_empty() && items.iter().all(|item| self.is_type(item)))
            || matches!(value, Value::Native(native) if native.is_base() || matches!(native.type_name(), "type" | "typing form"))
    }

    fn own_operator(
        &mut self,
        operator: Operator,
        left: &Value,
        right: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        match left {
            Value::Native(native) => native.clone().binary(self, operator, right, reflected),
            Value::Instance(instance) => {
                let stem = operator.names().1;
                let name = if reflected { format!("__r{stem}__") } else { format!("__{stem}__") };
                match self.call_special(left, &name, vec![right.clone()])? {
                    None | Some(Value::NotImplemented) => {}
                    answer => return Ok(answer),
                }
                let class = instance.class();
                match self.class("Flag") {
                    Some(flag) if !reflected && class.inherits(&flag) => {
                        Ok(self.flag_operator(operator, &class, left, right))
                    }
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    fn flag_operator(
        &mut self,
        operator: Operator,
        class: &Rc<Class>,
        left: &Value,
        right: &Value,
    ) -> Option<Value> {
        let a = member_value(left)?.as_int()?;
        let b = member_value(right).as_ref().unwrap_or(right).as_int()?;
        let bits = match operator {
            Operator::BitOr => a | b,
            Operator::BitAnd => a & b,
            Operator::BitXor => a ^ b,
            _ => return None,
        };
        Some(self.flag_member(class, bits))
    }

    /// `target op= value`: lists, dicts and sets change in place.
    pub(super) fn in_place(&mut self, operator: Operator, left: &Value, right: &Value) -> Outcome<Value> {
        if let Value::Instance(_) = left {
            let name = format!("__i{}__", operator.names().1);
            match self.call_special(left, &name, vec![right.clone()])? {
                None | Some(Value::NotImplemented) => {}
                Some(answer) => return Ok(answer),
            }
        }
        if matches!(left, Value::List(_) | Value::Dict(_) | Value::Set(_)) {
            self.doubt_elements(left);
        }
        match (operator, left, right) {
            (_, Value::List(_) | Value::Dict(_) | Value::Set(_), Value::Unknown(unknown)) => {
                left.blur(unknown);
                Ok(left.clone())
            }
            (Operator::Add, Value::List(list), _) => {
                let values = match self.collect(right)? {
                    super::super::Elements::Known(values) => values,
                    super::super::Elements::Unknown(unknown) => {
                        left.blur(&unknown);
                        return Ok(left.clone());
                    }
                };
                self.meter.spend(values.len() * 24)?;
                list.borrow_mut().extend(values);
                Ok(left.clone())
            }
            (Operator::BitOr, Value::Dict(dict), _) => {
                for (key, value) in self.mapping_pairs(right)? {
                    let hashed = self.key(&key)?;
                    dict.borrow_mut().insert(hashed, key, value);
                }
                Ok(left.clone())
            }
            (
                Operator::BitOr | Operator::BitAnd | Operator::Sub | Operator::BitXor,
                Value::Set(set),
                Value::Set(_),
            ) if !set.frozen => {
                if let Value::Set(result) = self.binary(operator, left, right)? {
                    let items = result.items.borrow().clone();
                    *set.items.borrow_mut() = items;
                }
                Ok(left.clone())
            }
            _ => self.binary(operator, left, right),
        }
    }

    /// `op operand`
    ///
    /// # Errors
    /// Python's `TypeError` where the operator is not there.
    pub fn unary(&mut self, operator: UnaryOperator, operand: &Value) -> Outcome<Value> {
        if operator == UnaryOperator::Not {
            return Ok(match self.truth(operand)? {
                Truth::Unknown(unknown) => Value::Unknown(unknown),
                truth => Value::Bool(truth == Truth::No),
            });
        }
        let name = match operator {
            UnaryOperator::Invert => "__invert__",
            UnaryOperator::Plus => "__pos__",
            UnaryOperator::Minus | UnaryOperator::Not => "__neg__",
        };
        if let Some(answer) = self.call_special(operand, name, Vec::new())? {
            return Ok(answer);
        }
        self.refuse_foreign(operand)?;
        let plain = match operand {
            Value::Native(native) => {
                if let Some(answer) = native.clone().unary(self, operator)? {
                    return Ok(answer);
                }
                operand.clone()
            }
            Value::Unknown(_) => return Ok(operand.clone()),
            other => other.plain(),
        };
        if let (UnaryOperator::Minus, Value::Float(number)) = (operator, &plain) {
            return Ok(Value::Float(-number));
        }
        if let (UnaryOperator::Plus, Value::Float(_)) = (operator, &plain) {
            return Ok(plain);
        }
        match (operator, as_big(&plain)) {
            (UnaryOperator::Minus, Some(number)) => Ok(Value::big(-number)),
            (UnaryOperator::Plus, Some(number)) => Ok(Value::big(number)),
            (UnaryOperator::Invert, Some(number)) => Ok(Value::big(-number - 1)),
            _ => {
                let name = self.type_name(operand);
                let text = match operator {
                    UnaryOperator::Invert => "~",
                    UnaryOperator::Plus => "+",
                    UnaryOperator::Minus | UnaryOperator::Not => "-",
                };
                Err(Unwind::type_error(format!("bad operand type for unary {text}: '{name}'")))
            }
        }
    }

    fn builtin_operator(
        &mut self,
        operator: Operator,
        left: &Value,
        right: &Value,
    ) -> Outcome<Option<Value>> {
        match (operator, left, right) {
            (Operator::Add, Value::Str(a), Value::Str(b)) => {
                self.meter.spend(a.len() + b.len())?;
                return Ok(Some(Value::str(format!("{a}{b}"))));
            }
            (Operator::Add, Value::List(a), Value::List(b)) => {
                let mut values = a.borrow().clone();
                values.extend(b.borrow().iter().cloned());
                self.meter.spend(values.len() * 24)?;
                return Ok(Some(Value::list(values)));
            }
            (Operator::Add, Value::Tuple(a), Value::Tuple(b)) => {
                self.meter.spend((a.len() + b.len()) * 24)?;
                return Ok(Some(Value::tuple(a.iter().chain(b.iter()).cloned().collect())));
            }
            (Operator::Add, Value::Bytes(a), Value::Bytes(b)) => {
                self.meter.spend(a.len() + b.len())?;
                return Ok(Some(Value::Bytes(a.iter().chain(b.iter()).copied().collect())));
            }
            (Operator::Mult, Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Bytes(_), count) => {
                return match count.as_int() {
                    Some(count) => self.repeated(left, count).map(Some),
                    None => Ok(None),
                };
            }
            (Operator::Mult, count, Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Bytes(_)) => {
                return match count.as_int() {
                    Some(count) => self.repeated(right, count).map(Some),
                    None => Ok(None),
                };
            }
            (Operator::BitOr, Value::Dict(a), Value::Dict(b)) => {
                let mut dict = a.borrow().clone();
                for (key, (written, value)) in &b.borrow().entries {
                    dict.insert(key.clone(), written.clone(), value.clone());
                }
                return Ok(Some(Value::dict(dict)));
            }
            (_, Value::Set(a), Value::Set(b)) => return Ok(self.set_operator(operator, a, b)),
            _ => {}
        }
        self.number_operator(operator, left, right)
    }

    fn set_operator(
        &mut self,
        operator: Operator,
        a: &Rc<super::super::SetObject>,
        b: &Rc<super::super::SetObject>,
    ) -> Option<Value> {
        let (left, right) = (a.items.borrow(), b.items.borrow());
        let items = match operator {
            Operator::BitOr => left
                .iter()
                .chain(right.iter().filter(|(key, _)| !left.contains_key(*key)))
                .collect::<Vec<_>>(),
            Operator::BitAnd => left.iter().filter(|(key, _)| right.contains_key(*key)).collect(),
            Operator::Sub => left.iter().filter(|(key, _)| !right.contains_key(*key)).collect(),
            Operator::BitXor => {
                let only_left = left.iter().filter(|(key, _)| !right.contains_key(*key));
                only_left.chain(right.iter().filter(|(key, _)| !left.contains_key(*key))).collect()
            }
            _ => return None,
        };
        let items = items.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        Some(Value::Set(Rc::new(super::super::SetObject {
            frozen: a.frozen,
            items: std::cell::RefCell::new(items),
        })))
    }

    fn repeated(&mut self, value: &Value, count: i64) -> Outcome<Value> {
        let count = usize::try_from(count).unwrap_or(0);
        let size = match value {
            Value::Str(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::List(list) => list.borrow().len() * 24,
            Value::Tuple(tuple) => tuple.len() * 24,
            _ => 0,
        };
        self.meter.spend(size.saturating_mul(count))?;
        Ok(match value {
            Value::Str(text) => Value::str(text.repeat(count)),
            Value::Bytes(bytes) => Value::Bytes(bytes.repeat(count).into()),
            Value::List(list) => {
                let values = list.borrow();
                let total = values.len() * count;
                Value::list(values.iter().cycle().take(total).cloned().collect())
            }
            Value::Tuple(values) => {
                let total = values.len() * count;
                Value::tuple(values.iter().cycle().take(total).cloned().collect())
            }
            other => other.clone(),
        })
    }

    fn number_operator(&mut self, operator: Operator, left: &Value, right: &Value) -> Outcome<Option<Value>> {
        if let (Value::Bool(a), Value::Bool(b)) = (left, right) {
            match operator {
                Operator::BitAnd => return Ok(Some(Value::Bool(a & b))),
                Operator::BitOr => return Ok(Some(Value::Bool(a | b))),
                Operator::BitXor => return Ok(Some(Value::Bool(a ^ b))),
                _ => {}
            }
        }
        if let (Some(a), Some(b)) = (left.as_int(), right.as_int())
            && let Some(value) = small_operator(operator, a, b)
        {
            return Ok(Some(Value::Int(value)));
        }
        if let (Some(a), Some(b)) = (as_big(left), as_big(right)) {
            return self.big_operator(operator, &a, &b).map(Some);
        }
        match (as_float(left), as_float(right)) {
            (Some(a), Some(b)) => float_operator(operator, a, b),
            _ => Ok(None),
        }
    }

    fn big_operator(&mut self, operator: Operator, a: &BigInt, b: &BigInt) -> Outcome<Value> {
        let zero = |what: &str| Unwind::raise("ZeroDivisionError", what);
        Ok(match operator {
            Operator::Add => Value::big(a + b),
            Operator::Sub => Value::big(a - b),
            Operator::Mult => {
                self.meter.spend(((a.bits() + b.bits()) / 8) as usize)?;
                Value::big(a * b)
            }
            Operator::Div => {
                if b.is_zero() {
                    return Err(zero("division by zero"));
                }
                match (a.to_f64(), b.to_f64()) {
                    (Some(a), Some(b)) if a.is_finite() && b.is_finite() => Value::Float(a / b),
                    _ => {
                        return Err(Unwind::raise(
                            "OverflowError",
                            "integer division result too large for a float",
                        ));
                    }
                }
            }
            Operator::FloorDiv => {
                if b.is_zero() {
                    return Err(zero("integer division or modulo by zero"));
                }
                Value::big(a.div_floor(b))
            }
            Operator::Mod => {
                if b.is_zero() {
                    return Err(zero("integer division or modulo by zero"));
                }
                Value::big(a.mod_floor(b))
            }
            Operator::Pow => return self.big_power(a, b),
            Operator::LShift => {
                let shift = b.to_usize().ok_or_else(|| Unwind::value_error("negative shift count"))?;
                self.meter.spend(shift / 8)?;
                Value::big(a << shift)
            }
            Operator::RShift => {
                if b.is_negative() {
                    return Err(Unwind::value_error("negative shift count"));
                }
                Value::big(a >> b.to_usize().unwrap_or(usize::MAX >> 8))
            }
            Operator::BitOr => Value::big(a | b),
            Operator::BitXor => Value::big(a ^ b),
            Operator::BitAnd => Value::big(a & b),
            Operator::MatMult => {
                return Err(Unwind::type_error("unsupported operand type(s) for @: 'int' and 'int'"));
            }
        })
    }

    fn big_power(&mut self, a: &BigInt, b: &BigInt) -> Outcome<Value> {
        if b.is_negative() {
            if a.is_zero() {
                return Err(Unwind::raise("ZeroDivisionError", "0.0 cannot be raised to a negative power"));
            }
            let power = a.to_f64().unwrap_or(f64::INFINITY).powf(b.to_f64().unwrap_or(f64::NEG_INFINITY));
            return Ok(Value::Float(power));
        }
        let exponent = b.to_u32().unwrap_or(u32::MAX);
        let size = a.bits().saturating_mul(u64::from(exponent)) / 8;
        self.meter.spend(usize::try_from(size).unwrap_or(usize::MAX).saturating_mul(8))?;
        Ok(Value::big(a.pow(exponent)))
    }
}

/// The whole number, if it is one.
pub(in super::super) fn as_big(value: &Value) -> Option<BigInt> {
    match value {
        Value::Big(number) => Some((**number).clone()),
        other => other.as_int().map(BigInt::from),
    }
}

fn small_operator(operator: Operator, a: i64, b: i64) -> Option<i64> {
    match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mult => a.checked_mul(b),
        Operator::FloorDiv if b != 0 && b != -1 => Some(Integer::div_floor(&a, &b)),
        Operator::Mod if b != 0 && b != -1 => Some(Integer::mod_floor(&a, &b)),
        Operator::Pow => a.checked_pow(u32::try_from(b).ok()?),
        Operator::BitAnd => Some(a & b),
        Operator::BitOr => Some(a | b),
        Operator::BitXor => Some(a ^ b),
        Operator::RShift if (0..64).contains(&b) => Some(a >> b),
        Operator::LShift if (0..63).contains(&b) && a.unsigned_abs().leading_zeros() > b as u32 + 1 => {
            Some(a << b)
        }
        _ => None,
    }
}

fn float_operator(operator: Operator, a: f64, b: f64) -> Outcome<Option<Value>> {
    let zero = |what: &str| Err(Unwind::raise("ZeroDivisionError", what));
    let floored = |a: f64, b: f64| {
        let rest = a % b;
        if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
    };
    Ok(Some(Value::Float(match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b == 0.0 => return zero("float division by zero"),
        Operator::Div => a / b,
        Operator::FloorDiv if b == 0.0 => return zero("float floor division by zero"),
        Operator::FloorDiv => ((a - floored(a, b)) / b).round(),
        Operator::Mod if b == 0.0 => return zero("float modulo"),
        Operator::Mod => floored(a, b),
        Operator::Pow if a == 0.0 && b < 0.0 => return zero("0.0 cannot be raised to a negative power"),
        Operator::Pow if a < 0.0 && b.fract() != 0.0 => {
            return Err(Unwind::unsupported("complex numbers are not supported"));
        }
        Operator::Pow => a.powf(b),
        Operator::MatMult
        | Operator::LShift
        | Operator::RShift
        | Operator::BitOr
        | Operator::BitXor
        | Operator::BitAnd => return Ok(None),
    })))
}

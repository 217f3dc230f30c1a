//! Items: `value[index]`.

use std::rc::Rc;

use super::super::Arguments;
use super::super::Interpreter;
use super::super::library::typing::Form;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Dict, Foreign, Shape, Unknown, Value};

impl Interpreter<'_> {
    /// `value[index]`
    ///
    /// # Errors
    /// Python's `KeyError`, `IndexError`, `TypeError`.
    pub fn item(&mut self, value: &Value, index: &Value) -> Outcome<Value> {
        match value {
            Value::Unknown(unknown) => return Ok(item_of_unknown(unknown, index)),
            Value::Foreign(foreign) => {
                let path = format!("{}[…]", foreign.path);
                return Ok(Value::Foreign(Rc::new(Foreign { path, reason: Some(foreign.reason()) })));
            }
            Value::Native(native) => {
                return match native.clone().item(self, index)? {
                    Some(found) => Ok(found),
                    None => Err(self.not_subscriptable(value)),
                };
            }
            Value::Class(class) => return self.class_item(value, class, index),
            Value::Instance(_) => {
                if let Some(found) = self.call_special(value, "__getitem__", vec![index.clone()])? {
                    return Ok(found);
                }
                return match value.plain() {
                    Value::Instance(_) => Err(self.not_subscriptable(value)),
                    plain => self.payload_item(value, &plain, index),
                };
            }
            _ => {}
        }
        if let Value::Unknown(_) = index {
            return Ok(index.clone());
        }
        self.builtin_item(value, index)
    }

    /// An item of an object that is a builtin value: `__missing__` of a dict is heeded.
    fn payload_item(&mut self, value: &Value, plain: &Value, index: &Value) -> Outcome<Value> {
        if let (Value::Dict(dict), Some(_)) = (plain, self.find_special(value, "__missing__")) {
            let key = self.key(index)?;
            let found = dict.borrow().entries.get(&key).map(|(_, value)| value.clone());
            return match found {
                Some(found) => Ok(found),
                None => {
                    let made = self.call_special(value, "__missing__", vec![index.clone()])?;
                    Ok(made.unwrap_or(Value::None))
                }
            };
        }
        self.item(plain, index)
    }

    fn not_subscriptable(&mut self, value: &Value) -> Unwind {
        Unwind::type_error(format!("'{}' object is not subscriptable", self.type_name(value)))
    }

    fn class_item(
        &mut self,
        value: &Value,
        class: &Rc<super::super::Class>,
        index: &Value,
    ) -> Outcome<Value> {
        if let Shape::Enum(_) = &*class.shape.borrow()
            && let Some(name) = index.as_str()
        {
            return match class.attributes.borrow().get(&name) {
                Some(member @ Value::Instance(_)) => Ok(member.clone()),
                _ => Err(Unwind::raise_value(self.key_error(index))),
            };
        }
        if let Some(function) = class.metaclass.as_ref().and_then(|metaclass| metaclass.find("__getitem__")) {
            let span = self.call_span();
            return self.call(&function, Arguments::of(vec![value.clone(), index.clone()], span));
        }
        if class.find("__class_getitem__").is_some() {
            let function = self.attribute(value, "__class_getitem__")?;
            let span = self.call_span();
            let mut arguments = vec![index.clone()];
            if matches!(function, Value::Function(_)) {
                arguments.insert(0, value.clone());
            }
            return self.call(&function, Arguments::of(arguments, span));
        }
        // `Model[T]`: the type arguments mean nothing here.
        Ok(Form::generic(class, index).unwrap_or_else(|| value.clone()))
    }

    /// A `KeyError` for a key.
    pub(in super::super) fn key_error(&mut self, key: &Value) -> Value {
        let Some(class) = self.class("KeyError") else { return Value::None };
        let instance = super::super::Instance::new(class);
        instance.set("args", Value::tuple(vec![key.clone()]));
        Value::Instance(Rc::new(instance))
    }

    fn builtin_item(&mut self, value: &Value, index: &Value) -> Outcome<Value> {
        if let Value::Dict(dict) = value {
            let key = self.key(index)?;
            let found = dict.borrow().entries.get(&key).map(|(_, value)| value.clone());
            return match found {
                Some(found) => Ok(found),
                None => Err(Unwind::raise_value(self.key_error(index))),
            };
        }
        if let Value::Slice(slice) = index {
            return self.slice(value, slice);
        }
        let length = match value {
            Value::List(list) => list.borrow().len(),
            Value::Tuple(tuple) => tuple.len(),
            Value::Str(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Range(range) => range.length(),
            _ => return Err(self.not_subscriptable(value)),
        };
        let name = self.type_name(value);
        let Some(at) = index.as_int() else {
            let given = self.type_name(index);
            let name = if name == "str" { "string".to_owned() } else { name };
            return Err(Unwind::type_error(format!(
                "{name} indices must be integers or slices, not {given}"
            )));
        };
        let Some(at) = position(at, length) else {
            let name = if name == "str" { "string".to_owned() } else { name };
            return Err(Unwind::raise("IndexError", format!("{name} index out of range")));
        };
        Ok(match value {
            Value::List(list) => list.borrow().get(at).cloned().unwrap_or(Value::None),
            Value::Tuple(tuple) => tuple[at].clone(),
            Value::Str(text) => text.chars().nth(at).map_or(Value::None, |char| Value::str(char.to_string())),
            Value::Bytes(bytes) => Value::Int(i64::from(bytes[at])),
            Value::Range(range) => Value::Int(range.at(at)),
            _ => Value::None,
        })
    }

    fn slice(&mut self, value: &Value, slice: &[Value; 3]) -> Outcome<Value> {
        if let Some(unknown) = slice.iter().find(|part| matches!(part, Value::Unknown(_))) {
            return Ok(unknown.clone());
        }
        let pick = |length: usize| slice_indices(slice, length);
        Ok(match value {
            Value::List(list) => {
                let list = list.borrow();
                Value::list(pick(list.len())?.into_iter().map(|at| list[at].clone()).collect())
            }
            Value::Tuple(tuple) => {
                Value::tuple(pick(tuple.len())?.into_iter().map(|at| tuple[at].clone()).collect())
            }
            Value::Str(text) => {
                self.meter.spend(text.len())?;
                let chars: Vec<char> = text.chars().collect();
                Value::str(pick(chars.len())?.into_iter().map(|at| chars[at]).collect::<String>())
            }
            Value::Bytes(bytes) => Value::Bytes(pick(bytes.len())?.into_iter().map(|at| bytes[at]).collect()),
            Value::Range(range) => {
                let (start, stop, step) = slice_bounds(slice, range.length())?;
                let step_of = range.step.wrapping_mul(step);
                let at = |index: i64| range.start.wrapping_add(range.step.wrapping_mul(index));
                let made = super::super::Range { start: at(start), stop: at(stop), step: step_of };
                Value::Range(Rc::new(made))
            }
            other => return Err(self.not_subscriptable(other)),
        })
    }

    /// `value[index] = other`, or `del value[index]` without one.
    ///
    /// # Errors
    /// Python's `KeyError`, `IndexError`, `TypeError`.
    pub fn set_item(&mut self, value: &Value, index: &Value, other: Option<Value>) -> Outcome<()> {
        match value {
            Value::Unknown(_) => return Ok(()),
            Value::Foreign(_) if self.importing > 0 => return Ok(()),
            Value::Foreign(_) => return self.refuse_foreign(value),
            Value::Native(native) => {
                if native.clone().set_item(self, index, other)? {
                    return Ok(());
                }
                return Err(self.no_item_assignment(value));
            }
            Value::Instance(_) => {
                let answer = match &other {
                    Some(other) => {
                        self.call_special(value, "__setitem__", vec![index.clone(), other.clone()])?
                    }
                    None => self.call_special(value, "__delitem__", vec![index.clone()])?,
                };
                if answer.is_some() {
                    return Ok(());
                }
                return match value.plain() {
                    Value::Instance(_) => Err(self.no_item_assignment(value)),
                    plain => self.set_item(&plain, index, other),
                };
            }
            _ => {}
        }
        if let Value::Unknown(unknown) = index {
            // Which entry is changed is not known: none is from here on.
            value.blur(unknown);
            return Ok(());
        }
        if value.blurred().is_some() {
            return Ok(());
        }
        self.doubt_elements(value);
        match value {
            Value::Dict(dict) => {
                let key = self.key(index)?;
                match other {
                    Some(other) => {
                        self.meter.spend(64)?;
                        dict.borrow_mut().insert(key, index.clone(), other);
                    }
                    None => {
                        let removed = dict.borrow_mut().entries.shift_remove(&key);
                        if removed.is_none() {
                            return Err(Unwind::raise_value(self.key_error(index)));
                        }
                    }
                }
                Ok(())
            }
            Value::List(list) => self.set_list_item(list, index, other),
            _ => Err(self.no_item_assignment(value)),
        }
    }

    fn no_item_assignment(&mut self, value: &Value) -> Unwind {
        Unwind::type_error(format!("'{}' object does not support item assignment", self.type_name(value)))
    }

    fn set_list_item(
        &mut self,
        list: &Rc<std::cell::RefCell<Vec<Value>>>,
        index: &Value,
        other: Option<Value>,
    ) -> Outcome<()> {
        let length = list.borrow().len();
        if let Value::Slice(slice) = index {
            let replacement = match &other {
                Some(other) => Some(self.values(other)?),
                None => None,
            };
            return replace_slice(&mut list.borrow_mut(), slice, replacement);
        }
        let at = index.as_int().and_then(|at| position(at, length));
        let Some(at) = at else {
            return Err(Unwind::raise("IndexError", "list assignment index out of range"));
        };
        match other {
            Some(other) => list.borrow_mut()[at] = other,
            None => {
                list.borrow_mut().remove(at);
            }
        }
        Ok(())
    }

    /// A dict of pairs.
    ///
    /// # Errors
    /// For keys that cannot be hashed.
    pub fn make_dict(&mut self, pairs: Vec<(Value, Value)>) -> Outcome<Value> {
        let mut dict = Dict::default();
        for (key, value) in pairs {
            let hashed = self.key(&key)?;
            dict.insert(hashed, key, value);
        }
        Ok(Value::dict(dict))
    }
}

fn replace_slice(list: &mut Vec<Value>, slice: &[Value; 3], replacement: Option<Vec<Value>>) -> Outcome<()> {
    let (start, stop, step) = slice_bounds(slice, list.len())?;
    if step == 1 {
        let from = start.max(0) as usize;
        let to = (stop.max(start)).max(0) as usize;
        list.splice(from..to.min(list.len()).max(from), replacement.unwrap_or_default());
        return Ok(());
    }
    let mut indices = slice_indices(slice, list.len())?;
    match replacement {
        Some(values) => {
            if values.len() != indices.len() {
                return Err(Unwind::value_error(format!(
                    "attempt to assign sequence of size {} to extended slice of size {}",
                    values.len(),
                    indices.len()
                )));
            }
            for (at, value) in indices.into_iter().zip(values) {
                list[at] = value;
            }
        }
        None => {
            indices.sort_unstable();
            for at in indices.into_iter().rev() {
                list.remove(at);
            }
        }
    }
    Ok(())
}

/// The position that an index means, counted from the end if negative.
pub(in super::super) fn position(index: i64, length: usize) -> Option<usize> {
    let length = length as i64;
    let at = if index < 0 { index.checked_add(length)? } else { index };
    (0..length).contains(&at).then_some(at as usize)
}

/// Start, stop and step of a slice of something of this length.
fn slice_bounds(slice: &[Value; 3], length: usize) -> Outcome<(i64, i64, i64)> {
    let length = length as i64;
    let part = |value: &Value| match value {
        Value::None => Ok(None),
        other => match other.as_int() {
            Some(number) => Ok(Some(number)),
            None => {
                Err(Unwind::type_error("slice indices must be integers or None or have an __index__ method"))
            }
        },
    };
    let step = part(&slice[2])?.unwrap_or(1);
    if step == 0 {
        return Err(Unwind::value_error("slice step cannot be zero"));
    }
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |index: i64| {
        let index = if index < 0 { index.saturating_add(length) } else { index };
        index.clamp(low, high)
    };
    let start = part(&slice[0])?.map_or(if step > 0 { low } else { high }, clamp);
    let stop = part(&slice[1])?.map_or(if step > 0 { high } else { low }, clamp);
    Ok((start, stop, step))
}

/// The positions that a slice picks.
pub(in super::super) fn slice_indices(slice: &[Value; 3], length: usize) -> Outcome<Vec<usize>> {
    let (start, stop, step) = slice_bounds(slice, length)?;
    let mut at = start;
    let mut picked = Vec::new();
    while if step > 0 { at < stop } else { at > stop } {
        picked.push(at as usize);
        at = match at.checked_add(step) {
            Some(next) => next,
            None => break,
        };
    }
    Ok(picked)
}

/// An item of something unknown; of a text its start, where only the end is cut off.
fn item_of_unknown(unknown: &Rc<Unknown>, index: &Value) -> Value {
    if let Value::Slice(parts) = index
        && let [Value::None | Value::Int(0), Value::Int(end), Value::None | Value::Int(1)] = &**parts
        && *end < 0
        && unknown.start.is_some()
    {
        return unknown.without_last(end.unsigned_abs() as usize);
    }
    Value::Unknown(unknown.derived())
}

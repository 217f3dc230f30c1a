//! Expressions.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Arguments;
use super::super::Interpreter;
use super::super::scope::Frame;
use super::super::syntax::*;
use super::super::unwind::{Outcome, Unwind};
use super::super::value::{Dict, Foreign, MadeText, SetObject, Value};
use super::globals::Globals;
use super::speculation::Truth;

impl Interpreter<'_> {
    /// Evaluates an expression.
    pub(in super::super) fn expression(
        &mut self,
        frame: &mut Frame<'_>,
        expression: &Expression,
    ) -> Outcome<Value> {
        match &expression.kind {
            ExpressionKind::Constant(constant) => Ok(constant_value(constant)),
            ExpressionKind::Name(name) => self.name(frame, name),
            _ => {
                self.meter.enter()?;
                let value = self.compound(frame, expression);
                self.meter.leave();
                value
            }
        }
    }

    fn name(&mut self, frame: &Frame<'_>, name: &Name) -> Outcome<Value> {
        self.meter.step()?;
        if let Some(value) = frame.scope.find(name) {
            return Ok(value.seen());
        }
        if let Some(value) = self.builtins.get(name) {
            return Ok(value.clone());
        }
        if &**name == "__class__"
            && let Some(class) = frame.class.as_ref().and_then(|cell| cell.borrow().clone())
        {
            return Ok(Value::Class(class));
        }
        Err(Unwind::raise("NameError", format!("name '{name}' is not defined")))
    }

    fn compound(&mut self, frame: &mut Frame<'_>, expression: &Expression) -> Outcome<Value> {
        match &expression.kind {
            ExpressionKind::Constant(_) | ExpressionKind::Name(_) => Ok(Value::None),
            ExpressionKind::Call(call) => {
                self.call_expression(frame, expression.place, &call.0, &call.1).map(Value::seen)
            }
            ExpressionKind::Attribute(value, name) => {
                let value = self.expression(frame, value)?;
                self.attribute(&value, name).map(Value::seen)
            }
            ExpressionKind::And(values) => self.and_or(frame, values, false),
            ExpressionKind::Or(values) => self.and_or(frame, values, true),
            ExpressionKind::Named(name, value) => {
                let value = self.expression(frame, value)?;
                frame.scope.outside_comprehensions().assign(name, value.clone());
                Ok(value)
            }
            ExpressionKind::Binary(operator, sides) => {
                let left = self.expression(frame, &sides.0)?;
                let right = self.expression(frame, &sides.1)?;
                self.binary(*operator, &left, &right)
            }
            ExpressionKind::Unary(operator, operand) => {
                let operand = self.expression(frame, operand)?;
                self.unary(*operator, &operand)
            }
            ExpressionKind::Lambda(code, body) => self.make_function(frame, code, Some(body.clone())),
            ExpressionKind::Conditional(parts) => self.conditional_expression(frame, parts),
            ExpressionKind::Dict(entries) => self.dict_display(frame, entries),
            ExpressionKind::Set(items) => self.set_display(frame, items),
            ExpressionKind::List(items) => self.list_display(frame, items, false),
            ExpressionKind::Tuple(items) => self.list_display(frame, items, true),
            ExpressionKind::Comprehension(comprehension) => self.comprehension(frame, comprehension),
            ExpressionKind::Await(value) => self.expression(frame, value),
            ExpressionKind::Yield(value) => self.yield_value(frame, value.as_deref()),
            ExpressionKind::YieldFrom(value) => self.yield_from(frame, value),
            ExpressionKind::Compare(first, rest) => self.comparison_chain(frame, first, rest),
            ExpressionKind::Format(parts) => self.format_string(frame, parts),
            ExpressionKind::Subscript(both) => {
                let value = self.expression(frame, &both.0)?;
                let index = self.expression(frame, &both.1)?;
                self.item(&value, &index).map(Value::seen)
            }
            ExpressionKind::Starred(_) => {
                Err(Unwind::raise("SyntaxError", "can't use starred expression here"))
            }
            ExpressionKind::Slice(parts) => {
                let mut values = [Value::None, Value::None, Value::None];
                for (value, part) in values.iter_mut().zip(&**parts) {
                    if let Some(part) = part {
                        *value = self.expression(frame, part)?;
                    }
                }
                Ok(Value::Slice(Rc::new(values)))
            }
            ExpressionKind::Unsupported(what) => Err(Unwind::unsupported(format!("{what} is not supported"))),
        }
    }

    #[inline(never)]
    fn and_or(&mut self, frame: &mut Frame<'_>, values: &[Expression], is_or: bool) -> Outcome<Value> {
        let mut result = Value::None;
        for (at, each) in values.iter().enumerate() {
            result = self.expression(frame, each)?;
            if at + 1 == values.len() {
                break;
            }
            match self.truth(&result)? {
                Truth::Unknown(unknown) => {
                    let rest = &values[at + 1..];
                    let other = self.speculate(&unknown, |interp| interp.and_or(frame, rest, is_or))?;
                    // `unknown and False` is false whatever the unknown is, as far as a branch is concerned.
                    return Ok(match other {
                        Some(Value::Bool(bool)) if bool == is_or => Value::Bool(bool),
                        _ => Value::Unknown(unknown),
                    });
                }
                truth if (truth == Truth::Yes) == is_or => return Ok(result),
                _ => {}
            }
        }
        Ok(result)
    }

    #[inline(never)]
    fn conditional_expression(
        &mut self,
        frame: &mut Frame<'_>,
        (test, body, otherwise): &(Expression, Expression, Expression),
    ) -> Outcome<Value> {
        let test = self.expression(frame, test)?;
        match self.truth(&test)? {
            Truth::Yes => self.expression(frame, body),
            Truth::No => self.expression(frame, otherwise),
            Truth::Unknown(unknown) => {
                self.speculate(&unknown, |interp| interp.expression(frame, body))?;
                self.speculate(&unknown, |interp| interp.expression(frame, otherwise))?;
                Ok(Value::Unknown(unknown))
            }
        }
    }

    #[inline(never)]
    fn dict_display(
        &mut self,
        frame: &mut Frame<'_>,
        entries: &[(Option<Expression>, Expression)],
    ) -> Outcome<Value> {
        let mut dict = Dict::default();
        for (key, value) in entries {
            match key {
                Some(key) => {
                    let key = self.expression(frame, key)?;
                    let value = self.expression(frame, value)?;
                    let hashed = self.key(&key)?;
                    dict.insert(hashed, key, value);
                }
                None => {
                    let other = self.expression(frame, value)?;
                    if matches!(other, Value::Unknown(_)) {
                        return Ok(other);
                    }
                    for (key, value) in self.mapping_pairs(&other)? {
                        let hashed = self.key(&key)?;
                        dict.insert(hashed, key, value);
                    }
                }
            }
        }
        Ok(Value::dict(dict))
    }

    #[inline(never)]
    fn set_display(&mut self, frame: &mut Frame<'_>, items: &[Expression]) -> Outcome<Value> {
        let list = self.list_display(frame, items, true)?;
        let Value::Tuple(values) = &list else { return Ok(list) };
        self.make_set(values.to_vec(), false)
    }

    /// A set of values.
    pub fn make_set(&mut self, values: Vec<Value>, frozen: bool) -> Outcome<Value> {
        let mut items = indexmap::IndexMap::default();
        for value in values {
            let key = self.key(&value)?;
            items.entry(key).or_insert(value);
        }
        Ok(Value::Set(Rc::new(SetObject { frozen, items: std::cell::RefCell::new(items) })))
    }

    #[inline(never)]
    fn list_display(
        &mut self,
        frame: &mut Frame<'_>,
        items: &[Expression],
        is_tuple: bool,
    ) -> Outcome<Value> {
        let mut values = Vec::with_capacity(items.len());
        let mut unknown = None;
        for item in items {
            match &item.kind {
                ExpressionKind::Starred(inner) => {
                    let inner = self.expression(frame, inner)?;
                    match self.collect(&inner)? {
                        super::super::Elements::Known(more) => values.extend(more),
                        super::super::Elements::Unknown(why) => unknown = Some(why),
                    }
                }
                _ => values.push(self.expression(frame, item)?),
            }
        }
        Ok(match unknown {
            Some(unknown) => Value::Unknown(unknown),
            None if is_tuple => Value::tuple(values),
            None => Value::list(values),
        })
    }

    #[inline(never)]
    fn yield_value(&mut self, frame: &mut Frame<'_>, value: Option<&Expression>) -> Outcome<Value> {
        let value = match value {
            Some(value) => self.expression(frame, value)?,
            None => Value::None,
        };
        match frame.hook.as_deref_mut() {
            Some(hook) => hook(self, value),
            None => Err(Unwind::unsupported("a `yield` outside a function is not supported")),
        }
    }

    #[inline(never)]
    fn yield_from(&mut self, frame: &mut Frame<'_>, value: &Expression) -> Outcome<Value> {
        let value = self.expression(frame, value)?;
        let Some(hook) = frame.hook.as_deref_mut() else {
            return Err(Unwind::unsupported("a `yield` outside a function is not supported"));
        };
        self.returned = Value::None;
        let unknown = self.iterate(&value, &mut |interp, value| hook(interp, value).map(|_| true))?;
        match unknown {
            None => Ok(std::mem::replace(&mut self.returned, Value::None)),
            Some(unknown) => Err(Unwind::unsupported(format!("this needs {}", unknown.reason))),
        }
    }

    #[inline(never)]
    fn call_expression(
        &mut self,
        frame: &mut Frame<'_>,
        place: Place,
        function: &Expression,
        arguments: &CallArguments,
    ) -> Outcome<Value> {
        if let ExpressionKind::Attribute(receiver, name) = &function.kind {
            let receiver = self.expression(frame, receiver)?;
            if let Value::Native(native) = &receiver
                && native.has_method(name)
            {
                let native = native.clone();
                let arguments = match self.arguments(frame, arguments, place)? {
                    Ok(arguments) => arguments,
                    // Methods of natives know what an unknown argument means.
                    Err(unknown) => Arguments::of(vec![unknown], frame.scope.span(place)),
                };
                self.stand_at(frame, place);
                return native.call_method(self, name, arguments);
            }
            let function = self.attribute(&receiver, name)?;
            return self.call_with(frame, place, &function, arguments);
        }
        if let ExpressionKind::Name(name) = &function.kind {
            if &**name == "super" && arguments.positional.is_empty() && frame.scope.find("super").is_none() {
                return self.super_of_frame(frame);
            }
            if matches!(&**name, "locals" | "globals") && frame.scope.find(name).is_none() {
                return Ok(self.names_of_frame(frame, &**name == "globals"));
            }
        }
        let function = self.expression(frame, function)?;
        self.call_with(frame, place, &function, arguments)
    }

    fn call_with(
        &mut self,
        frame: &mut Frame<'_>,
        place: Place,
        function: &Value,
        arguments: &CallArguments,
    ) -> Outcome<Value> {
        match self.arguments(frame, arguments, place)? {
            Ok(arguments) => {
                self.stand_at(frame, place);
                self.call(function, arguments)
            }
            Err(unknown) => {
                self.stand_at(frame, place);
                self.call_with_unknown(function, unknown, frame.scope.span(place))
            }
        }
    }

    /// Calls a function of which it is not known how many arguments it is given.
    #[inline(never)]
    fn call_with_unknown(
        &mut self,
        function: &Value,
        unknown: Value,
        span: retort_core::source::Span,
    ) -> Outcome<Value> {
        let own = match function {
            Value::Bound(bound) => &bound.function,
            own => own,
        };
        let count = match own {
            Value::Builtin(_) | Value::Native(_) => 1,
            Value::Function(own) => {
                let wanted = own.code.parameters.positional.len().saturating_sub(own.defaults.len());
                wanted.saturating_sub(usize::from(matches!(function, Value::Bound(_))))
            }
            _ => return Ok(unknown),
        };
        let arguments = Arguments::of(vec![unknown.clone(); count], span);
        match (own, &unknown) {
            (Value::Function(_), Value::Unknown(why)) => {
                self.speculate(&why.clone(), |interp| interp.call(function, arguments))?;
                Ok(unknown)
            }
            _ => self.call(function, arguments),
        }
    }

    fn stand_at(&mut self, frame: &Frame<'_>, place: Place) {
        let span = frame.scope.span(place);
        if let Some(record) = self.frames.last_mut() {
            record.span = span;
        }
    }

    /// Evaluates arguments; the inner error is an unknown that was unpacked.
    fn arguments(
        &mut self,
        frame: &mut Frame<'_>,
        written: &CallArguments,
        place: Place,
    ) -> Outcome<Result<Arguments, Value>> {
        let mut arguments = Arguments::none(frame.scope.span(place));
        arguments.positional.reserve(written.positional.len());
        for each in &written.positional {
            match &each.kind {
                ExpressionKind::Starred(inner) => {
                    let inner = self.expression(frame, inner)?;
                    match self.collect(&inner)? {
                        super::super::Elements::Known(values) => arguments.positional.extend(values),
                        super::super::Elements::Unknown(unknown) => return Ok(Err(Value::Unknown(unknown))),
                    }
                }
                _ => arguments.positional.push(self.expression(frame, each)?),
            }
        }
        for (name, each) in &written.keyword {
            let value = self.expression(frame, each)?;
            match name {
                Some(name) => arguments.keyword.push((name.clone(), value)),
                None if matches!(value, Value::Unknown(_)) => return Ok(Err(value)),
                None => {
                    for (key, value) in self.mapping_pairs(&value)? {
                        let Some(name) = key.as_str() else {
                            return Err(Unwind::type_error("keywords must be strings"));
                        };
                        arguments.keyword.push((name, value));
                    }
                }
            }
        }
        Ok(Ok(arguments))
    }

    fn names_of_frame(&self, frame: &Frame<'_>, global: bool) -> Value {
        if global {
            return Value::native(Globals(frame.scope.global()));
        }
        let scope = frame.scope.outside_comprehensions();
        let names = scope.names.borrow();
        Value::dict_of(names.iter().map(|(name, value)| (name.clone(), value.clone())))
    }

    #[inline(never)]
    fn format_string(&mut self, frame: &mut Frame<'_>, parts: &[FormatPart]) -> Outcome<Value> {
        let mut text = MadeText::default();
        for part in parts {
            match part {
                FormatPart::Text(part) => text.push_str(part),
                FormatPart::Value(value, conversion, spec) => {
                    let value = self.expression(frame, value)?;
                    let spec = match self.format_string(frame, spec)? {
                        Value::Str(spec) => spec,
                        other => {
                            text.push(other);
                            continue;
                        }
                    };
                    text.push(self.formatted(&value, *conversion, &spec)?);
                }
            }
            self.meter.spend(text.length() / 8)?;
        }
        Ok(text.finish())
    }

    /// A value converted and formatted; a text, or an unknown.
    pub(in super::super) fn formatted(
        &mut self,
        value: &Value,
        conversion: Option<char>,
        spec: &str,
    ) -> Outcome<Value> {
        let converted = match conversion {
            None => value.clone(),
            Some('s') => self.text_value(value, false)?,
            Some('a') => match self.text_value(value, true)? {
                Value::Str(text) => Value::str(super::text::ascii(&text)),
                other => other,
            },
            Some(_) => self.text_value(value, true)?,
        };
        self.format_value(&converted, spec)
    }

    /// A value for what is missing, with the reason.
    pub(in super::super) fn foreign(path: impl Into<String>, reason: Option<String>) -> Value {
        Value::Foreign(Rc::new(Foreign { path: path.into(), reason }))
    }
}

/// The value of a literal.
pub(in super::super) fn constant_value(constant: &Constant) -> Value {
    match constant {
        Constant::None => Value::None,
        Constant::Ellipsis => Value::Ellipsis,
        Constant::Bool(bool) => Value::Bool(*bool),
        Constant::Int(number) => Value::Int(*number),
        Constant::Big(number) => Value::big((**number).clone()),
        Constant::Float(number) => Value::Float(*number),
        Constant::Str(text) => Value::Str(text.clone()),
        Constant::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
    }
}

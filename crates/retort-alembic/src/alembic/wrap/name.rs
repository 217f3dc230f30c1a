//! Texts with the author's word on quoting.

use std::rc::Rc;

use crate::python::{Comparison, Interpreter, Key, Native, Operator, Outcome, Value};

/// A text with the author's word on quoting: `quoted_name(…)`, `op.f(…)`, `conv(…)`.
#[derive(Debug)]
pub(crate) struct NativeName {
    /// The text.
    pub(crate) text: String,
    /// `quote=`
    pub(crate) quote: Option<bool>,
    /// No convention is applied to it.
    pub(crate) is_final: bool,
}

impl Native for NativeName {
    fn type_name(&self) -> &str {
        if self.is_final { "conv" } else { "quoted_name" }
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "quote" => Ok(Some(self.quote.into())),
            _ => interp.find_attribute(&Value::str(&self.text), name),
        }
    }

    fn text(self: Rc<Self>, interp: &mut Interpreter<'_>, repr: bool) -> Outcome<Value> {
        let text = Value::str(&self.text);
        if repr { interp.repr(&text).map(Value::from) } else { Ok(text) }
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Str(self.text.as_str().into()))
    }

    fn compare(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        comparison: Comparison,
        other: &Value,
    ) -> Outcome<Option<Value>> {
        interp.compare(comparison, &Value::str(&self.text), other).map(Some)
    }

    fn binary(
        self: Rc<Self>,
        interp: &mut Interpreter<'_>,
        operator: Operator,
        other: &Value,
        reflected: bool,
    ) -> Outcome<Option<Value>> {
        super::binary_of(interp, operator, &Value::str(&self.text), other, reflected)
    }

    fn length(self: Rc<Self>, _interp: &mut Interpreter<'_>) -> Outcome<Option<Value>> {
        Ok(Some(Value::Int(self.text.chars().count() as i64)))
    }
}

//! What natives share that are ordered among their own kind by a plain value.

use std::cmp::Ordering;

use super::super::Comparison;
use super::super::value::Value;

/// The answer of a comparison, where an ordering gives one.
pub(super) fn ordered(comparison: Comparison, ordering: Ordering) -> Option<Value> {
    Some(Value::Bool(match comparison {
        Comparison::Eq => ordering.is_eq(),
        Comparison::NotEq => ordering.is_ne(),
        Comparison::Lt => ordering.is_lt(),
        Comparison::LtE => ordering.is_le(),
        Comparison::Gt => ordering.is_gt(),
        Comparison::GtE => ordering.is_ge(),
        _ => return None,
    }))
}

/// Writes `Native::compare`: an ordering against another of the type, no answer against anything else.
macro_rules! compare_by {
    (|$own:ident, $other:ident: $type:ty| $ordering:expr) => {
        fn compare(
            self: std::rc::Rc<Self>,
            _interp: &mut $crate::python::Interpreter<'_>,
            comparison: $crate::python::Comparison,
            other: &$crate::python::Value,
        ) -> $crate::python::Outcome<Option<$crate::python::Value>> {
            let Some($other) = other.as_native::<$type>() else { return Ok(None) };
            let $own = self;
            Ok($crate::python::library::plain::ordered(comparison, $ordering))
        }
    };
}

pub(super) use compare_by;

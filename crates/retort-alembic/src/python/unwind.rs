//! How a computation ends early.

use retort_core::source::Span;

use super::value::Value;

/// A value, or why there is none.
pub type Outcome<T> = Result<T, Unwind>;

/// Why a computation ended early.
#[derive(Clone, Debug)]
pub enum Unwind {
    /// A Python exception: `except` may catch it.
    Raise(Box<Raised>),
    /// Something that this interpreter does not do. Python code cannot catch it: the program ends and says so.
    Unsupported(Box<Unsupported>),
    /// A bound was reached. Python code cannot catch it.
    Bound(Box<Unsupported>),
    /// Inside: the consumer of a generator has enough. `finally` runs, nothing else.
    Close,
}

/// A Python exception on its way.
#[derive(Clone, Debug)]
pub struct Raised {
    /// The exception.
    pub exception: Exception,
    /// Where it was raised, as far as it is known.
    pub span: Option<Span>,
}

/// An exception, made only if someone looks at it.
#[derive(Clone, Debug)]
pub enum Exception {
    /// Of a builtin class, with its message.
    New(&'static str, String),
    /// An instance of an exception class.
    Value(Value),
}

/// What is not done, why, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// A sentence for people: lower case, no dot at the end.
    pub reason: String,
    /// The place, as far as it is known; the interpreter fills it in on the way out.
    pub span: Option<Span>,
}

impl Unwind {
    /// Something that is not done. The place is filled in by the interpreter.
    pub fn unsupported(reason: impl Into<String>) -> Unwind {
        Unwind::Unsupported(Box::new(Unsupported { reason: reason.into(), span: None }))
    }

    /// The same, with the place.
    pub fn unsupported_at(reason: impl Into<String>, span: Span) -> Unwind {
        Unwind::Unsupported(Box::new(Unsupported { reason: reason.into(), span: Some(span) }))
    }

    /// A bound that was reached.
    pub fn bound(reason: impl Into<String>) -> Unwind {
        Unwind::Bound(Box::new(Unsupported { reason: reason.into(), span: None }))
    }

    /// A Python exception of a builtin class.
    pub fn raise(class: &'static str, message: impl Into<String>) -> Unwind {
        let exception = Exception::New(class, message.into());
        Unwind::Raise(Box::new(Raised { exception, span: None }))
    }

    /// A Python exception that is there already.
    pub fn raise_value(exception: Value) -> Unwind {
        Unwind::Raise(Box::new(Raised { exception: Exception::Value(exception), span: None }))
    }

    /// `TypeError`
    pub fn type_error(message: impl Into<String>) -> Unwind {
        Unwind::raise("TypeError", message)
    }

    /// `ValueError`
    pub fn value_error(message: impl Into<String>) -> Unwind {
        Unwind::raise("ValueError", message)
    }

    /// Says where, unless that is known already.
    #[must_use]
    pub(super) fn at(mut self, place: Span) -> Unwind {
        let span = match &mut self {
            Unwind::Raise(raised) => &mut raised.span,
            Unwind::Unsupported(what) | Unwind::Bound(what) => &mut what.span,
            Unwind::Close => return self,
        };
        span.get_or_insert(place);
        self
    }
}

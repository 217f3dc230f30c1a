//! The cells of a catalog's row, asked by their place.

use crate::database::Row;
use crate::schema::Expression;
use crate::source::DialectKind;

/// A row of a catalog query.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a>(pub(super) &'a Row);

impl<'a> Cells<'a> {
    /// A text; empty where it is NULL.
    pub(super) fn text(self, at: usize) -> &'a str {
        self.some(at).unwrap_or_default()
    }

    /// A text, unless it is NULL.
    pub(super) fn some(self, at: usize) -> Option<&'a str> {
        self.0.get(at).and_then(|value| value.as_str())
    }

    /// A text of its own, unless it is NULL or empty.
    pub(super) fn owned(self, at: usize) -> Option<String> {
        self.some(at).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A whole number.
    pub(super) fn number(self, at: usize) -> Option<i64> {
        let value = self.0.get(at)?;
        value.as_integer().or_else(|| value.as_str()?.parse().ok())
    }

    /// `t`, `YES` or 1.
    pub(super) fn flag(self, at: usize) -> bool {
        matches!(self.text(at), "t" | "YES") || self.number(at) == Some(1)
    }

    /// An expression, unless it is NULL.
    pub(super) fn expression(self, at: usize, dialect: DialectKind) -> Option<Expression> {
        self.some(at).filter(|text| !text.is_empty()).map(|text| Expression::new(text, dialect))
    }
}

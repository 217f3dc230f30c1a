//! Values as they stand in statements, independent of Python.

/// A value. Times are kept in ISO 8601 text, as Python's `isoformat(" ")` writes them.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// None
    Null,
    /// True or False
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A floating-point number.
    Float(f64),
    /// A `Decimal`, as Python prints it.
    Decimal(String),
    /// A text.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// `2026-01-31`
    Date(String),
    /// `2026-01-31 12:00:00`, with microseconds and an offset where there are any.
    DateTime(String),
    /// `12:00:00`, with microseconds and an offset where there are any.
    Time(String),
    /// A span, in microseconds.
    Interval(i128),
    /// A UUID, in lower case with hyphens.
    Uuid(String),
    /// A document, as `json.dumps` writes it.
    Json(String),
    /// A list, for ARRAY columns and IN.
    Array(Vec<Literal>),
}

impl Literal {
    /// A text.
    pub fn text(text: impl Into<String>) -> Literal {
        Literal::Str(text.into())
    }
}

/// A floating-point number as Python's `repr` writes it.
pub fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // Python's repr turns to exponents below 1e-4 and from 1e16 on.
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::float_text;

    #[test]
    fn floats_are_written_as_python_does() {
        let rows = [
            (1.0, "1.0"),
            (0.5, "0.5"),
            (-2.25, "-2.25"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e22, "1.5e+22"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (f64::INFINITY, "inf"),
        ];
        for (value, expected) in rows {
            assert_eq!(float_text(value), expected);
        }
    }
}

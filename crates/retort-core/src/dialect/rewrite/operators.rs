//! Operators: operands on both sides, arithmetic by type, and the symbols that SQLite has.

use super::{Piece, Rewriter, Unit, join, push, whole};
use crate::dialect::Fidelity;
use crate::schema::TypeKind;
use crate::source::DialectKind;

/// Symbols that mean the same on SQLite for what they can be applied to there.
const SAME: [&str; 24] = [
    ",", ".", ";", "=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||", "->", "->>", "&",
    "|", "~", "(", ")", "<<",
];

/// Words that begin something larger than one operand.
const NO_OPERAND: [&str; 12] = [
    "select", "not", "interval", "binary", "exists", "distinct", "from", "where", "and", "or", "then", "else",
];

/// Words after which an operand comes, so that what precedes is none.
const NOT_AN_OPERAND: [&str; 26] = [
    "and",
    "or",
    "not",
    "select",
    "where",
    "when",
    "then",
    "else",
    "on",
    "set",
    "by",
    "in",
    "is",
    "like",
    "glob",
    "between",
    "having",
    "from",
    "values",
    "distinct",
    "all",
    "limit",
    "case",
    "end",
    "regexp",
    "returning",
];

const COMPARISONS: [&str; 7] = ["=", "<>", "!=", "<", "<=", ">", ">="];

fn is_operator(symbol: &str) -> bool {
    !matches!(symbol, "," | "." | ";" | "(" | ")" | "*" | "::" | "$" | "?" | ":")
}

impl Rewriter<'_> {
    /// A symbol; none that SQLite lacks goes on in silence.
    pub(super) fn symbol(&mut self, symbol: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        if let Some(Unit::Symbol(next)) = list.get(1)
            && is_operator(symbol)
            && is_operator(next)
            && !matches!(*next, "-" | "+" | "~" | "@" | "|" | "!")
        {
            self.unsupported(format!("the operator `{symbol}{next}`"));
            return 2;
        }
        if COMPARISONS.contains(&symbol) {
            return self.comparison(symbol, list, out);
        }
        match symbol {
            "+" | "-" => return self.sum(symbol, list, out),
            "/" => return self.quotient(list, out),
            "%" => return self.remainder(list, out),
            "||" => self.concatenation(list, out),
            _ => {}
        }
        if !SAME.contains(&symbol) {
            self.unsupported(format!("the symbol `{symbol}`"));
        }
        push(out, symbol.to_owned(), false);
        1
    }

    /// `column = 'literal'`: the literal is said as the column keeps it.
    fn comparison(&mut self, symbol: &str, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let kind = out.last().and_then(|left| left.kind.clone());
        push(out, symbol.to_owned(), false);
        1 + self.compared(&list[1..], kind.as_ref(), out)
    }

    /// A literal that is compared with something of a known type; gives how many units it took.
    pub(super) fn compared(
        &mut self,
        list: &[Unit<'_>],
        kind: Option<&TypeKind>,
        out: &mut Vec<Piece>,
    ) -> usize {
        let ends = !matches!(list.get(1), Some(Unit::Symbol("::" | "||" | "+" | "-" | "->" | "->>")));
        let (Some(kind), Some(Unit::Text(value)), true) = (kind, list.first(), ends) else { return 0 };
        let compared_as_it_is = matches!(
            kind,
            TypeKind::Text { .. } | TypeKind::Json { .. } | TypeKind::Set(_) | TypeKind::Blob { .. }
        );
        if compared_as_it_is && !(self.from == DialectKind::Postgres && matches!(kind, TypeKind::Blob { .. }))
        {
            return 0;
        }
        let said = self.literal(value, kind);
        push(out, said, true);
        1
    }

    /// The next operand: a sign, a name with its qualifiers, a call, a literal or a group.
    pub(super) fn operand(&mut self, list: &[Unit<'_>]) -> Option<(Piece, usize)> {
        let mut said = Vec::new();
        let mut at = 0;
        while matches!(list.get(at), Some(Unit::Symbol("-" | "+"))) {
            push(&mut said, if list.get(at)?.is_symbol("-") { "-" } else { "+" }.to_owned(), false);
            at += 1;
        }
        match list.get(at)? {
            Unit::Symbol(_) | Unit::Bracket(_) => return None,
            Unit::Word(word) if NO_OPERAND.iter().any(|no| word.eq_ignore_ascii_case(no)) => return None,
            _ => at += self.next(list.get(at..)?, &mut said).max(1),
        }
        while matches!(list.get(at), Some(Unit::Symbol("." | "::"))) && at + 1 < list.len() {
            at += self.next(list.get(at..)?, &mut said).max(1);
            if said.last().is_some_and(|piece| piece.text == ".") {
                at += self.next(list.get(at..)?, &mut said).max(1);
            }
        }
        let last = said.last()?.clone();
        let literal = said.len() == 1 && last.literal;
        Some((Piece { text: join(&said), literal, kind: last.kind }, at))
    }

    /// Takes the operand that ends the pieces, with its qualifiers.
    pub(super) fn pop_operand(&mut self, out: &mut Vec<Piece>) -> Option<Piece> {
        if !out.last().is_some_and(is_operand) {
            return None;
        }
        let mut operand = out.pop()?;
        while out.last().is_some_and(|piece| piece.text == ".") {
            out.pop();
            let qualifier = out.pop().map(|piece| piece.text).unwrap_or_default();
            operand.text = format!("{qualifier}.{}", operand.text);
            operand.literal = false;
        }
        Some(operand)
    }

    /// `a DIV b`: the quotient without its fraction. What stands before it is all that was multiplied or divided.
    pub(super) fn div(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let start = product_start(out);
        let Some((right, taken)) = self.operand(list.get(1..).unwrap_or_default()) else {
            self.unsupported("DIV before this operand");
            return 1;
        };
        let Some(start) = start else {
            self.unsupported("DIV after this operand");
            return 1;
        };
        let left = join(&out.split_off(start));
        push(out, format!("CAST({left} / {} AS INTEGER)", right.text), false);
        taken + 1
    }

    /// `a / b`: whole numbers are divided without their fraction, as by SQLite; exact numbers are not.
    fn quotient(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let left = out.last().cloned();
        let right = list.get(1..).and_then(|rest| self.clone_operand(rest));
        let class = |piece: &Option<Piece>| piece.as_ref().map_or(Number::Unknown, number_class);
        let said = match (class(&left), class(&right)) {
            (Number::Real, _) | (_, Number::Real) | (Number::Whole, Number::Whole) => "/",
            (Number::Exact, _) | (_, Number::Exact) => "* 1.0 /",
            _ => {
                let message =
                    "a quotient of whole numbers has no fraction on SQLite; the types here are not known";
                self.note("dialect/division", Fidelity::Weakened, message);
                "/"
            }
        };
        push(out, said.to_owned(), false);
        1
    }

    fn remainder(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let left = out.last().map_or(Number::Unknown, number_class);
        let right = list.get(1..).and_then(|rest| self.clone_operand(rest));
        let right = right.as_ref().map_or(Number::Unknown, number_class);
        if [left, right].iter().any(|class| matches!(class, Number::Real | Number::Exact)) {
            self.unsupported("a remainder of numbers with fractions");
        }
        push(out, "%".to_owned(), false);
        1
    }

    /// What an operand would be; nothing is noted.
    pub(super) fn clone_operand(&mut self, list: &[Unit<'_>]) -> Option<Piece> {
        let done = self.done.clone();
        let operand = self.operand(list);
        self.done = done;
        operand.map(|(piece, _)| piece)
    }

    /// PostgreSQL binds `||` weaker than arithmetic, SQLite stronger.
    fn concatenation(&mut self, list: &[Unit<'_>], out: &[Piece]) {
        let arithmetic = |symbol: &str| matches!(symbol, "+" | "-" | "*" | "/" | "%");
        let place = out.iter().rposition(|piece| arithmetic(&piece.text));
        let before = place.is_some_and(|at| {
            at > 0
                && out.get(at + 1..).is_some_and(|rest| {
                    !rest.is_empty() && rest.iter().all(|p| is_operand(p) || p.text == ".")
                })
                && out.get(at - 1).is_some_and(is_operand)
        });
        let after =
            list.get(2).is_some_and(|unit| matches!(unit, Unit::Symbol(symbol) if arithmetic(symbol)));
        if before || after {
            self.unsupported("`||` beside arithmetic without parentheses");
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Whole,
    Exact,
    Real,
    Unknown,
}

fn number_class(piece: &Piece) -> Number {
    match &piece.kind {
        Some(TypeKind::Integer { .. }) => Number::Whole,
        Some(TypeKind::Decimal { .. }) => Number::Exact,
        Some(TypeKind::Real) => Number::Real,
        None if piece.literal && piece.text.parse::<f64>().is_ok() => Number::Real,
        None if piece.text.starts_with("CAST(") && piece.text.ends_with("AS REAL)") => Number::Real,
        _ => Number::Unknown,
    }
}

/// Whether a piece can stand before an operator.
pub(super) fn is_operand(piece: &Piece) -> bool {
    let text = &piece.text;
    let begins = text.starts_with(['\'', '"', '('])
        || text.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
    begins && !NOT_AN_OPERAND.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Where the product that ends the pieces begins; None where it does not end with an operand that we know.
pub(super) fn product_start(out: &[Piece]) -> Option<usize> {
    let is =
        |at: usize, texts: &[&str]| out.get(at).is_some_and(|piece| texts.contains(&piece.text.as_str()));
    let mut at = out.len();
    loop {
        at = at.checked_sub(1)?;
        if !out.get(at).is_some_and(is_operand) {
            return None;
        }
        while at >= 2 && is(at - 1, &["."]) {
            at -= 2;
        }
        if at == 0 || !is(at - 1, &["*", "/", "%", "* 1.0 /"]) {
            return Some(at);
        }
        at -= 1;
    }
}

/// The type of a sum of a number and another.
pub(super) fn sum_kind(left: Option<&TypeKind>, right: Option<&TypeKind>) -> Option<TypeKind> {
    match (left?, right?) {
        (TypeKind::Integer { .. }, TypeKind::Integer { .. }) => Some(whole()),
        _ => None,
    }
}

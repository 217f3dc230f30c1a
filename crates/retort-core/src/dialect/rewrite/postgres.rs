//! What only PostgreSQL says.

use super::{Piece, Rewriter, Unit, push, units};
use crate::dialect::Fidelity;
use crate::schema::TypeKind;
use crate::token::{lowercase, text_literal};

impl Rewriter<'_> {
    pub(super) fn postgres(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        match (&list[0], list.get(1)) {
            (Unit::Symbol("::"), _) => self.cast_after(list, out),
            (Unit::Symbol("="), Some(word)) if word.is("any") => self.any(list, out),
            (Unit::Symbol("<>" | "!="), Some(word)) if word.is("all") => {
                self.unsupported("<> ALL");
                3
            }
            (Unit::Symbol(operator @ ("~" | "~*" | "!~" | "!~*")), Some(right))
                if out.last().is_some_and(super::operators::is_operand) =>
            {
                self.regexp(operator, right, out)
            }
            (Unit::Symbol(operator @ ("~~" | "!~~")), Some(Unit::Text(pattern))) => {
                let not = if operator.starts_with('!') { "NOT " } else { "" };
                self.like(pattern, None, not, out);
                2
            }
            (Unit::Symbol(operator @ ("~~*" | "!~~*")), Some(_)) => {
                self.note_like();
                let not = if operator.starts_with('!') { "NOT " } else { "" };
                push(out, format!("{not}LIKE"), false);
                1
            }
            (Unit::Symbol("|"), Some(Unit::Symbol("/"))) => {
                self.unsupported("the operator `|/`");
                2
            }
            (Unit::Symbol("@"), Some(next)) if !next.is_symbol("@") => self.absolute(list, out),
            (Unit::Symbol(symbol @ ("->" | "->>")), _) => self.postgres_path(symbol, list, out),
            (Unit::Symbol("#>>"), _) => self.deep_path(list, out),
            (Unit::Symbol("@>"), _) => self.contains(list, out),
            (Unit::Symbol("?"), _) => self.has_key(list, out),
            (
                Unit::Symbol(
                    symbol @ ("<@" | "#>" | "&&" | "?|" | "<<" | ">>" | "<=>" | "^" | "#" | "!" | "~~"
                    | "!~~" | "@"),
                ),
                _,
            ) => {
                self.unsupported(format!("the operator `{symbol}`"));
                1
            }
            (Unit::Word(word), next) => self.postgres_word(&lowercase(word), next, list, out),
            _ => 0,
        }
    }

    fn postgres_word(
        &mut self,
        word: &str,
        next: Option<&Unit<'_>>,
        list: &[Unit<'_>],
        out: &mut Vec<Piece>,
    ) -> usize {
        match (word, next) {
            ("array", Some(Unit::Bracket(items))) => {
                let said = self.array(items, None);
                out.push(Piece { text: said, literal: false, kind: None });
                2
            }
            ("u", Some(Unit::Symbol("&"))) => {
                self.unsupported("U&'…'");
                3
            }
            ("ilike", _) => {
                self.note_like();
                push(out, "LIKE".into(), false);
                1
            }
            ("like", Some(Unit::Text(pattern))) => {
                let escape = match (list.get(2), list.get(3)) {
                    (Some(word), Some(Unit::Text(escape))) if word.is("escape") => Some(&**escape),
                    _ => None,
                };
                self.like(pattern, escape, "", out);
                if escape.is_some() { 4 } else { 2 }
            }
            ("like", _) => {
                self.unsupported("a LIKE pattern that is no literal");
                1
            }
            ("similar", _) => {
                self.unsupported("SIMILAR TO");
                1
            }
            ("at", Some(time)) if time.is("time") => self.at_time_zone(list, out),
            ("is", _) => self.is_distinct(list, out),
            (
                "interval" | "date" | "timestamp" | "timestamptz" | "time" | "bool" | "boolean" | "uuid"
                | "json" | "jsonb" | "bytea",
                Some(Unit::Text(_)),
            ) => self.typed_literal(word, list, out),
            ("interval", _) => {
                self.unsupported("INTERVAL arithmetic");
                1
            }
            _ => 0,
        }
    }

    pub(super) fn note_like(&mut self) {
        self.note("dialect/like", Fidelity::Weakened, "letters beyond ASCII are compared with case in LIKE");
    }

    /// `a IS [NOT] DISTINCT FROM b`: SQLite's IS compares NULL with NULL, and always did.
    fn is_distinct(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let is = |at: usize, word: &str| list.get(at).is_some_and(|unit| unit.is(word));
        let (said, taken) = if is(1, "distinct") && is(2, "from") {
            ("IS NOT", 3)
        } else if is(1, "not") && is(2, "distinct") && is(3, "from") {
            ("IS", 4)
        } else {
            return 0;
        };
        let kind = out.last().and_then(|left| left.kind.clone());
        push(out, said.into(), false);
        taken + self.compared(list.get(taken..).unwrap_or_default(), kind.as_ref(), out)
    }

    /// Times are kept in UTC here, so only UTC is no change.
    fn at_time_zone(&mut self, list: &[Unit<'_>], out: &mut [Piece]) -> usize {
        match list.get(3) {
            Some(Unit::Text(zone)) if zone.eq_ignore_ascii_case("utc") => {
                if let Some(last) = out.last_mut()
                    && matches!(last.kind, Some(TypeKind::Timestamp { .. }))
                {
                    last.kind = Some(TypeKind::Timestamp { zone: false });
                }
            }
            _ => self.unsupported("AT TIME ZONE other than UTC"),
        }
        4
    }

    /// `a = ANY (ARRAY['x', 'y'])` → `a IN ('x', 'y')`, through the casts that PostgreSQL prints around it.
    fn any(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some(Unit::Group(inner)) = list.get(2) else { return 0 };
        if let Some(items) = units::find_array(inner) {
            let kind = out.last().and_then(|left| left.kind.clone());
            let said = self.compared_list(items, kind.as_ref());
            push(out, format!("IN ({said})"), false);
            return 3;
        }
        let is_query = inner.first().is_some_and(|first| first.is("select"));
        if is_query {
            let said = self.say(inner);
            push(out, format!("IN ({said})"), false);
            return 3;
        }
        let said = self.sequence(inner);
        let is_array = said.last().is_some_and(|piece| matches!(piece.kind, Some(TypeKind::Array(_))));
        match (self.pop_operand(out), self.place) {
            (Some(left), super::Place::Query) if is_array => {
                let items = super::join(&said);
                push(
                    out,
                    format!("EXISTS (SELECT 1 FROM json_each({items}) WHERE value = {})", left.text),
                    false,
                );
            }
            _ => self.unsupported("= ANY of something other than ARRAY[…]"),
        }
        3
    }

    fn regexp(&mut self, operator: &str, right: &Unit<'_>, out: &mut Vec<Piece>) -> usize {
        let Unit::Text(pattern) = right else {
            self.unsupported("a regular expression that is no literal");
            return 2;
        };
        let flags = if operator.ends_with('*') { "(?i)" } else { "" };
        let not = if operator.starts_with('!') { "NOT " } else { "" };
        self.note_regexp();
        push(out, format!("{not}REGEXP {}", text_literal(&format!("{flags}{pattern}"))), false);
        2
    }

    /// A LIKE with a literal pattern is a GLOB here, which minds the case as PostgreSQL's LIKE does.
    fn like(&mut self, pattern: &str, escape: Option<&str>, not: &str, out: &mut Vec<Piece>) {
        match glob(pattern, escape.unwrap_or("\\")) {
            Some(glob) => push(out, format!("{not}GLOB {}", text_literal(&glob)), false),
            None => self.unsupported("this LIKE pattern"),
        }
    }

    /// `@ x`
    fn absolute(&mut self, list: &[Unit<'_>], out: &mut Vec<Piece>) -> usize {
        let Some((operand, taken)) = self.operand(list.get(1..).unwrap_or_default()) else {
            self.unsupported("the operator `@` before this operand");
            return 1;
        };
        out.push(Piece { text: format!("abs({})", operand.text), literal: false, kind: operand.kind });
        taken + 1
    }
}

/// A LIKE pattern as a GLOB pattern; None where the escape ends the pattern.
fn glob(pattern: &str, escape: &str) -> Option<String> {
    let escape = escape.chars().next();
    let mut glob = String::new();
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        let plain = Some(c) == escape;
        let c = if plain { characters.next()? } else { c };
        match c {
            '%' if !plain => glob.push('*'),
            '_' if !plain => glob.push('?'),
            '*' | '?' | '[' => glob.extend(['[', c, ']']),
            c => glob.push(c),
        }
    }
    Some(glob)
}

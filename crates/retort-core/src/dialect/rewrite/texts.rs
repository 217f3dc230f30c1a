//! Functions of texts.

use super::{Piece, Rewriter, Unit, join, units, whole};
use crate::dialect::Fidelity;
use crate::schema::TypeKind;
use crate::source::DialectKind;
use crate::token::text_literal;

impl Rewriter<'_> {
    /// Functions of texts; true where it was one that can be said.
    pub(super) fn text_function(&mut self, name: &str, arguments: &[Unit<'_>], out: &mut Vec<Piece>) -> bool {
        let mysql = self.from == DialectKind::Mysql;
        let parts = units::split(arguments);
        let text_kind = Some(TypeKind::Text { length: None, fixed: false });
        let (said, kind) = match (name, parts.as_slice()) {
            ("length", [x]) if mysql => (format!("length(CAST({} AS BLOB))", self.say(x)), Some(whole())),
            ("octet_length", [x]) => (format!("length(CAST({} AS BLOB))", self.say(x)), Some(whole())),
            ("length", [x]) => (format!("length({})", self.say(x)), Some(whole())),
            ("concat", parts) if !parts.is_empty() => (self.concat(parts, mysql), text_kind),
            ("concat_ws", [[Unit::Text(between)], parts @ ..]) if !parts.is_empty() => {
                (self.concat_ws(between, parts), text_kind)
            }
            ("left", [x, [Unit::Number(n)]]) => (format!("substr({}, 1, {n})", self.say(x)), text_kind),
            ("right", [x, [Unit::Number(n)]]) if n != "0" => {
                (format!("substr({}, -{n})", self.say(x)), text_kind)
            }
            ("repeat", [x, n]) => {
                let (x, n) = (self.say(x), self.say(n));
                (format!("replace(hex(zeroblob({n})), '00', {x})"), text_kind)
            }
            ("lpad" | "rpad", [x, [Unit::Number(n)], rest @ ..]) => {
                let Some(said) = self.pad(name, x, n, rest) else { return false };
                (said, text_kind)
            }
            ("strpos", [x, y]) => (format!("instr({}, {})", self.say(x), self.say(y)), Some(whole())),
            ("instr", [x, y]) => (self.found(x, y), Some(whole())),
            ("locate", [y, x]) => (self.found(x, y), Some(whole())),
            ("position", _) => {
                let Some(at) = arguments.iter().position(|unit| unit.is("in")) else { return false };
                let (needle, hay) =
                    (arguments.get(..at).unwrap_or_default(), arguments.get(at + 1..).unwrap_or_default());
                (self.found(hay, needle), Some(whole()))
            }
            ("substring" | "substr" | "mid", _) => match self.substring(arguments) {
                Some(said) => (said, text_kind),
                None => return false,
            },
            ("trim", _) => (self.trim(arguments), text_kind),
            ("split_part", [x, [Unit::Text(by)], [Unit::Number(n)]])
                if matches!(&**n, "1" | "2") && !by.is_empty() =>
            {
                (self.split_part(x, by, n), text_kind)
            }
            ("ascii", [x]) => {
                let x = self.say(x);
                (format!("iif({x} = '', 0, unicode({x}))"), Some(whole()))
            }
            ("encode", [x, [Unit::Text(form)]]) if form == "hex" => {
                (format!("lower(hex({}))", self.say(x)), text_kind)
            }
            ("hex", [x]) if !mysql => (format!("hex({})", self.say(x)), text_kind),
            ("string_agg", [x, between]) => {
                let ordered = between.iter().position(|unit| unit.is("order"));
                if ordered.is_some() {
                    self.note(
                        "dialect/aggregate-order",
                        Fidelity::Weakened,
                        "the order of the parts is not kept",
                    );
                }
                let between = between.get(..ordered.unwrap_or(between.len())).unwrap_or_default();
                (format!("group_concat({}, {})", self.say(x), self.say(between)), text_kind)
            }
            ("group_concat", _) => (self.group_concat(arguments), text_kind),
            _ => return false,
        };
        out.push(Piece { text: said, literal: false, kind });
        true
    }

    /// MySQL's concat is NULL where a part is, PostgreSQL's leaves it out; SQLite has one since 3.44 only.
    fn concat(&mut self, parts: &[&[Unit<'_>]], mysql: bool) -> String {
        let said: Vec<String> = parts
            .iter()
            .map(|part| {
                let literal = matches!(part, [Unit::Text(_) | Unit::Number(_)]);
                let said = self.say(part);
                if mysql || literal {
                    if part.len() > 1 { format!("({said})") } else { said }
                } else {
                    format!("coalesce({said}, '')")
                }
            })
            .collect();
        if said.len() == 1 {
            format!("CAST({} AS TEXT)", said.join(""))
        } else {
            format!("({})", said.join(" || "))
        }
    }

    fn concat_ws(&mut self, between: &str, parts: &[&[Unit<'_>]]) -> String {
        let between_text = text_literal(between);
        let said: Vec<String> =
            parts.iter().map(|part| format!("coalesce({between_text} || {}, '')", self.say(part))).collect();
        format!("substr({}, {})", said.join(" || "), between.chars().count() + 1)
    }

    /// Fills up with one character.
    fn pad(&mut self, name: &str, x: &[Unit<'_>], n: &str, rest: &[&[Unit<'_>]]) -> Option<String> {
        let fill = match rest {
            [] => " ",
            [[Unit::Text(fill)]] if fill.chars().count() == 1 => fill,
            _ => return None,
        };
        let said = self.sequence(x);
        let plain = matches!(said.as_slice(), [one] if matches!(one.kind, Some(TypeKind::Text { .. })));
        let x = if plain { join(&said) } else { format!("CAST({} AS TEXT)", join(&said)) };
        let filling = format!("replace(hex(zeroblob({n} - length({x}))), '00', {})", text_literal(fill));
        let filled = if name == "lpad" { format!("{filling} || {x}") } else { format!("{x} || {filling}") };
        Some(format!("iif(length({x}) >= {n}, substr({x}, 1, {n}), {filled})"))
    }

    /// Where one text stands in another; MySQL minds no case there.
    fn found(&mut self, hay: &[Unit<'_>], needle: &[Unit<'_>]) -> String {
        let (hay, needle) = (self.say(hay), self.say(needle));
        if self.from == DialectKind::Mysql {
            self.note(
                "dialect/ascii-case",
                Fidelity::Weakened,
                "looked for without case, for ASCII letters only",
            );
            return format!("instr(lower({hay}), lower({needle}))");
        }
        format!("instr({hay}, {needle})")
    }

    fn substring(&mut self, arguments: &[Unit<'_>]) -> Option<String> {
        if let Some(from) = arguments.iter().position(|unit| unit.is("from")) {
            let x = self.say(arguments.get(..from).unwrap_or_default());
            let rest = arguments.get(from + 1..).unwrap_or_default();
            if matches!(rest.first(), Some(Unit::Text(_))) {
                return None;
            }
            let length = rest.iter().position(|unit| unit.is("for"));
            let start = self.say(rest.get(..length.unwrap_or(rest.len())).unwrap_or_default());
            return Some(match length {
                Some(at) => {
                    format!("substr({x}, {start}, {})", self.say(rest.get(at + 1..).unwrap_or_default()))
                }
                None => format!("substr({x}, {start})"),
            });
        }
        let parts = units::split(arguments);
        let pattern = matches!(parts.get(1), Some([Unit::Text(_)]));
        if pattern || !(2..=3).contains(&parts.len()) {
            return None;
        }
        let said: Vec<String> = parts.into_iter().map(|part| self.say(part)).collect();
        Some(format!("substr({})", said.join(", ")))
    }

    /// `trim(both 'x' from y)`
    fn trim(&mut self, arguments: &[Unit<'_>]) -> String {
        let (function, rest) = match arguments {
            [word, rest @ ..] if word.is("leading") => ("ltrim", rest),
            [word, rest @ ..] if word.is("trailing") => ("rtrim", rest),
            [word, rest @ ..] if word.is("both") => ("trim", rest),
            rest => ("trim", rest),
        };
        let Some(from) = rest.iter().position(|unit| unit.is("from")) else {
            return format!("{function}({})", self.say(rest));
        };
        let what = self.say(rest.get(..from).unwrap_or_default());
        if what.chars().count() > 3 && self.from == DialectKind::Mysql {
            self.unsupported("TRIM of more than one character");
        }
        let x = self.say(rest.get(from + 1..).unwrap_or_default());
        if what.is_empty() { format!("{function}({x})") } else { format!("{function}({x}, {what})") }
    }

    fn split_part(&mut self, x: &[Unit<'_>], by: &str, n: &str) -> String {
        let (x, by_text) = (self.say(x), text_literal(by));
        let first = |x: &str| format!("substr({x}, 1, instr({x} || {by_text}, {by_text}) - 1)");
        if n == "1" {
            return first(&x);
        }
        let rest = format!("substr({x}, instr({x}, {by_text}) + {})", by.chars().count());
        format!("iif(instr({x}, {by_text}) = 0, '', {})", first(&rest))
    }

    /// `GROUP_CONCAT([DISTINCT] x [ORDER BY …] [SEPARATOR '…'])`
    fn group_concat(&mut self, arguments: &[Unit<'_>]) -> String {
        let separator = arguments.iter().position(|unit| unit.is("separator"));
        let order = arguments.iter().position(|unit| unit.is("order"));
        let end = order.or(separator).unwrap_or(arguments.len());
        if order.is_some() {
            self.note("dialect/aggregate-order", Fidelity::Weakened, "the order of the parts is not kept");
        }
        let x = arguments.get(..end).unwrap_or_default();
        if x.iter().any(|unit| unit.is_symbol(","))
            || (separator.is_some() && x.first().is_some_and(|u| u.is("distinct")))
        {
            self.unsupported("this GROUP_CONCAT");
        }
        let x = self.say(x);
        match separator.and_then(|at| arguments.get(at + 1)) {
            Some(between) => format!("group_concat({x}, {})", self.say(std::slice::from_ref(between))),
            None => format!("group_concat({x})"),
        }
    }
}

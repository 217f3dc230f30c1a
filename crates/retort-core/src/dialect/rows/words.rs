//! A walk over the units of a statement.

use crate::dialect::rewrite::Unit;
use crate::dialect::rewrite::units::begins;
use crate::schema::ObjectName;
use crate::source::DialectKind;

/// Words that are no alias.
const NO_ALIAS: [&str; 30] = [
    "set",
    "from",
    "where",
    "join",
    "inner",
    "left",
    "right",
    "cross",
    "natural",
    "straight_join",
    "on",
    "using",
    "order",
    "limit",
    "returning",
    "values",
    "value",
    "select",
    "default",
    "overriding",
    "as",
    "partition",
    "full",
    "group",
    "having",
    "union",
    "window",
    "for",
    "table",
    "with",
];

/// A place in a list of units.
pub(in crate::dialect) struct Words<'u, 'a> {
    list: &'u [Unit<'a>],
    at: usize,
    dialect: DialectKind,
}

impl<'u, 'a> Words<'u, 'a> {
    pub(in crate::dialect) fn new(list: &'u [Unit<'a>], dialect: DialectKind) -> Words<'u, 'a> {
        Words { list, at: 0, dialect }
    }

    pub(in crate::dialect) fn peek(&self) -> Option<&'u Unit<'a>> {
        self.list.get(self.at)
    }

    pub(in crate::dialect) fn next(&mut self) -> Option<&'u Unit<'a>> {
        let unit = self.list.get(self.at)?;
        self.at += 1;
        Some(unit)
    }

    /// What is left.
    pub(in crate::dialect) fn rest(&self) -> &'u [Unit<'a>] {
        self.list.get(self.at..).unwrap_or_default()
    }

    pub(in crate::dialect) fn is(&self, phrase: &str) -> bool {
        begins(self.rest(), phrase)
    }

    pub(in crate::dialect) fn eat(&mut self, phrase: &str) -> bool {
        let is = self.is(phrase);
        if is {
            self.at += phrase.split(' ').count();
        }
        is
    }

    /// The next bare word in lower case.
    pub(in crate::dialect) fn word(&mut self) -> String {
        match self.next() {
            Some(Unit::Word(word)) => word.to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    /// The units before the first of these phrases, on this level.
    pub(in crate::dialect) fn until(&mut self, phrases: &[&str]) -> &'u [Unit<'a>] {
        let end = (self.at..self.list.len())
            .find(|at| phrases.iter().any(|phrase| begins(&self.list[*at..], phrase)))
            .unwrap_or(self.list.len());
        let found = self.list.get(self.at..end).unwrap_or_default();
        self.at = end;
        found
    }

    /// A group in parentheses.
    pub(in crate::dialect) fn group(&mut self) -> Option<&'u [Unit<'a>]> {
        match self.peek() {
            Some(Unit::Group(inner)) => {
                self.at += 1;
                Some(inner)
            }
            _ => None,
        }
    }

    pub(in crate::dialect) fn name(&mut self) -> Option<String> {
        let name = self.peek()?.identifier(self.dialect)?;
        self.at += 1;
        Some(name)
    }

    /// `table` or `schema.table`.
    pub(in crate::dialect) fn object(&mut self) -> Option<ObjectName> {
        let first = self.name()?;
        if self.peek().is_some_and(|unit| unit.is_symbol(".")) && self.list.get(self.at + 1)?.name().is_some()
        {
            self.at += 1;
            return Some(ObjectName::qualified(&first, &self.name()?));
        }
        Some(ObjectName::bare(first))
    }

    /// `[AS] alias`
    pub(in crate::dialect) fn alias(&mut self) -> Option<String> {
        let said = self.eat("as");
        let is_name = match self.peek()? {
            Unit::Word(word) => said || !NO_ALIAS.iter().any(|no| word.eq_ignore_ascii_case(no)),
            other => other.name().is_some(),
        };
        if is_name { self.name() } else { None }
    }

    pub(in crate::dialect) fn is_done(&self) -> bool {
        self.at >= self.list.len() || self.rest().iter().all(|unit| unit.is_symbol(";"))
    }
}

//! The columns that a query gives, by name.
//!
//! Names of expressions: PostgreSQL's `FigureColname` (a call is named after its function, a cast after what is
//! cast); MySQL and SQLite name an expression by its text.

use std::ops::Range;

use super::{Query, Scope, Source};
use crate::schema::{ObjectName, Schema};
use crate::source::DialectKind;
use crate::token::TokenKind;

/// Words that end the list of what is selected.
const ENDS: [&str; 13] = [
    "from",
    "where",
    "group",
    "having",
    "window",
    "order",
    "limit",
    "offset",
    "fetch",
    "for",
    "union",
    "intersect",
    "except",
];

impl Query<'_> {
    /// The names of the result's columns; None where `*` stands for tables that are not known.
    pub(in crate::operation) fn output(&self, schema: &Schema) -> Option<Vec<String>> {
        self.output_at(schema, 0)
    }

    fn output_at(&self, schema: &Schema, depth: usize) -> Option<Vec<String>> {
        let mut at = self.first_select()?;
        at += usize::from(matches!(self.word(at).as_str(), "all" | "distinct" | "straight_join"));
        if self.word(at) == "on" && self.word(at - 1) == "distinct" {
            at = self.after_parentheses(at + 1);
        }
        let mut names = Vec::new();
        let mut start = at;
        loop {
            let is_end = at >= self.tokens.len() || ENDS.contains(&self.word(at).as_str());
            if is_end || self.word(at) == "," {
                self.item(start..at, schema, depth, &mut names)?;
                start = at + 1;
            }
            if is_end {
                return Some(names);
            }
            at = if self.word(at) == "(" { self.after_parentheses(at) } else { at + 1 };
        }
    }

    /// The place after the first SELECT that stands in no parentheses.
    fn first_select(&self) -> Option<usize> {
        let mut at = 0;
        while at < self.tokens.len() {
            match self.word(at).as_str() {
                "select" => return Some(at + 1),
                "(" => at = self.after_parentheses(at),
                _ => at += 1,
            }
        }
        None
    }

    fn after_parentheses(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for at in open..self.tokens.len() {
            match self.word(at).as_str() {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return at + 1;
            }
        }
        self.tokens.len()
    }

    /// The names that one item of the list gives.
    fn item(
        &self,
        Range { start, end }: Range<usize>,
        schema: &Schema,
        depth: usize,
        names: &mut Vec<String>,
    ) -> Option<()> {
        let last = end.checked_sub(1).filter(|last| *last >= start)?;
        if self.word(last) == "*" {
            let table = (last > start + 1).then(|| self.name(last - 2)).flatten();
            let scope = self.scopes.get(self.levels.get(start)?.scope)?;
            return star(scope, table.as_deref(), schema, depth, names);
        }
        let before = last.checked_sub(1).filter(|before| *before >= start);
        let named = before.is_none_or(|before| self.word(before) == "." || self.ends_operand(before));
        let name = match self.name(last).filter(|_| named && self.word(last) != "end") {
            Some(name) => name,
            None => self.expression_name(start, end)?,
        };
        names.push(name);
        Some(())
    }

    /// Whether a word after this token is an alias: an operand ends here, or AS stands here.
    fn ends_operand(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let word = self.word(at);
        match token.kind {
            TokenKind::Number | TokenKind::Text | TokenKind::Quoted => true,
            TokenKind::Symbol => matches!(word.as_str(), ")" | "]"),
            TokenKind::Word => !matches!(
                word.as_str(),
                "and" | "or" | "not" | "is" | "like" | "in" | "between" | "then" | "else" | "when" | "case"
            ),
        }
    }

    /// What the server calls an expression without a name.
    fn expression_name(&self, start: usize, end: usize) -> Option<String> {
        let text = |start: usize, end: usize| {
            let (first, last) = (self.tokens.get(start)?, self.tokens.get(end.checked_sub(1)?)?);
            self.text.get(first.start as usize..last.end as usize)
        };
        if self.dialect != DialectKind::Postgres {
            return text(start, end).map(str::to_owned);
        }
        // A cast names nothing where what is cast has a name.
        let cast = (start..end).rev().find(|at| self.word(*at) == "::");
        let inner = cast.map_or(end, |cast| cast);
        let call = (start..inner).find(|at| self.word(at + 1) == "(" && self.name(*at).is_some());
        let is_whole = |call: usize| {
            let qualifier = (start..call).all(|at| self.word(at) == "." || self.name(at).is_some());
            let after = self.after_parentheses(call + 1);
            qualifier && (after >= inner || matches!(self.word(after).as_str(), "over" | "filter" | "within"))
        };
        if let Some(call) = call.filter(|call| is_whole(*call)) {
            return self.name(call).map(|name| name.to_lowercase());
        }
        if self.word(start) == "case" {
            return Some("case".to_owned());
        }
        match (cast, self.name(inner.checked_sub(1)?)) {
            (Some(_), Some(name)) if inner == start + 1 || self.word(inner - 2) == "." => Some(name),
            (Some(cast), None) if inner == start + 1 => self.name(cast + 1),
            _ => Some("?column?".to_owned()),
        }
    }
}

/// Views may read each other only in broken schemas; deeper than this nobody nests them.
const MAX_DEPTH: usize = 30;

/// `*` or `called.*`
fn star(
    scope: &Scope,
    called: Option<&str>,
    schema: &Schema,
    depth: usize,
    names: &mut Vec<String>,
) -> Option<()> {
    let is = |source: &&Source| called.is_none_or(|called| source.called.eq_ignore_ascii_case(called));
    let mut found = false;
    for source in scope.sources.iter().filter(is) {
        names.extend(columns_of(schema, &source.table, depth)?);
        found = true;
    }
    found.then_some(())
}

/// The columns of a table or view, in order.
fn columns_of(schema: &Schema, name: &ObjectName, depth: usize) -> Option<Vec<String>> {
    if let Some(table) = schema.table(name) {
        return Some(table.columns.iter().map(|column| column.name.clone()).collect());
    }
    let view = schema.view(name).filter(|_| depth < MAX_DEPTH)?;
    if !view.columns.is_empty() {
        return Some(view.columns.clone());
    }
    Query::of_view(&view.query, schema.dialect).output_at(schema, depth + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Expression, SqlType, Table};

    fn check(dialect: DialectKind, query: &str, expected: Option<&[&str]>) {
        let mut schema = Schema::empty(dialect);
        let mut table = Table::new(ObjectName::bare("t"));
        table.columns = ["id", "a b"].map(|name| Column::new(name, SqlType::new("int"))).to_vec();
        schema.put_table(table);
        let query = Expression::verbatim(query, dialect);
        let names = Query::of_view(&query, dialect).output(&schema);
        let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(names, expected, "{}", query.text());
    }

    #[test]
    fn columns_have_the_servers_names() {
        use DialectKind::{Mysql, Postgres};
        check(Postgres, "SELECT count(*) AS n, t.id x, id FROM t", Some(&["n", "x", "id"]));
        check(Postgres, "SELECT *, count(*) OVER (), 1 FROM t", Some(&["id", "a b", "count", "?column?"]));
        check(Postgres, "SELECT u.* FROM t u JOIN nowhere n ON true", Some(&["id", "a b"]));
        check(Postgres, "SELECT * FROM nowhere", None);
        check(
            Postgres,
            "WITH w AS (SELECT 1 q) SELECT DISTINCT ON (id) id::text, id + 1, 'x'::text FROM t",
            Some(&["id", "?column?", "text"]),
        );
        check(
            Postgres,
            "SELECT pg_catalog.max(id), CASE WHEN id > 1 THEN 1 END, lower('X')::int FROM t",
            Some(&["max", "case", "lower"]),
        );
        check(Postgres, "SELECT id, \"a b\" FROM t UNION SELECT 1, 2", Some(&["id", "a b"]));
        check(Mysql, "SELECT count(*), `a b` c FROM t", Some(&["count(*)", "c"]));
    }
}

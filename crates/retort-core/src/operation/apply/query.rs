//! Names in a stored query or trigger: which words mean this table, which mean this column of it.
//!
//! No full parser: scopes are the parentheses that hold a SELECT and the arms of a UNION, tables are what
//! follows FROM, JOIN, INTO and UPDATE. What a name of an inner query's column means outside is not known.

mod output;

use crate::schema::{Expression, ObjectName, Schema, same_name, same_word};
use crate::source::DialectKind;
use crate::token::{self, Token, TokenKind};

/// A table in a FROM.
struct Source {
    /// The name by which the query calls it.
    called: String,
    /// Whether that name was given there.
    has_alias: bool,
    table: ObjectName,
}

struct Scope {
    parent: Option<usize>,
    sources: Vec<Source>,
}

/// What a token is, as far as names go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The last word of a table's name.
    Table,
    /// A word that gives a name, or the schema of a table.
    Label,
    Other,
}

/// Where the reader stands between two parentheses.
#[derive(Clone, Copy)]
struct Level {
    scope: usize,
    selects: bool,
    in_list: bool,
    in_from: bool,
    expects_table: bool,
}

impl Level {
    fn new(scope: usize) -> Level {
        Level { scope, selects: false, in_list: false, in_from: false, expects_table: false }
    }
}

/// A query read for its names.
pub(super) struct Query<'a> {
    text: &'a str,
    dialect: DialectKind,
    tokens: Vec<Token>,
    roles: Vec<Role>,
    levels: Vec<Level>,
    scopes: Vec<Scope>,
    /// The table whose rows NEW and OLD are.
    watched: Option<ObjectName>,
}

/// Words that follow a table and are not its alias.
const NO_ALIAS: [&str; 36] = [
    "on",
    "where",
    "join",
    "left",
    "right",
    "inner",
    "outer",
    "cross",
    "full",
    "natural",
    "group",
    "order",
    "having",
    "limit",
    "union",
    "using",
    "set",
    "values",
    "window",
    "intersect",
    "except",
    "offset",
    "fetch",
    "for",
    "select",
    "default",
    "indexed",
    "not",
    "returning",
    "begin",
    "when",
    "straight_join",
    "use",
    "force",
    "ignore",
    "tablesample",
];

impl<'a> Query<'a> {
    /// Reads the query of a view.
    pub(super) fn of_view(query: &'a Expression, dialect: DialectKind) -> Query<'a> {
        Query::read(query.text(), dialect, None)
    }

    /// Reads a whole CREATE TRIGGER.
    pub(super) fn of_trigger(
        definition: &'a Expression,
        watched: &ObjectName,
        dialect: DialectKind,
    ) -> Query<'a> {
        Query::read(definition.text(), dialect, Some(watched.clone()))
    }

    fn read(text: &'a str, dialect: DialectKind, watched: Option<ObjectName>) -> Query<'a> {
        let tokens = token::tokens(text, dialect);
        let mut query = Query {
            text,
            dialect,
            roles: vec![Role::Other; tokens.len()],
            levels: Vec::with_capacity(tokens.len()),
            tokens,
            scopes: vec![Scope { parent: None, sources: Vec::new() }],
            watched,
        };
        let mut open = vec![Level::new(0)];
        let mut at = 0;
        while at < query.tokens.len() {
            let next = query.token(at, &mut open);
            let level = open.last().copied().unwrap_or(Level::new(0));
            query.levels.resize(next.min(query.tokens.len()), level);
            at = next;
        }
        query
    }

    fn word(&self, at: usize) -> String {
        let Some(token) = self.tokens.get(at) else { return String::new() };
        match token.kind {
            TokenKind::Word | TokenKind::Symbol => token.text(self.text).to_ascii_lowercase(),
            TokenKind::Quoted | TokenKind::Text | TokenKind::Number => String::new(),
        }
    }

    fn name(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at)?;
        matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
            .then(|| token::identifier(token.text(self.text), self.dialect))
    }

    fn new_scope(&mut self, parent: Option<usize>) -> usize {
        self.scopes.push(Scope { parent, sources: Vec::new() });
        self.scopes.len() - 1
    }

    /// Reads one token, or a table with its alias; gives the place of the next.
    fn token(&mut self, at: usize, open: &mut Vec<Level>) -> usize {
        let word = self.word(at);
        if word == ")" && open.len() > 1 {
            open.pop();
            return at + 1;
        }
        let Some(level) = open.last_mut() else { return at + 1 };
        let was_expected = std::mem::take(&mut level.expects_table);
        let (parent, next) = (self.scopes[level.scope].parent, self.word(at + 1));
        match word.as_str() {
            "(" if matches!(next.as_str(), "select" | "with" | "values") => {
                let scope = self.new_scope(Some(level.scope));
                open.push(Level::new(scope));
            }
            "(" => {
                let inner =
                    Level { in_from: was_expected, expects_table: was_expected, ..Level::new(level.scope) };
                open.push(inner);
            }
            "union" | "intersect" | "except" | ";" | "begin" => *level = Level::new(self.new_scope(parent)),
            "select" => {
                // `INSERT INTO t SELECT …`: the new rows are a query of their own.
                if !self.scopes[level.scope].sources.is_empty() {
                    level.scope = self.new_scope(parent);
                }
                *level = Level { selects: true, in_list: true, ..Level::new(level.scope) };
            }
            "delete" => level.selects = true,
            "from" if level.selects && self.word(at.wrapping_sub(1)) != "distinct" => enter_from(level),
            "join" | "into" => enter_from(level),
            "update" if !matches!(next.as_str(), "of" | "on" | "set") => enter_from(level),
            "on" if self.watched.is_some() && level.scope == 0 => enter_from(level),
            "," => level.expects_table = level.in_from,
            "where" | "group" | "order" | "having" | "set" | "values" | "limit" | "window" | "returning" => {
                level.in_from = false;
            }
            "only" | "lateral" if was_expected => level.expects_table = true,
            _ if was_expected && self.name(at).is_some() => return self.table(at, level.scope),
            _ => {}
        }
        at + 1
    }

    /// `schema.table AS alias`
    fn table(&mut self, start: usize, scope: usize) -> usize {
        let mut at = start;
        let mut parts: Vec<String> = self.name(at).into_iter().collect();
        while self.word(at + 1) == "."
            && let Some(part) = self.name(at + 2)
        {
            self.roles[at] = Role::Label;
            at += 2;
            parts.push(part);
        }
        self.roles[at] = Role::Table;
        let name = parts.pop().unwrap_or_default();
        let table = match parts.pop() {
            Some(schema) => ObjectName::qualified(&schema, &name),
            None => ObjectName::bare(&name),
        };
        let mut called = (name, false);
        let after_as = usize::from(self.word(at + 1) == "as");
        if let Some(alias) = self.name(at + 1 + after_as)
            && !NO_ALIAS.contains(&self.word(at + 1 + after_as).as_str())
        {
            at += 1 + after_as;
            self.roles[at] = Role::Label;
            called = (alias, true);
        }
        self.scopes[scope].sources.push(Source { called: called.0, has_alias: called.1, table });
        at + 1
    }

    fn scope_chain(&self, at: usize) -> impl Iterator<Item = &Scope> {
        let first = self.levels.get(at).map_or(0, |level| level.scope);
        std::iter::successors(self.scopes.get(first), |scope| scope.parent.and_then(|at| self.scopes.get(at)))
    }

    fn is(&self, a: &ObjectName, b: &ObjectName) -> bool {
        same_name(a, b, self.dialect)
    }

    /// Whether it reads or writes a table (or view).
    pub(super) fn uses_table(&self, table: &ObjectName) -> bool {
        self.scopes.iter().flat_map(|scope| &scope.sources).any(|source| self.is(&source.table, table))
    }

    /// Whether it names a column of a table, or all of them by `*`.
    pub(super) fn uses_column(&self, schema: &Schema, table: &ObjectName, column: &str) -> bool {
        self.has_star(table) || (0..self.tokens.len()).any(|at| self.means_column(at, schema, table, column))
    }

    /// Whether `*` stands for a table's columns (and not in `count(*)` or for a product).
    pub(super) fn has_star(&self, table: &ObjectName) -> bool {
        let is_star = |at: usize| {
            let before = self.word(at.wrapping_sub(1));
            self.word(at) == "*"
                && self.levels[at].in_list
                && matches!(before.as_str(), "select" | "distinct" | "all" | "," | ".")
        };
        self.uses_table(table) && (0..self.tokens.len()).any(is_star)
    }

    fn means_column(&self, at: usize, schema: &Schema, table: &ObjectName, column: &str) -> bool {
        let is_named = self.name(at).is_some_and(|name| same_word(&name, column, self.dialect));
        let next = self.word(at + 1);
        if !is_named || self.roles[at] != Role::Other || next == "." || next == "(" {
            return false;
        }
        match at.checked_sub(1).map(|before| self.word(before)).unwrap_or_default().as_str() {
            "as" => false,
            "." => at.checked_sub(2).is_some_and(|place| self.qualifies(place, table)),
            _ => self.bare_means(at, schema, table, column),
        }
    }

    /// Whether the word before a dot means the table.
    fn qualifies(&self, at: usize, table: &ObjectName) -> bool {
        let Some(name) = self.name(at) else { return false };
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if let Some(watched) = self.watched.as_ref().filter(|_| is("new") || is("old")) {
            return self.is(watched, table);
        }
        let mut sources = self.scope_chain(at).flat_map(|scope| &scope.sources);
        let found = sources.find(|source| is("excluded") || same_word(&source.called, &name, self.dialect));
        found.is_some_and(|source| self.is(&source.table, table))
    }

    fn bare_means(&self, at: usize, schema: &Schema, table: &ObjectName, column: &str) -> bool {
        for scope in self.scope_chain(at) {
            if scope.sources.iter().any(|source| self.is(&source.table, table)) {
                return true;
            }
            let has = |source: &Source| {
                schema.table(&source.table).is_some_and(|other| other.column(column, self.dialect).is_some())
            };
            if scope.sources.iter().any(has) {
                return false;
            }
        }
        false
    }

    /// Whether the column at this place is an item of a SELECT by itself, and so names the result's column.
    fn stands_alone(&self, at: usize) -> bool {
        let mut start = at;
        while start >= 2 && self.word(start - 1) == "." {
            start -= 2;
        }
        let before = start.checked_sub(1).map(|at| self.word(at)).unwrap_or_default();
        self.levels[at].in_list
            && matches!(before.as_str(), "select" | "distinct" | "all" | ",")
            && matches!(
                self.word(at + 1).as_str(),
                "" | "," | "from" | ")" | "union" | "except" | "intersect"
            )
            && self.tokens.get(at + 1).is_none_or(|next| next.kind != TokenKind::Quoted)
    }

    /// The text with a column's new name; with `keep_label` a result's column keeps its old one.
    pub(super) fn rename_column(
        &self,
        schema: &Schema,
        table: &ObjectName,
        (from, to): (&str, &str),
        keep_label: bool,
    ) -> Expression {
        let new = |at: usize| {
            let new = token::quote_if_needed(to, self.dialect);
            if keep_label && self.stands_alone(at) {
                return format!("{new} AS {}", token::quote_if_needed(from, self.dialect));
            }
            new
        };
        self.replace(|at| self.means_column(at, schema, table, from).then(|| new(at)))
    }

    /// The text with a table's new name.
    pub(super) fn rename_table(&self, from: &ObjectName, to: &ObjectName) -> Expression {
        let new = token::quote_if_needed(&to.name, self.dialect);
        let is_named =
            |at: usize| self.name(at).is_some_and(|name| same_word(&name, &from.name, self.dialect));
        let qualifies = |at: usize| {
            let mut sources = self.scope_chain(at).flat_map(|scope| &scope.sources);
            sources.any(|source| !source.has_alias && self.is(&source.table, from))
        };
        self.replace(|at| {
            let means = is_named(at)
                && match self.roles[at] {
                    Role::Table => true,
                    Role::Other => self.word(at + 1) == "." && qualifies(at),
                    Role::Label => false,
                };
            means.then(|| new.clone())
        })
    }

    fn replace(&self, new: impl Fn(usize) -> Option<String>) -> Expression {
        let mut text = String::with_capacity(self.text.len());
        let mut end = 0;
        for (at, token) in self.tokens.iter().enumerate() {
            if let Some(new) = new(at) {
                text.push_str(&self.text[end..token.start as usize]);
                text.push_str(&new);
                end = token.end as usize;
            }
        }
        text.push_str(&self.text[end..]);
        Expression::verbatim(&text, self.dialect)
    }
}

fn enter_from(level: &mut Level) {
    (level.in_from, level.expects_table, level.in_list) = (true, true, false);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, SqlType, Table};

    fn schema(dialect: DialectKind) -> Schema {
        let mut schema = Schema::empty(dialect);
        for name in ["users", "orgs"] {
            let mut table = Table::new(ObjectName::bare(name));
            table.columns = ["id", "name"].map(|name| Column::new(name, SqlType::new("int"))).to_vec();
            schema.put_table(table);
        }
        schema
    }

    #[track_caller]
    fn column(text: &str, keep: bool, expected: &str) {
        let text = Expression::verbatim(text, DialectKind::Postgres);
        let query = Query::of_view(&text, DialectKind::Postgres);
        let schema = schema(DialectKind::Postgres);
        let done = query.rename_column(&schema, &ObjectName::bare("users"), ("name", "called"), keep);
        assert_eq!(done.text(), expected);
    }

    #[test]
    fn a_column_is_told_from_others_of_its_name() {
        column("SELECT name FROM users", false, "SELECT called FROM users");
        column("SELECT name FROM users", true, "SELECT called AS name FROM users");
        column("SELECT name FROM orgs", true, "SELECT name FROM orgs");
        column(
            "SELECT u.name, o.name, count(*) AS name FROM users u JOIN orgs AS o ON o.name = u.name",
            true,
            "SELECT u.called AS name, o.name, count(*) AS name FROM users u JOIN orgs AS o ON o.name = u.called",
        );
        column(
            "SELECT id FROM orgs WHERE EXISTS (SELECT 1 FROM users WHERE lower(name) = 'x') AND name <> ''",
            true,
            "SELECT id FROM orgs WHERE EXISTS (SELECT 1 FROM users WHERE lower(called) = 'x') AND name <> ''",
        );
        column(
            "SELECT name FROM users UNION SELECT name FROM orgs",
            true,
            "SELECT called AS name FROM users UNION SELECT name FROM orgs",
        );
    }

    #[test]
    fn a_table_is_told_from_a_column_of_its_name() {
        let text = Expression::verbatim(
            "SELECT users.id, u.users FROM users, users u WHERE users = 1",
            DialectKind::Sqlite,
        );
        let query = Query::of_view(&text, DialectKind::Sqlite);
        let done = query.rename_table(&ObjectName::bare("users"), &ObjectName::bare("people"));
        assert_eq!(done.text(), "SELECT people.id, u.users FROM people, people u WHERE users = 1");
    }

    #[test]
    fn a_trigger_names_its_table_and_others() {
        let text = Expression::verbatim(
            "CREATE TRIGGER t AFTER UPDATE OF name ON users BEGIN UPDATE orgs SET name = NEW.name; \
             INSERT INTO users (name) SELECT name FROM orgs; END",
            DialectKind::Sqlite,
        );
        let users = ObjectName::bare("users");
        let schema = schema(DialectKind::Sqlite);
        let query = Query::of_trigger(&text, &users, DialectKind::Sqlite);
        assert_eq!(
            query.rename_column(&schema, &users, ("name", "called"), false).text(),
            "CREATE TRIGGER t AFTER UPDATE OF called ON users BEGIN UPDATE orgs SET name = NEW.called; \
             INSERT INTO users (called) SELECT name FROM orgs; END",
        );
        assert_eq!(
            query.rename_table(&users, &ObjectName::bare("people")).text(),
            "CREATE TRIGGER t AFTER UPDATE OF name ON people BEGIN UPDATE orgs SET name = NEW.name; \
             INSERT INTO people (name) SELECT name FROM orgs; END",
        );
    }
}

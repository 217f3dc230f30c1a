//! Tables as data: ordered, comparable, cheap to copy.
//!
//! A [`Schema`] shares everything that did not change with the schema before it, so that a chain of ten
//! thousand revisions can keep the schema of each step.

pub mod table;
pub mod types;
pub mod diff;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use imbl::OrdMap;

use crate::source::DialectKind;
use crate::token::{self, Token, TokenKind};

pub use diff::{Change, ChangeKind, describe_foreign_key, describe_index_part, diff};
pub use table::{
    Check, Column, Constraint, ConstraintKind, ForeignKey, Generated, Identity, IdentityKind, Index,
    IndexKey, IndexPart, PrimaryKey, ReferentialAction, Table, Unique,
};
pub use types::{SqlType, TypeKind};

/// The name of a table, view or other object of a schema.
///
/// `schema` is None for the dialect's own default (`public`, `main`, the database in use).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The schema it lives in, when that is not the default.
    pub schema: Option<Arc<str>>,
    /// Its own name.
    pub name: Arc<str>,
}

impl ObjectName {
    /// A name in the default schema.
    pub fn bare(name: impl AsRef<str>) -> ObjectName {
        ObjectName { schema: None, name: Arc::from(name.as_ref()) }
    }

    /// A name in a schema; the dialects' default schemas count as none.
    pub fn qualified(schema: &str, name: &str) -> ObjectName {
        let is_default = matches!(schema, "public" | "main");
        ObjectName { schema: (!is_default).then(|| Arc::from(schema)), name: Arc::from(name) }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// An SQL expression, kept as text without needless outer parentheses.
///
/// Two expressions are equal when their tokens are: layout, comments and the case of bare words do not count.
#[derive(Clone, Debug)]
pub struct Expression {
    text: Arc<str>,
    normal: Arc<str>,
}

impl Expression {
    /// Takes an expression of a dialect.
    pub fn new(text: &str, dialect: DialectKind) -> Expression {
        let text = without_outer_parentheses(text.trim(), dialect);
        Expression { text: Arc::from(text), normal: Arc::from(token::normal_form(text, dialect)) }
    }

    /// Takes a text as it stands: a whole statement, or an expression whose parentheses matter.
    pub fn verbatim(text: &str, dialect: DialectKind) -> Expression {
        Expression { text: Arc::from(text), normal: Arc::from(token::normal_form(text, dialect)) }
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The form that equality looks at.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// Whether a name stands in it as a word of its own.
    pub fn mentions(&self, name: &str, dialect: DialectKind) -> bool {
        token::tokens(&self.text, dialect).iter().any(|token| is_name(token, &self.text, name, dialect))
    }

    /// This expression with a name put in place of another. A word after a dot that is not the name of a
    /// column cannot be told apart here, nor can an alias of the same name.
    #[must_use]
    pub fn rename_word(&self, from: &str, to: &str, dialect: DialectKind) -> Expression {
        let mut text = String::with_capacity(self.text.len());
        let mut end = 0;
        for token in token::tokens(&self.text, dialect) {
            if is_name(&token, &self.text, from, dialect) {
                text.push_str(&self.text[end..token.start as usize]);
                text.push_str(&token::quote_if_needed(to, dialect));
                end = token.end as usize;
            }
        }
        text.push_str(&self.text[end..]);
        Expression::verbatim(&text, dialect)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.normal == other.normal
    }
}

impl Eq for Expression {}

fn is_name(token: &Token, text: &str, name: &str, dialect: DialectKind) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
        && same_word(&token::identifier(token.text(text), dialect), name, dialect)
}

fn without_outer_parentheses(text: &str, dialect: DialectKind) -> &str {
    if !(text.starts_with('(') && text.ends_with(')')) {
        return text;
    }
    let tokens = token::tokens(text, dialect);
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.text(text) {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 && index + 1 < tokens.len() {
            return text;
        }
    }
    if depth != 0 {
        return text;
    }
    without_outer_parentheses(text[1..text.len() - 1].trim(), dialect)
}

/// A view; its query is kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: ObjectName,
    /// The names of its columns, where they were given.
    pub columns: Vec<String>,
    /// The query.
    pub query: Expression,
    /// Whether it holds its rows itself.
    pub materialized: bool,
}

/// A trigger; kept as text, with what is needed to know when it belongs to which table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: ObjectName,
    /// The table it watches.
    pub table: ObjectName,
    /// The whole statement.
    pub definition: Expression,
}

/// An enumerated type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: ObjectName,
    /// Its labels, in order.
    pub labels: Vec<String>,
}

/// Everything a database holds by way of structure.
///
/// Invariant: an object's key in its map is its name, folded by [`fold`]; `put_…` and `take_…` keep it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Whose rules names and types follow.
    pub dialect: DialectKind,
    /// Tables with their constraints and indexes.
    pub tables: OrdMap<ObjectName, Arc<Table>>,
    /// Views and materialized views.
    pub views: OrdMap<ObjectName, Arc<View>>,
    /// Triggers.
    pub triggers: OrdMap<ObjectName, Arc<Trigger>>,
    /// Enumerated types.
    pub enums: OrdMap<ObjectName, Arc<EnumType>>,
    /// Extensions by name.
    pub extensions: OrdMap<Arc<str>, ()>,
    /// Which table holds an index, by the index's name.
    index_tables: OrdMap<ObjectName, ObjectName>,
}

impl Schema {
    /// A schema without anything in it.
    pub fn empty(dialect: DialectKind) -> Schema {
        Schema {
            dialect,
            tables: OrdMap::new(),
            views: OrdMap::new(),
            triggers: OrdMap::new(),
            enums: OrdMap::new(),
            extensions: OrdMap::new(),
            index_tables: OrdMap::new(),
        }
    }

    /// The table of that name.
    pub fn table(&self, name: &ObjectName) -> Option<&Arc<Table>> {
        self.tables.get(&fold(name, self.dialect))
    }

    /// The view of that name.
    pub fn view(&self, name: &ObjectName) -> Option<&Arc<View>> {
        self.views.get(&fold(name, self.dialect))
    }

    /// The table that holds an index. MySQL names indexes within their table, so there the table must be said.
    pub fn table_of_index(&self, table: Option<&ObjectName>, index: &str) -> Option<&Arc<Table>> {
        if let Some(table) = table {
            return self.table(table);
        }
        let key = fold(&ObjectName::bare(index), self.dialect);
        self.index_tables.get(&key).and_then(|table| self.tables.get(table))
    }

    /// Puts a table in, or in place of the one of its name.
    pub fn put_table(&mut self, table: Table) {
        let key = fold(&table.name, self.dialect);
        if let Some(old) = self.tables.get(&key).cloned() {
            self.forget_indexes(&old);
        }
        if self.dialect != DialectKind::Mysql {
            for index in &table.indexes {
                self.index_tables.insert(fold(&ObjectName::bare(&index.name), self.dialect), key.clone());
            }
        }
        self.tables.insert(key, Arc::new(table));
    }

    /// Takes a table out, and its triggers with it.
    pub fn take_table(&mut self, name: &ObjectName) -> Option<Arc<Table>> {
        let table = self.tables.remove(&fold(name, self.dialect))?;
        self.forget_indexes(&table);
        for trigger in self.triggers_of(&table.name) {
            self.triggers.remove(&fold(&trigger.name, self.dialect));
        }
        Some(table)
    }

    fn forget_indexes(&mut self, table: &Table) {
        for index in &table.indexes {
            self.index_tables.remove(&fold(&ObjectName::bare(&index.name), self.dialect));
        }
    }

    /// Puts a view in, or in place of the one of its name.
    pub fn put_view(&mut self, view: View) {
        self.views.insert(fold(&view.name, self.dialect), Arc::new(view));
    }

    /// Takes a view out.
    pub fn take_view(&mut self, name: &ObjectName) -> Option<Arc<View>> {
        self.views.remove(&fold(name, self.dialect))
    }

    /// Puts a trigger in, or in place of the one of its name.
    pub fn put_trigger(&mut self, trigger: Trigger) {
        self.triggers.insert(fold(&trigger.name, self.dialect), Arc::new(trigger));
    }

    /// Takes a trigger out.
    pub fn take_trigger(&mut self, name: &ObjectName) -> Option<Arc<Trigger>> {
        self.triggers.remove(&fold(name, self.dialect))
    }

    /// The enumerated type of that name.
    pub fn enum_type(&self, name: &ObjectName) -> Option<&Arc<EnumType>> {
        self.enums.get(&fold(name, self.dialect))
    }

    /// Puts an enumerated type in, or in place of the one of its name.
    pub fn put_enum(&mut self, enum_type: EnumType) {
        self.enums.insert(fold(&enum_type.name, self.dialect), Arc::new(enum_type));
    }

    /// Takes an enumerated type out.
    pub fn take_enum(&mut self, name: &ObjectName) -> Option<Arc<EnumType>> {
        self.enums.remove(&fold(name, self.dialect))
    }

    /// The triggers that watch a table or view.
    pub fn triggers_of(&self, table: &ObjectName) -> Vec<Arc<Trigger>> {
        self.triggers.values().filter(|t| same_name(&t.table, table, self.dialect)).cloned().collect()
    }

    /// This schema without one table: the version table is Retort's own affair.
    #[must_use]
    pub fn without(&self, name: &ObjectName) -> Schema {
        let mut schema = self.clone();
        schema.take_table(name);
        schema
    }

    /// All tables with a foreign key to this one, in order of name.
    pub fn children(&self, parent: &ObjectName) -> Vec<&Arc<Table>> {
        let refers = |table: &Table| {
            table.foreign_keys.iter().any(|key| same_name(&key.ref_table, parent, self.dialect))
        };
        self.tables.values().filter(|table| refers(table)).collect()
    }
}

/// The form of a name under which a schema keeps the object: SQLite and MySQL compare names without case;
/// PostgreSQL folds bare names when it reads them and compares exactly.
pub fn fold(name: &ObjectName, dialect: DialectKind) -> ObjectName {
    let lower = |text: &Arc<str>| match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Arc::from(text.to_ascii_lowercase()),
        false => Arc::clone(text),
    };
    match dialect {
        DialectKind::Postgres => name.clone(),
        DialectKind::Sqlite | DialectKind::Mysql => {
            ObjectName { schema: name.schema.as_ref().map(lower), name: lower(&name.name) }
        }
    }
}

/// Whether two names mean the same object.
pub fn same_name(a: &ObjectName, b: &ObjectName, dialect: DialectKind) -> bool {
    let same = |a: &str, b: &str| same_word(a, b, dialect);
    same(&a.name, &b.name) && same(a.schema.as_deref().unwrap_or(""), b.schema.as_deref().unwrap_or(""))
}

/// Whether two column, constraint or index names are the same in a dialect.
pub fn same_word(a: &str, b: &str, dialect: DialectKind) -> bool {
    a == b || (dialect != DialectKind::Postgres && a.eq_ignore_ascii_case(b))
}

/// Options of a table (`ENGINE=InnoDB`), by name.
pub type Options = BTreeMap<String, String>;

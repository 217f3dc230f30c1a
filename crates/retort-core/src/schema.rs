//! Tables as data: ordered, comparable, cheap to copy.
//!
//! A [`Schema`] shares everything that did not change with the schema before it, so that a chain of ten
//! thousand revisions can keep the schema of each step.

pub mod constraint;
pub mod index;
pub mod table;
pub mod object;
pub mod types;
mod describe;
pub mod diff;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use equivalent::{Comparable, Equivalent};
use imbl::{OrdMap, OrdSet};

use crate::source::DialectKind;
use crate::token::{self, Scanner, Token, TokenKind};

pub use constraint::{
    Check, Constraint, ConstraintKind, Deferral, Exclusion, ForeignKey, PrimaryKey, ReferentialAction, Unique,
};
pub use describe::{describe_foreign_key, describe_index_part};
pub use diff::{Change, ChangeKind, diff};
pub use index::{Index, IndexKey, IndexPart};
pub use object::{Composite, Domain, EnumType, Extension, Routine, RoutineKind, Sequence, Trigger, View};
pub use table::{
    Column, Generated, Identity, IdentityKind, PartitionOf, Partitioning, Policy, RowSecurity, Table,
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

    /// The name that PostgreSQL gives to the sequence of a serial or identity column of this table
    /// (PostgreSQL 18, 8.1.4).
    pub fn sequence_of(&self, column: &str) -> ObjectName {
        ObjectName { schema: self.schema.clone(), name: format!("{}_{column}_seq", self.name).into() }
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
#[derive(Clone)]
pub struct Expression(Arc<Written>);

struct Written {
    text: Box<str>,
    /// With the parentheses around it, if there were any.
    enclosed: Option<Box<str>>,
    dialect: DialectKind,
    /// The one column that it is about, where whoever made it knows.
    column: Option<Box<str>>,
    /// Made when it is first asked for: most expressions are never compared.
    normal: OnceLock<Box<str>>,
}

impl Expression {
    /// Takes an expression of a dialect.
    pub fn new(text: &str, dialect: DialectKind) -> Expression {
        let text = text.trim();
        let inner = without_outer_parentheses(text, dialect);
        let enclosed = (inner.len() < text.len()).then(|| text.into());
        Expression::write(inner, enclosed, dialect, None)
    }

    /// Takes an expression that was made about one column; words in it that are names of others are none.
    pub(crate) fn about(column: &str, text: &str, dialect: DialectKind) -> Expression {
        Expression::write(text, None, dialect, Some(column.into()))
    }

    fn write(
        text: &str,
        enclosed: Option<Box<str>>,
        dialect: DialectKind,
        column: Option<Box<str>>,
    ) -> Expression {
        let text = text.into();
        Expression(Arc::new(Written { text, enclosed, dialect, column, normal: OnceLock::new() }))
    }

    /// The one column that it is about, where whoever made it knew.
    pub(crate) fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    /// Takes a text as it stands: a whole statement, or an expression whose parentheses matter.
    pub fn verbatim(text: &str, dialect: DialectKind) -> Expression {
        Expression::write(text, None, dialect, None)
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text with the parentheses that stood around it, for those who look at a statement as it was written.
    pub fn enclosed(&self) -> &str {
        self.0.enclosed.as_deref().unwrap_or(&self.0.text)
    }

    /// The form that equality looks at.
    pub fn normal(&self) -> &str {
        self.0.normal.get_or_init(|| token::normal_form(self.text(), self.0.dialect).into())
    }

    /// The words and quoted names in it, as names.
    pub fn names(&self, dialect: DialectKind) -> impl Iterator<Item = Cow<'_, str>> {
        let names = Scanner::new(self.text(), dialect)
            .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
        names.map(move |token| token::name_of(token.text(self.text()), dialect))
    }

    /// Whether a name stands in it as a word of its own.
    pub fn mentions(&self, name: &str, dialect: DialectKind) -> bool {
        Scanner::new(self.text(), dialect).any(|token| is_name(&token, self.text(), name, dialect))
    }

    /// This expression with a name put in place of another. A word after a dot that is not the name of a
    /// column cannot be told apart here, nor can an alias of the same name.
    #[must_use]
    pub fn rename_word(&self, from: &str, to: &str, dialect: DialectKind) -> Expression {
        let mut text = String::with_capacity(self.text().len());
        let mut end = 0;
        for token in Scanner::new(self.text(), dialect) {
            if is_name(&token, self.text(), from, dialect) {
                text.push_str(&self.text()[end..token.start as usize]);
                text.push_str(&token::quote_if_needed(to, dialect));
                end = token.end as usize;
            }
        }
        text.push_str(&self.text()[end..]);
        Expression::verbatim(&text, dialect)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.text() == other.text() || self.normal() == other.normal()
    }
}

impl Eq for Expression {}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").field("text", &self.text()).field("normal", &self.normal()).finish()
    }
}

fn is_name(token: &Token, text: &str, name: &str, dialect: DialectKind) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Quoted)
        && same_word(&token::name_of(token.text(text), dialect), name, dialect)
}

/// Takes off as many pairs as hold the whole text. Linear in the text, however deep they are nested.
fn without_outer_parentheses(text: &str, dialect: DialectKind) -> &str {
    if !(text.starts_with('(') && text.ends_with(')')) {
        return text;
    }
    let tokens = token::tokens(text, dialect);
    let mut open = Vec::new();
    let mut close_of = vec![None; tokens.len()];
    for (index, token) in tokens.iter().enumerate() {
        match token.text(text) {
            "(" => open.push(index),
            ")" => match open.pop() {
                Some(opened) => close_of[opened] = Some(index),
                None => return text,
            },
            _ => {}
        }
    }
    if !open.is_empty() {
        return text;
    }
    let is_pair = |depth: &usize| close_of.get(*depth) == Some(&Some(tokens.len() - 1 - depth));
    let depth = (0..tokens.len()).take_while(is_pair).count();
    match (depth.checked_sub(1).and_then(|last| tokens.get(last)), tokens.get(tokens.len() - depth)) {
        (Some(first), Some(last)) => text.get(first.end as usize..last.start as usize).unwrap_or(text).trim(),
        _ => text,
    }
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
    /// Composite types.
    pub composites: OrdMap<ObjectName, Arc<Composite>>,
    /// Domains.
    pub domains: OrdMap<ObjectName, Arc<Domain>>,
    /// Sequences that stand for themselves, or belong to a serial column that was pulled apart.
    pub sequences: OrdMap<ObjectName, Arc<Sequence>>,
    /// Functions and procedures, by name and types of arguments (`f(integer, text)`).
    pub routines: OrdMap<ObjectName, Arc<Routine>>,
    /// Extensions by name.
    pub extensions: OrdMap<Arc<str>, Arc<Extension>>,
    /// Schemas that were made; the default one is not among them.
    pub namespaces: OrdSet<Arc<str>>,
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
            composites: OrdMap::new(),
            domains: OrdMap::new(),
            sequences: OrdMap::new(),
            routines: OrdMap::new(),
            extensions: OrdMap::new(),
            namespaces: OrdSet::new(),
            index_tables: OrdMap::new(),
        }
    }

    /// The table of that name.
    pub fn table(&self, name: &ObjectName) -> Option<&Arc<Table>> {
        self.table_called(name.schema.as_deref(), &name.name)
    }

    /// The table of that name in that schema, or in the default one.
    pub(crate) fn table_called(&self, schema: Option<&str>, name: &str) -> Option<&Arc<Table>> {
        self.tables.get(&Key::new(schema, name, self.dialect))
    }

    /// Whether a schema of that name holds a table or view.
    pub fn has_qualifier(&self, schema: &str) -> bool {
        let first = ObjectName { schema: Some(Arc::from(schema)), name: Arc::from("") };
        let is_of = |name: Option<&ObjectName>| name.is_some_and(|name| name.schema == first.schema);
        is_of(self.tables.range::<_, ObjectName>(&first..).next().map(|(name, _)| name))
            || is_of(self.views.range::<_, ObjectName>(&first..).next().map(|(name, _)| name))
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
    pub fn put_table(&mut self, table: impl Into<Arc<Table>>) {
        let table = table.into();
        let key = fold(&table.name, self.dialect);
        if let Some(old) = self.tables.get(&key).cloned() {
            self.forget_indexes(&old);
        }
        if self.dialect != DialectKind::Mysql {
            for index in &table.indexes {
                self.index_tables.insert(fold(&ObjectName::bare(&index.name), self.dialect), key.clone());
            }
        }
        self.tables.insert(key, table);
    }

    /// Takes a table out, and its triggers with it.
    pub fn take_table(&mut self, name: &ObjectName) -> Option<Arc<Table>> {
        let table = self.tables.remove(&fold(name, self.dialect))?;
        self.forget_indexes(&table);
        for trigger in self.triggers_of(&table.name) {
            self.take_trigger(&trigger.name, &trigger.table);
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

    /// The key of a trigger: PostgreSQL names triggers within their table, the others in the whole schema.
    fn trigger_key(&self, name: &ObjectName, table: &ObjectName) -> ObjectName {
        match self.dialect {
            DialectKind::Postgres => ObjectName {
                schema: table.schema.clone(),
                name: format!("{}.{}", table.name, name.name).into(),
            },
            DialectKind::Sqlite | DialectKind::Mysql => fold(name, self.dialect),
        }
    }

    /// The trigger of that name; the table decides in PostgreSQL only.
    pub fn trigger(&self, name: &ObjectName, table: &ObjectName) -> Option<&Arc<Trigger>> {
        self.triggers.get(&self.trigger_key(name, table))
    }

    /// Puts a trigger in, or in place of the one of its name.
    pub fn put_trigger(&mut self, trigger: Trigger) {
        self.triggers.insert(self.trigger_key(&trigger.name, &trigger.table), Arc::new(trigger));
    }

    /// Takes a trigger out; the table decides in PostgreSQL only.
    pub fn take_trigger(&mut self, name: &ObjectName, table: &ObjectName) -> Option<Arc<Trigger>> {
        self.triggers.remove(&self.trigger_key(name, table))
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

    /// The domain of that name.
    pub fn domain(&self, name: &ObjectName) -> Option<&Arc<Domain>> {
        self.domains.get(&fold(name, self.dialect))
    }

    /// Puts a domain in, or in place of the one of its name.
    pub fn put_domain(&mut self, domain: Domain) {
        self.domains.insert(fold(&domain.name, self.dialect), Arc::new(domain));
    }

    /// The sequence of that name.
    pub fn sequence(&self, name: &ObjectName) -> Option<&Arc<Sequence>> {
        self.sequences.get(&fold(name, self.dialect))
    }

    /// Puts a sequence in, or in place of the one of its name.
    pub fn put_sequence(&mut self, sequence: Sequence) {
        self.sequences.insert(fold(&sequence.name, self.dialect), Arc::new(sequence));
    }

    /// Takes out the sequences that go with a table.
    pub fn take_sequences_of(&mut self, table: &ObjectName) {
        let owned = |sequence: &Sequence| {
            sequence.owned_by.as_ref().is_some_and(|(owner, _)| same_name(owner, table, self.dialect))
        };
        let keys: Vec<ObjectName> =
            self.sequences.iter().filter(|(_, held)| owned(held)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.sequences.remove(&key);
        }
    }

    /// The composite type of that name.
    pub fn composite(&self, name: &ObjectName) -> Option<&Arc<Composite>> {
        self.composites.get(&fold(name, self.dialect))
    }

    /// Puts a composite type in, or in place of the one of its name.
    pub fn put_composite(&mut self, composite: Composite) {
        self.composites.insert(fold(&composite.name, self.dialect), Arc::new(composite));
    }

    /// The routine of that name and those types of arguments; a name without parentheses finds the only
    /// routine that is called so.
    pub fn routine(&self, name: &ObjectName) -> Option<&Arc<Routine>> {
        if let Some(routine) = self.routines.get(&fold(name, self.dialect)) {
            return Some(routine);
        }
        let mut called = self.routines.values().filter(|routine| {
            let bare = routine.name.name.split('(').next().unwrap_or_default();
            routine.name.schema == name.schema && same_word(bare, &name.name, self.dialect)
        });
        called.next().filter(|_| called.next().is_none())
    }

    /// Puts a routine in, or in place of the one of its name.
    pub fn put_routine(&mut self, routine: Routine) {
        self.routines.insert(fold(&routine.name, self.dialect), Arc::new(routine));
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

/// What [`fold`] makes of a name, to look it up.
struct Key<'a> {
    schema: Option<Cow<'a, str>>,
    name: Cow<'a, str>,
}

impl<'a> Key<'a> {
    fn new(schema: Option<&'a str>, name: &'a str, dialect: DialectKind) -> Key<'a> {
        let folded = |text| match dialect {
            DialectKind::Postgres => Cow::Borrowed(text),
            DialectKind::Sqlite | DialectKind::Mysql => token::lowercase(text),
        };
        Key { schema: schema.map(folded), name: folded(name) }
    }
}

impl Equivalent<ObjectName> for Key<'_> {
    fn equivalent(&self, name: &ObjectName) -> bool {
        self.compare(name).is_eq()
    }
}

impl Comparable<ObjectName> for Key<'_> {
    fn compare(&self, name: &ObjectName) -> Ordering {
        self.schema.as_deref().cmp(&name.schema.as_deref()).then_with(|| (*self.name).cmp(&*name.name))
    }
}

/// Whether two names mean the same object.
pub fn same_name(a: &ObjectName, b: &ObjectName, dialect: DialectKind) -> bool {
    let same = |a: &str, b: &str| same_word(a, b, dialect);
    same(&a.name, &b.name) && same(a.schema.as_deref().unwrap_or(""), b.schema.as_deref().unwrap_or(""))
}

/// Whether two column, constraint or index names are the same in a dialect.
pub fn same_word(a: &str, b: &str, dialect: DialectKind) -> bool {
    if dialect == DialectKind::Postgres { a == b } else { a.eq_ignore_ascii_case(b) }
}

/// Options of a table (`ENGINE=InnoDB`), by name.
pub type Options = BTreeMap<String, String>;

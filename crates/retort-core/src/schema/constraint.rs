//! Constraints: keys, UNIQUE, CHECK, EXCLUDE, FOREIGN KEY.

use super::{Expression, IndexPart, ObjectName};

/// When a constraint is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deferral {
    /// With each statement.
    #[default]
    NotDeferrable,
    /// With each statement, unless the transaction puts it off.
    Deferrable,
    /// At the end of the transaction.
    InitiallyDeferred,
}

impl Deferral {
    /// In SQL's words; empty for the default.
    pub fn sql(self) -> &'static str {
        match self {
            Deferral::NotDeferrable => "",
            Deferral::Deferrable => "DEFERRABLE",
            Deferral::InitiallyDeferred => "DEFERRABLE INITIALLY DEFERRED",
        }
    }
}

/// A primary key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrimaryKey {
    /// The constraint's name.
    pub name: Option<String>,
    /// In order.
    pub columns: Vec<String>,
    /// Columns carried along in its index.
    pub include: Vec<String>,
    /// When it is checked.
    pub deferral: Deferral,
}

impl PrimaryKey {
    /// A plain key.
    pub fn new(name: Option<String>, columns: Vec<String>) -> PrimaryKey {
        PrimaryKey { name, columns, ..PrimaryKey::default() }
    }
}

/// A UNIQUE constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unique {
    /// The constraint's name.
    pub name: Option<String>,
    /// In order.
    pub columns: Vec<String>,
    /// Two NULLs are the same (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// Columns carried along in its index.
    pub include: Vec<String>,
    /// When it is checked.
    pub deferral: Deferral,
}

impl Unique {
    /// A plain one.
    pub fn new(name: Option<String>, columns: Vec<String>) -> Unique {
        Unique { name, columns, ..Unique::default() }
    }
}

/// A CHECK constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name.
    pub name: Option<String>,
    /// What must not be false.
    pub expression: Expression,
    /// Children do not take it over (PostgreSQL).
    pub no_inherit: bool,
    /// Rows that were there were checked (not NOT VALID).
    pub validated: bool,
    /// It is checked at all (not NOT ENFORCED).
    pub enforced: bool,
}

impl Check {
    /// A plain one.
    pub fn new(name: Option<String>, expression: Expression) -> Check {
        Check { name, expression, no_inherit: false, validated: true, enforced: true }
    }
}

/// An EXCLUDE constraint: no two rows may satisfy all its operators (PostgreSQL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// The constraint's name.
    pub name: Option<String>,
    /// The index method; None is the server's default.
    pub method: Option<String>,
    /// What is compared, and by which operator.
    pub parts: Vec<(IndexPart, String)>,
    /// The rows it covers; all when None.
    pub predicate: Option<Expression>,
    /// When it is checked.
    pub deferral: Deferral,
}

/// What happens to a child when its parent goes or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferentialAction {
    /// Refused at the end of the statement (or transaction).
    NoAction,
    /// Refused at once.
    Restrict,
    /// The child goes or changes too.
    Cascade,
    /// The child's columns become NULL.
    SetNull,
    /// The child's columns get their defaults.
    SetDefault,
}

impl ReferentialAction {
    /// In SQL's words.
    pub fn sql(self) -> &'static str {
        match self {
            ReferentialAction::NoAction => "NO ACTION",
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        }
    }
}

/// A FOREIGN KEY constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: Option<String>,
    /// The child's columns.
    pub columns: Vec<String>,
    /// The parent.
    pub ref_table: ObjectName,
    /// The parent's columns; empty means its primary key.
    pub ref_columns: Vec<String>,
    /// When the parent goes.
    pub on_delete: ReferentialAction,
    /// When the parent's key changes.
    pub on_update: ReferentialAction,
    /// The columns that SET NULL or SET DEFAULT sets on delete; empty means all (PostgreSQL 15).
    pub set_columns: Vec<String>,
    /// MATCH FULL: all columns are NULL, or none.
    pub match_full: bool,
    /// When it is checked.
    pub deferral: Deferral,
    /// Rows that were there were checked (not NOT VALID).
    pub validated: bool,
    /// It is checked at all (not NOT ENFORCED).
    pub enforced: bool,
}

impl ForeignKey {
    /// A key without actions.
    pub fn new(
        name: Option<String>,
        columns: Vec<String>,
        ref_table: ObjectName,
        ref_columns: Vec<String>,
    ) -> ForeignKey {
        ForeignKey {
            name,
            columns,
            ref_table,
            ref_columns,
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            set_columns: Vec::new(),
            match_full: false,
            deferral: Deferral::NotDeferrable,
            validated: true,
            enforced: true,
        }
    }
}

/// A constraint on its way into or out of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// PRIMARY KEY
    Primary(PrimaryKey),
    /// UNIQUE
    Unique(Unique),
    /// CHECK
    Check(Check),
    /// FOREIGN KEY
    Foreign(ForeignKey),
    /// EXCLUDE
    Exclusion(Exclusion),
}

impl Constraint {
    /// Its name, where it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Constraint::Primary(key) => key.name.as_deref(),
            Constraint::Unique(unique) => unique.name.as_deref(),
            Constraint::Check(check) => check.name.as_deref(),
            Constraint::Foreign(key) => key.name.as_deref(),
            Constraint::Exclusion(exclusion) => exclusion.name.as_deref(),
        }
    }
}

/// The kinds of constraint, for dropping one whose kind was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// PRIMARY KEY
    Primary,
    /// UNIQUE
    Unique,
    /// CHECK
    Check,
    /// FOREIGN KEY
    Foreign,
    /// EXCLUDE
    Exclusion,
}

impl ConstraintKind {
    /// In people's words.
    pub fn title(self) -> &'static str {
        match self {
            ConstraintKind::Primary => "primary key",
            ConstraintKind::Unique => "unique constraint",
            ConstraintKind::Check => "check",
            ConstraintKind::Foreign => "foreign key",
            ConstraintKind::Exclusion => "exclusion constraint",
        }
    }
}

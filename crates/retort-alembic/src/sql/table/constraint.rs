//! Constraints and indexes.

use super::{ForeignKey, Options};
use crate::sql::expression::Expr;
use crate::sql::identifier::{ConstraintName, Identifier};

/// A constraint of a table or column.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Its name.
    pub name: ConstraintName,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `deferrable=`
    pub deferrable: Option<bool>,
    /// `initially=`
    pub initially: Option<String>,
    /// `comment=` (PostgreSQL)
    pub comment: Option<String>,
    /// Options of dialects.
    pub options: Options,
    /// It belongs to a column's type (Boolean, Enum), which is there too on some dialects only.
    pub type_bound: Option<TypeBound>,
    /// A flag of a column made it: `primary_key=True`, `unique=True`.
    pub implicit: bool,
}

/// Where the CHECK of a type is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeBound {
    /// The key of the column.
    pub column: String,
    /// The dialects, by name, on which it is made.
    pub dialects: Vec<&'static str>,
}

/// What a constraint demands. Columns are named by their keys.
#[derive(Clone, Debug)]
pub enum ConstraintKind {
    /// PRIMARY KEY
    PrimaryKey {
        /// In order.
        columns: Vec<String>,
    },
    /// UNIQUE
    Unique {
        /// In order.
        columns: Vec<String>,
    },
    /// CHECK
    Check {
        /// What must not be false.
        condition: Expr,
        /// The columns that it names, where these are known.
        columns: Vec<String>,
    },
    /// FOREIGN KEY
    ForeignKey {
        /// In order.
        columns: Vec<String>,
        /// Where each points.
        targets: Vec<Target>,
        /// `ondelete=`
        ondelete: Option<String>,
        /// `onupdate=`
        onupdate: Option<String>,
        /// `match=`
        match_: Option<String>,
        /// Made by ALTER TABLE, after the tables.
        use_alter: bool,
    },
    /// EXCLUDE (PostgreSQL)
    Exclude {
        /// What is compared, and by which operator; operator classes by key stand in `ops`.
        elements: Vec<(Expr, String)>,
        /// The rows it covers.
        condition: Option<Expr>,
        /// The index method.
        using: String,
        /// Operator classes.
        ops: Vec<(String, String)>,
    },
    /// Only a name, for DROP.
    Unknown,
}

/// What a foreign key points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The schema of the table.
    pub schema: Option<Identifier>,
    /// The table.
    pub table: Identifier,
    /// The column; None takes the name of the column that points.
    pub column: Option<Identifier>,
}

impl Target {
    /// `"table.column"`, `"schema.table.column"`, `"table"`.
    pub fn parse(text: &str) -> Target {
        let parts: Vec<&str> = text.split('.').collect();
        match parts.as_slice() {
            [table] => Target { schema: None, table: (*table).into(), column: None },
            [schema @ .., table, column] => Target {
                schema: (!schema.is_empty()).then(|| schema.join(".").into()),
                table: (*table).into(),
                column: Some((*column).into()),
            },
            [] => Target { schema: None, table: "".into(), column: None },
        }
    }
}

impl Constraint {
    /// A constraint without a name.
    pub fn new(kind: ConstraintKind) -> Constraint {
        Constraint {
            name: ConstraintName::None,
            kind,
            deferrable: None,
            initially: None,
            comment: None,
            options: Options::default(),
            type_bound: None,
            implicit: false,
        }
    }

    /// The constraint with a name.
    #[must_use]
    pub fn named(mut self, name: ConstraintName) -> Constraint {
        self.name = name;
        self
    }

    /// `PrimaryKeyConstraint(…)`
    pub fn primary_key(columns: Vec<String>) -> Constraint {
        Constraint::new(ConstraintKind::PrimaryKey { columns })
    }

    /// `UniqueConstraint(…)`
    pub fn unique(columns: Vec<String>) -> Constraint {
        Constraint::new(ConstraintKind::Unique { columns })
    }

    /// `CheckConstraint(…)`
    pub fn check(condition: Expr) -> Constraint {
        let columns = super::attach::columns_of(&condition);
        Constraint::new(ConstraintKind::Check { condition, columns })
    }

    /// `ForeignKeyConstraint(columns, targets)`
    pub fn foreign_key(columns: Vec<String>, targets: Vec<Target>) -> Constraint {
        Constraint::new(ConstraintKind::ForeignKey {
            columns,
            targets,
            ondelete: None,
            onupdate: None,
            match_: None,
            use_alter: false,
        })
    }

    /// The constraint that a column's `ForeignKey` makes.
    pub(super) fn from_foreign_key(column: &str, key: &ForeignKey) -> Constraint {
        Constraint {
            name: key.name.clone(),
            deferrable: key.deferrable,
            initially: key.initially.clone(),
            options: key.options.clone(),
            implicit: true,
            ..Constraint::new(ConstraintKind::ForeignKey {
                columns: vec![column.to_owned()],
                targets: vec![key.target.clone()],
                ondelete: key.ondelete.clone(),
                onupdate: key.onupdate.clone(),
                match_: key.match_.clone(),
                use_alter: key.use_alter,
            })
        }
    }

    /// The keys of its columns.
    pub fn columns(&self) -> &[String] {
        match &self.kind {
            ConstraintKind::PrimaryKey { columns }
            | ConstraintKind::Unique { columns }
            | ConstraintKind::Check { columns, .. }
            | ConstraintKind::ForeignKey { columns, .. } => columns,
            ConstraintKind::Exclude { .. } | ConstraintKind::Unknown => &[],
        }
    }

    /// Its key in a naming convention.
    pub fn convention_key(&self) -> &'static str {
        match self.kind {
            ConstraintKind::PrimaryKey { .. } => "pk",
            ConstraintKind::Unique { .. } => "uq",
            ConstraintKind::Check { .. } => "ck",
            ConstraintKind::ForeignKey { .. } => "fk",
            ConstraintKind::Exclude { .. } => "ex",
            ConstraintKind::Unknown => "",
        }
    }
}

/// `Index(…)`
#[derive(Clone, Debug)]
pub struct Index {
    /// Its name.
    pub name: ConstraintName,
    /// In order.
    pub parts: Vec<IndexPart>,
    /// Refuses equal keys.
    pub unique: bool,
    /// Options of dialects.
    pub options: Options,
    /// `index=True` of a column made it.
    pub implicit: bool,
}

/// A part of an index.
#[derive(Clone, Debug)]
pub enum IndexPart {
    /// A column, by key.
    Column(String),
    /// An expression, `column.desc()` among them.
    Expression(Expr),
}

impl Index {
    /// `Index(name, *parts)`
    pub fn new(name: ConstraintName, parts: Vec<IndexPart>) -> Index {
        Index { name, parts, unique: false, options: Options::default(), implicit: false }
    }

    /// The keys of the columns that it names, in order.
    pub fn columns(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for part in &self.parts {
            match part {
                IndexPart::Column(key) => keys.push(key.clone()),
                IndexPart::Expression(expression) => keys.extend(super::attach::columns_of(expression)),
            }
        }
        keys
    }
}

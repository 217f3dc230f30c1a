//! One form for what a server says and for what people write: types, defaults, names that the server gives.
//!
//! Two schemas that mean the same on a server should be equal in this form; two that do not, must not be. So
//! only what is known from the vendors' pages is changed. Expressions are not rewritten here beyond a literal's
//! own cast: how a server prints them is asked of the server (`drift.rs`).

mod mysql;
mod postgres;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::schema::{ForeignKey, Options, Schema, Table};
use crate::source::DialectKind;

/// What a server of MySQL's kind takes where nothing is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerDefaults {
    /// The engine of tables.
    pub engine: String,
    /// The character set of the database.
    pub charset: String,
    /// Its collation.
    pub collation: String,
    /// The collation that goes with each character set.
    pub collations: BTreeMap<String, String>,
}

impl Default for ServerDefaults {
    /// MySQL 8.4 as it comes (18.1, 12.2).
    fn default() -> ServerDefaults {
        let own = |text: &str| text.to_owned();
        ServerDefaults {
            engine: own("InnoDB"),
            charset: own("utf8mb4"),
            collation: own("utf8mb4_0900_ai_ci"),
            collations: BTreeMap::from([(own("utf8mb4"), own("utf8mb4_0900_ai_ci"))]),
        }
    }
}

impl ServerDefaults {
    /// The collation of a table with these options.
    fn collation_of(&self, options: &Options) -> String {
        let usual = |charset: &String| self.collations.get(&charset.to_lowercase()).cloned();
        let said = options.get("COLLATE").map(|collation| collation.to_lowercase());
        said.or_else(|| options.get("CHARSET").and_then(usual)).unwrap_or_else(|| self.collation.clone())
    }

    /// Takes out what is there without being said.
    pub(crate) fn forget_usual(&self, options: &mut Options) {
        let collation = self.collation_of(options);
        let charset = collation.split('_').next().unwrap_or_default().to_owned();
        let usual = self.collations.get(&charset) == Some(&collation);
        options.remove("COLLATE");
        options.remove("CHARSET");
        if collation != self.collation {
            options.insert("CHARSET".to_owned(), charset);
            if !usual {
                options.insert("COLLATE".to_owned(), collation);
            }
        }
        if options.get("ENGINE").is_some_and(|engine| engine.eq_ignore_ascii_case(&self.engine)) {
            options.remove("ENGINE");
        }
    }
}

/// A schema in the form in which schemas of its dialect are compared. SQLite keeps what was written: nothing
/// is changed there.
#[must_use]
pub fn normalize(schema: &Schema, defaults: &ServerDefaults) -> Schema {
    let mut normal = schema.clone();
    let tables: Vec<Arc<Table>> = match schema.dialect {
        DialectKind::Sqlite => return normal,
        DialectKind::Postgres | DialectKind::Mysql => schema.tables.values().cloned().collect(),
    };
    for table in tables {
        let mut table = Table::clone(&table);
        for key in &mut table.foreign_keys {
            name_parent_columns(key, schema);
        }
        match schema.dialect {
            DialectKind::Mysql => mysql::table(&mut table, defaults),
            DialectKind::Postgres | DialectKind::Sqlite => postgres::table(&mut table),
        }
        normal.put_table(table);
    }
    match schema.dialect {
        DialectKind::Mysql => mysql::objects(&mut normal),
        DialectKind::Postgres | DialectKind::Sqlite => postgres::objects(&mut normal),
    }
    normal
}

/// `REFERENCES parent` means its primary key.
fn name_parent_columns(key: &mut ForeignKey, schema: &Schema) {
    let parent: Option<&Arc<Table>> = schema.table(&key.ref_table);
    if let Some(primary) = parent.and_then(|table| table.primary_key.as_ref())
        && key.ref_columns.is_empty()
    {
        key.ref_columns.clone_from(&primary.columns);
    }
}

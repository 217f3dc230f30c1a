//! Where a database remembers its heads: `alembic_version` or what a project calls it, one row for each head, as
//! Alembic keeps it.
//!
//! Alembic 1.20 and Retort can take turns on one database: the table has the same name, columns and key.

use sea_query::{
    Alias, ColumnDef, Expr, ExprTrait, Index, IntoTableRef, MysqlQueryBuilder, PostgresQueryBuilder, Query,
    QueryStatementWriter, SchemaStatementBuilder, SqliteQueryBuilder, Table, TableRef,
};

use crate::database::{Database, DatabaseError};
use crate::graph::Heads;
use crate::revision::RevisionId;
use crate::schema::ObjectName;
use crate::source::DialectKind;
use crate::token::text_literal;

const COLUMN: &str = "version_num";

/// Which table it is: a project may choose its name, its schema, and to do without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    /// Its name (`version_table`).
    pub name: String,
    /// Its schema (`version_table_schema`).
    pub schema: Option<String>,
    /// It has a primary key (`version_table_pk`).
    pub has_key: bool,
}

impl Default for VersionTable {
    fn default() -> VersionTable {
        VersionTable { name: "alembic_version".to_owned(), schema: None, has_key: true }
    }
}

impl VersionTable {
    /// Its name as an object of a schema on an engine. SQLite has one schema only.
    pub fn object(&self, dialect: DialectKind) -> ObjectName {
        match &self.schema {
            Some(schema) if dialect != DialectKind::Sqlite => ObjectName::qualified(schema, &self.name),
            _ => ObjectName::bare(&self.name),
        }
    }

    fn reference(&self, dialect: DialectKind) -> TableRef {
        match &self.schema {
            Some(schema) if dialect != DialectKind::Sqlite => {
                (Alias::new(schema), Alias::new(&self.name)).into_table_ref()
            }
            _ => Alias::new(&self.name).into_table_ref(),
        }
    }
}

fn schema_statement(statement: &impl SchemaStatementBuilder, dialect: DialectKind) -> String {
    match dialect {
        DialectKind::Sqlite => statement.to_string(SqliteQueryBuilder),
        DialectKind::Postgres => statement.to_string(PostgresQueryBuilder),
        DialectKind::Mysql => statement.to_string(MysqlQueryBuilder),
    }
}

fn query_statement(statement: &impl QueryStatementWriter, dialect: DialectKind) -> String {
    match dialect {
        DialectKind::Sqlite => statement.to_string(SqliteQueryBuilder),
        DialectKind::Postgres => statement.to_string(PostgresQueryBuilder),
        DialectKind::Mysql => statement.to_string(MysqlQueryBuilder),
    }
}

/// Alembic's width of the column, and the one for chains whose ids are longer (some tools name revisions by
/// whole sentences).
const WIDTH: u32 = 32;
const WIDE: u32 = 255;

/// The statements that make the table, with room for the longest id of the chain; its schema too, where it is not
/// there (a project's own environment makes it before the first revision).
pub fn create(table: &VersionTable, dialect: DialectKind, longest_id: usize) -> Vec<String> {
    let width = if longest_id > WIDTH as usize { WIDE } else { WIDTH };
    let column = ColumnDef::new(Alias::new(COLUMN)).string_len(width).not_null().to_owned();
    let mut create = Table::create().table(table.reference(dialect)).col(column).to_owned();
    if table.has_key {
        let name = format!("{}_pkc", table.name);
        create.primary_key(Index::create().name(name).primary().col(Alias::new(COLUMN)));
    }
    let schema = table.schema.as_ref().filter(|_| dialect == DialectKind::Postgres);
    let schema = schema.map(|schema| format!("CREATE SCHEMA IF NOT EXISTS {}", quote(schema)));
    schema.into_iter().chain([schema_statement(&create, dialect)]).collect()
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The statements that lead from one set of heads to another: an UPDATE where both have one row (Alembic's own
/// form), else DELETE and INSERT.
pub fn change(table: &VersionTable, before: &Heads, after: &Heads, dialect: DialectKind) -> Vec<String> {
    let gone: Vec<&RevisionId> = before.iter().filter(|id| !after.contains(id)).collect();
    let new: Vec<&RevisionId> = after.iter().filter(|id| !before.contains(id)).collect();
    let reference = || table.reference(dialect);
    let is = |id: &RevisionId| Expr::col(Alias::new(COLUMN)).eq(id.as_str());
    if let ([gone], [new]) = (gone.as_slice(), new.as_slice()) {
        let update = Query::update()
            .table(reference())
            .value(Alias::new(COLUMN), new.as_str())
            .and_where(is(gone))
            .to_owned();
        return vec![query_statement(&update, dialect)];
    }
    let deletes = gone.iter().map(|id| {
        query_statement(&Query::delete().from_table(reference()).and_where(is(id)).to_owned(), dialect)
    });
    let inserts = new.iter().map(|id| {
        let insert = Query::insert()
            .into_table(reference())
            .columns([Alias::new(COLUMN)])
            .values_panic([id.as_str().into()])
            .to_owned();
        query_statement(&insert, dialect)
    });
    deletes.chain(inserts).collect()
}

/// Whether the table is there, and the heads it holds.
///
/// # Errors
/// The database's own, when it cannot be read.
pub fn read(table: &VersionTable, db: &mut dyn Database) -> Result<Option<Heads>, DatabaseError> {
    let dialect = db.dialect();
    if db.query(&exists(table, dialect))?.is_empty() {
        return Ok(None);
    }
    let select = Query::select().column(Alias::new(COLUMN)).from(table.reference(dialect)).to_owned();
    let rows = db.query(&query_statement(&select, dialect))?;
    let ids = rows.iter().filter_map(|row| row.first()?.as_str()).map(RevisionId::new);
    Ok(Some(ids.collect()))
}

/// A question that has a row where the table is there.
fn exists(table: &VersionTable, dialect: DialectKind) -> String {
    let name = text_literal(&table.name);
    match (dialect, &table.schema) {
        (DialectKind::Sqlite, _) => {
            format!("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = {name}")
        }
        (DialectKind::Postgres, None) => {
            format!("SELECT 1 WHERE to_regclass({}) IS NOT NULL", text_literal(&quote(&table.name)))
        }
        (DialectKind::Postgres, Some(schema)) => {
            let name = format!("{}.{}", quote(schema), quote(&table.name));
            format!("SELECT 1 WHERE to_regclass({}) IS NOT NULL", text_literal(&name))
        }
        (DialectKind::Mysql, schema) => {
            let schema = schema.as_deref().map_or_else(|| "database()".to_owned(), text_literal);
            format!(
                "SELECT 1 FROM information_schema.tables WHERE table_schema = {schema} AND table_name = {name}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(text: &str) -> Heads {
        text.split_whitespace().map(RevisionId::new).collect()
    }

    #[test]
    fn the_table_is_alembics() {
        let made = |table: &VersionTable, dialect| create(table, dialect, 12).join("; ");
        assert_eq!(
            made(&VersionTable::default(), DialectKind::Postgres),
            "CREATE TABLE \"alembic_version\" ( \"version_num\" varchar(32) NOT NULL, \
             CONSTRAINT \"alembic_version_pkc\" PRIMARY KEY (\"version_num\") )"
        );
        let own = VersionTable { name: "v".into(), schema: Some("s".into()), has_key: false };
        assert_eq!(
            made(&own, DialectKind::Postgres),
            "CREATE SCHEMA IF NOT EXISTS \"s\"; CREATE TABLE \"s\".\"v\" ( \"version_num\" varchar(32) NOT NULL )"
        );
        assert_eq!(
            made(&own, DialectKind::Mysql),
            "CREATE TABLE `s`.`v` ( `version_num` varchar(32) NOT NULL )"
        );
        assert_eq!(
            made(&own, DialectKind::Sqlite),
            "CREATE TABLE \"v\" ( \"version_num\" varchar(32) NOT NULL )"
        );
    }

    #[test]
    fn heads_change_in_the_table_that_the_project_names() {
        let own = VersionTable { name: "v".into(), schema: Some("s".into()), has_key: true };
        let change =
            |before, after| change(&own, &heads(before), &heads(after), DialectKind::Postgres).join("; ");
        assert_eq!(
            change("a", "b"),
            "UPDATE \"s\".\"v\" SET \"version_num\" = 'b' WHERE \"version_num\" = 'a'"
        );
        assert_eq!(change("", "b"), "INSERT INTO \"s\".\"v\" (\"version_num\") VALUES ('b')");
        assert_eq!(change("b", ""), "DELETE FROM \"s\".\"v\" WHERE \"version_num\" = 'b'");
    }
}

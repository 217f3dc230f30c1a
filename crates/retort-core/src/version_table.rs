//! Where a database remembers its heads: `alembic_version`, one row for each head, as Alembic keeps it.
//!
//! Alembic 1.20 and Retort can take turns on one database: the table has the same name, columns and key.

use sea_query::{
    Alias, ColumnDef, Expr, ExprTrait, Index, MysqlQueryBuilder, PostgresQueryBuilder, Query,
    QueryStatementWriter, SchemaStatementBuilder, SqliteQueryBuilder, Table,
};

use crate::database::{Database, DatabaseError};
use crate::graph::Heads;
use crate::revision::RevisionId;
use crate::schema::ObjectName;
use crate::source::DialectKind;

/// The name of the table.
pub const NAME: &str = "alembic_version";
const COLUMN: &str = "version_num";

/// The table's name as an object of a schema.
pub fn name() -> ObjectName {
    ObjectName::bare(NAME)
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

/// `CREATE TABLE alembic_version`, with room for the longest id of the chain.
pub fn create(dialect: DialectKind, longest_id: usize) -> String {
    let width = if longest_id > WIDTH as usize { WIDE } else { WIDTH };
    let key = Index::create().name("alembic_version_pkc").primary().col(Alias::new(COLUMN)).to_owned();
    let column = ColumnDef::new(Alias::new(COLUMN)).string_len(width).not_null().to_owned();
    let table = Table::create().table(Alias::new(NAME)).col(column).primary_key(&mut { key }).to_owned();
    schema_statement(&table, dialect)
}

/// The statements that lead from one set of heads to another: an UPDATE where both have one row (Alembic's own
/// form), else DELETE and INSERT.
pub fn change(before: &Heads, after: &Heads, dialect: DialectKind) -> Vec<String> {
    let gone: Vec<&RevisionId> = before.iter().filter(|id| !after.contains(id)).collect();
    let new: Vec<&RevisionId> = after.iter().filter(|id| !before.contains(id)).collect();
    let table = || Alias::new(NAME);
    let is = |id: &RevisionId| Expr::col(Alias::new(COLUMN)).eq(id.as_str());
    if let ([gone], [new]) = (gone.as_slice(), new.as_slice()) {
        let update = Query::update()
            .table(table())
            .value(Alias::new(COLUMN), new.as_str())
            .and_where(is(gone))
            .to_owned();
        return vec![query_statement(&update, dialect)];
    }
    let deletes = gone.iter().map(|id| {
        query_statement(&Query::delete().from_table(table()).and_where(is(id)).to_owned(), dialect)
    });
    let inserts = new.iter().map(|id| {
        let insert = Query::insert()
            .into_table(table())
            .columns([Alias::new(COLUMN)])
            .values_panic([id.as_str().into()])
            .to_owned();
        query_statement(&insert, dialect)
    });
    deletes.chain(inserts).collect()
}

/// `DELETE` of all rows (`stamp --purge`).
pub fn purge(dialect: DialectKind) -> String {
    query_statement(&Query::delete().from_table(Alias::new(NAME)).to_owned(), dialect)
}

/// Whether the table is there, and the heads it holds.
///
/// # Errors
/// The database's own, when it cannot be read.
pub fn read(db: &mut dyn Database) -> Result<Option<Heads>, DatabaseError> {
    let exists = match db.dialect() {
        DialectKind::Sqlite => {
            format!("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{NAME}'")
        }
        DialectKind::Postgres => format!("SELECT 1 WHERE to_regclass('{NAME}') IS NOT NULL"),
        DialectKind::Mysql => format!(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = database() AND table_name = '{NAME}'"
        ),
    };
    if db.query(&exists)?.is_empty() {
        return Ok(None);
    }
    let select = Query::select().column(Alias::new(COLUMN)).from(Alias::new(NAME)).to_owned();
    let rows = db.query(&query_statement(&select, db.dialect()))?;
    let ids = rows.iter().filter_map(|row| row.first()?.as_str()).map(RevisionId::new);
    Ok(Some(ids.collect()))
}

//! What the information schema does not tell in one form: partitions, and MariaDB's sequences.

use super::{MYSQL, Tables};
use crate::database::{Database, DatabaseError};
use crate::inspect::cells::Cells;
use crate::inspect::written;
use crate::operation::Operation;
use crate::schema::{ObjectName, Partitioning, Schema, Sequence};
use crate::token;

/// How the rows of tables are spread. The server's own statement says it whole: the information schema has each
/// partition, but not how its values were grouped (MySQL 8.4, 28.3.21).
pub(super) fn partitions(db: &mut dyn Database, tables: &mut Tables) -> Result<(), DatabaseError> {
    let rows = db.query(
        "SELECT DISTINCT table_name FROM information_schema.partitions \
         WHERE table_schema = database() AND partition_name IS NOT NULL ORDER BY table_name",
    )?;
    for cells in rows.iter().map(Cells) {
        let Some(table) = tables.get_mut(cells.text(0)) else { continue };
        let said = db.query(&format!("SHOW CREATE TABLE {}", token::quote(cells.text(0), MYSQL)))?;
        table.partitioning = said.first().map(Cells).and_then(|said| partitioning(said.text(1)));
    }
    Ok(())
}

fn partitioning(create: &str) -> Option<Partitioning> {
    match written(create, MYSQL)? {
        Operation::CreateTable { table, .. } => table.partitioning.clone(),
        _ => None,
    }
}

/// MariaDB's sequences (MariaDB 10.3): each is a table of one row.
pub(super) fn sequences(db: &mut dyn Database, schema: &mut Schema) -> Result<(), DatabaseError> {
    let names = db.query(
        "SELECT table_name FROM information_schema.tables \
         WHERE table_schema = database() AND table_type = 'SEQUENCE' ORDER BY table_name",
    )?;
    for cells in names.iter().map(Cells) {
        let name = cells.text(0);
        let rows = db.query(&format!(
            "SELECT start_value, increment, minimum_value, maximum_value, cache_size, cycle_option FROM {}",
            token::quote(name, MYSQL)
        ))?;
        let Some(said) = rows.first().map(Cells) else { continue };
        schema.put_sequence(Sequence {
            start: said.number(0),
            increment: said.number(1),
            minimum: said.number(2),
            maximum: said.number(3),
            cache: said.number(4),
            cycle: said.flag(5),
            ..Sequence::new(ObjectName::bare(name))
        });
    }
    Ok(())
}

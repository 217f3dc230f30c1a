//! The clock and the chance of the machine that a database runs on.

use crate::database::{Database, Value};
use crate::dialect::Capabilities;
use crate::revision::Moment;
use crate::source::DialectKind;

/// Asks for both; `None` where the database does not answer.
pub(super) fn ask(db: &mut dyn Database, engine: &Capabilities) -> Option<Moment> {
    let rows = db.query(sql(engine)).ok()?;
    match &rows.first()?[..] {
        [Value::Integer(micros), Value::Text(chance)] => {
            Some(Moment { micros: *micros, chance: chance.clone() })
        }
        _ => None,
    }
}

/// `gen_random_uuid()` came with PostgreSQL 13, `RANDOM_BYTES()` with MySQL 5.6 and MariaDB 10.10 (their release
/// notes).
fn sql(engine: &Capabilities) -> &'static str {
    match engine.dialect {
        DialectKind::Sqlite => {
            "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000, hex(randomblob(16))"
        }
        DialectKind::Postgres if engine.number >= 13_000_000 => {
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, gen_random_uuid()::text"
        }
        DialectKind::Postgres => {
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, md5(random()::text || clock_timestamp())"
        }
        DialectKind::Mysql if engine.mariadb && engine.number < 10_010_000 => {
            "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED), SHA2(CONCAT(RAND(), UUID()), 256)"
        }
        DialectKind::Mysql => {
            "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED), HEX(RANDOM_BYTES(16))"
        }
    }
}

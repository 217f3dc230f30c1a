//! What is rendered is taken by the servers and read back as it was meant: one database is led from each
//! generated schema to the next.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use retort_core::dialect::{Hints, change_schema};
use retort_core::drift::compare;
use retort_core::operation::apply;
use retort_core::schema::Schema;
use retort_core::source::DialectKind;
use retort_core::version_table::VersionTable;

use crate::generate;
use crate::server::Scratch;

fn check(dialect: DialectKind) {
    let Some(scratch) = Scratch::new(dialect) else { return };
    let mut db = scratch.connect();
    let able = db.capabilities();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let mut held = Schema::empty(dialect);
    for _ in 0..24 {
        let mut next = generate::schema(able).new_tree(&mut runner).unwrap().current();
        if dialect == DialectKind::Postgres {
            forget_repeated_keys(&mut next);
        }
        let way = change_schema(&held, &next, &Hints::default(), &able);
        // PostgreSQL has no way to spread a table anew: another schema takes the turn.
        if way.left.iter().any(|what| what.contains("partitions")) {
            continue;
        }
        for statement in &way.sql {
            if let Err(error) = db.execute(statement) {
                panic!("{}: {statement}\nin\n{}", error.message, way.sql.join(";\n"));
            }
        }
        for operation in &way.operations {
            apply(&mut held, operation).unwrap();
        }
        let changes = compare(&held, &mut *db, &VersionTable::default()).unwrap();
        assert!(changes.is_empty(), "{changes:#?}\nafter\n{}", way.sql.join(";\n"));
    }
}

/// PostgreSQL makes no UNIQUE of the primary key's own columns when both stand in one CREATE TABLE.
fn forget_repeated_keys(schema: &mut Schema) {
    let tables: Vec<_> = schema.tables.values().map(|table| (**table).clone()).collect();
    for mut table in tables {
        let key = table.primary_key.as_ref().map(|key| key.columns.clone()).unwrap_or_default();
        table.uniques.retain(|unique| unique.columns != key);
        schema.put_table(table);
    }
}

#[test]
fn postgresql_holds_what_was_rendered() {
    check(DialectKind::Postgres);
}

#[test]
fn mysql_holds_what_was_rendered() {
    check(DialectKind::Mysql);
}

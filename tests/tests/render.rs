//! Schemas said as SQL and read again; one schema led to another.

mod generate;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use retort_core::database::Database;
use retort_core::dialect::{Capabilities, Hints, change_schema, render};
use retort_core::inspect::inspect;
use retort_core::operation::{apply, from_sql};
use retort_core::schema::{Schema, diff};
use retort_core::source::{SourceFile, SourceId};
use retort_core::version_table::VersionTable;
use retort_drivers::Sqlite;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// The same cases at each run; fewer of them in the browser.
fn runner() -> TestRunner {
    let cases = if cfg!(target_arch = "wasm32") { 16 } else { 128 };
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn run_on_model(schema: &mut Schema, sql: &[String]) -> Result<(), TestCaseError> {
    for statement in sql {
        let file = SourceFile::new(SourceId(0), "a.sql", statement.as_str());
        let read = from_sql(&file, 0..statement.len(), schema.dialect);
        prop_assert!(read.diagnostics.is_empty(), "{:?}: {statement}", read.diagnostics);
        for operation in read.value.iter().flat_map(|directive| &directive.operations) {
            let done = apply(schema, operation);
            prop_assert!(done.is_ok(), "{done:?}: {statement}");
        }
    }
    Ok(())
}

fn alike(found: &Schema, expected: &Schema, sql: &[String]) -> Result<(), TestCaseError> {
    let left = diff(found, expected);
    prop_assert!(left.is_empty(), "{left:#?}\n{}", sql.join(";\n"));
    Ok(())
}

/// The fault without the schema it was found with, which would fill pages.
fn told<T>(done: Result<(), TestError<T>>) {
    match done {
        Ok(()) => {}
        Err(TestError::Fail(reason, _) | TestError::Abort(reason)) => panic!("{reason}"),
    }
}

fn check_rendering(able: Capabilities) {
    let done = runner().run(&generate::schema(able), |schema| {
        let sql = render(&schema, &able);
        let mut read = Schema::empty(able.dialect);
        run_on_model(&mut read, &sql)?;
        alike(&read, &schema, &sql)
    });
    told(done);
}

fn check_leading(able: Capabilities) {
    let both = (generate::schema(able), generate::schema(able));
    let done = runner().run(&both, |(before, after)| {
        let way = change_schema(&before, &after, &Hints::default(), &able);
        // PostgreSQL has no way to spread a table anew: nothing that builds on it can be made.
        prop_assume!(!way.left.iter().any(|what| what.contains("partitions")));
        let mut reached = before;
        run_on_model(&mut reached, &way.sql)?;
        let mut left = diff(&reached, &after);
        // Nor has it one to move a column.
        left.retain(|change| change.name != "column order" || way.left.is_empty());
        prop_assert!(left.is_empty(), "{left:#?}\n{}", way.sql.join(";\n"));
        Ok(())
    });
    told(done);
}

const MARIADB: Capabilities = Capabilities::mariadb(10_011_000);

#[test]
fn what_is_said_is_read_again() {
    for able in [
        Capabilities::sqlite(3_053_004),
        Capabilities::postgres(15),
        Capabilities::POSTGRES,
        Capabilities::MYSQL,
        MARIADB,
    ] {
        check_rendering(able);
    }
}

#[test]
fn any_schema_is_led_to_any_other() {
    for able in [Capabilities::postgres(15), Capabilities::MYSQL, MARIADB] {
        check_leading(able);
    }
}

#[test]
fn sqlite_holds_what_was_said() {
    let able = Capabilities::sqlite(3_053_004);
    let both = (generate::schema(able), generate::schema(able));
    let done = runner().run(&both, |(before, after)| {
        let mut db = Sqlite::in_memory().map_err(|error| TestCaseError::fail(error.message))?;
        let first = render(&before, &able);
        let way = change_schema(&before, &after, &Hints::default(), &able);
        for (sql, expected) in [(first, &before), (way.sql, &after)] {
            run_on_database(&mut db, &sql)?;
            let found = inspect(&mut db, &VersionTable::default())
                .map_err(|error| TestCaseError::fail(error.message))?;
            alike(&found, expected, &sql)?;
        }
        Ok(())
    });
    told(done);
}

fn run_on_database(db: &mut dyn Database, sql: &[String]) -> Result<(), TestCaseError> {
    for statement in std::iter::once(&"PRAGMA foreign_keys=OFF".to_owned()).chain(sql) {
        let done = db.execute(statement);
        prop_assert!(done.is_ok(), "{done:?}: {statement}");
    }
    Ok(())
}

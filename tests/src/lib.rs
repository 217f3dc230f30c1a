//! The cases (`cases/**/*.md`), embedded so that the same ones run natively and in a browser.

use include_dir::{Dir, DirEntry, include_dir};
use retort_core::harness::{Case, Report, run};
use retort_core::project::Options;
use retort_drivers::Sqlite;

static CASES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cases");

/// Paths and texts of all cases, in order of path.
pub fn cases() -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let mut open = vec![&CASES];
    while let Some(folder) = open.pop() {
        for entry in folder.entries() {
            match entry {
                DirEntry::Dir(folder) => open.push(folder),
                DirEntry::File(file) => {
                    found.extend(
                        file.contents_utf8().map(|text| (file.path().to_string_lossy().into_owned(), text)),
                    );
                }
            }
        }
    }
    found.sort();
    found
}

/// Runs a case on a fresh SQLite in memory.
pub fn run_on_sqlite(text: &str) -> Report {
    match Sqlite::in_memory() {
        Ok(mut db) => {
            let capabilities = db.capabilities();
            let options = Options { programs: Some(retort_alembic::read), ..Options::default() };
            run(&Case::parse(text), &mut db, capabilities, &options)
        }
        Err(error) => Report { failures: vec![error.message], blessed: String::new() },
    }
}

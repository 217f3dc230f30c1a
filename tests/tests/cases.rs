//! The cases on native SQLite. `RETORT_BLESS=1` rewrites the expectations of cases that do not pass.
#![cfg(not(target_arch = "wasm32"))]

use retort_tests::{cases, run_on_sqlite};

#[test]
fn every_case_passes_on_native_sqlite() {
    let bless = std::env::var_os("RETORT_BLESS").is_some() && std::env::var_os("CI").is_none();
    let mut failures = Vec::new();
    let all = cases();
    assert!(all.len() > 10, "the cases are not embedded");
    for (path, text) in all {
        let report = run_on_sqlite(text);
        if bless && report.blessed != text {
            let file = format!("{}/cases/{path}", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(file, &report.blessed).unwrap();
        }
        failures.extend(report.failures.into_iter().map(|failure| format!("{path}: {failure}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn a_wrong_expectation_fails() {
    let report = run_on_sqlite(
        "# Wrong\n```file a.sql\n-- revision: a\nCREATE TABLE t (a);\n```\n## upgrade heads\n```heads\nb\n```\n",
    );
    assert_eq!(report.failures.len(), 1, "{:?}", report.failures);
}

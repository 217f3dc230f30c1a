//! The same cases in headless Chromium, on the SQLite that the playground has.
#![cfg(target_arch = "wasm32")]

use retort_tests::{cases, run_on_sqlite};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn every_case_passes_in_the_browser() {
    let all = cases();
    assert!(all.len() > 10, "the cases are not embedded");
    let failures: Vec<String> = all
        .into_iter()
        .flat_map(|(path, text)| {
            let failures = run_on_sqlite(text).failures;
            failures.into_iter().map(move |failure| format!("{path}: {failure}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

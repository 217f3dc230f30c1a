//! Whatever files there are, they are read without a panic, every place lies in its file, and what a chain of
//! another tool holds can be linked.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use proptest::prelude::*;
use retort_core::layout::LayoutKind;
use retort_core::project::{self, Options};
use retort_core::revision::Body;
use retort_core::source::DialectKind;

/// Pieces that names are made of.
const NAMES: [&str; 30] = [
    "V",
    "U",
    "R",
    "B",
    "1",
    "01",
    "2.0",
    "20240101000000",
    "_",
    "__",
    "a",
    "ä",
    ".up",
    ".down",
    ".sql",
    ".SQL",
    ".conf",
    "/",
    "up.sql",
    "down.sql",
    "migration.sql",
    "deploy/",
    "sqitch.plan",
    "meta/_journal.json",
    "atlas.sum",
    "changelog.xml",
    "metadata.toml",
    "structure.sql",
    "supabase/migrations/",
    "@v1",
];

/// Pieces that texts are made of.
const TEXTS: [&str; 44] = [
    "\n",
    "\r\n",
    " ",
    "-- ",
    "--",
    "migrate:up",
    "migrate:down transaction:false",
    "+goose Up",
    "+goose Down",
    "+goose StatementBegin",
    "+goose StatementEnd",
    "+goose ENVSUB ON",
    "${a}",
    "${",
    "}",
    "$b",
    "$$",
    "ä",
    "'",
    ";",
    "CREATE TABLE a (b INT);",
    "SELECT 1",
    "liquibase formatted sql",
    "changeset a:1 endDelimiter:\\nGO",
    "\nGO",
    "rollback DROP",
    "ignoreLines:start",
    "ignoreLines:end",
    "/* liquibase rollback",
    "*/",
    "atlas:delimiter \\n\\n",
    "atlas:checkpoint",
    "h1:",
    "%project=x",
    "a [b !c @v] 2024-01-01T00:00:00Z A <b> # c",
    "@v1",
    "{\"entries\": [{\"tag\": \"a\", \"when\": 1}]}",
    "<databaseChangeLog><include file=\"a.sql\"/>",
    "--> statement-breakpoint",
    "run_in_transaction = ",
    "INSERT INTO schema_migrations VALUES ('1')",
    "property name:a value:b",
    "revision: x",
    "[flyway]\nplaceholderPrefix=",
];

/// Names as tools want them.
const WHOLE_NAMES: [&str; 22] = [
    "V1__a.sql",
    "U1__a.sql",
    "R__a.sql",
    "B1__a.sql",
    "1_a.up.sql",
    "1_a.down.sql",
    "01_a.sql",
    "2_b.sql",
    "m/1_a/up.sql",
    "m/1_a/down.sql",
    "m/1_a/metadata.toml",
    "m/1_a/migration.sql",
    "d/meta/_journal.json",
    "d/a.sql",
    "sqitch.plan",
    "deploy/a.sql",
    "revert/a.sql",
    "m/atlas.sum",
    "m/1_a.sql",
    "a.sql",
    "changelog.xml",
    "structure.sql",
];

/// How texts begin for tools to take them.
const BEGINNINGS: [&str; 10] = [
    "",
    "-- +goose Up\n",
    "-- +goose Up\n-- +goose ENVSUB ON\n-- +goose StatementBegin\n",
    "-- migrate:up\n",
    "--liquibase formatted sql\n--changeset a:1\n",
    "-- liquibase formatted sql\n--changeset a:1 splitStatements:false\n--rollback ",
    "-- atlas:delimiter \\n\\n\n\n",
    "-- no-transaction\n",
    "%project=x\na 2024-01-01T00:00:00Z A <b> # c\n",
    "{\"entries\": [{\"tag\": \"a\", \"when\": 1}]}",
];

fn joined(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..most).prop_map(|pieces| pieces.concat())
}

fn name() -> impl Strategy<Value = String> {
    let whole = prop::sample::select(&WHOLE_NAMES[..]).prop_map(str::to_owned);
    prop_oneof![3 => whole, 1 => joined(&NAMES, 6)]
}

fn text() -> impl Strategy<Value = String> {
    (prop::sample::select(&BEGINNINGS[..]), joined(&TEXTS, 14))
        .prop_map(|(begin, rest)| format!("{begin}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_folder_is_read(
        files in prop::collection::vec((name(), text()), 0..6),
        layout in prop::option::of(prop::sample::select(&LayoutKind::ALL[..])),
        dialect in prop::option::of(prop::sample::select(&DialectKind::ALL[..])),
    ) {
        let files: Vec<(String, Vec<u8>)> = files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        let options = Options { layout, dialect, ..Options::default() };
        let opened = project::open(&files, &options);
        let project = &opened.value;
        let bodies = project.graph.iter().flat_map(|revision| [&revision.upgrade, &revision.downgrade]);
        let spans = bodies.flat_map(Body::directives).map(|directive| directive.span);
        let labels = opened.diagnostics.iter().flat_map(|said| &said.labels).map(|label| label.span);
        for span in spans.chain(labels) {
            let file = project.file(span.source).unwrap();
            prop_assert!(span.start <= span.end);
            prop_assert!(file.text.get(span.start as usize..).is_some(), "{span:?} in {}", file.name);
        }
        for revision in project.graph.iter().filter(|revision| revision.native.has_fixed_id) {
            prop_assert!(revision.down_revisions.len() < 2);
        }
    }
}

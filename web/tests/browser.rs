//! The pipeline in headless Chromium: the shipped examples, every step up and down, on the playground's SQLite.
#![cfg(target_arch = "wasm32")]

use include_dir::{Dir, include_dir};
use retort_web::engine::Handler;
use retort_web::examples;
use retort_web::pipeline::Pipeline;
use retort_web::protocol::{Call, Opened, Reply, Source, StepView};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../examples");

fn open(name: &str) -> (Pipeline, Opened) {
    let read = |path: &&str| {
        let file = EXAMPLES.get_file(format!("{name}/{path}")).expect("build.rs lists what is there");
        ((*path).to_owned(), file.contents().to_vec())
    };
    let files = examples::files(name).unwrap_or_default().iter().map(read).collect();
    let mut pipeline = Pipeline::with_programs(retort_alembic::read);
    match pipeline.handle(Call::Open(Source::Example(name.to_owned(), files)), &mut |_| {}) {
        Reply::Opened(opened) => (pipeline, *opened),
        other => panic!("{name}: {other:?}"),
    }
}

fn step(pipeline: &mut Pipeline, call: Call) -> StepView {
    match pipeline.handle(call, &mut |_| {}) {
        Reply::Stepped(step) => *step,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
fn examples_run_to_their_heads_and_back() {
    for name in examples::names() {
        let (mut pipeline, opened) = open(name);
        let steps = opened.revisions.iter().filter(|revision| revision.position.is_some()).count();
        assert_eq!(opened.step.position, steps, "{name} does not reach its head");
        for position in (0..steps).rev() {
            let down = step(&mut pipeline, Call::Down);
            assert_eq!(down.position, position, "{name}: {:?}", down.notice);
            assert_eq!(down.disagreements, [""; 0], "{name} at {position}");
            assert_eq!(down.round_trip, Some(Vec::new()), "{name} at {position}");
        }
        for position in 0..=steps {
            let up = step(&mut pipeline, Call::Seek(position));
            assert_eq!(up.position, position);
            assert_eq!(up.disagreements, [""; 0], "{name} at {position}");
        }
    }
}

#[wasm_bindgen_test]
fn any_step_of_a_long_chain_is_reached_from_any_other() {
    let revision = |at: usize| {
        let down = if at == 0 { String::new() } else { format!("-- down_revision: r{}\n", at - 1) };
        format!(
            "-- revision: r{at}\n{down}-- upgrade\nCREATE TABLE t{at} (id INTEGER PRIMARY KEY, n TEXT);\n"
        )
    };
    let text: String = (0..300).map(revision).collect();
    let mut pipeline = Pipeline::new();
    let source = Source::Pasted { text, dialect: None };
    let Reply::Opened(opened) = pipeline.handle(Call::Open(source), &mut |_| {}) else { panic!() };
    assert_eq!(opened.step.position, 300);
    for position in [5, 30, 298, 10, 150, 1, 300, 0, 77] {
        assert_eq!(step(&mut pipeline, Call::Seek(position)).tables.len(), position);
    }
}

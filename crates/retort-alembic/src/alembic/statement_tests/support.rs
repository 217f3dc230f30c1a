//! Programs of Python, and what the stage heard of them.

use retort_core::revision::Stop;
use retort_core::source::DialectKind;

pub(super) use crate::alembic::test_stage::Answer;
use crate::alembic::test_stage::{Heard, TestStage, touched};

/// Runs the body of `upgrade()` and gives what the stage heard, and how it ended if not well.
pub(super) fn heard(
    head: &str,
    body: &str,
    dialect: DialectKind,
    answers: Option<Vec<Answer>>,
) -> Vec<String> {
    let head = format!("from alembic import op\nimport sqlalchemy as sa\n{head}");
    let changed = u64::from(answers.is_some());
    let mut stage = TestStage { answers, changed, ..TestStage::new(dialect) };
    let result = stage.run(&head, &format!("conn = op.get_bind()\n{body}"));
    let mut log: Vec<String> = stage.heard.iter().filter_map(line).collect();
    match result {
        Ok(()) => {}
        Err(Stop::Failed(said)) => log.push(format!("! {} {}", said.code, said.message)),
        Err(Stop::Refused { error, .. }) => log.push(format!("! {error}")),
    }
    log
}

fn line(heard: &Heard) -> Option<String> {
    Some(match heard {
        Heard::Emitted(emitted) => emitted.sql.clone(),
        Heard::Asked(sql) => format!("? {sql}"),
        Heard::Act(act) => format!("{act:?}"),
        Heard::Opaque(step) => format!("opaque {}: {}", touched(step), step.reason),
        Heard::Said(_) => return None,
    })
}

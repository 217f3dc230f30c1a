//! A story with expectations, run through all of the above.
//!
//! In: a case (Markdown: fenced blocks are files, headings are actions, blocks under a heading are expectations)
//! and an engine. Out: a [`Report`]. After every step the inspected database must equal the replayed schema,
//! whether the case says so or not.

mod act;
mod case;

pub use case::{Action, Block, Case};

use crate::cascade::RecordRows;
use crate::dialect::Capabilities;
use crate::project::Options;

/// How a case went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was not as expected, in order; empty when the case passes.
    pub failures: Vec<String>,
    /// The case with all expectations as they really are.
    pub blessed: String,
}

/// Runs a case on an engine that holds nothing yet.
pub fn run(case: &Case, db: &mut dyn RecordRows, capabilities: Capabilities, options: &Options) -> Report {
    let mut report = Report::default();
    let mut stage = act::Stage::open(case, db, capabilities, options);
    let mut actual: Vec<String> = Vec::new();
    for action in &case.actions {
        let outcome = stage.act(action);
        report.failures.extend(outcome.faults.iter().map(|fault| format!("{}: {fault}", action.heading)));
        for block in &action.blocks {
            let found = stage.answer(block, &outcome);
            if found.trim_end() != block.text.trim_end() {
                let (info, expected) = (&block.info, block.text.trim_end());
                report.failures.push(format!(
                    "{} / {info}: expected\n{expected}\nfound\n{}",
                    action.heading,
                    found.trim_end()
                ));
            }
            actual.push(found);
        }
    }
    report.blessed = case.with_answers(&actual);
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = "# A title\nProse.\n\n```file a.sql\n-- revision: a\n```\n\n## upgrade heads\n\n```heads\na\n```\n\n```rows SELECT 1\n1\n```\n";

    #[test]
    fn a_case_is_read_and_written_back() {
        let case = Case::parse(CASE);
        assert_eq!(case.title, "A title");
        assert_eq!(case.files, [("a.sql".to_owned(), "-- revision: a\n".to_owned())]);
        assert_eq!(case.actions[0].heading, "upgrade heads");
        assert_eq!(case.actions[0].blocks[1].info, "rows SELECT 1");
        let answers = ["a\n".to_owned(), "1\n".to_owned()];
        assert_eq!(case.with_answers(&answers), CASE);
        assert_ne!(case.with_answers(&["b".to_owned(), "1".to_owned()]), CASE);
    }
}

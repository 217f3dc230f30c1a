//! Graphs for tests, in a line of text.

use crate::revision::{Body, Native, Revision, RevisionId};
use crate::source::{SourceId, Span};

/// Reads `id[<down&down][^dependency&dependency][#label&label]`, parted by blanks: `a b<a c<a^b#billing`.
pub(crate) fn revisions(text: &str) -> Vec<Revision> {
    text.split_whitespace().enumerate().map(|(nth, word)| revision(nth, word)).collect()
}

fn revision(nth: usize, word: &str) -> Revision {
    let (word, labels) = word.split_once('#').unwrap_or((word, ""));
    let (word, needs) = word.split_once('^').unwrap_or((word, ""));
    let (id, down) = word.split_once('<').unwrap_or((word, ""));
    let source = SourceId(nth as u32);
    let names = |list: &str| list.split('&').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let down: Vec<String> = names(down);
    Revision {
        id: RevisionId::new(id),
        down_revisions: down.iter().map(RevisionId::new).collect(),
        depends_on: names(needs),
        branch_labels: names(labels),
        message: String::new(),
        dialect: None,
        upgrade: Body::Directives(Vec::new()),
        downgrade: Body::Directives(Vec::new()),
        source,
        span: Span::new(source, 0, 10),
        down_span: Span::new(source, 20, 30),
        native: Native::default(),
    }
}

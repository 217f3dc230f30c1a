//! Orders revisions, and goes along their links.

use std::collections::BTreeSet;

use super::{Links, RevisionGraph};
use crate::revision::{Revision, RevisionId};

/// All revisions, lower first; along a branch while possible, ties in reading order. `groups` are the cycles:
/// when nothing else is left, the first unplaced member of one is placed as if nothing were below it.
pub(super) fn order(links: &[Links], groups: &[Vec<usize>]) -> Vec<usize> {
    let mut waits: Vec<usize> = links.iter().map(|links| links.lower.len()).collect();
    let mut placed = vec![false; links.len()];
    let mut order = Vec::with_capacity(links.len());
    let mut members = groups.iter().flatten().copied();
    // The next to place is on top: what just became possible comes before what has been so for longer.
    let mut ready: Vec<usize> = (0..links.len()).rev().filter(|&at| waits[at] == 0).collect();
    loop {
        let Some(at) = ready.pop().or_else(|| members.find(|&at| !placed[at])) else { return order };
        if std::mem::replace(&mut placed[at], true) {
            continue;
        }
        order.push(at);
        for &above in links[at].dependents.iter().rev().chain(links[at].children.iter().rev()) {
            waits[above] -= 1;
            if waits[above] == 0 && !placed[above] {
                ready.push(above);
            }
        }
    }
}

impl RevisionGraph {
    /// Everything reached from some revisions, themselves included; `next` adds the neighbours of one.
    pub(super) fn reach(
        &self,
        starts: impl IntoIterator<Item = usize>,
        next: impl Fn(usize, &mut Vec<usize>),
    ) -> Vec<bool> {
        let mut marks = vec![false; self.revisions.len()];
        let mut stack: Vec<usize> = starts.into_iter().collect();
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut marks[at], true) {
                next(at, &mut stack);
            }
        }
        marks
    }

    /// These revisions and all that must be applied before them, dependencies included: what is applied in a
    /// database with these heads. Unknown ids are passed over.
    pub fn ancestors<'a>(&self, ids: impl IntoIterator<Item = &'a RevisionId>) -> BTreeSet<RevisionId> {
        self.named(&self.marks_below(ids.into_iter().filter_map(|id| self.find(id))))
    }

    /// These revisions and all that stand on them, dependents included: what goes when they are undone.
    /// Unknown ids are passed over.
    pub fn descendants<'a>(&self, ids: impl IntoIterator<Item = &'a RevisionId>) -> BTreeSet<RevisionId> {
        self.named(&self.marks_above(ids.into_iter().filter_map(|id| self.find(id))))
    }

    pub(super) fn marks_below(&self, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
        self.reach(starts, |at, next| next.extend(self.lower(at)))
    }

    pub(super) fn marks_above(&self, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
        self.reach(starts, |at, next| next.extend(self.upper(at)))
    }

    fn named(&self, marks: &[bool]) -> BTreeSet<RevisionId> {
        let marked = self.revisions.iter().zip(marks).filter(|&(_, &mark)| mark);
        marked.map(|(revision, _)| revision.id.clone()).collect()
    }

    /// The line of a revision: what it stands on and what stands on it, by down revisions alone.
    /// A branch label stands for the line of the revision that declares it.
    pub(super) fn lineage(&self, at: usize) -> Lineage {
        let below = self.reach([at], |at, next| next.extend(self.down(at)));
        let above = self.reach([at], |at, next| next.extend(&self.links[at].children));
        Lineage { below, above }
    }

    /// The names of the branch that a revision belongs to, ordered: labels declared by it, by anything below it,
    /// or above it before the next branch point or merge point.
    pub fn branch_labels(&self, id: &RevisionId) -> BTreeSet<&str> {
        let Some(at) = self.find(id).filter(|_| !self.labels.is_empty()) else { return BTreeSet::new() };
        let mut marks = self.reach([at], |at, next| next.extend(self.down(at)));
        let mut top = at;
        let splits = |at: usize| self.links[at].down_count > 1 || self.links[at].children.len() > 1;
        while let [above] = self.links[top].children[..] {
            if splits(top) || splits(above) || std::mem::replace(&mut marks[above], true) {
                break;
            }
            top = above;
        }
        self.labels.iter().filter(|&(_, &at)| marks[at]).map(|(label, _)| label.as_str()).collect()
    }

    /// The revision that declares a branch label.
    pub fn labelled(&self, label: &str) -> Option<&Revision> {
        self.labels.get(label).map(|&at| &self.revisions[at])
    }
}

/// See [`RevisionGraph::lineage`].
pub(super) struct Lineage {
    /// The revision itself and what it stands on.
    pub(super) below: Vec<bool>,
    /// The revision itself and what stands on it.
    pub(super) above: Vec<bool>,
}

impl Lineage {
    pub(super) fn contains(&self, at: usize) -> bool {
        self.below[at] || self.above[at]
    }
}

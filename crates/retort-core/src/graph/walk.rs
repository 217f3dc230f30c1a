//! Orders revisions, and goes along their links.

use std::collections::BTreeSet;

use super::{Links, RevisionGraph};
use crate::revision::{Revision, RevisionId};

/// All revisions, lower first, even in cycles: what decides where no head leads. `groups` are the cycles:
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

    /// Some revisions, upper ones first, in the order in which Alembic goes down from these heads
    /// (`RevisionMap._topological_sort` of 1.20.1): along a branch while possible; heads in reading order, down
    /// revisions in the order in which they are written. It undoes them in this order, and applies them in the other.
    pub fn upper_first<'a>(
        &self,
        heads: impl IntoIterator<Item = &'a RevisionId>,
        among: &BTreeSet<RevisionId>,
    ) -> Vec<&RevisionId> {
        let mut todo: Vec<bool> =
            self.revisions.iter().map(|revision| among.contains(&revision.id)).collect();
        let mut tops: Vec<usize> =
            heads.into_iter().filter_map(|id| self.find(id)).filter(|&at| todo[at]).collect();
        tops.sort_unstable();
        let mut below: Vec<Vec<bool>> = tops.iter().map(|&at| self.marks_below([at])).collect();
        let (mut order, mut turn, mut turns) = (Vec::new(), 0, 0);
        while let Some(&at) = tops.get(turn) {
            // Another one stands on this: it goes first. In a cycle they would go round.
            let above = (0..tops.len()).find(|&other| other != turn && below[other][at]);
            if let Some(above) = above.filter(|_| turns < tops.len()) {
                (turn, turns) = (above, turns + 1);
                continue;
            }
            turns = 0;
            if std::mem::replace(&mut todo[at], false) {
                order.push(at);
            }
            let lower = self.needed_by(at);
            let next: Vec<usize> =
                lower.iter().copied().filter(|next| todo[*next] && !tops.contains(next)).collect();
            let Some((&first, rest)) = next.split_first() else {
                tops.remove(turn);
                below.remove(turn);
                turn = turn.saturating_sub(1);
                continue;
            };
            tops[turn] = first;
            match lower.as_slice() {
                [_] => below[turn][at] = false,
                _ => below[turn] = self.marks_below([first]),
            }
            tops.extend(rest);
            below.extend(rest.iter().map(|&at| self.marks_below([at])));
        }
        // What is reached from no head stands in a cycle or below one.
        let unreached = self.order.iter().rev().copied().filter(|&at| todo[at]);
        unreached.chain(order).map(|at| &self.revisions[at].id).collect()
    }

    /// The down revisions of a revision, and its dependencies but for those that something below it has as well.
    fn needed_by(&self, at: usize) -> Vec<usize> {
        let links = &self.links[at];
        let (down, needs) = links.lower.split_at(links.down_count);
        if needs.is_empty() {
            return down.to_vec();
        }
        let line = self.reach(down.iter().copied(), |at, next| next.extend(self.down(at)));
        let has = |at: usize, need: &usize| self.links[at].lower[self.links[at].down_count..].contains(need);
        let had = |need: &usize| (0..line.len()).any(|below| line[below] && below != at && has(below, need));
        down.iter().copied().chain(needs.iter().copied().filter(|need| !had(need))).collect()
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

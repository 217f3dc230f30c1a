//! Revisions linked: which stands on which, where the heads are, and what a target such as `billing@head` means.
//!
//! In: the [`Revision`]s of a folder, in reading order. Out: a [`RevisionGraph`], always; what is wrong with the
//! links is said in diagnostics, and the revisions it concerns stay visible but are not [runnable].
//! Nothing here decides what to run: that is [`crate::plan`].
//!
//! [runnable]: RevisionGraph::runnable

mod build;
mod cycle;
#[cfg(test)]
pub(crate) mod fixtures;
mod lanes;
mod nearest;
mod resolve;
mod resolver;
mod target;
mod walk;

pub use lanes::{LaneEdge, LaneRow, Lanes};
pub(crate) use nearest::name_some;
pub use resolve::{Cut, Restamp};
pub use target::{Range, Symbol, Target};

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use crate::revision::{Revision, RevisionId};

/// A set of revisions that a chain ends in, or that a database is at.
///
/// Empty means base: before everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Heads(BTreeSet<RevisionId>);

impl Heads {
    /// Before everything.
    pub fn base() -> Heads {
        Heads::default()
    }

    /// Whether this is base.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many heads.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this revision is one of them.
    pub fn contains(&self, id: &RevisionId) -> bool {
        self.0.contains(id)
    }

    /// The heads, ordered by id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &RevisionId> + Clone {
        self.0.iter()
    }

    /// The heads that are not in the other set: with the sets before and after a step, the rows that the
    /// version table loses (`before.without(after)`) and gains (`after.without(before)`).
    pub fn without<'a>(&'a self, other: &'a Heads) -> impl Iterator<Item = &'a RevisionId> {
        self.0.difference(&other.0)
    }

    /// The heads once this revision was applied on top of them. Cheap: looks only at what is directly below it.
    pub fn after_upgrade(&self, graph: &RevisionGraph, id: &RevisionId) -> Heads {
        let mut heads = self.clone();
        if let Some(at) = graph.find(id) {
            for &below in graph.lower(at) {
                heads.0.remove(&graph.revisions[below].id);
            }
        }
        heads.0.insert(id.clone());
        heads
    }

    /// The heads once this revision was undone. `is_applied` answers for the revisions that stay; what was
    /// directly below it becomes a head unless an applied revision still stands on it.
    pub fn after_downgrade(
        &self,
        graph: &RevisionGraph,
        id: &RevisionId,
        is_applied: &dyn Fn(&RevisionId) -> bool,
    ) -> Heads {
        let mut heads = self.clone();
        heads.0.remove(id);
        let Some(at) = graph.find(id) else { return heads };
        for &below in graph.lower(at) {
            let holds = |&above: &usize| above != at && is_applied(&graph.revisions[above].id);
            if !graph.upper(below).any(|above| holds(&above)) {
                heads.0.insert(graph.revisions[below].id.clone());
            }
        }
        heads
    }
}

impl FromIterator<RevisionId> for Heads {
    fn from_iter<I: IntoIterator<Item = RevisionId>>(ids: I) -> Heads {
        Heads(ids.into_iter().collect())
    }
}

impl fmt::Display for Heads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("base");
        }
        for (at, id) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            fmt::Display::fmt(id, f)?;
        }
        Ok(())
    }
}

/// Why a revision cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A revision read before it has the same id.
    Duplicate,
    /// It stands, over others or directly, on itself.
    InCycle,
    /// The revision directly below it does not exist.
    MissingDownRevision(RevisionId),
    /// What it depends on does not exist; as written.
    MissingDependency(String),
    /// It stands on this revision, which cannot run.
    Above(RevisionId),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Duplicate => f.write_str("another revision has the same id"),
            Broken::InCycle => f.write_str("it stands on itself, in a cycle"),
            Broken::MissingDownRevision(id) => write!(f, "its down revision `{id}` does not exist"),
            Broken::MissingDependency(name) => write!(f, "it depends on `{name}`, which does not exist"),
            Broken::Above(id) => write!(f, "it stands on `{id}`, which cannot run"),
        }
    }
}

/// All revisions, linked and checked.
///
/// Invariant: every index in the arrays below is smaller than `revisions.len()`; `order` is a permutation of
/// all indices in which, for runnable revisions, everything lower comes first.
#[derive(Clone, Debug)]
pub struct RevisionGraph {
    /// In reading order, the first of those with the same id only.
    revisions: Vec<Revision>,
    /// The later ones of those with the same id.
    duplicates: Vec<Revision>,
    index: BTreeMap<RevisionId, usize>,
    /// The revision that declares a branch label; the first one, where several do.
    labels: BTreeMap<String, usize>,
    links: Vec<Links>,
    broken: Vec<Option<Broken>>,
    order: Vec<usize>,
    /// Where in `order` a revision stands.
    place: Vec<usize>,
    heads: Heads,
    longest_id: usize,
}

/// The neighbours of one revision, each once, in the order of their ids' first mention.
#[derive(Clone, Debug, Default)]
struct Links {
    /// Down revisions, then dependencies.
    lower: Vec<usize>,
    /// How many of `lower` are down revisions.
    down_count: usize,
    /// The revisions whose down revision this is.
    children: Vec<usize>,
    /// The revisions that depend on this one, and are not its children.
    dependents: Vec<usize>,
}

impl RevisionGraph {
    /// Where the chain ends: the runnable revisions with nothing runnable above them, neither by down revision
    /// nor by dependency. The one definition of head.
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// How many characters the longest id has: the version table needs room for it.
    pub fn longest_id(&self) -> usize {
        self.longest_id
    }

    /// The revisions with nothing below them (they may depend on others), in [`iter`](Self::iter) order.
    pub fn bases(&self) -> impl Iterator<Item = &Revision> {
        self.iter().filter(|revision| revision.down_revisions.is_empty())
    }

    /// The revision of this exact id.
    pub fn get(&self, id: &RevisionId) -> Option<&Revision> {
        self.find(id).map(|at| &self.revisions[at])
    }

    /// How many revisions, duplicates not counted.
    pub fn len(&self) -> usize {
        self.revisions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }

    /// All revisions, what is lower first, as an upgrade of all would run them (see
    /// [`upper_first`](Self::upper_first)). What stands in a cycle, or only below one, comes last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Revision> + ExactSizeIterator {
        self.order.iter().map(|&at| &self.revisions[at])
    }

    /// Where in [`iter`](Self::iter) a revision stands, from 0.
    pub fn position(&self, id: &RevisionId) -> Option<usize> {
        self.find(id).map(|at| self.place[at])
    }

    /// The down revisions that exist.
    pub fn below(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        self.neighbours(id, |links| &links.lower[..links.down_count])
    }

    /// The dependencies that exist, labels resolved; those that are down revisions too are left out.
    pub fn dependencies(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        self.neighbours(id, |links| &links.lower[links.down_count..])
    }

    /// The revisions directly above.
    pub fn children(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        self.neighbours(id, |links| &links.children)
    }

    /// The revisions that depend on this one without standing directly on it.
    pub fn dependents(&self, id: &RevisionId) -> impl Iterator<Item = &Revision> {
        self.neighbours(id, |links| &links.dependents)
    }

    /// Whether it has more than one down revision.
    pub fn is_merge(&self, id: &RevisionId) -> bool {
        self.find(id).is_some_and(|at| self.links[at].down_count > 1)
    }

    /// Whether more than one revision stands directly on it.
    pub fn is_branch_point(&self, id: &RevisionId) -> bool {
        self.find(id).is_some_and(|at| self.links[at].children.len() > 1)
    }

    /// Whether it exists and nothing it stands on is missing or turns in a cycle.
    pub fn runnable(&self, id: &RevisionId) -> bool {
        self.find(id).is_some_and(|at| self.broken[at].is_none())
    }

    /// Why it cannot run; `None` for a runnable revision and for an unknown id.
    pub fn why_broken(&self, id: &RevisionId) -> Option<&Broken> {
        self.find(id).and_then(|at| self.broken[at].as_ref())
    }

    /// All revisions that cannot run and why: those of the graph in [`iter`](Self::iter) order, then the
    /// duplicates, which are not in the graph.
    pub fn broken(&self) -> impl Iterator<Item = (&Revision, &Broken)> {
        let in_graph =
            self.order.iter().filter_map(|&at| Some((&self.revisions[at], self.broken[at].as_ref()?)));
        in_graph.chain(self.duplicates.iter().map(|revision| (revision, &Broken::Duplicate)))
    }

    fn find(&self, id: &RevisionId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Down revisions and dependencies.
    fn lower(&self, at: usize) -> &[usize] {
        &self.links[at].lower
    }

    fn down(&self, at: usize) -> &[usize] {
        &self.links[at].lower[..self.links[at].down_count]
    }

    /// Children and dependents.
    fn upper(&self, at: usize) -> impl Iterator<Item = usize> {
        let links = &self.links[at];
        links.children.iter().chain(&links.dependents).copied()
    }

    fn neighbours(&self, id: &RevisionId, of: fn(&Links) -> &[usize]) -> impl Iterator<Item = &Revision> {
        let found = self.find(id).map_or(&[][..], |at| of(&self.links[at]));
        found.iter().map(|&at| &self.revisions[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Checked;

    fn build(text: &str) -> Checked<RevisionGraph> {
        RevisionGraph::build(fixtures::revisions(text))
    }

    fn ids<'a>(revisions: impl Iterator<Item = &'a Revision>) -> String {
        revisions.map(|revision| revision.id.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Heads, order, and what cannot run.
    #[track_caller]
    fn check(text: &str, heads: &str, order: &str, broken: &str) {
        let graph = build(text).value;
        assert_eq!(graph.heads().to_string(), heads, "heads of {text}");
        assert_eq!(ids(graph.iter()), order, "order of {text}");
        assert_eq!(ids(graph.broken().map(|(revision, _)| revision)), broken, "broken of {text}");
    }

    #[track_caller]
    fn check_said(text: &str, said: &[&str]) {
        let found = build(text).diagnostics;
        let found: Vec<String> =
            found.iter().map(|said| format!("{}: {}", said.code, said.message)).collect();
        assert_eq!(found, said, "{text}");
    }

    #[test]
    fn whole_chains_have_heads_and_an_order_along_branches() {
        check("", "base", "", "");
        check("a b<a c<b", "c", "a b c", "");
        check("c<b b<a a", "c", "a b c", "");
        check("a b<a c<a b2<b c2<c m<b2&c2", "m", "a c c2 b b2 m", "");
        check("x y<x a b<a", "b, y", "a b x y", "");
        check("a b<a c<a d<c^b", "d", "a b c d", "");
        check("a b<a c<a d<c^lab e<b#lab", "d", "a b e c d", "");
    }

    #[test]
    fn what_is_broken_stays_visible_and_the_rest_runs() {
        check("a b<zz c<b d<a", "d", "a d b c", "b c");
        check("a b<b c<b d<a", "d", "a d b c", "b c");
        check("a b<a&d c<b d<c e<a", "e", "a e b c d", "b c d");
        check("a b<a^c c<b", "a", "a b c", "b c");
        check("a b<a a<b", "b", "a b", "a");
        check("a b<a^nothing", "a", "a b", "b");
        check("a<a", "base", "a", "a");
    }

    #[test]
    fn every_fault_is_said_where_it_is() {
        check_said(
            "ae10 b<ae11 c<b",
            &["graph/missing-down-revision: the down revision `ae11` of `b` does not exist"],
        );
        check_said("a b<a^x1", &["graph/missing-dependency: `b` depends on `x1`, which does not exist"]);
        check_said("a b<a a<b", &["graph/duplicate-id: two revisions have the id `a`"]);
        check_said("a<a", &["graph/cycle: `a` stands on itself"]);
        check_said(
            "a<c b<a c<b",
            &["graph/cycle: revisions stand on each other in a cycle: `a` -> `b` -> `c` -> `a`"],
        );
        check_said(
            "a b<a^c c<b",
            &["graph/cycle: revisions stand on each other in a cycle: `b` -> `c` -> `b`"],
        );
        check_said(
            "a#x b<a#x c<b#a",
            &[
                "graph/duplicate-label: the branch label `x` stands at two revisions",
                "graph/duplicate-label: the branch label `a` is also the id of a revision",
            ],
        );
        check_said("a b<a c<a", &["graph/multiple-heads: the chain has 2 heads: `b` and `c`"]);
        check_said("a-1", &["graph/id-character: the id `a-1` has a `-`, which has a meaning in targets"]);
        check_said("head", &["graph/id-character: the id `head` is a word of targets"]);
        let long = "x".repeat(33);
        assert_eq!(build(&long).diagnostics[0].code, "graph/id-too-long");
        assert!(build(&"x".repeat(32)).diagnostics.is_empty());
    }

    #[test]
    fn a_missing_revision_names_what_was_meant_and_what_cannot_run() {
        let said = build("ae1027 b<ae10 c<b d<c").diagnostics.remove(0);
        assert_eq!(said.labels[0].text, "`b` cannot run, nor what stands on it: `c` and `d`");
        assert_eq!(said.labels[0].span.start, 20);
        assert_eq!(said.help[0], "Name `ae1027`, if that was meant.");
    }

    #[test]
    fn a_cycle_points_at_every_member() {
        let said = build("a<c b<a c^b").diagnostics.remove(0);
        let labels: Vec<&str> = said.labels.iter().map(|label| label.text.as_str()).collect();
        let down =
            ["the down revision of `a` is `c`", "the down revision of `b` is `a`", "`c` depends on `b`"];
        assert_eq!(labels, down);
    }

    #[test]
    fn branch_labels_reach_up_and_down_to_the_branch_point() {
        let graph = build("a b<a c<b#pay d<c x<a m<d&x").value;
        let labels = |id: &str| graph.branch_labels(&RevisionId::new(id)).into_iter().collect::<Vec<_>>();
        assert_eq!(labels("a"), [""; 0]);
        assert_eq!(labels("b"), ["pay"]);
        assert_eq!(labels("d"), ["pay"]);
        assert_eq!(labels("m"), ["pay"]);
        assert_eq!(labels("x"), [""; 0]);
    }

    #[test]
    fn ten_thousand_revisions_are_quick_and_do_not_overflow_the_stack() {
        let mut text = String::from("r0");
        for at in 1..10_000 {
            text.push_str(&format!(" r{at}<r{}", at - 1));
        }
        let graph = build(&text).value;
        assert_eq!(graph.heads().to_string(), "r9999");
        assert_eq!(graph.lanes().width, 1);
    }
}

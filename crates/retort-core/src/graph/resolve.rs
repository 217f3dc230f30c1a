//! What a target means in a graph, for a database that is somewhere.
//!
//! Invariant: a revision that is named exactly is found, whatever characters its id has.

use std::collections::BTreeSet;

use super::resolver::Resolver;
use super::target::{Symbol, Target};
use super::{Heads, RevisionGraph};
use crate::diagnostic::Diagnostic;
use crate::revision::RevisionId;

/// Where a downgrade cuts the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Stays applied; must be applied to begin with. Empty: base.
    pub keep: Heads,
    /// The lowest that go; with them goes everything above, dependents included.
    pub roots: BTreeSet<RevisionId>,
}

/// What a stamp changes in the heads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restamp {
    /// The heads that go: those on the line of a target.
    pub gone: Heads,
    /// The targets; none stands on another.
    pub stamped: Heads,
}

impl RevisionGraph {
    /// The revisions that a target names; base is the empty set. For looking at: relative targets may go both
    /// ways from `current`, and broken revisions can be named.
    ///
    /// # Errors
    /// A diagnostic `target/…` when it names nothing, or not one thing.
    pub fn resolve(&self, target: &Target, current: &Heads) -> Result<Heads, Diagnostic> {
        Ok(self.heads_of(&Resolver::new(self, target, current)?.spots()?))
    }

    /// The revisions that an upgrade to these targets must reach; base is the empty set.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve); and for `-N` without a word, and for a revision that cannot run.
    pub fn resolve_upgrade(&self, targets: &[Target], current: &Heads) -> Result<Heads, Diagnostic> {
        let mut found = Vec::new();
        for target in targets {
            if *target.symbol() == Symbol::Here && target.steps().is_some_and(|steps| steps < 0) {
                return Err(wrong_direction(target, "an upgrade", "downgrade"));
            }
            let spots = Resolver::new(self, target, current)?.spots()?;
            spots.iter().try_for_each(|&at| self.must_run(at))?;
            found.extend(spots);
        }
        Ok(self.heads_of(&found))
    }

    /// Where a downgrade to this target cuts. `-N` undoes the last N revisions of the line that the database
    /// is at; any other target stays, and what is above it (on its branch, when one is named) goes.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve); and for `+N` without a word. Whether the target is applied is not looked
    /// at here.
    pub fn resolve_downgrade(&self, target: &Target, current: &Heads) -> Result<Cut, Diagnostic> {
        let resolver = Resolver::new(self, target, current)?;
        match (target.symbol(), target.steps()) {
            (Symbol::Here, Some(steps)) if steps > 0 => {
                Err(wrong_direction(target, "a downgrade", "upgrade"))
            }
            (Symbol::Here, Some(steps)) if steps < 0 => {
                let root = resolver.lowest_to_undo(steps)?;
                Ok(Cut { keep: self.heads_of(self.down(root)), roots: self.ids_of([root]) })
            }
            _ => {
                let keep = resolver.spots()?;
                let roots =
                    if keep.is_empty() { resolver.roots_at_base() } else { resolver.roots_above(&keep) };
                Ok(Cut { keep: self.heads_of(&keep), roots: self.ids_of(roots) })
            }
        }
    }

    /// Which heads a stamp to these targets takes away, and which it sets.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), and for a revision that cannot run.
    pub fn resolve_stamp(&self, targets: &[Target], current: &Heads) -> Result<Restamp, Diagnostic> {
        let now: Vec<usize> = current.iter().filter_map(|id| self.find(id)).collect();
        let (mut gone, mut stamped) = (BTreeSet::new(), BTreeSet::new());
        for target in targets {
            let resolver = Resolver::new(self, target, current)?;
            let spots = resolver.spots()?;
            spots.iter().try_for_each(|&at| self.must_run(at))?;
            let about =
                if spots.is_empty() { resolver.line_at_base().into_iter().collect() } else { spots.clone() };
            let (below, above) = (self.marks_below(about.clone()), self.marks_above(about.clone()));
            gone.extend(now.iter().filter(|&&at| about.is_empty() || below[at] || above[at]));
            stamped.extend(spots);
        }
        let covered = self.marks_below(stamped.iter().flat_map(|&at| self.lower(at)).copied());
        let stamped: Vec<usize> = stamped.into_iter().filter(|&at| !covered[at]).collect();
        let gone: Vec<usize> = gone.into_iter().collect();
        Ok(Restamp { gone: self.heads_of(&gone), stamped: self.heads_of(&stamped) })
    }

    fn heads_of(&self, spots: &[usize]) -> Heads {
        spots.iter().map(|&at| self.revisions[at].id.clone()).collect()
    }

    fn ids_of(&self, spots: impl IntoIterator<Item = usize>) -> BTreeSet<RevisionId> {
        spots.into_iter().map(|at| self.revisions[at].id.clone()).collect()
    }

    pub(super) fn must_run(&self, at: usize) -> Result<(), Diagnostic> {
        let Some(reason) = &self.broken[at] else { return Ok(()) };
        let revision = &self.revisions[at];
        let message = format!("`{}` cannot run: {reason}", revision.id);
        Err(Diagnostic::error("target/not-runnable", message)
            .at(revision.span, reason.to_string())
            .help("Mend the links of the chain first."))
    }
}

fn wrong_direction(target: &Target, asked: &str, other: &str) -> Diagnostic {
    let message = format!("`{target}` goes the other way: {asked} was asked for");
    Diagnostic::error("target/wrong-direction", message).help(format!("Run `retort {other} {target}`."))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::revisions;
    use super::*;

    /// Two branches on `base0`: `pay`, and `post`, whose end needs the end of `pay`.
    const TWO: &str = "aaaa bbb1<aaaa#pay bbb2<bbb1 ccc1<aaaa#post ccc2<ccc1^bbb2";
    const SPLIT: &str = "aaaa bbb1<aaaa#pay bbb2<bbb1 ccc1<aaaa#post ccc2<ccc1";

    fn heads(text: &str) -> Heads {
        text.split_whitespace().map(RevisionId::new).collect()
    }

    fn up(graph: &str, current: &str, target: &str) -> Result<String, Diagnostic> {
        let graph = RevisionGraph::build(revisions(graph)).value;
        let targets = [Target::parse(target)?];
        graph.resolve_upgrade(&targets, &heads(current)).map(|heads| heads.to_string())
    }

    fn down(graph: &str, current: &str, target: &str) -> Result<String, Diagnostic> {
        let graph = RevisionGraph::build(revisions(graph)).value;
        let cut = graph.resolve_downgrade(&Target::parse(target)?, &heads(current))?;
        let roots: Vec<&str> = cut.roots.iter().map(RevisionId::as_str).collect();
        Ok(format!("{} | {}", cut.keep, roots.join(" ")))
    }

    /// What is found, or the code and the message.
    #[track_caller]
    fn check(found: Result<String, Diagnostic>, expected: &str) {
        let found = found.unwrap_or_else(|error| format!("{}: {}", error.code, error.message));
        assert_eq!(found, expected);
    }

    #[test]
    fn upgrades_reach_what_the_target_names() {
        check(up(TWO, "", "head"), "ccc2");
        check(up(TWO, "", "heads"), "ccc2");
        check(up(TWO, "", "base"), "base");
        check(up(TWO, "", "ccc1"), "ccc1");
        check(up(TWO, "", "aa"), "aaaa");
        check(up(TWO, "", "pay"), "bbb1");
        check(up(TWO, "", "pay@head"), "bbb2");
        check(up(TWO, "", "post@head"), "ccc2");
        check(up(TWO, "", "bbb1@head"), "bbb2");
        check(up(TWO, "", "pay@base+2"), "bbb1");
        check(up(TWO, "", "pay@b"), "target/ambiguous-prefix: 2 revisions begin with `b`: `bbb1` and `bbb2`");
        check(up(TWO, "", "+1"), "aaaa");
        check(up(TWO, "aaaa", "pay@+2"), "bbb2");
        check(up(TWO, "ccc1", "pay@+1"), "bbb1");
        check(up(TWO, "", "ccc2-1"), "ccc1");
        check(up(TWO, "", "aaaa-1"), "base");
        check(up(TWO, "bbb1", "current"), "bbb1");
        check(up(SPLIT, "", "heads"), "bbb2, ccc2");
        check(up(SPLIT, "", "post@heads"), "ccc2");
        check(up("a-1 a-1-2<a-1", "", "a-1"), "a-1");
        check(up("a-1 a-1-2<a-1", "", "a-1+1"), "a-1-2");
    }

    #[test]
    fn an_upgrade_to_nothing_or_many_is_refused() {
        check(up(TWO, "", "zz"), "target/unknown: no revision or branch is called `zz`");
        check(up(SPLIT, "", "head"), "target/multiple-heads: there is not one head but 2: `bbb2` and `ccc2`");
        check(up(TWO, "aaaa", "+1"), "target/ambiguous-walk: `+1` could go up to `bbb1` or `ccc1`");
        check(up(SPLIT, "bbb1 ccc1", "+1"), "target/ambiguous-walk: `+1` could start from `bbb1` or `ccc1`");
        check(up(TWO, "bbb1", "+3"), "target/too-far: `+3` goes too far: the chain ends after 1");
        check(
            up(TWO, "bbb1", "-1"),
            "target/wrong-direction: `-1` goes the other way: an upgrade was asked for",
        );
        check(up(SPLIT, "", "pay@ccc2"), "target/not-on-branch: `ccc2` is not on the branch `pay`");
        check(
            up("a b<zz", "", "b"),
            "target/not-runnable: `b` cannot run: its down revision `zz` does not exist",
        );
        check(up("a<a", "", "head"), "target/not-runnable: `a` cannot run: it stands on itself, in a cycle");
        check(up("a b<a^zz", "", "b-1"), "a");
        check(up("10", "", "1"), "target/unknown: no revision or branch is called `1`");
    }

    #[test]
    fn a_downgrade_cuts_above_the_target_or_below_the_last() {
        check(down(TWO, "ccc2", "base"), "base | aaaa");
        check(down(TWO, "ccc2", "aaaa"), "aaaa | bbb1 ccc1");
        check(down(TWO, "ccc2", "pay@aaaa"), "aaaa | bbb1");
        check(down(TWO, "ccc2", "-1"), "ccc1 | ccc2");
        check(down(TWO, "ccc2", "-2"), "aaaa | ccc1");
        check(down(TWO, "ccc2", "-3"), "base | aaaa");
        check(down(TWO, "ccc2", "-4"), "target/too-far: `-4` goes too far: the chain ends after 3");
        check(down(TWO, "ccc2", "pay@-1"), "bbb1 | bbb2");
        check(
            down(SPLIT, "bbb2 ccc2", "-1"),
            "target/ambiguous-walk: `-1` could start from `bbb2` or `ccc2`",
        );
        check(down(SPLIT, "bbb2 ccc2", "ccc2@-1"), "ccc1 | ccc2");
        check(
            down(SPLIT, "bbb2", "post@-1"),
            "target/too-far: `post@-1` goes too far: the chain ends after 0",
        );
        check(
            down(SPLIT, "bbb2", "+1"),
            "target/wrong-direction: `+1` goes the other way: a downgrade was asked for",
        );
        check(down("a b<a c<a m<b&c", "m", "-1"), "b, c | m");
        check(down("a b<a c<a m<b&c", "m", "-2"), "target/ambiguous-walk: `-2` could go down to `b` or `c`");
        check(down("a b<a c<a m<b&c", "m", "b@-2"), "a | b");
        check(down("a b<a x y<x", "b y", "a@base"), "base | a");
        check(down("a b<a x y<x", "b y", "a-1"), "base | a");
    }

    #[test]
    fn help_says_what_can_be_written_instead() {
        let help = |error: Result<String, Diagnostic>| error.unwrap_err().help.join(" ");
        assert_eq!(help(up(TWO, "", "paay@head")), "Write `pay`, if that was meant.");
        assert_eq!(help(down(SPLIT, "bbb2 ccc2", "-1")), "Say which branch: `bbb2@-1` or `ccc2@-1`.");
        assert!(help(up(SPLIT, "", "head")).contains("merge heads"));
    }
}

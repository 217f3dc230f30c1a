//! Which revisions run, in which direction and order, and which heads the database has after each.
//!
//! In: a [`RevisionGraph`], the heads that a database is at, and a [`Goal`]. Out: a [`Plan`], or the reason why
//! there is none. What the revisions do, and whether it can be undone, is not looked at here.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::graph::{Heads, RevisionGraph, Target, name_some};
use crate::revision::RevisionId;

/// What to do: targets and a direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Apply what these targets need and is not applied.
    Upgrade(Vec<Target>),
    /// Undo what is applied above this target.
    Downgrade(Target),
    /// Set the heads without running anything; heads on other branches stay, unless `purge` takes them too,
    /// even those that the chain does not know.
    Stamp {
        /// The heads to set.
        targets: Vec<Target>,
        /// Whether heads on other branches go too.
        purge: bool,
    },
}

/// Steps in order, and the heads around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where the database is.
    pub start: Heads,
    /// What is to be done; empty when there is nothing to do.
    pub steps: Vec<Step>,
    /// Where the database is afterwards.
    pub end: Heads,
}

/// One revision in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The revision. Of a stamp that sets nothing: the head that goes, which may be unknown to the graph.
    pub revision: RevisionId,
    /// The direction.
    pub kind: StepKind,
    /// The rows of the version table before. Those of the first step are the plan's start as it was found, which
    /// may have heads that stand on each other; the step's `after` is free of them.
    pub before: Heads,
    /// The rows of the version table after.
    pub after: Heads,
}

/// What a step does with its revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// Runs its upgrade.
    Upgrade,
    /// Runs its downgrade.
    Downgrade,
    /// Runs nothing, changes the heads only.
    Stamp,
}

impl StepKind {
    /// The word in machine forms.
    pub fn name(self) -> &'static str {
        match self {
            StepKind::Upgrade => "upgrade",
            StepKind::Downgrade => "downgrade",
            StepKind::Stamp => "stamp",
        }
    }
}

/// Finds the steps from the heads a database is at to a goal.
///
/// # Errors
/// `target/…` for a target that names nothing or not one thing; `plan/unknown-current` when the database is at
/// revisions that the graph does not have; `plan/not-an-ancestor` for a downgrade to what is not applied;
/// `plan/not-runnable` when a revision to undo is broken.
pub fn plan(graph: &RevisionGraph, current: &Heads, goal: &Goal) -> Result<Plan, Diagnostic> {
    let may_be_unknown = matches!(goal, Goal::Stamp { purge: true, .. });
    if !may_be_unknown {
        check_known(graph, current)?;
    }
    let steps = match goal {
        Goal::Upgrade(targets) => upgrade(graph, current, targets)?,
        Goal::Downgrade(target) => downgrade(graph, current, target)?,
        Goal::Stamp { targets, purge: false } => {
            let restamp = graph.resolve_stamp(targets, current)?;
            stamp(graph, current, &restamp.gone, &restamp.stamped)
        }
        Goal::Stamp { targets, purge: true } => {
            let restamp = graph.resolve_stamp(targets, current)?;
            stamp(graph, current, current, &restamp.stamped)
        }
    };
    let end = steps.last().map_or_else(|| current.clone(), |step| step.after.clone());
    Ok(Plan { start: current.clone(), steps, end })
}

fn upgrade(graph: &RevisionGraph, current: &Heads, targets: &[Target]) -> Result<Vec<Step>, Diagnostic> {
    let wanted = graph.resolve_upgrade(targets, current)?;
    let applied = graph.ancestors(current.iter());
    let needed = graph.ancestors(wanted.iter());
    let pending: BTreeSet<RevisionId> = needed.difference(&applied).cloned().collect();
    let mut steps = Steps::new(graph, current, &applied);
    for id in graph.upper_first(wanted.iter(), &pending).into_iter().rev() {
        let after = steps.heads.after_upgrade(graph, id);
        steps.push(id, StepKind::Upgrade, after);
    }
    Ok(steps.list)
}

fn downgrade(graph: &RevisionGraph, current: &Heads, target: &Target) -> Result<Vec<Step>, Diagnostic> {
    let cut = graph.resolve_downgrade(target, current)?;
    let mut applied = graph.ancestors(current.iter());
    if let Some(id) = cut.keep.iter().find(|id| !applied.contains(*id)) {
        return Err(not_applied(graph, id, current));
    }
    let mut steps = Steps::new(graph, current, &applied);
    let going: BTreeSet<RevisionId> = graph.descendants(&cut.roots).intersection(&applied).cloned().collect();
    for id in graph.upper_first(current.iter(), &going) {
        applied.remove(id);
        if let (Some(reason), Some(revision)) = (graph.why_broken(id), graph.get(id)) {
            let message = format!("`{id}` would have to be undone and cannot run: {reason}");
            return Err(Diagnostic::error("plan/not-runnable", message)
                .at(revision.span, reason.to_string())
                .help("Mend the links of the chain first."));
        }
        let after = steps.heads.after_downgrade(graph, id, &|id| applied.contains(id));
        steps.push(id, StepKind::Downgrade, after);
    }
    Ok(steps.list)
}

fn stamp(graph: &RevisionGraph, current: &Heads, gone: &Heads, stamped: &Heads) -> Vec<Step> {
    let by_place = |id: &RevisionId| (graph.position(id), id.clone());
    let goes = |id: &RevisionId| gone.contains(id) && !stamped.contains(id);
    let (going, mut heads): (BTreeSet<RevisionId>, BTreeSet<RevisionId>) =
        current.iter().cloned().partition(goes);
    let mut steps = Steps { list: Vec::new(), before: current.clone(), heads: current.clone() };
    if stamped.is_empty() {
        let mut downwards: Vec<RevisionId> = going.into_iter().collect();
        downwards.sort_by_key(|id| Reverse(by_place(id)));
        for id in &downwards {
            let after = steps.heads.iter().filter(|&head| head != id).cloned().collect();
            steps.push(id, StepKind::Stamp, after);
        }
        return steps.list;
    }
    let mut upwards: Vec<&RevisionId> = stamped.iter().collect();
    upwards.sort_by_key(|id| by_place(id));
    // All that goes goes with the first, even when that one is there already.
    for id in upwards {
        heads.insert(id.clone());
        let after: Heads = heads.iter().cloned().collect();
        if after != steps.heads {
            steps.push(id, StepKind::Stamp, after);
        }
    }
    steps.list
}

/// Steps being collected.
struct Steps {
    list: Vec<Step>,
    /// What the version table holds.
    before: Heads,
    /// The same without heads that others stand on.
    heads: Heads,
}

impl Steps {
    fn new(graph: &RevisionGraph, current: &Heads, applied: &BTreeSet<RevisionId>) -> Steps {
        // A cycle has no uppermost revision; its heads stay as they are.
        let is_covered = |id: &RevisionId| {
            let mut above = graph.children(id).chain(graph.dependents(id));
            graph.runnable(id) && above.any(|above| applied.contains(&above.id))
        };
        let heads = current.iter().filter(|id| !is_covered(id)).cloned().collect();
        Steps { list: Vec::new(), before: current.clone(), heads }
    }

    fn push(&mut self, id: &RevisionId, kind: StepKind, after: Heads) {
        let before = std::mem::replace(&mut self.before, after.clone());
        self.heads = after.clone();
        self.list.push(Step { revision: id.clone(), kind, before, after });
    }
}

fn check_known(graph: &RevisionGraph, current: &Heads) -> Result<(), Diagnostic> {
    let unknown: Vec<&RevisionId> = current.iter().filter(|id| graph.get(id).is_none()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let (names, whose) = match unknown.as_slice() {
        [id] => (format!("`{id}`"), "this revision"),
        _ => (name_some(&unknown, 8), "these revisions"),
    };
    let message = format!("the database is at {names}, which the chain does not have");
    Err(Diagnostic::error("plan/unknown-current", message)
        .help(format!("Add the files of {whose}; they may be on another branch of the code."))
        .help("Run `retort stamp --purge TARGET` if the tables already are as TARGET leaves them."))
}

fn not_applied(graph: &RevisionGraph, id: &RevisionId, current: &Heads) -> Diagnostic {
    let message =
        format!("`{id}` is not applied, so a downgrade cannot end there: the database is at {current}");
    let diagnostic = Diagnostic::error("plan/not-an-ancestor", message);
    let diagnostic = match graph.get(id) {
        Some(revision) => diagnostic.at(revision.span, "not below where the database is"),
        None => diagnostic,
    };
    diagnostic.help(format!("Run `retort upgrade {id}` to go there, or name a revision that is applied."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::fixtures::revisions;

    const DIAMOND: &str = "a b<a c<a m<b&c";
    const NEEDS: &str = "a b<a c<a#feat d<c^b";

    fn heads(text: &str) -> Heads {
        text.split_whitespace().map(RevisionId::new).collect()
    }

    fn goal(text: &str) -> Goal {
        let (word, rest) = text.split_once(' ').unwrap();
        let targets: Vec<Target> = rest.split(' ').map(|target| Target::parse(target).unwrap()).collect();
        match word {
            "upgrade" => Goal::Upgrade(targets),
            "downgrade" => Goal::Downgrade(targets[0].clone()),
            "stamp" => Goal::Stamp { targets, purge: false },
            "purge" => Goal::Stamp { targets, purge: true },
            _ => panic!("{word}"),
        }
    }

    /// Steps as the heads between, each with its revision; or the code.
    #[track_caller]
    fn check(graph: &str, current: &str, goal_text: &str, expected: &str) {
        let graph = RevisionGraph::build(revisions(graph)).value;
        let found = match plan(&graph, &heads(current), &goal(goal_text)) {
            Err(error) => error.code.to_owned(),
            Ok(plan) => {
                let mut text = plan.start.to_string();
                for step in &plan.steps {
                    text += &format!(" -{}-> {}", step.revision, step.after);
                }
                text
            }
        };
        assert_eq!(found, expected, "{goal_text} from {current}");
    }

    #[test]
    fn an_upgrade_applies_what_is_needed_and_missing() {
        check("a b<a", "", "upgrade head", "base -a-> a -b-> b");
        check("a b<a", "b", "upgrade head", "b");
        check("a b<a", "b", "upgrade a", "b");
        check(DIAMOND, "", "upgrade head", "base -a-> a -c-> c -b-> b, c -m-> m");
        check(DIAMOND, "c", "upgrade head", "c -b-> b, c -m-> m");
        check(NEEDS, "", "upgrade head", "base -a-> a -b-> b -c-> b, c -d-> d");
        check(NEEDS, "c", "upgrade feat@head", "c -b-> b, c -d-> d");
        check("a b<a x", "a", "upgrade b x", "a -x-> a, x -b-> b, x");
        check("a b<zz c<a", "a", "upgrade c", "a -c-> c");
        check("a b<zz c<a", "a", "upgrade b", "target/not-runnable");
    }

    #[test]
    fn a_downgrade_undoes_what_is_above() {
        check(DIAMOND, "m", "downgrade base", "m -m-> b, c -b-> c -c-> a -a-> base");
        check(DIAMOND, "m", "downgrade -1", "m -m-> b, c");
        check(DIAMOND, "m", "downgrade b", "m -m-> b, c");
        check(DIAMOND, "b c", "downgrade c@-1", "b, c -c-> b");
        check(NEEDS, "d", "downgrade -1", "d -d-> b, c");
        check(NEEDS, "d", "downgrade feat@-2", "d -d-> b, c -c-> b");
        check(NEEDS, "d", "downgrade b@-1", "d -d-> b, c -b-> c");
        check("a b<a x y<x", "b y", "downgrade x@base", "b, y -y-> b, x -x-> b");
        check("a b<a", "a", "downgrade b", "plan/not-an-ancestor");
        check("a b<a", "a", "downgrade a", "a");
        check("a b<a", "", "downgrade base", "base");
    }

    #[test]
    fn a_stamp_changes_the_heads_of_the_line_only() {
        check("a b<a c<b", "", "stamp b", "base -b-> b");
        check("a b<a c<b", "c", "stamp a", "c -a-> a");
        check("a b<a c<b", "b", "stamp head", "b -c-> c");
        check("a b<a c<b", "b", "stamp b", "b");
        check(DIAMOND, "b c", "stamp a", "b, c -a-> a");
        check(DIAMOND, "b c", "stamp m", "b, c -m-> m");
        check(DIAMOND, "b", "stamp b c", "b -c-> b, c");
        check("a b<a x y<x", "b y", "stamp a", "b, y -a-> a, y");
        check("a b<a x y<x", "b y", "stamp x@base", "b, y -y-> b");
        check("a b<a x y<x", "b y", "stamp base", "b, y -b-> y -y-> base");
        check("a b<a", "gone", "stamp a", "plan/unknown-current");
        check("a b<a", "gone", "purge a", "gone -a-> a");
        check("a b<a", "gone b", "purge b", "b, gone -b-> b");
        check("a b<a", "gone", "purge base", "gone -gone-> base");
    }

    #[test]
    fn heads_that_stand_on_each_other_are_tidied_with_the_first_step() {
        check(NEEDS, "b d", "downgrade -1", "target/ambiguous-walk");
        check("a b<a c<b", "a b", "upgrade head", "a, b -c-> c");
        check("a b<a c<b", "a b", "downgrade base", "a, b -b-> a -a-> base");
        check("a b<a c<a d<c^b e<d", "b d", "upgrade head", "b, d -e-> e");
    }

    #[test]
    fn a_database_elsewhere_is_refused_with_a_way_out() {
        let graph = RevisionGraph::build(revisions("a")).value;
        let error = plan(&graph, &heads("gone"), &goal("upgrade head")).unwrap_err();
        assert_eq!(error.message, "the database is at `gone`, which the chain does not have");
        assert!(error.help[1].contains("stamp --purge"));
    }

    #[test]
    fn broken_revisions_are_not_undone() {
        check("a b<a c<b^zz d<c x<a", "c x", "downgrade b", "plan/not-runnable");
        check("a b<a c<b^zz d<c x<a", "c x", "downgrade x@-1", "c, x -x-> c");
    }

    #[test]
    fn ten_thousand_steps_up_and_down() {
        let mut text = String::from("r0");
        for at in 1..10_000 {
            text.push_str(&format!(" r{at}<r{}", at - 1));
        }
        let graph = RevisionGraph::build(revisions(&text)).value;
        let up = plan(&graph, &Heads::base(), &goal("upgrade head")).unwrap();
        assert_eq!(up.steps.len(), 10_000);
        let down = plan(&graph, &up.end, &goal("downgrade base")).unwrap();
        assert_eq!((down.steps.len(), down.end), (10_000, Heads::base()));
    }
}

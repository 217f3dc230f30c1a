//! Random graphs against an evaluator that knows only sets and fixed points.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use retort_core::diagnostic::Diagnostic;
use retort_core::graph::{Heads, Range, RevisionGraph, Target};
use retort_core::plan::{Goal, Plan, StepKind, plan};
use retort_core::revision::{Body, Revision, RevisionId};
use retort_core::source::{SourceId, Span};

type Set = BTreeSet<usize>;

/// A graph as sets of numbers. A link to a number beyond the last leads nowhere.
#[derive(Clone, Debug)]
struct Naive {
    down: Vec<Set>,
    needs: Vec<Set>,
    labelled: Set,
    /// Reading order.
    order: Vec<usize>,
}

fn id(at: usize) -> RevisionId {
    // Ids that share beginnings: ab00, ab01, ba02, ab03 …
    RevisionId::new(format!("{}{at:02}", if at.is_multiple_of(3) { "ba" } else { "ab" }))
}

impl Naive {
    fn all(&self) -> Set {
        (0..self.down.len()).collect()
    }

    fn lower(&self, at: usize) -> Set {
        self.down[at].union(&self.needs[at]).copied().collect()
    }

    fn grow(&self, start: &Set, joins: impl Fn(usize, &Set) -> bool) -> Set {
        let mut set = start.clone();
        loop {
            let more: Set =
                self.all().into_iter().filter(|&at| !set.contains(&at) && joins(at, &set)).collect();
            if more.is_empty() {
                return set;
            }
            set.extend(more);
        }
    }

    /// With all that must be applied before.
    fn closed(&self, start: &Set) -> Set {
        self.grow(start, |at, set| set.iter().any(|&above| self.lower(above).contains(&at)))
    }

    /// With all that stands on it.
    fn upwards(&self, start: &Set) -> Set {
        self.grow(start, |at, set| !self.lower(at).is_disjoint(set))
    }

    fn upwards_on_branch(&self, start: &Set) -> Set {
        self.grow(start, |at, set| !self.down[at].is_disjoint(set))
    }

    fn children(&self, at: usize) -> Set {
        self.all().into_iter().filter(|&above| self.down[above].contains(&at)).collect()
    }

    fn maximal(&self, set: &Set) -> Set {
        set.iter().copied().filter(|at| !set.iter().any(|&above| self.lower(above).contains(at))).collect()
    }

    /// What can be applied one after the other, starting with nothing.
    fn runnable(&self) -> Set {
        self.grow(&Set::new(), |at, set| self.lower(at).is_subset(set))
    }

    /// `None`: no single way. `Some(None)`: base.
    fn walk(&self, start: usize, steps: i64) -> Option<Option<usize>> {
        let mut at = Some(start);
        for _ in 0..steps.abs() {
            let next = if steps > 0 { self.children(at?) } else { self.down[at?].clone() };
            at = match next.len() {
                0 if steps < 0 => None,
                1 => next.first().copied(),
                _ => return None,
            };
        }
        Some(at)
    }

    fn revision(&self, at: usize) -> Revision {
        let source = SourceId(at as u32);
        Revision {
            id: id(at),
            down_revisions: self.down[at].iter().map(|&at| id(at)).collect(),
            depends_on: self.needs[at].iter().map(|&at| id(at).to_string()).collect(),
            branch_labels: self
                .labelled
                .iter()
                .filter(|&&label| label == at)
                .map(|at| format!("lab{at}"))
                .collect(),
            message: String::new(),
            dialect: None,
            upgrade: Body::Directives(Vec::new()),
            downgrade: Body::Directives(Vec::new()),
            source,
            span: Span::new(source, 0, 1),
            down_span: Span::new(source, 2, 3),
            native: retort_core::revision::Native::default(),
        }
    }

    fn graph(&self) -> RevisionGraph {
        RevisionGraph::build(self.order.iter().map(|&at| self.revision(at)).collect()).value
    }
}

/// A graph whose links go to smaller numbers only, read in any order.
fn whole() -> impl Strategy<Value = Naive> {
    let link = prop::collection::vec(any::<Index>(), 0..3);
    let revision = (link, prop::collection::vec(any::<Index>(), 0..2), any::<bool>(), 0..4_u8);
    prop::collection::vec(revision, 1..=14).prop_flat_map(|revisions| {
        let count = revisions.len();
        let pick = |at: usize, links: &[Index]| -> Set {
            if at == 0 { Set::new() } else { links.iter().map(|link| link.index(at)).collect() }
        };
        let down = revisions.iter().enumerate().map(|(at, (down, ..))| pick(at, down)).collect::<Vec<_>>();
        let needs = revisions.iter().enumerate();
        let needs =
            needs.map(|(at, (_, needs, _, rare))| if *rare == 0 { pick(at, needs) } else { Set::new() });
        let labelled = (0..count).filter(|&at| revisions[at].2).collect::<Set>();
        let (needs, order) = (needs.collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
        Just(order).prop_shuffle().prop_map(move |order| Naive {
            down: down.clone(),
            needs: needs.clone(),
            labelled: labelled.clone(),
            order,
        })
    })
}

/// A graph whose links go anywhere, also nowhere, with some revisions read twice.
fn any_graph() -> impl Strategy<Value = Naive> {
    (1..=14_usize).prop_flat_map(|count| {
        let links = || prop::collection::vec(prop::collection::btree_set(0..count + 1, 0..3), count);
        let few = prop::collection::vec(prop::collection::btree_set(0..count + 1, 0..=1), count);
        let order = prop::collection::vec(0..count, count..=count + 3);
        (links(), few, order).prop_map(move |(down, needs, extra)| {
            let order = (0..count).chain(extra.into_iter().take(3)).collect();
            Naive { down, needs, labelled: Set::new(), order }
        })
    })
}

fn some(picks: &[Index], from: &Set) -> Set {
    let from: Vec<usize> = from.iter().copied().collect();
    if from.is_empty() { Set::new() } else { picks.iter().map(|pick| from[pick.index(from.len())]).collect() }
}

fn heads(set: &Set) -> Heads {
    set.iter().map(|&at| id(at)).collect()
}

fn ids(set: &Set) -> BTreeSet<RevisionId> {
    set.iter().map(|&at| id(at)).collect()
}

fn number(id: &RevisionId) -> usize {
    id.as_str()[2..].parse().expect("ids end in their number")
}

fn targets(set: &Set) -> Vec<Target> {
    set.iter().map(|&at| Target::parse(id(at).as_str()).expect("ids are targets")).collect()
}

/// Follows a plan with sets: every step is possible, and its heads are the uppermost of what is applied then.
fn follow(naive: &Naive, applied: &Set, plan: &Plan) -> Result<Set, TestCaseError> {
    let mut applied = applied.clone();
    for step in &plan.steps {
        prop_assert_eq!(&step.before, &heads(&naive.maximal(&applied)));
        let at = number(&step.revision);
        match step.kind {
            StepKind::Upgrade => {
                prop_assert!(naive.lower(at).is_subset(&applied), "{} too early", step.revision);
                prop_assert!(applied.insert(at), "{} twice", step.revision);
            }
            StepKind::Downgrade => {
                prop_assert!(applied.remove(&at), "{} is not applied", step.revision);
                let above = applied.iter().any(|&above| naive.lower(above).contains(&at));
                prop_assert!(!above, "{} is still needed", step.revision);
            }
            StepKind::Stamp => prop_assert!(false, "nothing was to be stamped"),
        }
        prop_assert_eq!(&step.after, &heads(&naive.maximal(&applied)));
    }
    prop_assert_eq!(&plan.end, &heads(&naive.maximal(&applied)));
    Ok(applied)
}

fn resolved(graph: &RevisionGraph, text: &str) -> Result<Heads, Diagnostic> {
    graph.resolve(&Target::parse(text)?, &Heads::base())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn heads_order_and_reach_are_those_of_sets(naive in whole(), picks in prop::collection::vec(any::<Index>(), 0..4)) {
        let graph = naive.graph();
        prop_assert_eq!(graph.heads(), &heads(&naive.maximal(&naive.all())));
        prop_assert_eq!(graph.broken().count(), 0);
        let picked = some(&picks, &naive.all());
        prop_assert_eq!(graph.ancestors(&ids(&picked)), ids(&naive.closed(&picked)));
        prop_assert_eq!(graph.descendants(&ids(&picked)), ids(&naive.upwards(&picked)));
        let mut seen = Set::new();
        for revision in graph.iter() {
            let at = number(&revision.id);
            prop_assert!(naive.lower(at).is_subset(&seen));
            prop_assert!(seen.insert(at));
            prop_assert_eq!(graph.is_merge(&revision.id), naive.down[at].len() > 1);
            prop_assert_eq!(graph.is_branch_point(&revision.id), naive.children(at).len() > 1);
        }
        prop_assert_eq!(seen, naive.all());
    }

    #[test]
    fn an_upgrade_covers_exactly_what_is_missing(
        naive in whole(),
        at in prop::collection::vec(any::<Index>(), 0..4),
        to in prop::collection::vec(any::<Index>(), 1..4),
    ) {
        let graph = naive.graph();
        let applied = naive.closed(&some(&at, &naive.all()));
        let current = heads(&naive.maximal(&applied));
        let wanted = some(&to, &naive.all());
        let found = plan(&graph, &current, &Goal::Upgrade(targets(&wanted))).unwrap();
        let after = follow(&naive, &applied, &found)?;
        let expected: Set = naive.closed(&wanted).union(&applied).copied().collect();
        prop_assert_eq!(&after, &expected);

        // Undone in reverse, one by one, the database is where it was before each.
        let mut applied = after;
        let mut now = found.end.clone();
        for step in found.steps.iter().rev() {
            applied.remove(&number(&step.revision));
            now = now.after_downgrade(&graph, &step.revision, &|id| applied.contains(&number(id)));
            prop_assert_eq!(&now, &step.before);
        }
        prop_assert_eq!(now, current);
    }

    #[test]
    fn a_downgrade_undoes_exactly_what_is_above(
        naive in whole(),
        at in prop::collection::vec(any::<Index>(), 1..4),
        to in any::<Index>(),
    ) {
        let graph = naive.graph();
        let applied = naive.closed(&some(&at, &naive.all()));
        let current = heads(&naive.maximal(&applied));
        let keep = to.index(naive.down.len());
        let target = Target::parse(id(keep).as_str()).unwrap();
        let found = plan(&graph, &current, &Goal::Downgrade(target));
        if !applied.contains(&keep) {
            prop_assert_eq!(found.unwrap_err().code, "plan/not-an-ancestor");
            return Ok(());
        }
        let found = found.unwrap();
        let going = naive.upwards(&naive.children(keep));
        let expected: Set = applied.difference(&going).copied().collect();
        prop_assert_eq!(follow(&naive, &applied, &found)?, expected.clone());

        let again = plan(&graph, &found.end, &Goal::Upgrade(targets(&naive.maximal(&applied)))).unwrap();
        prop_assert_eq!(follow(&naive, &expected, &again)?, applied.clone());
        let base = plan(&graph, &current, &Goal::Downgrade(Target::parse("base").unwrap())).unwrap();
        prop_assert_eq!(follow(&naive, &applied, &base)?, Set::new());
    }

    #[test]
    fn the_last_n_are_undone_when_there_is_one_way(naive in whole(), at in any::<Index>(), steps in 1..5_i64) {
        let graph = naive.graph();
        let top = at.index(naive.down.len());
        let applied = naive.closed(&Set::from([top]));
        let target = Target::parse(&format!("-{steps}")).unwrap();
        let found = plan(&graph, &heads(&Set::from([top])), &Goal::Downgrade(target));
        match naive.walk(top, 1 - steps).flatten() {
            None => prop_assert!(matches!(found.unwrap_err().code, "target/too-far" | "target/ambiguous-walk")),
            Some(root) => {
                let going = naive.upwards(&Set::from([root]));
                let expected: Set = applied.difference(&going).copied().collect();
                prop_assert_eq!(follow(&naive, &applied, &found.unwrap())?, expected);
            }
        }
    }

    #[test]
    fn targets_name_what_sets_say(naive in whole(), at in any::<Index>(), steps in -4..=4_i64, cut in 0..=4_usize) {
        let graph = naive.graph();
        let at = at.index(naive.down.len());
        let found = resolved(&graph, &format!("{}{steps:+}", id(at)));
        match naive.walk(at, steps) {
            Some(end) => prop_assert_eq!(found.unwrap(), heads(&end.into_iter().collect())),
            None => prop_assert!(matches!(found.unwrap_err().code, "target/too-far" | "target/ambiguous-walk")),
        }

        let prefix = &id(at).to_string()[..cut];
        let begin: Set = naive.all().into_iter().filter(|&at| id(at).as_str().starts_with(prefix)).collect();
        let found = resolved(&graph, prefix).map_err(|error| error.code);
        match (cut, begin.len()) {
            (0, _) => prop_assert_eq!(found, Err("target/unreadable")),
            (_, 1) => prop_assert_eq!(found, Ok(heads(&begin))),
            _ => prop_assert_eq!(found, Err("target/ambiguous-prefix")),
        }

        if naive.labelled.contains(&at) {
            prop_assert_eq!(resolved(&graph, &format!("lab{at}")).unwrap(), heads(&Set::from([at])));
            let line = naive.upwards_on_branch(&Set::from([at]));
            let ends: Set = line.into_iter().filter(|&end| naive.children(end).is_empty()).collect();
            prop_assert_eq!(resolved(&graph, &format!("lab{at}@heads")).unwrap(), heads(&ends));
            let single = resolved(&graph, &format!("lab{at}@head"));
            prop_assert_eq!(single.is_ok(), ends.len() == 1);
        }
    }

    #[test]
    fn a_stamp_ends_at_its_target_and_leaves_other_lines(naive in whole(), at in prop::collection::vec(any::<Index>(), 0..4), to in any::<Index>()) {
        let graph = naive.graph();
        let applied = naive.closed(&some(&at, &naive.all()));
        let current = naive.maximal(&applied);
        let to = Set::from([to.index(naive.down.len())]);
        let found = plan(&graph, &heads(&current), &Goal::Stamp { targets: targets(&to), purge: false }).unwrap();
        let line: Set = naive.closed(&to).union(&naive.upwards(&to)).copied().collect();
        let expected: Set = current.difference(&line).chain(&to).copied().collect();
        prop_assert_eq!(found.end, heads(&expected));
    }

    #[test]
    fn any_text_is_answered(
        naive in any_graph(),
        text in prop_oneof![
            any::<String>(),
            "[ab0-9@+:#\\- ]{0,12}",
            "(ab0[0-9]|lab[0-9]|head|heads|base|current|@|[+-][0-9]{1,20}|[+-]|:){0,5}",
        ],
        at in prop::collection::vec(any::<Index>(), 0..3),
    ) {
        let graph = naive.graph();
        let current = heads(&some(&at, &naive.all()));
        let _ = Range::parse(&text);
        if let Ok(target) = Target::parse(&text) {
            let _ = graph.resolve(&target, &current);
            let targets = vec![target.clone()];
            let _ = plan(&graph, &current, &Goal::Upgrade(targets.clone()));
            let _ = plan(&graph, &current, &Goal::Downgrade(target));
            let _ = plan(&graph, &current, &Goal::Stamp { targets: targets.clone(), purge: false });
            let _ = plan(&graph, &current, &Goal::Stamp { targets, purge: true });
        }
    }

    #[test]
    fn what_is_whole_of_a_broken_graph_runs(naive in any_graph()) {
        let built = RevisionGraph::build(naive.order.iter().map(|&at| naive.revision(at)).collect());
        let graph = built.value;
        let runnable = naive.runnable();
        for at in naive.all() {
            prop_assert_eq!(graph.runnable(&id(at)), runnable.contains(&at), "{}", id(at));
        }
        let is_whole = runnable.len() == naive.order.len();
        prop_assert_eq!(built.diagnostics.iter().any(Diagnostic::is_error), !is_whole);
        prop_assert_eq!(graph.broken().count(), naive.order.len() - runnable.len());
        prop_assert_eq!(graph.heads(), &heads(&naive.maximal(&runnable)));
        let up = plan(&graph, &Heads::base(), &Goal::Upgrade(targets(&runnable))).unwrap();
        prop_assert_eq!(follow(&naive, &Set::new(), &up)?, runnable.clone());
        let broken: Set = naive.all().difference(&runnable).copied().collect();
        for at in broken {
            let refused = plan(&graph, &Heads::base(), &Goal::Upgrade(targets(&Set::from([at]))));
            prop_assert_eq!(refused.unwrap_err().code, "target/not-runnable");
        }
    }

    #[test]
    fn lanes_are_not_crossed(naive in prop_oneof![whole(), any_graph()]) {
        let graph = naive.graph();
        let lanes = graph.lanes();
        prop_assert_eq!(lanes.rows.len(), graph.len());
        prop_assert!(lanes.rows.iter().all(|row| row.lane < lanes.width));
        for edge in lanes.edges.iter().filter(|edge| !edge.dependency && edge.from < edge.to) {
            let lane = lanes.rows[edge.from as usize].lane;
            let between = &lanes.rows[edge.from as usize + 1..edge.to as usize];
            prop_assert!(between.iter().all(|row| row.lane != lane), "{:?}", edge);
        }
    }
}

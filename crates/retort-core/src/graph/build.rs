//! Links revisions by their ids, finds out which can run, and says what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::cycle::{cycles, shortest_cycle};
use super::nearest::{any_of, name_some, nearest};
use super::walk::order;
use super::{Broken, Heads, Links, RevisionGraph};
use crate::diagnostic::{Checked, Diagnostic};
use crate::revision::{Revision, RevisionId};

/// The version table's column is VARCHAR(32), as Alembic made it.
const LONGEST_ID: usize = 32;
/// What targets use between their parts.
const RESERVED: &[char] = &['@', '-', '+', ':'];
/// Names listed in one sentence.
const LISTED: usize = 5;
/// Missing links that get the full advice; more of them come from one cause, and the advice costs time.
const ADVISED: usize = 50;

/// A link to something that is not there.
struct Missing {
    from: usize,
    reason: Broken,
}

impl RevisionGraph {
    /// Links revisions, given in reading order. Never fails: what is broken stays in the graph to be seen, is
    /// said in the diagnostics (in source order), and is not [runnable](RevisionGraph::runnable).
    pub fn build(revisions: Vec<Revision>) -> Checked<RevisionGraph> {
        let mut diagnostics = Vec::new();
        let mut graph = index(revisions, &mut diagnostics);
        name_labels(&mut graph, &mut diagnostics);
        let missing = link(&mut graph);
        let groups = cycles(&graph.links);
        mark_broken(&mut graph, &missing, &groups);
        report_cycles(&graph, &groups, &mut diagnostics);
        report_missing(&graph, &missing, &mut diagnostics);
        graph.order = order(&graph.links, &groups);
        graph.order = in_order_of_plans(&graph);
        for (place, &at) in graph.order.iter().enumerate() {
            graph.place[at] = place;
        }
        graph.heads = find_heads(&graph);
        check_ids(&graph, &mut diagnostics);
        diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        report_heads(&graph, &mut diagnostics);
        Checked { value: graph, diagnostics }
    }
}

/// All revisions in the order in which an upgrade would run them.
fn in_order_of_plans(graph: &RevisionGraph) -> Vec<usize> {
    let tops = (0..graph.revisions.len()).filter(|&at| graph.upper(at).next().is_none());
    let tops = tops.map(|at| &graph.revisions[at].id);
    let all = graph.index.keys().cloned().collect();
    let upper_first = graph.upper_first(tops, &all);
    upper_first.into_iter().rev().filter_map(|id| graph.find(id)).collect()
}

/// A graph without links, of the first revision of each id.
fn index(all: Vec<Revision>, diagnostics: &mut Vec<Diagnostic>) -> RevisionGraph {
    let mut index = BTreeMap::new();
    let (mut revisions, mut duplicates): (Vec<Revision>, Vec<Revision>) = (Vec::new(), Vec::new());
    for revision in all {
        if let Some(&first) = index.get(&revision.id) {
            let first: &Revision = &revisions[first];
            let message = format!("two revisions have the id `{}`", revision.id);
            diagnostics.push(
                Diagnostic::error("graph/duplicate-id", message)
                    .at(revision.span, "this one is left out")
                    .at(first.span, "this one was read first and is kept")
                    .help("Give one of them another id, and mend the down revision of what stands on it."),
            );
            duplicates.push(revision);
        } else {
            index.insert(revision.id.clone(), revisions.len());
            revisions.push(revision);
        }
    }
    let count = revisions.len();
    let longest_id = revisions.iter().map(|revision| revision.id.as_str().chars().count()).max().unwrap_or(0);
    RevisionGraph {
        longest_id,
        revisions,
        duplicates,
        index,
        labels: BTreeMap::new(),
        links: vec![Links::default(); count],
        broken: vec![None; count],
        order: Vec::new(),
        place: vec![0; count],
        heads: Heads::base(),
    }
}

fn name_labels(graph: &mut RevisionGraph, diagnostics: &mut Vec<Diagnostic>) {
    for (at, revision) in graph.revisions.iter().enumerate() {
        for label in &revision.branch_labels {
            let taken = graph.index.get(label.as_str()).or_else(|| graph.labels.get(label));
            if let Some(&other) = taken {
                let other = &graph.revisions[other];
                let (message, role) = if other.id.as_str() == label {
                    (
                        format!("the branch label `{label}` is also the id of a revision"),
                        "the revision of this id",
                    )
                } else if other.id == revision.id {
                    continue;
                } else {
                    (format!("the branch label `{label}` stands at two revisions"), "this one was read first")
                };
                diagnostics.push(
                    Diagnostic::error("graph/duplicate-label", message)
                        .at(revision.span, format!("`{label}` is not used for this one"))
                        .at(other.span, role)
                        .help(format!("Give the branch that begins at `{}` another label.", revision.id)),
                );
            } else {
                graph.labels.insert(label.clone(), at);
            }
        }
    }
}

/// Sets the links between revisions that exist; returns those that lead nowhere.
fn link(graph: &mut RevisionGraph) -> Vec<Missing> {
    let mut missing = Vec::new();
    for (at, revision) in graph.revisions.iter().enumerate() {
        let mut seen = BTreeSet::new();
        let mut lower = Vec::new();
        for id in &revision.down_revisions {
            match graph.index.get(id) {
                Some(&down) if seen.insert(down) => lower.push(down),
                Some(_) => {}
                None => missing.push(Missing { from: at, reason: Broken::MissingDownRevision(id.clone()) }),
            }
        }
        let down_count = lower.len();
        for name in &revision.depends_on {
            match graph.index.get(name.as_str()).or_else(|| graph.labels.get(name)) {
                Some(&needed) if seen.insert(needed) => lower.push(needed),
                Some(_) => {}
                None => missing.push(Missing { from: at, reason: Broken::MissingDependency(name.clone()) }),
            }
        }
        for (place, &below) in lower.iter().enumerate() {
            let links = &mut graph.links[below];
            let side = if place < down_count { &mut links.children } else { &mut links.dependents };
            side.push(at);
        }
        graph.links[at].lower = lower;
        graph.links[at].down_count = down_count;
    }
    missing
}

/// Marks what cannot run by itself, then everything above it.
fn mark_broken(graph: &mut RevisionGraph, missing: &[Missing], groups: &[Vec<usize>]) {
    for &at in groups.iter().flatten() {
        graph.broken[at] = Some(Broken::InCycle);
    }
    for link in missing {
        graph.broken[link.from].get_or_insert_with(|| link.reason.clone());
    }
    let mut queue: Vec<usize> = (0..graph.revisions.len()).filter(|&at| graph.broken[at].is_some()).collect();
    let mut next = 0;
    while let Some(&at) = queue.get(next) {
        next += 1;
        let cause = match &graph.broken[at] {
            Some(Broken::Above(cause)) => cause.clone(),
            _ => graph.revisions[at].id.clone(),
        };
        let above: Vec<usize> = graph.upper(at).filter(|&above| graph.broken[above].is_none()).collect();
        for above in above {
            graph.broken[above] = Some(Broken::Above(cause.clone()));
            queue.push(above);
        }
    }
}

fn report_missing(graph: &RevisionGraph, missing: &[Missing], diagnostics: &mut Vec<Diagnostic>) {
    for (nth, link) in missing.iter().enumerate() {
        let revision = &graph.revisions[link.from];
        let id = &revision.id;
        let (code, wanted, span, message) = match &link.reason {
            Broken::MissingDownRevision(down) => {
                let message = format!("the down revision `{down}` of `{id}` does not exist");
                ("graph/missing-down-revision", down.as_str(), revision.down_span, message)
            }
            Broken::MissingDependency(name) => {
                let message = format!("`{id}` depends on `{name}`, which does not exist");
                ("graph/missing-dependency", name.as_str(), revision.span, message)
            }
            Broken::Duplicate | Broken::InCycle | Broken::Above(_) => continue,
        };
        let mut diagnostic = Diagnostic::error(code, message);
        if nth < ADVISED {
            diagnostic = diagnostic.at(span, who_cannot_run(graph, link.from));
            diagnostic = advise(graph, id, wanted, diagnostic);
        } else {
            diagnostic = diagnostic.at(span, format!("`{id}` cannot run"));
        }
        diagnostics.push(diagnostic);
    }
}

/// Says how a link that leads nowhere can be mended.
fn advise(graph: &RevisionGraph, id: &RevisionId, wanted: &str, diagnostic: Diagnostic) -> Diagnostic {
    let ids =
        || graph.revisions.iter().map(|revision| revision.id.as_str()).filter(|&near| near != id.as_str());
    let alike: Vec<&str> = ids().filter(|near| is_respelled(near, wanted)).collect();
    if let [respelled] = alike.as_slice() {
        return diagnostic.help(format!("Name `{respelled}`: that is its spelling now."));
    }
    let near = nearest(wanted, ids());
    let diagnostic = match near.is_empty() {
        true => diagnostic,
        false => diagnostic.help(format!("Name {}, if that was meant.", any_of(near))),
    };
    diagnostic.help(format!("Add the file of `{wanted}`; it may be on another branch."))
}

/// Two names that differ in capitals, `-`, `_`, `.` and spaces only.
fn is_respelled(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> Vec<char> {
        let letters = name.chars().filter(|found| !matches!(found, '-' | '_' | '.' | ' '));
        letters.flat_map(char::to_lowercase).collect()
    };
    one.len() == other.len() && letters(one) == letters(other)
}

fn who_cannot_run(graph: &RevisionGraph, at: usize) -> String {
    let marks = graph.reach([at], |at, next| next.extend(graph.upper(at)));
    let above = (0..marks.len()).filter(|&other| marks[other] && other != at);
    let names = name_some(above.map(|other| &graph.revisions[other].id), LISTED);
    let id = &graph.revisions[at].id;
    if names.is_empty() {
        format!("`{id}` cannot run")
    } else {
        format!("`{id}` cannot run, nor what stands on it: {names}")
    }
}

fn report_cycles(graph: &RevisionGraph, groups: &[Vec<usize>], diagnostics: &mut Vec<Diagnostic>) {
    for group in groups {
        let cycle = shortest_cycle(&graph.links, group);
        let ids: Vec<&RevisionId> = cycle.iter().map(|&at| &graph.revisions[at].id).collect();
        let message = match ids.as_slice() {
            [id] if group.len() == 1 => format!("`{id}` stands on itself"),
            [id] => format!("`{id}` stands on itself, in a tangle of {} revisions", group.len()),
            _ => format!("revisions stand on each other in a cycle: {}", arrows(&ids)),
        };
        let mut diagnostic = Diagnostic::error("graph/cycle", message);
        for (place, &at) in cycle.iter().enumerate() {
            let lower = cycle[(place + cycle.len() - 1) % cycle.len()];
            diagnostic = label_member(graph, diagnostic, at, lower);
        }
        let named: BTreeSet<usize> = cycle.iter().copied().collect();
        for &at in group.iter().filter(|at| !named.contains(at)) {
            diagnostic = diagnostic.at(graph.revisions[at].span, "stands on the cycle, and the cycle on it");
        }
        let help = "Change one of these links so that the chain begins somewhere; base has no down revision.";
        diagnostics.push(diagnostic.help(help));
    }
}

/// Points at the line that makes a member stand on the one before it.
fn label_member(graph: &RevisionGraph, diagnostic: Diagnostic, at: usize, lower: usize) -> Diagnostic {
    let (revision, below) = (&graph.revisions[at], &graph.revisions[lower].id);
    if graph.down(at).contains(&lower) {
        diagnostic.at(revision.down_span, format!("the down revision of `{}` is `{below}`", revision.id))
    } else {
        diagnostic.at(revision.span, format!("`{}` depends on `{below}`", revision.id))
    }
}

/// "`a` -> `b` -> `a`", upwards; the middle of a long way is left out.
fn arrows(ids: &[&RevisionId]) -> String {
    let mut names: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    if names.len() > 8 {
        let left_out = names.len() - 6;
        names.splice(4..names.len() - 2, [format!("({left_out} more)")]);
    }
    names.push(format!("`{}`", ids[0]));
    names.join(" -> ")
}

fn find_heads(graph: &RevisionGraph) -> Heads {
    let runs = |at: usize| graph.broken[at].is_none();
    let ends = (0..graph.revisions.len()).filter(|&at| runs(at) && !graph.upper(at).any(runs));
    ends.map(|at| graph.revisions[at].id.clone()).collect()
}

fn check_ids(graph: &RevisionGraph, diagnostics: &mut Vec<Diagnostic>) {
    for revision in graph.revisions.iter().filter(|revision| !revision.native.has_fixed_id) {
        let id = revision.id.as_str();
        let length = id.chars().count();
        if length > LONGEST_ID {
            let message =
                format!("the id `{id}` has {length} characters, and the version table has room for 32");
            let shorter = shortened(graph, id).map_or_else(String::new, |short| format!(" (`{short}`)"));
            let help = format!(
                "Shorten the id to 32 characters{shorter}, here and in the down revision of what stands on it."
            );
            diagnostics.push(
                Diagnostic::warning("graph/id-too-long", message)
                    .at(
                        revision.span,
                        "SQLite stores it whole; PostgreSQL and MySQL refuse it in a table of Alembic's",
                    )
                    .help(help),
            );
        }
        if let Some(found) = id.chars().find(|found| RESERVED.contains(found)) {
            let mended = id.replace(RESERVED, "_");
            let message = format!("the id `{id}` has a `{found}`, which has a meaning in targets");
            diagnostics.push(
                Diagnostic::warning("graph/id-character", message)
                    .at(
                        revision.span,
                        "Alembic refuses it; here it is found when given exactly, but a part of it can be misread",
                    )
                    .help(format!("Name it `{mended}`, here and in the down revision of what stands on it.")),
            );
        } else if matches!(id, "head" | "heads" | "base" | "current" | "") {
            let message = format!("the id `{id}` is a word of targets");
            diagnostics.push(
                Diagnostic::warning("graph/id-character", message)
                    .at(revision.span, "no target can name this revision")
                    .help("Give it another id."),
            );
        }
    }
}

/// Whole words of an id that the version table has room for, where no other revision has or begins with them.
fn shortened(graph: &RevisionGraph, id: &str) -> Option<String> {
    let id = id.replace(RESERVED, "_");
    let mut short: String = id.chars().take(LONGEST_ID + 1).collect();
    short.truncate(short.rfind('_')?);
    let is_taken = |other: &Revision| {
        other.id.as_str().replace(RESERVED, "_") != id && other.id.as_str().starts_with(short.as_str())
    };
    (!short.is_empty() && !graph.revisions.iter().any(is_taken)).then_some(short)
}

fn report_heads(graph: &RevisionGraph, diagnostics: &mut Vec<Diagnostic>) {
    let count = graph.heads.len();
    if count < 2 {
        return;
    }
    let message = format!("the chain has {count} heads: {}", name_some(graph.heads.iter(), LISTED));
    let mut diagnostic = Diagnostic::note("graph/multiple-heads", message);
    for revision in graph.heads.iter().filter_map(|id| graph.get(id)) {
        diagnostic = diagnostic.at(revision.span, "a head");
    }
    diagnostics.push(
        diagnostic
            .help("Run `retort merge heads` to join them, if they belong to one line.")
            .help("Run `retort upgrade heads` to go to all of them; `upgrade head` needs a single one."),
    );
}

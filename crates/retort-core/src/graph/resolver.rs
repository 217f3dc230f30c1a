//! Finds the one revision, or the set of them, that a target's words and steps lead to.

use super::nearest::{any_of, name_some, nearest};
use super::target::{Symbol, Target};
use super::walk::Lineage;
use super::{Broken, Heads, RevisionGraph};
use crate::diagnostic::Diagnostic;
use crate::revision::RevisionId;

/// Shorter ids must be written out, as in Alembic: `1` must not find `10`.
const SHORTEST_BY_PREFIX: usize = 4;
/// Candidates listed for something ambiguous.
const LISTED: usize = 8;

/// One target being resolved.
pub(super) struct Resolver<'a> {
    graph: &'a RevisionGraph,
    target: &'a Target,
    branch: Option<Branch<'a>>,
    /// The revisions that the database is at, unknown ones left out.
    current: Vec<usize>,
    /// The whole text is the id of this revision, or its label.
    exact: Option<usize>,
}

/// The branch that a target names before the `@`.
struct Branch<'a> {
    name: &'a str,
    at: usize,
    lineage: Lineage,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        graph: &'a RevisionGraph,
        target: &'a Target,
        current: &Heads,
    ) -> Result<Resolver<'a>, Diagnostic> {
        let exact = if target.is_only_words() { None } else { graph.find_exactly(target.text()) };
        let current = current.iter().filter_map(|id| graph.find(id)).collect();
        let mut resolver = Resolver { graph, target, branch: None, current, exact };
        if let (Some(name), None) = (target.branch(), exact) {
            let at = resolver.named(name)?;
            resolver.branch = Some(Branch { name, at, lineage: graph.lineage(at) });
        }
        Ok(resolver)
    }

    /// The revisions that the target names; none for base.
    pub(super) fn spots(&self) -> Result<Vec<usize>, Diagnostic> {
        if let Some(at) = self.exact {
            return Ok(vec![at]);
        }
        let steps = self.target.steps();
        let start = match self.target.symbol() {
            Symbol::Here => match steps {
                Some(steps) if steps < 0 => {
                    self.one_tip(&self.undoable_tips())?.map_or(vec![], |at| vec![at])
                }
                _ => self.one_tip(&self.tips())?.map_or(vec![], |at| vec![at]),
            },
            Symbol::Head => self.single_head()?,
            Symbol::Heads => self.branch_heads()?,
            Symbol::Base => Vec::new(),
            Symbol::Current => self.tips(),
            Symbol::Name(name) => vec![self.member(name)?],
        };
        let Some(steps) = steps else { return Ok(start) };
        if start.len() > 1 {
            return Err(self.ambiguous_walk("starts from", &start));
        }
        Ok(self.walk(start.first().copied(), steps)?.into_iter().collect())
    }

    /// Walks up or down; `None` is base.
    fn walk(&self, start: Option<usize>, steps: i64) -> Result<Option<usize>, Diagnostic> {
        let mut at = start;
        for walked in 0..steps.unsigned_abs() {
            at = if steps > 0 { Some(self.one_up(at, walked)?) } else { self.one_down(at, walked)? };
        }
        Ok(at)
    }

    fn one_up(&self, at: Option<usize>, walked: u64) -> Result<usize, Diagnostic> {
        let graph = self.graph;
        let above: Vec<usize> = match at {
            Some(at) => graph.links[at].children.clone(),
            None => (0..graph.len()).filter(|&at| graph.revisions[at].down_revisions.is_empty()).collect(),
        };
        let on_branch: Vec<usize> = above.into_iter().filter(|&at| self.is_on_branch(at)).collect();
        let runnable: Vec<usize> =
            on_branch.iter().copied().filter(|&at| graph.broken[at].is_none()).collect();
        match (runnable.as_slice(), on_branch.first()) {
            ([next], _) => Ok(*next),
            ([], Some(&broken)) => Err(graph.must_run(broken).err().unwrap_or_else(|| self.too_far(walked))),
            ([], None) => Err(self.too_far(walked)),
            _ => Err(self.ambiguous_walk("could go up to", &runnable)),
        }
    }

    fn one_down(&self, at: Option<usize>, walked: u64) -> Result<Option<usize>, Diagnostic> {
        let Some(at) = at else { return Err(self.too_far(walked)) };
        // What is below is not known where a link is missing.
        if matches!(self.graph.broken[at], Some(Broken::MissingDownRevision(_) | Broken::InCycle)) {
            self.graph.must_run(at)?;
        }
        let mut below = self.graph.down(at).to_vec();
        if below.len() > 1 {
            below.retain(|&at| self.is_on_branch(at));
        }
        match below.as_slice() {
            [] => Ok(None),
            [next] => Ok(Some(*next)),
            _ => Err(self.ambiguous_walk("could go down to", &below)),
        }
    }

    /// For a downgrade by `-N`: the lowest of the N revisions to undo.
    pub(super) fn lowest_to_undo(&self, steps: i64) -> Result<usize, Diagnostic> {
        let tip = self.one_tip(&self.undoable_tips())?;
        let found = self.walk(tip, steps + 1)?;
        found.ok_or_else(|| self.too_far(steps.unsigned_abs().saturating_sub(1)))
    }

    /// The single place that `+N` or `-N` starts from; base when there is none.
    fn one_tip(&self, tips: &[usize]) -> Result<Option<usize>, Diagnostic> {
        match tips {
            [] => Ok(None),
            [tip] => Ok(Some(*tip)),
            _ => Err(self.ambiguous_walk("could start from", tips)),
        }
    }

    /// The uppermost applied revisions; of a branch, also those that something on another branch needed.
    fn tips(&self) -> Vec<usize> {
        if self.branch.is_none() {
            return self.current.clone();
        }
        let graph = self.graph;
        let applied = graph.marks_below(self.current.iter().copied());
        let is_in = |at: usize| applied[at] && self.is_on_branch(at);
        let uppermost =
            |&at: &usize| is_in(at) && !graph.links[at].children.iter().any(|&above| is_in(above));
        (0..graph.len()).filter(uppermost).collect()
    }

    /// The tips of which a downgrade may begin: what other branches stand on is not undone in the name of one.
    fn undoable_tips(&self) -> Vec<usize> {
        let mut tips = self.tips();
        if let Some(branch) = &self.branch {
            tips.retain(|at| branch.lineage.above[*at] || self.current.contains(at));
        }
        tips
    }

    fn single_head(&self) -> Result<Vec<usize>, Diagnostic> {
        let heads = self.branch_heads()?;
        if heads.len() < 2 {
            return Ok(heads);
        }
        let ids: Vec<&RevisionId> = heads.iter().map(|&at| self.graph.id(at)).collect();
        let of = self.branch.as_ref().map_or(String::new(), |branch| format!(" of `{}`", branch.name));
        let all = self.branch.as_ref().map_or("heads".to_owned(), |branch| format!("{}@heads", branch.name));
        let message = format!("there is not one head{of} but {}: {}", ids.len(), name_some(&ids, LISTED));
        let mut diagnostic = Diagnostic::error("target/multiple-heads", message);
        for &at in &heads {
            diagnostic = diagnostic.at(self.graph.revisions[at].span, "a head");
        }
        let one = format!("Name one of them, or a branch as in `{}@head`.", ids[0]);
        Err(diagnostic
            .help(format!("Write `{all}` to mean all of them."))
            .help(one)
            .help("Run `retort merge heads` to join them into one."))
    }

    /// The heads; of a branch, where its own line ends.
    fn branch_heads(&self) -> Result<Vec<usize>, Diagnostic> {
        let graph = self.graph;
        let runs = |at: &usize| graph.broken[*at].is_none();
        let Some(branch) = &self.branch else {
            if let (true, Some(first)) = (graph.heads.is_empty(), graph.order.first()) {
                graph.must_run(*first)?;
            }
            return Ok(graph.heads.iter().filter_map(|id| graph.find(id)).collect());
        };
        graph.must_run(branch.at)?;
        let ends = |at: &usize| branch.lineage.above[*at] && !graph.links[*at].children.iter().any(runs);
        Ok((0..graph.len()).filter(|at| runs(at) && ends(at)).collect())
    }

    fn is_on_branch(&self, at: usize) -> bool {
        self.branch.as_ref().is_none_or(|branch| branch.lineage.contains(at))
    }

    /// Whose line a target means that leads to base; `None`: everybody's.
    pub(super) fn line_at_base(&self) -> Option<usize> {
        let named = match self.target.symbol() {
            Symbol::Name(name) => self.named(name).ok(),
            Symbol::Here | Symbol::Head | Symbol::Heads | Symbol::Base | Symbol::Current => None,
        };
        self.branch.as_ref().map(|branch| branch.at).or(named)
    }

    /// What goes when nothing stays: all that stands on nothing, of the branch or the line that was named.
    pub(super) fn roots_at_base(&self) -> Vec<usize> {
        let graph = self.graph;
        let line = self.line_at_base().map(|at| graph.lineage(at));
        // What is in a cycle or above something missing has no base of its own.
        let is_root = |at: &usize| graph.down(*at).is_empty() || graph.broken[*at].is_some();
        let is_meant = |at: &usize| line.as_ref().is_none_or(|line| line.below[*at]);
        (0..graph.len()).filter(|at| is_root(at) && is_meant(at)).collect()
    }

    pub(super) fn roots_above(&self, keep: &[usize]) -> Vec<usize> {
        let above = keep.iter().flat_map(|&at| &self.graph.links[at].children).copied();
        above.filter(|&at| self.is_on_branch(at)).collect()
    }

    /// A revision by name that must be on the branch, if one is given.
    fn member(&self, name: &str) -> Result<usize, Diagnostic> {
        let at = self.named(name)?;
        if self.is_on_branch(at) {
            return Ok(at);
        }
        let branch = self.branch.as_ref().map_or("", |branch| branch.name);
        let message = format!("`{}` is not on the branch `{branch}`", self.graph.id(at));
        Err(Diagnostic::error("target/not-on-branch", message)
            .at(self.graph.revisions[at].span, format!("neither below nor above `{branch}`"))
            .help(format!("Write `{name}` alone, or `{branch}@head`.")))
    }

    /// A revision by its id, its branch label, or the beginning of its id.
    fn named(&self, name: &str) -> Result<usize, Diagnostic> {
        if let Some(at) = self.graph.find_exactly(name) {
            return Ok(at);
        }
        let begins = |id: &str| id.len() >= SHORTEST_BY_PREFIX && id.starts_with(name) && !name.is_empty();
        let ids = self.graph.index.iter().filter(|(id, _)| begins(id.as_str()));
        let mut found: Vec<usize> = ids.map(|(_, &at)| at).collect();
        if found.len() > 1 && self.branch.is_some() {
            found.retain(|&at| self.is_on_branch(at));
        }
        match found.as_slice() {
            [at] => Ok(*at),
            [] => Err(self.unknown(name)),
            _ => {
                let ids = name_some(found.iter().map(|&at| self.graph.id(at)), LISTED);
                let message = format!("{} revisions begin with `{name}`: {ids}", found.len());
                Err(Diagnostic::error("target/ambiguous-prefix", message).help("Write more of the id."))
            }
        }
    }

    fn unknown(&self, name: &str) -> Diagnostic {
        let graph = self.graph;
        let message = format!("no revision or branch is called `{name}`");
        let diagnostic = Diagnostic::error("target/unknown", message);
        let ids = graph.revisions.iter().map(|revision| revision.id.as_str());
        let near = nearest(name, ids.chain(graph.labels.keys().map(String::as_str)));
        if near.is_empty() {
            diagnostic.help("Run `retort history` to see the revisions there are.")
        } else {
            diagnostic.help(format!("Write {}, if that was meant.", any_of(near)))
        }
    }

    fn too_far(&self, walked: u64) -> Diagnostic {
        let message = format!("`{}` goes too far: the chain ends after {walked}", self.target);
        let word = if self.target.steps().is_some_and(|steps| steps > 0) { "head" } else { "base" };
        let way = self.branch.as_ref().map_or(word.to_owned(), |branch| format!("{}@{word}", branch.name));
        Diagnostic::error("target/too-far", message).help(format!("Write `{way}` to go to the end."))
    }

    fn ambiguous_walk(&self, could: &str, spots: &[usize]) -> Diagnostic {
        let ids: Vec<&RevisionId> = spots.iter().map(|&at| self.graph.id(at)).collect();
        let message = format!("`{}` {could} {}", self.target, any_of(ids.iter().take(LISTED)));
        let rest = self.target.text().rsplit_once('@').map_or(self.target.text(), |(_, rest)| rest);
        let ways = ids.iter().take(LISTED).map(|id| format!("{id}@{rest}"));
        let mut diagnostic = Diagnostic::error("target/ambiguous-walk", message);
        for &at in spots {
            diagnostic = diagnostic.at(self.graph.revisions[at].span, "one of them");
        }
        diagnostic.help(format!("Say which branch: {}.", any_of(ways)))
    }
}

impl RevisionGraph {
    fn id(&self, at: usize) -> &RevisionId {
        &self.revisions[at].id
    }

    fn find_exactly(&self, name: &str) -> Option<usize> {
        self.index.get(name).or_else(|| self.labels.get(name)).copied()
    }
}

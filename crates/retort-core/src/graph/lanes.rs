//! Where to draw revisions: one row each, side by side in as few lanes as their branches need.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::RevisionGraph;
use crate::revision::RevisionId;

/// A drawing of the graph, lowest row first. Rows and lanes count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes {
    /// One per revision, in the order of [`RevisionGraph::iter`]; a row's number is its index.
    pub rows: Vec<LaneRow>,
    /// Links between rows, by upper row. A link goes up in the lane of its lower end, where no row between is
    /// in its way, and crosses over just below its upper end. Links by dependency go where they like.
    pub edges: Vec<LaneEdge>,
    /// How many lanes are used.
    pub width: u32,
}

/// A revision's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneRow {
    /// The revision.
    pub revision: RevisionId,
    /// Its lane.
    pub lane: u32,
}

/// A link. In a cycle its lower end may stand in the higher row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaneEdge {
    /// Row of the revision above.
    pub to: u32,
    /// Row of the revision below.
    pub from: u32,
    /// By dependency, not by down revision.
    pub dependency: bool,
}

impl RevisionGraph {
    /// Rows and lanes for drawing. A revision keeps its lane until its last child has taken it over or
    /// joined another; then the lane is used again.
    pub fn lanes(&self) -> Lanes {
        let mut lanes = Lanes::default();
        // Lanes that nobody holds, lowest first; all from `width` on are free too.
        let mut free = BinaryHeap::new();
        let mut lane_of = vec![0; self.len()];
        for (row, &at) in self.order.iter().enumerate() {
            let ending = self.lanes_ending(at, &lane_of);
            let lane = ending.first().copied().or_else(|| free.pop().map(|Reverse(lane)| lane));
            let lane = lane.unwrap_or_else(|| {
                lanes.width += 1;
                lanes.width - 1
            });
            lane_of[at] = lane;
            free.extend(ending.into_iter().filter(|&ended| ended != lane).map(Reverse));
            if self.last_child(at).is_none() {
                free.push(Reverse(lane));
            }
            lanes.rows.push(LaneRow { revision: self.revisions[at].id.clone(), lane });
            for (nth, &below) in self.lower(at).iter().enumerate() {
                let dependency = nth >= self.links[at].down_count;
                lanes.edges.push(LaneEdge {
                    to: row_number(row),
                    from: row_number(self.place[below]),
                    dependency,
                });
            }
        }
        lanes
    }

    /// The lanes of the revisions below whose last child this is.
    fn lanes_ending(&self, at: usize, lane_of: &[u32]) -> BTreeSet<u32> {
        let ends = |below: &&usize| self.last_child(**below) == Some(at);
        self.down(at).iter().filter(ends).map(|&below| lane_of[below]).collect()
    }

    /// The child in the highest row above; those that a cycle puts into lower rows do not count.
    fn last_child(&self, at: usize) -> Option<usize> {
        let above =
            self.links[at].children.iter().copied().filter(|&child| self.place[child] > self.place[at]);
        above.max_by_key(|&child| self.place[child])
    }
}

/// There are never more revisions than a `u32` counts: each has a file of at least one byte, and spans are `u32`.
fn row_number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::RevisionGraph;
    use super::super::fixtures::revisions;

    #[track_caller]
    fn check(text: &str, expected: &str, width: u32) {
        let lanes = RevisionGraph::build(revisions(text)).value.lanes();
        let rows: Vec<String> =
            lanes.rows.iter().map(|row| format!("{}{}", row.revision, row.lane)).collect();
        assert_eq!(rows.join(" "), expected);
        assert_eq!(lanes.width, width);
        for edge in lanes.edges.iter().filter(|edge| !edge.dependency && edge.from < edge.to) {
            let lane = lanes.rows[edge.from as usize].lane;
            let mut between = lanes.rows[edge.from as usize + 1..edge.to as usize].iter();
            assert!(between.all(|row| row.lane != lane), "{edge:?} is crossed in {text}");
        }
    }

    #[test]
    fn branches_stand_side_by_side_and_lanes_are_used_again() {
        check("a b<a c<b", "a0 b0 c0", 1);
        check("a b<a c<a m<b&c", "a0 c1 b0 m0", 2);
        check("a b<a c<a d<a e<d", "a0 d1 e1 c1 b0", 2);
        check("a b<a x y<x", "x0 y0 a0 b0", 1);
        check("a b<a c<a b2<b c2<c d<a m<b2&c2&d", "a0 d1 c2 c22 b0 b20 m0", 3);
        check("a<b b<a c<b", "a0 b0 c0", 1);
    }
}

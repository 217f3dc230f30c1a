//! Which revisions stand on themselves, over others or directly.
//!
//! Loops instead of recursion: a chain of ten thousand revisions must not overflow the stack.

use std::collections::VecDeque;

use super::Links;

const UNSEEN: usize = usize::MAX;

/// The groups of revisions that stand on each other (Tarjan's strongly connected components of more than one
/// revision, and single ones that stand on themselves); members and groups in reading order.
pub(super) fn cycles(links: &[Links]) -> Vec<Vec<usize>> {
    let mut search = Search {
        links,
        number: vec![UNSEEN; links.len()],
        low: vec![UNSEEN; links.len()],
        open: vec![false; links.len()],
        stack: Vec::new(),
        count: 0,
        groups: Vec::new(),
    };
    for start in 0..links.len() {
        if search.number[start] == UNSEEN {
            search.run(start);
        }
    }
    search.groups.sort();
    search.groups
}

struct Search<'a> {
    links: &'a [Links],
    number: Vec<usize>,
    low: Vec<usize>,
    open: Vec<bool>,
    stack: Vec<usize>,
    count: usize,
    groups: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn run(&mut self, start: usize) {
        self.enter(start);
        // A revision and how many of its lower neighbours were looked at.
        let mut path = vec![(start, 0)];
        while let Some((at, looked)) = path.last_mut() {
            let at = *at;
            if let Some(&lower) = self.links[at].lower.get(*looked) {
                *looked += 1;
                if self.number[lower] == UNSEEN {
                    self.enter(lower);
                    path.push((lower, 0));
                } else if self.open[lower] {
                    self.low[at] = self.low[at].min(self.number[lower]);
                }
                continue;
            }
            path.pop();
            if let Some(&(before, _)) = path.last() {
                self.low[before] = self.low[before].min(self.low[at]);
            }
            if self.low[at] == self.number[at] {
                self.close(at);
            }
        }
    }

    fn enter(&mut self, at: usize) {
        self.number[at] = self.count;
        self.low[at] = self.count;
        self.count += 1;
        self.open[at] = true;
        self.stack.push(at);
    }

    /// Takes the group that ends with this revision from the stack.
    fn close(&mut self, at: usize) {
        let from = self.stack.iter().rposition(|&member| member == at).unwrap_or(0);
        let mut group = self.stack.split_off(from);
        for &member in &group {
            self.open[member] = false;
        }
        if group.len() > 1 || self.links[at].lower.contains(&at) {
            group.sort_unstable();
            self.groups.push(group);
        }
    }
}

/// A shortest way from the first revision of a group round to itself, upwards: each stands on the one before,
/// and the first on the last. For a revision that stands on itself: just it.
pub(super) fn shortest_cycle(links: &[Links], group: &[usize]) -> Vec<usize> {
    let Some(&start) = group.first() else { return Vec::new() };
    if links[start].lower.contains(&start) {
        return vec![start];
    }
    let slot = |at: &usize| group.binary_search(at).ok();
    let mut came_from = vec![UNSEEN; group.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for lower in &links[at].lower {
            let Some(place) = slot(lower) else { continue };
            if *lower == start {
                return way_back(group, &came_from, start, at);
            }
            if came_from[place] == UNSEEN {
                came_from[place] = at;
                queue.push_back(*lower);
            }
        }
    }
    vec![start]
}

/// From the lowest revision of the cycle back up to `start`; turned so that `start` comes first.
fn way_back(group: &[usize], came_from: &[usize], start: usize, lowest: usize) -> Vec<usize> {
    let mut cycle = vec![start];
    let mut at = lowest;
    while at != start {
        cycle.push(at);
        match group.binary_search(&at) {
            Ok(place) => at = came_from[place],
            Err(_) => break,
        }
    }
    cycle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lower: &[&[usize]], groups: &[&[usize]], shortest: &[&[usize]]) {
        let links: Vec<Links> =
            lower.iter().map(|lower| Links { lower: lower.to_vec(), ..Links::default() }).collect();
        let found = cycles(&links);
        assert_eq!(found, groups);
        let cycles: Vec<Vec<usize>> = found.iter().map(|group| shortest_cycle(&links, group)).collect();
        assert_eq!(cycles, shortest);
    }

    #[test]
    fn groups_and_their_shortest_cycles() {
        check(&[&[], &[0], &[1]], &[], &[]);
        check(&[&[0]], &[&[0]], &[&[0]]);
        check(&[&[2], &[0], &[1]], &[&[0, 1, 2]], &[&[0, 1, 2]]);
        check(&[&[1], &[0], &[1], &[4], &[3]], &[&[0, 1], &[3, 4]], &[&[0, 1], &[3, 4]]);
        check(&[&[1, 3], &[2], &[0], &[0]], &[&[0, 1, 2, 3]], &[&[0, 3]]);
    }

    #[test]
    fn a_long_circle_does_not_overflow_the_stack() {
        let count = 100_000;
        let links: Vec<Links> =
            (0..count).map(|at| Links { lower: vec![(at + 1) % count], ..Links::default() }).collect();
        assert_eq!(cycles(&links).len(), 1);
        assert_eq!(shortest_cycle(&links, &cycles(&links)[0]).len(), count);
    }
}

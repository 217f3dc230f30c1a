//! The order of columns in a new table.

use std::collections::BTreeSet;

/// Sorts names so that the first of each pair stands before the second; ties keep their order
/// (`sqlalchemy.util.topological.sort` with `deterministic_order`, level by level). None is a cycle.
pub(super) fn sort(names: &[String], pairs: &BTreeSet<(String, String)>) -> Option<Vec<String>> {
    let mut todo: Vec<String> = names.to_vec();
    let mut sorted = Vec::new();
    while !todo.is_empty() {
        let waits =
            |name: &String| pairs.iter().any(|(first, second)| second == name && todo.contains(first));
        let level: Vec<String> = todo.iter().filter(|name| !waits(name)).cloned().collect();
        if level.is_empty() {
            return None;
        }
        todo.retain(|name| !level.contains(name));
        sorted.extend(level);
    }
    Some(sorted)
}

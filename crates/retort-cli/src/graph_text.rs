//! The chain drawn with letters, the newest revision on top.

use std::io::{self, Write};

use retort_core::graph::{Heads, Lanes, RevisionGraph};

use crate::lines::{self, Parts};

/// Draws a graph: `*` is a revision, lines lead down to what it stands on.
pub(crate) fn write(graph: &RevisionGraph, out: &mut dyn Write) -> io::Result<()> {
    let lanes = graph.lanes();
    let mut open = vec![0_u32; lanes.width as usize];
    let mut edges = lanes.edges.iter().rev().peekable();
    let parts = Parts { points: true, message: true, ..Parts::default() };
    for (row, revision) in graph.iter().enumerate().rev() {
        let own = lanes.rows[row].lane as usize;
        // Everything that stands on this revision came down its lane.
        open[own] = 0;
        let mut text = columns(&open);
        text[2 * own] = '*';
        let needs: Vec<&str> = graph.dependencies(&revision.id).map(|below| below.id.as_str()).collect();
        let needs = if needs.is_empty() { String::new() } else { format!(" (needs {})", needs.join(", ")) };
        let line = lines::line(graph, revision, &Heads::base(), parts);
        writeln!(out, "{} {line}{needs}", trimmed(&text))?;
        let mut below = Vec::new();
        while let Some(edge) = edges.next_if(|edge| edge.to as usize == row) {
            // A cycle's link up, and a dependency, are not drawn: the line says them.
            if !edge.dependency && edge.from < edge.to {
                below.push(lane(&lanes, edge.from));
            }
        }
        if let Some(connector) = connector(&open, own, &below) {
            writeln!(out, "{connector}")?;
        }
        for lane in below {
            open[lane] += 1;
        }
    }
    Ok(())
}

fn lane(lanes: &Lanes, row: u32) -> usize {
    lanes.rows[row as usize].lane as usize
}

/// A stroke in each lane that a line goes down in.
fn columns(open: &[u32]) -> Vec<char> {
    let mut text = vec![' '; open.len() * 2];
    for (lane, _) in open.iter().enumerate().filter(|(_, count)| **count > 0) {
        text[2 * lane] = '|';
    }
    text
}

/// The line under a revision, where lines cross over to other lanes; None where all go straight down.
fn connector(open: &[u32], own: usize, below: &[usize]) -> Option<String> {
    if below.iter().all(|lane| *lane == own) {
        return None;
    }
    let mut text = columns(open);
    for &lane in below {
        let (corner, between) = match lane.cmp(&own) {
            std::cmp::Ordering::Equal => {
                text[2 * own] = '|';
                continue;
            }
            std::cmp::Ordering::Greater => ((2 * lane - 1, '\\'), 2 * own + 1..2 * lane - 1),
            std::cmp::Ordering::Less => ((2 * lane + 1, '/'), 2 * lane + 2..2 * own),
        };
        for at in between.filter(|at| at % 2 == 1) {
            text[at] = '_';
        }
        text[corner.0] = corner.1;
    }
    Some(trimmed(&text))
}

fn trimmed(text: &[char]) -> String {
    let text: String = text.iter().collect();
    text.trim_end().to_owned()
}

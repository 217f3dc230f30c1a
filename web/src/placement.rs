//! Where tables stand on the diagram: once for the whole chain, so that nothing jumps between steps.
//!
//! In: every table of every step, as high as it ever gets, and every foreign key. Out: boxes. Connected tables
//! are placed in layers, parents left of children; the groups and the tables without keys are packed on shelves
//! in the shape of a screen.

use std::collections::BTreeMap;

use rust_sugiyama::configure::Config;

use crate::protocol::{Placement, TableBox};

/// Width of a table.
const WIDTH: f64 = 240.0;
const HEADER: f64 = 34.0;
const ROW: f64 = 22.0;
/// Free space under the last row.
const FOOT: f64 = 8.0;
/// Between layers (room for the keys' lines) and between tables of a layer.
const LAYER_GAP: f64 = 96.0;
const TABLE_GAP: f64 = 36.0;
const MARGIN: f64 = 32.0;
/// Width to height of what is packed.
const ASPECT: f64 = 1.7;

/// All tables and keys of a chain.
#[derive(Clone, Debug, Default)]
pub struct Union {
    /// Columns of each table at its highest.
    tables: BTreeMap<String, usize>,
    /// Child and parent.
    edges: Vec<(String, String)>,
}

/// A group of tables placed from its own corner.
struct Group {
    boxes: Vec<TableBox>,
    width: f64,
    height: f64,
}

impl Union {
    /// Takes a table as it is at some step.
    pub fn add_table(&mut self, name: &str, columns: usize) {
        let most = self.tables.entry(name.to_owned()).or_default();
        *most = (*most).max(columns);
    }

    /// Takes a foreign key.
    pub fn add_edge(&mut self, child: &str, parent: &str) {
        let edge = (child.to_owned(), parent.to_owned());
        if child != parent && !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }

    /// Places everything; the same input gives the same places.
    pub fn place(&self) -> Placement {
        let names: Vec<&String> = self.tables.keys().collect();
        let number: BTreeMap<&str, u32> =
            names.iter().zip(0..).map(|(name, at)| (name.as_str(), at)).collect();
        let mut edges: Vec<(u32, u32)> = self
            .edges
            .iter()
            .filter_map(|(child, parent)| Some((*number.get(parent.as_str())?, *number.get(child.as_str())?)))
            .collect();
        edges.sort_unstable();
        let mut connected: Vec<u32> = edges.iter().flat_map(|(a, b)| [*a, *b]).collect();
        connected.sort_unstable();
        connected.dedup();
        let mut groups = self.layers(&names, &connected, &edges);
        let alone = (0..).zip(&names).filter(|(at, _)| connected.binary_search(at).is_err());
        groups.extend(alone.map(|(_, name)| {
            let table = self.table_box(name, 0.0, 0.0);
            Group { width: WIDTH, height: f64::from(table.height), boxes: vec![table] }
        }));
        pack(groups)
    }

    fn height(&self, name: &str) -> f64 {
        HEADER + ROW * self.tables.get(name).map_or(0.0, |columns| *columns as f64) + FOOT
    }

    fn table_box(&self, name: &str, x: f64, y: f64) -> TableBox {
        let height = self.height(name) as f32;
        TableBox { table: name.to_owned(), x: x as f32, y: y as f32, width: WIDTH as f32, height }
    }

    /// Places connected tables in layers. The library stacks layers downwards, so sizes go in turned and places
    /// come out turned back: layers run from left to right.
    fn layers(&self, names: &[&String], connected: &[u32], edges: &[(u32, u32)]) -> Vec<Group> {
        let vertices: Vec<(u32, (f64, f64))> = connected
            .iter()
            .map(|at| (*at, (self.height(names[*at as usize]) + TABLE_GAP, WIDTH + LAYER_GAP)))
            .collect();
        // Swapping neighbours to save crossings costs much on large graphs.
        let config = Config { vertex_spacing: 1.0, transpose: connected.len() <= 150, ..Config::default() };
        let placed = rust_sugiyama::from_vertices_and_edges(&vertices, edges, &config);
        placed.into_iter().map(|(places, _, _)| self.group(names, connected, &places)).collect()
    }

    fn group(&self, names: &[&String], connected: &[u32], places: &[(usize, (f64, f64))]) -> Group {
        let mut boxes: Vec<TableBox> = Vec::new();
        for (vertex, (across, along)) in places {
            // The library numbers vertices in the order in which they were given.
            let Some(name) = connected.get(*vertex).and_then(|at| names.get(*at as usize)) else { continue };
            boxes.push(self.table_box(name, *along, across - self.height(name) / 2.0));
        }
        let left = boxes.iter().map(|table| table.x).fold(f32::INFINITY, f32::min);
        let top = boxes.iter().map(|table| table.y).fold(f32::INFINITY, f32::min);
        for table in &mut boxes {
            table.x -= left;
            table.y -= top;
        }
        let width = boxes.iter().map(|table| table.x + table.width).fold(0.0, f32::max);
        let height = boxes.iter().map(|table| table.y + table.height).fold(0.0, f32::max);
        Group { boxes, width: f64::from(width), height: f64::from(height) }
    }
}

/// Puts groups on shelves, highest first.
fn pack(mut groups: Vec<Group>) -> Placement {
    groups.sort_by(|a, b| b.height.total_cmp(&a.height).then(b.width.total_cmp(&a.width)));
    let area: f64 = groups.iter().map(|group| (group.width + LAYER_GAP) * (group.height + TABLE_GAP)).sum();
    let widest = groups.iter().map(|group| group.width).fold(0.0, f64::max);
    let limit = (area * ASPECT).sqrt().max(widest);
    let (mut x, mut y, mut shelf) = (MARGIN, MARGIN, 0.0f64);
    let mut placement = Placement::default();
    for group in groups {
        if x > MARGIN && x + group.width > limit + MARGIN {
            (x, y, shelf) = (MARGIN, y + shelf + TABLE_GAP * 1.5, 0.0);
        }
        for table in group.boxes {
            placement.boxes.push(TableBox { x: table.x + x as f32, y: table.y + y as f32, ..table });
        }
        placement.width = placement.width.max((x + group.width + MARGIN) as f32);
        placement.height = placement.height.max((y + group.height + MARGIN) as f32);
        x += group.width + LAYER_GAP;
        shelf = shelf.max(group.height);
    }
    placement.boxes.sort_by(|a, b| a.table.cmp(&b.table));
    placement
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(a: &TableBox, b: &TableBox) -> bool {
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
    }

    #[test]
    fn no_two_tables_overlap_and_parents_stand_left() {
        let mut union = Union::default();
        for at in 0..60 {
            union.add_table(&format!("t{at}"), 3 + at % 9);
            if at > 0 && at % 5 != 0 {
                union.add_edge(&format!("t{at}"), &format!("t{}", at / 2));
            }
        }
        // A cycle and a self reference must not hang it.
        union.add_edge("t1", "t4");
        union.add_edge("t2", "t2");
        let placement = union.place();
        assert_eq!(placement.boxes.len(), 60);
        for (at, a) in placement.boxes.iter().enumerate() {
            for b in &placement.boxes[at + 1..] {
                assert!(!overlap(a, b), "{a:?} {b:?}");
            }
        }
        let find = |name: &str| placement.boxes.iter().find(|table| table.table == name).unwrap().clone();
        assert!(find("t3").x < find("t6").x);
        assert_eq!(placement, union.place());
    }
}

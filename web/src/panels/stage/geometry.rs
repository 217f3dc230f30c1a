//! Where things lie in the diagram: the camera, the places of boxes, the course of edges. Pure numbers.

use crate::protocol::{ForeignKeyView, Placement, TableView};

pub(super) const HEADER: f64 = 34.0;
pub(super) const ROW: f64 = 22.0;
/// Straight part of an edge at each end, where the marks of the crow's foot are.
const STUB: f64 = 22.0;
/// Below this scale only the headers of tables are drawn.
const FAR: f64 = 0.45;
/// Distance of the lines on which the sides of the sight lie.
const GRID: f64 = 400.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub(super) fn center(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    pub(super) fn meets(&self, other: &Rect) -> bool {
        self.x <= other.x + other.width
            && other.x <= self.x + self.width
            && self.y <= other.y + other.height
            && other.y <= self.y + self.height
    }

    pub(super) fn holds(&self, (x, y): (f64, f64)) -> bool {
        x >= self.x - 4.0
            && x <= self.x + self.width + 4.0
            && y >= self.y - 4.0
            && y <= self.y + self.height + 4.0
    }
}

/// From the diagram's coordinates to the pane's: first scaled, then moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    pub x: f64,
    pub y: f64,
    pub scale: f64,
}

impl Default for Camera {
    fn default() -> Self {
        Self { x: 0.0, y: 0.0, scale: 1.0 }
    }
}

impl Camera {
    /// Zooms so that what lies at this point of the pane stays there.
    pub(super) fn zoom(&mut self, factor: f64, (x, y): (f64, f64)) {
        let scale = (self.scale * factor).clamp(0.06, 3.0);
        let ratio = scale / self.scale;
        self.x = x - (x - self.x) * ratio;
        self.y = y - (y - self.y) * ratio;
        self.scale = scale;
    }

    pub(super) fn pan(&mut self, x: f64, y: f64) {
        self.x += x;
        self.y += y;
    }

    /// Shows all of these in a pane of this size.
    pub(super) fn fit(&mut self, rects: &[Rect], (width, height): (f64, f64)) {
        let Some(bounds) = bounds(rects) else { return };
        let margin = if width < 600.0 { 16.0 } else { 36.0 };
        let room = ((width - 2.0 * margin).max(40.0), (height - 2.0 * margin - 34.0).max(40.0));
        self.scale = (room.0 / bounds.width).min(room.1 / bounds.height).clamp(0.06, 1.15);
        let (x, y) = bounds.center();
        self.x = width / 2.0 - x * self.scale;
        // The tools lie over the lower edge.
        self.y = (height - 34.0) / 2.0 - y * self.scale;
    }

    /// What a pane of this size shows of the diagram; None from so far that only headers can be made out. Its
    /// sides lie on a coarse grid, so that it seldom changes while the camera moves.
    pub(super) fn sight(&self, (width, height): (f64, f64)) -> Option<Rect> {
        let side = |from: f64, size: f64| {
            let start = ((from / self.scale) / GRID).floor() * GRID;
            let end = ((from + size) / self.scale / GRID).ceil() * GRID;
            (start, end - start)
        };
        let ((x, width), (y, height)) = (side(-self.x, width), side(-self.y, height));
        (self.scale >= FAR).then_some(Rect { x, y, width, height })
    }

    /// Moves just so far that this box is in sight.
    pub(super) fn reveal(&mut self, rect: Rect, (width, height): (f64, f64)) {
        let (left, top) = (rect.x * self.scale + self.x, rect.y * self.scale + self.y);
        let (right, bottom) = (left + rect.width * self.scale, top + rect.height * self.scale);
        self.x += inward(left, right, width);
        self.y += inward(top, bottom, height - 34.0);
    }
}

fn inward(start: f64, end: f64, size: f64) -> f64 {
    let margin = 12.0;
    if start < margin || end - start > size - 2.0 * margin {
        margin - start
    } else if end > size - margin {
        size - margin - end
    } else {
        0.0
    }
}

fn bounds(rects: &[Rect]) -> Option<Rect> {
    let first = rects.first()?;
    let (mut left, mut top) = (first.x, first.y);
    let (mut right, mut bottom) = (first.x + first.width, first.y + first.height);
    for rect in rects {
        left = left.min(rect.x);
        top = top.min(rect.y);
        right = right.max(rect.x + rect.width);
        bottom = bottom.max(rect.y + rect.height);
    }
    Some(Rect { x: left, y: top, width: right - left, height: bottom - top })
}

/// The box of a table at this step. Tables that were made by hand have no place in the chain; they stand in
/// a row below it, in the order in which they come.
pub(super) fn place(placement: &Placement, table: &TableView, stray: usize) -> Rect {
    let height = HEADER + ROW * table.columns.len() as f64 + 4.0;
    match placement.boxes.iter().find(|place| place.table == table.name) {
        Some(place) => {
            Rect { x: f64::from(place.x), y: f64::from(place.y), width: f64::from(place.width), height }
        }
        None => {
            let x = stray as f64 * 300.0;
            Rect { x, y: f64::from(placement.height) + 60.0, width: 260.0, height }
        }
    }
}

/// The edge of a foreign key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Course {
    /// The line from child to parent.
    pub line: String,
    /// Crow's foot at the child, bars at the parent.
    pub marks: String,
    /// Rings of "may be none": centre of each.
    pub rings: Vec<(f64, f64)>,
    /// Where the text of the delete rule stands: clear of boxes and other texts, if there is such a place.
    pub label: (f64, f64),
}

/// Where an edge leaves a box: point and direction (−1 to the left, 1 to the right).
#[derive(Clone, Copy)]
struct Port {
    x: f64,
    y: f64,
    towards: f64,
}

impl Port {
    fn new(rect: &Rect, row: usize, towards: f64) -> Self {
        let x = if towards < 0.0 { rect.x } else { rect.x + rect.width };
        Self { x, y: rect.y + HEADER + ROW * (row as f64 + 0.5), towards }
    }

    fn at(&self, distance: f64) -> f64 {
        self.x + self.towards * distance
    }
}

/// Lays an edge from the column `child_row` of one box to the column `parent_row` of another.
pub(super) fn course(
    (child, child_row): (&Rect, usize),
    (parent, parent_row): (&Rect, usize),
    key: &ForeignKeyView,
    obstacles: &[Rect],
    taken: &[(f64, f64)],
) -> Course {
    let (from, to) = sides(child, parent);
    let start = Port::new(child, child_row, from);
    let end = Port::new(parent, parent_row, to);
    let bend = ((end.x - start.x).abs() / 2.2).clamp(30.0, 160.0);
    let curve = [
        (start.at(STUB), start.y),
        (start.at(STUB + bend), start.y),
        (end.at(STUB + bend), end.y),
        (end.at(STUB), end.y),
    ];
    let line = format!(
        "M{:.1} {:.1}H{:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}H{:.1}",
        start.x,
        start.y,
        curve[0].0,
        curve[1].0,
        curve[1].1,
        curve[2].0,
        curve[2].1,
        curve[3].0,
        curve[3].1,
        end.x,
    );
    let (marks, rings) = marks(start, end, key);
    let label = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]
        .into_iter()
        .map(|part| on_curve(&curve, part))
        .find(|point| {
            let covered = obstacles.iter().any(|rect| rect.holds(*point));
            !covered
                && !taken
                    .iter()
                    .any(|other| (other.0 - point.0).abs() < 70.0 && (other.1 - point.1).abs() < 18.0)
        })
        .unwrap_or_else(|| on_curve(&curve, 0.5));
    Course { line, marks, rings, label }
}

/// The sides of child and parent that look at each other; both the right one where they lie one over the
/// other.
fn sides(child: &Rect, parent: &Rect) -> (f64, f64) {
    let gap = 2.0 * STUB;
    if parent.x + parent.width + gap <= child.x {
        (-1.0, 1.0)
    } else if child.x + child.width + gap <= parent.x {
        (1.0, -1.0)
    } else {
        (1.0, 1.0)
    }
}

fn marks(child: Port, parent: Port, key: &ForeignKeyView) -> (String, Vec<(f64, f64)>) {
    let bar = |port: Port, distance: f64| {
        format!("M{0:.1} {1:.1}V{2:.1}", port.at(distance), port.y - 5.0, port.y + 5.0)
    };
    let mut path = if key.one_to_one {
        bar(child, 7.0)
    } else {
        // Three toes: the middle one is the line itself.
        let (tip, foot) = (child.at(11.0), child.x);
        format!(
            "M{tip:.1} {y:.1}L{foot:.1} {0:.1}M{tip:.1} {y:.1}L{foot:.1} {1:.1}",
            child.y - 6.0,
            child.y + 6.0,
            y = child.y
        )
    };
    // A parent may always have no child.
    let mut rings = vec![(child.at(15.0), child.y)];
    path.push_str(&bar(parent, 6.0));
    if key.optional {
        rings.push((parent.at(13.0), parent.y));
    } else {
        path.push_str(&bar(parent, 11.0));
    }
    (path, rings)
}

fn on_curve(curve: &[(f64, f64); 4], t: f64) -> (f64, f64) {
    let u = 1.0 - t;
    let weights = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
    let sum = |part: fn(&(f64, f64)) -> f64| {
        curve.iter().zip(weights).map(|(point, weight)| part(point) * weight).sum()
    };
    (sum(|point| point.0), sum(|point| point.1))
}

/// The nearest box in a direction (`(1, 0)` is right); what lies askew counts as farther away.
pub(super) fn nearest(rects: &[Rect], from: usize, (dx, dy): (f64, f64)) -> Option<usize> {
    let (x, y) = rects.get(from)?.center();
    let distance = |rect: &Rect| {
        let (to_x, to_y) = rect.center();
        let along = (to_x - x) * dx + (to_y - y) * dy;
        let across = ((to_x - x) * dy).abs() + ((to_y - y) * dx).abs();
        (along > 1.0).then_some(along + 2.0 * across)
    };
    rects
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != from)
        .filter_map(|(index, rect)| Some((index, distance(rect)?)))
        .min_by(|left, right| left.1.total_cmp(&right.1))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Mark;

    fn rect(x: f64, y: f64) -> Rect {
        Rect { x, y, width: 200.0, height: 100.0 }
    }

    fn key() -> ForeignKeyView {
        ForeignKeyView {
            name: None,
            columns: vec!["a".into()],
            ref_table: "p".into(),
            ref_columns: vec!["id".into()],
            on_delete: "CASCADE".into(),
            on_update: "NO ACTION".into(),
            deferred: false,
            optional: true,
            one_to_one: false,
            unindexed: false,
            mark: Mark::Same,
        }
    }

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let mut camera = Camera { x: 10.0, y: 20.0, scale: 1.0 };
        let before = ((300.0 - camera.x) / camera.scale, (200.0 - camera.y) / camera.scale);
        camera.zoom(1.7, (300.0, 200.0));
        let after = ((300.0 - camera.x) / camera.scale, (200.0 - camera.y) / camera.scale);
        assert!((before.0 - after.0).abs() < 1e-9 && (before.1 - after.1).abs() < 1e-9);
    }

    #[test]
    fn fitting_shows_everything() {
        let mut camera = Camera::default();
        let rects = [rect(0.0, 0.0), rect(2000.0, 900.0)];
        camera.fit(&rects, (800.0, 600.0));
        for rect in rects {
            let right = (rect.x + rect.width) * camera.scale + camera.x;
            let bottom = (rect.y + rect.height) * camera.scale + camera.y;
            assert!(rect.x * camera.scale + camera.x >= 0.0 && right <= 800.0);
            assert!(rect.y * camera.scale + camera.y >= 0.0 && bottom <= 600.0);
        }
    }

    #[test]
    fn the_sight_covers_the_pane_and_seldom_changes() {
        let mut camera = Camera { x: -1000.0, y: 250.0, scale: 0.5 };
        let sight = camera.sight((800.0, 600.0));
        assert_eq!(sight, Some(Rect { x: 2000.0, y: -800.0, width: 1600.0, height: 1600.0 }));
        camera.pan(0.0, 50.0);
        assert_eq!(camera.sight((800.0, 600.0)), sight);
        camera.pan(1.0, 0.0);
        assert_eq!(camera.sight((800.0, 600.0)).map(|sight| sight.x), Some(1600.0));
        camera.scale = 0.4;
        assert_eq!(camera.sight((800.0, 600.0)), None);
    }

    #[test]
    fn an_edge_takes_the_sides_that_face_each_other() {
        let (child, parent) = (rect(500.0, 0.0), rect(0.0, 0.0));
        let course = course((&child, 0), (&parent, 1), &key(), &[child, parent], &[]);
        assert!(course.line.starts_with("M500.0 45.0H478.0"), "{}", course.line);
        assert!(course.line.ends_with("H200.0"), "{}", course.line);
        assert_eq!(course.rings.len(), 2);
        assert!(course.label.0 > 200.0 && course.label.0 < 500.0);
    }

    #[test]
    fn arrow_keys_find_the_neighbour() {
        let rects = [rect(0.0, 0.0), rect(400.0, 10.0), rect(0.0, 300.0)];
        assert_eq!(nearest(&rects, 0, (1.0, 0.0)), Some(1));
        assert_eq!(nearest(&rects, 0, (0.0, 1.0)), Some(2));
        assert_eq!(nearest(&rects, 0, (-1.0, 0.0)), None);
    }
}

//! Foreign keys as lines between columns.

use std::collections::BTreeMap;
use std::rc::Rc;

use yew::prelude::*;

use super::geometry::{Course, Rect, course};
use super::scene::Item;
use crate::components::value::mark_class;
use crate::protocol::{ForeignKeyView, Mark, TableView};
use crate::state::sign;

#[derive(Clone, PartialEq)]
pub(super) struct Edge {
    /// The child and which of its keys it is: the edge is the same one at other steps.
    key: String,
    course: Course,
    mark: Mark,
    rule: String,
    deferred: bool,
    dim: bool,
    /// One of its ends is in sight, and so is what is drawn there.
    near: bool,
    /// The text of the delete rule is in sight.
    readable: bool,
    /// An end of it is selected.
    lit: bool,
    title: String,
}

/// The edges of all tables; those whose parent is not drawn are left out.
pub(super) fn edges(
    items: &[Item<'_>],
    sight: Option<Rect>,
    is_dim: &dyn Fn(&str) -> bool,
    selected: Option<&str>,
) -> Vec<Edge> {
    let places: BTreeMap<&str, &Item<'_>> =
        items.iter().map(|item| (item.table.name.as_str(), item)).collect();
    let obstacles: Vec<Rect> = items.iter().map(|item| item.rect).collect();
    let mut taken = Vec::new();
    let mut found = Vec::new();
    for child in items {
        for (place, key) in child.table.foreign_keys.iter().enumerate() {
            let Some(parent) = places.get(key.ref_table.as_str()) else { continue };
            let from = (&child.rect, row_of(child.table, key.columns.first()));
            let to = (&parent.rect, row_of(parent.table, key.ref_columns.first()));
            let touches = |name: &str| selected == Some(name);
            let course = course(from, to, key, &obstacles, &taken);
            taken.push(course.label);
            found.push(Edge {
                near: sight.is_some_and(|sight| sight.meets(&child.rect) || sight.meets(&parent.rect)),
                readable: sight.is_some_and(|sight| sight.holds(course.label)),
                key: format!("{} {place}", child.table.name),
                course,
                mark: if child.ghost || parent.ghost { Mark::Removed } else { key.mark },
                rule: key.on_delete.clone(),
                deferred: key.deferred,
                dim: is_dim(&child.table.name) || is_dim(&parent.table.name),
                lit: touches(&child.table.name) || touches(&parent.table.name),
                title: title(&child.table.name, key),
            });
        }
    }
    found
}

fn row_of(table: &TableView, column: Option<&String>) -> usize {
    table.columns.iter().position(|candidate| Some(&candidate.name) == column).unwrap_or(0)
}

fn title(child: &str, key: &ForeignKeyView) -> String {
    format!(
        "{child} ({}) → {} ({}), on delete {}, on update {}{}",
        key.columns.join(", "),
        key.ref_table,
        key.ref_columns.join(", "),
        key.on_delete.to_lowercase(),
        key.on_update.to_lowercase(),
        if key.unindexed { "; no index begins with these columns" } else { "" },
    )
}

pub(super) fn rule_sign(rule: &str) -> &'static str {
    match rule {
        "CASCADE" => "✂",
        "SET NULL" => "∅",
        "RESTRICT" => "⊘",
        "SET DEFAULT" => "=",
        _ => "·",
    }
}

#[derive(PartialEq, Properties)]
pub(super) struct EdgesProps {
    pub edges: Rc<Vec<Edge>>,
}

#[component]
pub(super) fn EdgeLines(props: &EdgesProps) -> Html {
    let line = |edge: &Edge| {
        let class = classes!(
            "er-edge",
            mark_class(edge.mark),
            edge.deferred.then_some("deferred"),
            edge.dim.then_some("dim"),
            edge.lit.then_some("lit"),
        );
        html! {
            <g {class} key={edge.key.clone()}>
                <path class="er-line" d={edge.course.line.clone()}><title>{ &edge.title }</title></path>
                if edge.near {
                    <path class="er-marks" d={edge.course.marks.clone()} />
                    { for edge.course.rings.iter().map(|(x, y)| html! {
                        <circle class="er-ring" cx={x.to_string()} cy={y.to_string()} r="4" />
                    }) }
                }
            </g>
        }
    };
    html! { <g class="er-edges" aria-hidden="true">{ for props.edges.iter().map(line) }</g> }
}

/// The delete rules, drawn last so that no line crosses them.
#[component]
pub(super) fn EdgeRules(props: &EdgesProps) -> Html {
    let rule = |edge: &Edge| {
        let words = format!("{}{} {}", sign(edge.mark), rule_sign(&edge.rule), edge.rule);
        let width = words.chars().count() as f64 * 6.1 + 10.0;
        let (x, y) = edge.course.label;
        html! {
            <g class={classes!("er-rule", mark_class(edge.mark), edge.dim.then_some("dim"))} key={edge.key.clone()}
                transform={format!("translate({x:.1} {y:.1})")}>
                <rect x={(-width / 2.0).to_string()} y="-8" width={width.to_string()} height="16" rx="8" />
                <text text-anchor="middle" y="3.5">{ words }</text>
                <title>{ &edge.title }</title>
            </g>
        }
    };
    html! { <g class="er-rules" aria-hidden="true">{ for props.edges.iter().filter(|edge| edge.readable).map(rule) }</g> }
}

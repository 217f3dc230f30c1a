//! The chain: a graph in lanes beside a list. The list is the text of the graph, row by row.

use yew::prelude::*;

use crate::bridge::focus;
use crate::components::Chip;
use crate::context::{Page, use_page};
use crate::protocol::{Call, GraphEdge, Opened, RevisionView, RunState};
use crate::state::plural;

/// Height of a row and distance of lanes; `revisions.css` has the same height.
const ROW: u32 = 46;
const LANE: u32 = 16;

#[component]
pub fn Revisions() -> Html {
    let page = use_page();
    let Some(document) = page.state.document.clone() else { return html! {} };
    let position = page.state.position();
    use_effect_with(position, |_| focus::reveal("present-revision"));
    let mut rows: Vec<&RevisionView> = document.revisions.iter().collect();
    rows.sort_by_key(|revision| revision.row);
    // Base has a row of its own only when the worker left it free.
    let has_base = rows.first().is_none_or(|revision| revision.row > 0);
    let heads = document.heads.len();
    html! {
        <nav class="revisions" aria-label="Revisions" data-region="" tabindex="-1">
            <div class="pane-title">
                <h2>{ "Revisions" }</h2>
                <span class="muted">{ plural(rows.len() as u64, "revision") }</span>
            </div>
            if heads > 1 {
                <p class="verdict warn heads">{ format!("{heads} heads: upgrading to “head” would fail until they are merged") }</p>
            }
            <div class="revision-scroll">
                <Graph />
                <ol class="revision-list">
                    if has_base { { base_row(&page, position == 0) } }
                    { for rows.iter().map(|revision| revision_row(&page, revision, position)) }
                </ol>
            </div>
        </nav>
    }
}

fn base_row(page: &Page, present: bool) -> Html {
    html! {
        <li class={classes!("revision", present.then_some("present"))} id={present.then_some("present-revision")}>
            <button type="button" class="revision-button" aria-current={present.then_some("step")}
                title="Base: the empty database" onclick={page.asks(|| Call::Seek(0))}>
                <span class="revision-text"><span class="revision-message">{ "Base" }</span>
                <span class="revision-meta">{ "empty database" }</span></span>
            </button>
        </li>
    }
}

fn revision_row(page: &Page, revision: &RevisionView, position: usize) -> Html {
    let present = revision.position == Some(position) && position > 0;
    let class = classes!(
        "revision",
        present.then_some("present"),
        match revision.state {
            RunState::Ran => None,
            RunState::Failed => Some("failed"),
            RunState::NotRun => Some("not-run"),
        }
    );
    let ask = page.ask.clone();
    let target = revision.position;
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(position) = target {
            ask.emit(Call::Seek(position));
        }
    });
    html! {
        <li {class} key={revision.id.clone()} id={present.then_some("present-revision")}>
            <button type="button" class="revision-button" {onclick} aria-current={present.then_some("step")}
                aria-disabled={target.is_none().to_string()} title={format!("{} · {}", revision.message, revision.id)}>
                <span class="revision-text">
                    <span class="revision-message">{ &revision.message }</span>
                    <span class="revision-meta">
                        <code>{ revision.id.chars().take(10).collect::<String>() }</code>
                        <span class="visually-hidden">{ spoken(revision) }</span>
                        { chips(revision) }
                        <span class="revision-summary">{ &revision.summary }</span>
                    </span>
                </span>
            </button>
        </li>
    }
}

fn chips(revision: &RevisionView) -> Html {
    html! {
        <>
            if revision.state == RunState::Failed { <Chip tone="bad">{ "✖ failed" }</Chip> }
            if revision.state == RunState::NotRun { <Chip>{ "not run" }</Chip> }
            if revision.is_merge { <Chip tone="info">{ "merge" }</Chip> }
            if revision.is_head { <Chip tone="good">{ "head" }</Chip> }
            { for revision.labels.iter().map(|label| html! { <Chip>{ format!("⚑ {label}") }</Chip> }) }
            if revision.destructive { <Chip tone="bad" title="Drops a table or column">{ "−!" }</Chip> }
        </>
    }
}

/// What the graph beside the list shows, in words.
fn spoken(revision: &RevisionView) -> String {
    let mut words = match revision.down.as_slice() {
        [] => "follows base".to_owned(),
        down => format!("follows {}", down.join(" and ")),
    };
    if revision.is_branch_point {
        words.push_str(", branch point");
    }
    if !revision.depends_on.is_empty() {
        words.push_str(&format!(", depends on {}", revision.depends_on.join(" and ")));
    }
    words
}

/// Only a picture: all it says stands in the list.
#[component]
fn Graph() -> Html {
    let page = use_page();
    let Some(document) = &page.state.document else { return html! {} };
    let position = page.state.position();
    let rows = document.revisions.iter().map(|revision| revision.row + 1).max().unwrap_or(1);
    let width = document.lanes.max(1) * LANE + 12;
    let height = rows * ROW;
    html! {
        <svg class="revision-graph" width={width.to_string()} height={height.to_string()} aria-hidden="true">
            { for document.edges.iter().map(edge) }
            if document.revisions.iter().all(|revision| revision.row > 0) { { base_node(document, position) } }
            { for document.revisions.iter().map(|revision| node(revision, position)) }
        </svg>
    }
}

fn x(lane: u32) -> u32 {
    lane * LANE + 14
}

fn y(row: u32) -> u32 {
    row * ROW + ROW / 2
}

fn edge(edge: &GraphEdge) -> Html {
    let (x1, y1, x2, y2) = (x(edge.from_lane), y(edge.from_row), x(edge.to_lane), y(edge.to_row));
    // Changes lane close to the end that lies in the outer lane, so that long lines stay straight.
    let path = match x1.cmp(&x2) {
        std::cmp::Ordering::Equal => format!("M{x1} {y1}V{y2}"),
        std::cmp::Ordering::Less => {
            format!("M{x1} {y1}C{x1} {0} {x2} {1} {x2} {2}V{y2}", y1 + ROW / 2, y1 + ROW / 2, y1 + ROW)
        }
        std::cmp::Ordering::Greater => {
            let turn = y2.saturating_sub(ROW);
            format!("M{x1} {y1}V{turn}C{x1} {0} {x2} {0} {x2} {y2}", turn + ROW / 2)
        }
    };
    let class = classes!(
        "graph-edge",
        format!("lane-{}", edge.from_lane.max(edge.to_lane) % 6),
        edge.dependency.then_some("dependency")
    );
    html! { <path {class} d={path} /> }
}

fn base_node(document: &Opened, position: usize) -> Html {
    let lane =
        document.revisions.iter().find(|revision| revision.is_base).map_or(0, |revision| revision.lane);
    let class = classes!("graph-node", "base", (position == 0).then_some("present"));
    html! { <circle {class} cx={x(lane).to_string()} cy={y(0).to_string()} r="4" /> }
}

fn node(revision: &RevisionView, position: usize) -> Html {
    let (cx, cy) = (x(revision.lane), y(revision.row));
    let reached = revision.position.is_some_and(|place| place <= position);
    let present = revision.position == Some(position);
    let class = classes!(
        "graph-node",
        format!("lane-{}", revision.lane % 6),
        reached.then_some("reached"),
        present.then_some("present"),
        match revision.state {
            RunState::Ran => None,
            RunState::Failed => Some("failed"),
            RunState::NotRun => Some("not-run"),
        }
    );
    let shape = if revision.state == RunState::Failed {
        html! { <path class={class.clone()} d={format!("M{} {}l8 8m0 -8l-8 8", cx - 4, cy - 4)} /> }
    } else if revision.is_merge {
        html! { <path class={class.clone()} d={format!("M{cx} {}l6 6l-6 6l-6 -6z", cy - 6)} /> }
    } else {
        html! { <circle class={class.clone()} cx={cx.to_string()} cy={cy.to_string()} r="5" /> }
    };
    html! {
        <>
            { shape }
            if revision.is_head { <circle class="graph-head" cx={cx.to_string()} cy={cy.to_string()} r="8.5" /> }
        </>
    }
}

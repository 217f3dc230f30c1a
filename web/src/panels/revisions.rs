//! The chain: a graph in lanes beside a list. The list is the text of the graph, row by row.

use yew::prelude::*;

use crate::bridge::focus;
use crate::components::Chip;
use crate::context::use_page;
use crate::protocol::{Call, GraphEdge, Opened, RevisionView, RunState};
use crate::state::{Shared, plural};

/// Height of a row and distance of lanes; `revisions.css` has the same height.
const ROW: u32 = 46;
const LANE: u32 = 16;

#[component]
pub fn Revisions() -> Html {
    let page = use_page();
    let Some(document) = page.state.document.clone() else { return html! {} };
    html! { <Chain {document} position={page.state.position()} ask={page.ask.clone()} /> }
}

/// What the list depends on. A long one is dear to draw: it is not drawn again when anything else changes.
#[derive(PartialEq, Properties)]
struct ChainProps {
    document: Shared<Opened>,
    position: usize,
    ask: Callback<Call>,
}

#[component]
fn Chain(props: &ChainProps) -> Html {
    let (document, position, ask) = (&props.document, props.position, &props.ask);
    use_effect_with(position, |_| focus::reveal("present-revision"));
    let mut rows: Vec<(usize, &RevisionView)> = document.revisions.iter().enumerate().collect();
    rows.sort_by_key(|(_, revision)| revision.row);
    // Base has a row of its own only when the worker left it free.
    let has_base = rows.first().is_none_or(|(_, revision)| revision.row > 0);
    let heads = document.heads.len();
    let row = |(index, revision): &(usize, &RevisionView)| {
        let present = position > 0 && revision.position == Some(position);
        html! { <Row key={*index} document={document.clone()} index={*index} {present} ask={ask.clone()} /> }
    };
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
                <Graph document={document.clone()} {position} />
                <ol class="revision-list">
                    if has_base { { base_row(ask, position == 0) } }
                    { for rows.iter().map(row) }
                </ol>
            </div>
        </nav>
    }
}

fn base_row(ask: &Callback<Call>, present: bool) -> Html {
    html! {
        <li class={classes!("revision", present.then_some("present"))} id={present.then_some("present-revision")}>
            <button type="button" class="revision-button" aria-current={present.then_some("step")}
                title="Base: the empty database" onclick={ask.reform(|_: MouseEvent| Call::Seek(0))}>
                <span class="revision-text"><span class="revision-message">{ "Base" }</span>
                <span class="revision-meta">{ "empty database" }</span></span>
            </button>
        </li>
    }
}

#[derive(PartialEq, Properties)]
struct RowProps {
    document: Shared<Opened>,
    /// Which of the document's revisions.
    index: usize,
    present: bool,
    ask: Callback<Call>,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let (revision, present) = (&props.document.revisions[props.index], props.present);
    let class = classes!(
        "revision",
        present.then_some("present"),
        match revision.state {
            RunState::Ran => None,
            RunState::Failed => Some("failed"),
            RunState::NotRun => Some("not-run"),
        }
    );
    let ask = props.ask.clone();
    let target = revision.position;
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(position) = target {
            ask.emit(Call::Seek(position));
        }
    });
    html! {
        <li {class} id={present.then_some("present-revision")}>
            <button type="button" class="revision-button" {onclick} aria-current={present.then_some("step")}
                aria-disabled={target.is_none().to_string()} title={format!("{} · {} · {}", revision.message, revision.id, drawn(revision))}>
                <span class="revision-text">
                    <span class="revision-message">{ &revision.message }</span>
                    <span class="revision-meta">
                        <code>{ revision.id.chars().take(10).collect::<String>() }</code>
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

/// What the graph beside the list shows, in words: part of the title, which is read out after the name. An element
/// that is only heard costs a clip of its own in each row.
fn drawn(revision: &RevisionView) -> String {
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

#[derive(PartialEq, Properties)]
struct GraphProps {
    document: Shared<Opened>,
    position: usize,
}

/// Only a picture: all it says stands in the list.
#[component]
fn Graph(props: &GraphProps) -> Html {
    let (document, position) = (&props.document, props.position);
    let rows = document.revisions.iter().map(|revision| revision.row + 1).max().unwrap_or(1);
    let width = document.lanes.max(1) * LANE + 12;
    let height = rows * ROW;
    html! {
        <svg class="revision-graph" width={width.to_string()} height={height.to_string()} aria-hidden="true">
            <Lines document={document.clone()} />
            if document.revisions.iter().all(|revision| revision.row > 0) { { base_node(document, position) } }
            { for document.revisions.iter().map(|revision| node(revision, position)) }
        </svg>
    }
}

#[derive(PartialEq, Properties)]
struct LinesProps {
    document: Shared<Opened>,
}

#[component]
fn Lines(props: &LinesProps) -> Html {
    props.document.edges.iter().map(edge).collect()
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

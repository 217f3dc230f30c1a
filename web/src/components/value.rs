//! Values of rows, marks of a diff, and links to revisions, each drawn one way everywhere.

use yew::prelude::*;

use crate::context::use_page;
use crate::protocol::{Call, Cell, Fidelity, Mark};
use crate::state::sign;

/// A value as a person reads it, on one line.
pub fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(value) => value.to_string(),
        Cell::Real(value) => value.to_string(),
        Cell::Text(value) => value.clone(),
        Cell::Blob { bytes, preview } => format!("x'{preview}…' ({bytes} bytes)"),
    }
}

pub fn cell_html(cell: &Cell) -> Html {
    let class = match cell {
        Cell::Null => "cell null",
        Cell::Integer(_) | Cell::Real(_) => "cell number",
        Cell::Text(_) => "cell",
        Cell::Blob { .. } => "cell blob",
    };
    html! { <span {class}>{ cell_text(cell) }</span> }
}

/// `id = 3, part = a`.
pub fn key_text(key: &[(String, Cell)]) -> String {
    let parts: Vec<String> =
        key.iter().map(|(column, cell)| format!("{column} = {}", cell_text(cell))).collect();
    parts.join(", ")
}

pub fn mark_class(mark: Mark) -> &'static str {
    match mark {
        Mark::Same => "same",
        Mark::Added => "added",
        Mark::Changed => "changed",
        Mark::Removed => "removed",
    }
}

pub fn mark_word(mark: Mark) -> &'static str {
    match mark {
        Mark::Same => "unchanged",
        Mark::Added => "added",
        Mark::Changed => "changed",
        Mark::Removed => "removed",
    }
}

#[derive(PartialEq, Properties)]
pub struct MarkProps {
    pub mark: Mark,
}

/// `+`, `~` or `−`, said aloud as a word; nothing when unchanged.
#[component]
pub fn MarkSign(props: &MarkProps) -> Html {
    if props.mark == Mark::Same {
        return html! {};
    }
    html! {
        <span class={classes!("mark", mark_class(props.mark))}>
            <span aria-hidden="true">{ sign(props.mark) }</span>
            <span class="visually-hidden">{ mark_word(props.mark) }</span>
        </span>
    }
}

#[derive(PartialEq, Properties)]
pub struct ChipProps {
    /// `neutral`, `good`, `warn`, `bad`, `info`.
    #[prop_or("neutral")]
    pub tone: &'static str,
    #[prop_or_default]
    pub title: Option<AttrValue>,
    pub children: Html,
}

#[component]
pub fn Chip(props: &ChipProps) -> Html {
    html! { <span class={classes!("chip", props.tone)} title={props.title.clone()}>{ props.children.clone() }</span> }
}

pub fn fidelity_word(fidelity: Fidelity) -> &'static str {
    match fidelity {
        Fidelity::Exact => "exact",
        Fidelity::Emulated => "emulated",
        Fidelity::Weakened => "weakened",
        Fidelity::Dropped => "dropped",
        Fidelity::Opaque => "opaque",
    }
}

/// Shape, tone and meaning of each fidelity.
fn fidelity_look(fidelity: Fidelity) -> (&'static str, &'static str, &'static str) {
    match fidelity {
        Fidelity::Exact => ("●", "good", "SQLite does exactly what the source says"),
        Fidelity::Emulated => ("◆", "info", "SQLite does it by other means, with the same effect"),
        Fidelity::Weakened => ("◐", "warn", "SQLite does less than the source says"),
        Fidelity::Dropped => ("○", "bad", "SQLite has no such thing; the statement is left out"),
        Fidelity::Opaque => ("▨", "warn", "Retort cannot read this statement; it is run as it stands"),
    }
}

#[derive(PartialEq, Properties)]
pub struct FidelityProps {
    pub fidelity: Fidelity,
}

#[component]
pub fn FidelityChip(props: &FidelityProps) -> Html {
    let (shape, tone, meaning) = fidelity_look(props.fidelity);
    html! {
        <Chip {tone} title={meaning}>
            <span class="shape" aria-hidden="true">{ shape }</span>{ fidelity_word(props.fidelity) }
        </Chip>
    }
}

#[derive(PartialEq, Properties)]
pub struct RevisionLinkProps {
    pub id: AttrValue,
}

/// A revision's short name; a click goes there.
#[component]
pub fn RevisionLink(props: &RevisionLinkProps) -> Html {
    let page = use_page();
    let short: String = props.id.chars().take(10).collect();
    let revision = page.state.find_revision(&props.id);
    let title = revision.map(|revision| format!("Go to {}", revision.message));
    match revision.and_then(|revision| revision.position) {
        Some(position) => html! {
            <button type="button" class="link mono" {title} onclick={page.asks(move || Call::Seek(position))}>{ short }</button>
        },
        None => html! { <span class="mono muted">{ short }</span> },
    }
}

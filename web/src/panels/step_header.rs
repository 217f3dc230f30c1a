//! Which step this is, which way it ran, and what came of it.

use yew::prelude::*;

use crate::components::{Chip, FidelityChip};
use crate::context::use_page;
use crate::protocol::{Direction, RevisionView, StepView};
use crate::state::{failure, plural, tally};

/// More tables than that are counted, not named.
const MOST_EFFECTS: usize = 8;

#[component]
pub fn StepHeader() -> Html {
    let page = use_page();
    let Some(step) = page.state.step.clone() else { return html! {} };
    let Some(revision) = page.state.step_revision() else {
        return html! {
            <header class="step-header" tabindex="0">
                <h2 class="step-title">{ "Base" }</h2>
                <p class="step-summary">{ "The empty database, before the first step. Press → to run it." }</p>
            </header>
        };
    };
    let (sign, word, tone) = match step.direction {
        Direction::Up => ("▲", "upgrade", "info"),
        Direction::Down => ("▼", "downgrade", "warn"),
    };
    html! {
        <header class="step-header" tabindex="0">
            <div class="step-line">
                <Chip {tone}><span class="shape" aria-hidden="true">{ sign }</span>{ word }</Chip>
                <h2 class="step-title">{ &revision.message }</h2>
                <code class="step-id">{ &revision.id }</code>
                { for revision.labels.iter().map(|label| html! { <Chip>{ format!("⚑ {label}") }</Chip> }) }
                { risks(revision) }
            </div>
            <p class="step-summary">
                <span class="tally">{ tally(&step) }</span>
                { row_effects(&step) }
                <span class="muted">{ format!("{:.1} ms", step.milliseconds) }</span>
            </p>
            { verdict(&step) }
        </header>
    }
}

fn risks(revision: &RevisionView) -> Html {
    html! {
        <>
            if revision.destructive {
                <Chip tone="bad" title="Drops a table or column that may hold rows">{ "✖ destructive" }</Chip>
            }
            if let Some(reason) = &revision.irreversible {
                <Chip tone="warn" title={reason.clone()}>{ "⊘ irreversible" }</Chip>
            }
            <FidelityChip fidelity={revision.fidelity} />
        </>
    }
}

/// The tables whose rows the step changed; of many the first.
fn row_effects(step: &StepView) -> Html {
    let more = step.row_effects.len().saturating_sub(MOST_EFFECTS);
    html! {
        <>
            { for step.row_effects.iter().take(MOST_EFFECTS).map(row_effect) }
            if more > 0 { <span class="muted">{ format!("rows of {} ", plural(more as u64, "more table")) }</span> }
        </>
    }
}

fn row_effect((table, before, after): &(String, u64, u64)) -> Html {
    html! { <span class="muted">{ format!("{table}: {before} → {} ", plural(*after, "row")) }</span> }
}

fn verdict(step: &StepView) -> Html {
    html! {
        <>
            if let Some(error) = failure(step) {
                <p class="verdict bad"><b>{ "✖ The step failed. " }</b>{ error }</p>
            }
            if let Some(notice) = &step.notice { <p class="verdict warn"><b>{ "! " }</b>{ notice }</p> }
            { round_trip(step) }
            if !step.disagreements.is_empty() {
                <div class="verdict warn">
                    <b>{ "≠ The replayed schema and the database disagree" }</b>
                    <ul>{ for step.disagreements.iter().map(|line| html! { <li>{ line }</li> }) }</ul>
                </div>
            }
        </>
    }
}

fn round_trip(step: &StepView) -> Html {
    match step.round_trip.as_deref() {
        None => html! {},
        Some([]) => html! {
            <p class="verdict good"><b>{ "✔ Round trip: " }</b>{ "the schema is identical to the one before the upgrade" }</p>
        },
        Some(differences) => html! {
            <div class="verdict bad">
                <b>{ format!("≠ Round trip: {} from the schema before the upgrade",
                    plural(differences.len() as u64, "difference")) }</b>
                <ul>{ for differences.iter().map(|line| html! { <li>{ line }</li> }) }</ul>
            </div>
        },
    }
}

//! Each statement of the step: as the file has it, beside what SQLite executed.

use yew::prelude::*;

use crate::components::{Chip, Code, FidelityChip};
use crate::protocol::{Note, RunState, StatementView, StepView};
use crate::state::{Action, Shared};

#[derive(PartialEq, Properties)]
pub(super) struct StatementsProps {
    pub step: Shared<StepView>,
    pub act: Callback<Action>,
}

#[component]
pub(super) fn Statements(props: &StatementsProps) -> Html {
    if props.step.statements.is_empty() {
        return html! { <p class="empty">{ "This step runs no SQL." }</p> };
    }
    html! {
        <div class="statements">
            <div class="statement-heads" aria-hidden="true"><span>{ "Source" }</span><span>{ "Executed on SQLite" }</span></div>
            <ol class="statement-list">
                { for props.step.statements.iter().enumerate().map(|(place, statement)| row(&props.act, place, statement)) }
            </ol>
        </div>
    }
}

fn row(act: &Callback<Action>, place: usize, statement: &StatementView) -> Html {
    let number = place + 1;
    let (file, line) = (statement.file.clone(), statement.line);
    let show = act.reform(move |_: MouseEvent| Action::ShowFile(file.clone(), line));
    let class = classes!(
        "statement",
        (statement.state == RunState::Failed).then_some("failed"),
        (statement.state == RunState::NotRun).then_some("not-run")
    );
    html! {
        <li {class} key={place}>
            <div class="statement-bar">
                <span class="statement-number">{ number }</span>
                <FidelityChip fidelity={statement.fidelity} />
                { state_chip(statement.state) }
                <button type="button" class="link mono" onclick={show}>
                    { format!("{}:{}", statement.file, statement.line) }
                </button>
            </div>
            <div class="statement-pair">
                <Code text={statement.source.clone()} label={format!("Statement {number}, source")} />
                { executed(number, statement) }
            </div>
            if let Some(error) = &statement.error {
                <p class="verdict bad"><b>{ "✖ SQLite says: " }</b>{ error }</p>
            }
            if !statement.notes.is_empty() {
                <ul class="notes">{ for statement.notes.iter().map(note) }</ul>
            }
        </li>
    }
}

fn executed(number: usize, statement: &StatementView) -> Html {
    let same =
        statement.sql.len() == 1 && statement.sql[0].trim() == statement.source.trim().trim_end_matches(';');
    if statement.sql.is_empty() {
        return html! { <p class="nothing-executed">{ "Nothing: left out, its effect is in the model only." }</p> };
    }
    let text: String = statement
        .sql
        .iter()
        .map(|sql| sql.trim_end_matches(';').to_owned() + ";")
        .collect::<Vec<_>>()
        .join("\n");
    html! {
        <div class={classes!("executed", same.then_some("same-text"))}>
            <Code {text} label={format!("Statement {number}, executed")} />
        </div>
    }
}

fn state_chip(state: RunState) -> Html {
    match state {
        RunState::Ran => html! {},
        RunState::Failed => html! { <Chip tone="bad">{ "✖ failed" }</Chip> },
        RunState::NotRun => html! { <Chip>{ "… not run" }</Chip> },
    }
}

fn note(note: &Note) -> Html {
    html! { <li><span>{ &note.message }</span>{ " " }<code class="muted">{ &note.code }</code></li> }
}

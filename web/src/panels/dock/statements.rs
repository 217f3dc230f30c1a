//! Each statement of the step: as it was written, beside what SQLite executed. What a program gave stands by its
//! calls, beside the program.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::calls::Calls;
use super::source::Source;
use crate::bridge::focus;
use crate::components::{Chip, Code, FidelityChip, Icon, Sign};
use crate::protocol::{Note, Opened, RunState, StatementView, StepView};
use crate::state::{Action, Shared};

/// The ids of what is lit up: in the list, and in the source.
pub(super) const LIT_CALL: &str = "lit-call";
pub(super) const LIT_SOURCE: &str = "lit-source";

/// Statements that are drawn at once.
const BATCH: usize = 40;
/// Between two batches, so that keys and pointer come through.
const PAUSE_MILLISECONDS: u32 = 30;

#[derive(PartialEq, Properties)]
pub(super) struct StatementsProps {
    pub document: Shared<Opened>,
    pub step: Shared<StepView>,
    pub call: u32,
    pub act: Callback<Action>,
}

#[component]
pub(super) fn Statements(props: &StatementsProps) -> Html {
    let StatementsProps { document, step, call, act } = props;
    let pointed = use_state_eq(|| None::<u32>);
    let point = {
        let pointed = pointed.clone();
        use_callback((), move |call: Option<u32>, ()| pointed.set(call))
    };
    use_effect_with((step.clone(), *call), |_| {
        focus::reveal(LIT_CALL);
        focus::reveal(LIT_SOURCE);
    });
    let statements = &step.statements;
    let drawn = use_drawn(step, *call as usize + 1);
    let (Some(first), Some(last)) = (statements.first(), statements.last()) else {
        return html! { <p class="empty">{ "This step runs no SQL." }</p> };
    };
    let steps =
        html! { <CallSteps call={*call} last={last.call} is_given={first.is_given} act={act.clone()} /> };
    if statements.iter().any(|statement| statement.is_given) {
        return html! {
            <div class="statements with-source">
                <Source document={document.clone()} step={step.clone()} call={*call} pointed={*pointed}
                    point={point.clone()} act={act.clone()} />
                <Calls document={document.clone()} step={step.clone()} call={*call} pointed={*pointed} {point}
                    act={act.clone()} {steps} />
            </div>
        };
    }
    html! {
        <div class="statements">
            <div class="statement-heads">
                <span aria-hidden="true">{ "Source" }</span><span aria-hidden="true">{ "Executed on SQLite" }</span>
                { steps }
            </div>
            <ol class="statement-list">
                { for (0..drawn).map(|place| row(step, place, *call, act)) }
            </ol>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct CallStepsProps {
    call: u32,
    last: u32,
    is_given: bool,
    act: Callback<Action>,
}

/// Which call is lit up, and the way to its neighbours.
#[component]
fn CallSteps(props: &CallStepsProps) -> Html {
    let CallStepsProps { call, last, is_given, act } = props;
    let noun = if *is_given { "call" } else { "statement" };
    let button = |word: &str, key: &str, sign: Sign, disabled: bool, action: fn() -> Action| {
        let label = format!("{word} {noun} (Shift + {key})");
        html! {
            <button type="button" class="button quiet small icon" aria-label={label.clone()} title={label}
                aria-disabled={disabled.to_string()} onclick={act.reform(move |_: MouseEvent| action())}>
                <Icon {sign} />
            </button>
        }
    };
    html! {
        <div class="call-steps" role="group" aria-label={format!("The step, {noun} by {noun}")}>
            { button("Previous", "←", Sign::Previous, *call == 0, || Action::PreviousCall) }
            <span class="call-count">{ format!("{noun} {} / {}", call + 1, last + 1) }</span>
            { button("Next", "→", Sign::Next, call >= last, || Action::NextCall) }
        </div>
    }
}

/// How many of a step's statements are drawn: those that are seen at first, and the others some at a time, so that
/// the page is never held up for long.
#[hook]
fn use_drawn(step: &Shared<StepView>, least: usize) -> usize {
    let drawn = use_state_eq(|| BATCH);
    let count = step.statements.len();
    let shown = (*drawn).max(least).min(count);
    use_effect_with((count, shown), move |(count, shown)| {
        let next = shown + BATCH;
        let later = (shown < count).then(|| Timeout::new(PAUSE_MILLISECONDS, move || drawn.set(next)));
        move || drop(later)
    });
    shown
}

fn row(step: &Shared<StepView>, place: usize, call: u32, act: &Callback<Action>) -> Html {
    let lit = step.statements[place].call == call;
    html! { <StatementRow key={place} step={step.clone()} {place} {lit} act={act.clone()} /> }
}

#[derive(PartialEq, Properties)]
struct StatementRowProps {
    step: Shared<StepView>,
    place: usize,
    lit: bool,
    act: Callback<Action>,
}

/// A statement that is written in its file.
#[component]
fn StatementRow(props: &StatementRowProps) -> Html {
    let StatementRowProps { step, place, lit, act } = props;
    let Some(statement) = step.statements.get(*place) else { return html! {} };
    let number = place + 1;
    let (file, line) = (statement.file.clone(), statement.line);
    let show = act.reform(move |_: MouseEvent| Action::ShowFile(file.clone(), line));
    html! {
        <li class={row_class(statement, *lit)} id={lit.then_some(LIT_CALL)} aria-current={lit.then_some("true")}>
            <div class="statement-bar">
                { signs(number, statement) }
                <button type="button" class="link mono" onclick={show}>
                    { format!("{}:{}", statement.file, statement.line) }
                </button>
            </div>
            <div class="statement-pair">
                <Code text={statement.source.clone()} label={format!("Statement {number}, source")} />
                { executed(number, statement) }
            </div>
            { outcome(statement) }
        </li>
    }
}

pub(super) fn row_class(statement: &StatementView, lit: bool) -> Classes {
    classes!(
        "statement",
        lit.then_some("lit"),
        (statement.state == RunState::Failed).then_some("failed"),
        (statement.state == RunState::NotRun).then_some("not-run")
    )
}

/// Number, fidelity and state.
pub(super) fn signs(number: usize, statement: &StatementView) -> Html {
    html! {
        <>
            <span class="statement-number">{ number }</span>
            <FidelityChip fidelity={statement.fidelity} />
            { state_chip(statement.state) }
        </>
    }
}

pub(super) fn is_same(statement: &StatementView) -> bool {
    statement.sql.len() == 1 && statement.sql[0].trim() == statement.source.trim().trim_end_matches(';')
}

pub(super) fn executed(number: usize, statement: &StatementView) -> Html {
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
        <div class={classes!("executed", is_same(statement).then_some("same-text"))}>
            <Code {text} label={format!("Statement {number}, executed")} />
        </div>
    }
}

/// What came of it, and what there is to know about it.
pub(super) fn outcome(statement: &StatementView) -> Html {
    let who = if statement.sql.is_empty() && statement.is_given {
        "The program stops here: "
    } else {
        "SQLite says: "
    };
    html! {
        <>
            if let Some(error) = &statement.error {
                <p class="verdict bad"><b>{ "✖ " }{ who }</b>{ error }</p>
            }
            if !statement.notes.is_empty() {
                <ul class="notes">{ for statement.notes.iter().map(note) }</ul>
            }
        </>
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

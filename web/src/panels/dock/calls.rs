//! The calls of a program, each with the statements that it gave and what SQLite executed for them.

use yew::prelude::*;

use super::statements::{LIT_CALL, executed, is_same, outcome, row_class, signs};
use crate::components::Code;
use crate::protocol::{Opened, RunState, StatementView, StepView};
use crate::state::{Action, Shared, lines, plural};

#[derive(PartialEq, Properties)]
pub(super) struct CallsProps {
    pub document: Shared<Opened>,
    pub step: Shared<StepView>,
    /// The call that is lit up, and the one that is pointed at.
    pub call: u32,
    pub pointed: Option<u32>,
    pub point: Callback<Option<u32>>,
    pub act: Callback<Action>,
    /// The way from call to call.
    pub steps: Html,
}

#[component]
pub(super) fn Calls(props: &CallsProps) -> Html {
    let statements = &props.step.statements;
    let mut groups: Vec<(usize, &[StatementView])> = Vec::new();
    let mut start = 0;
    for group in statements.chunk_by(|one, next| one.call == next.call) {
        groups.push((start, group));
        start += group.len();
    }
    html! {
        <div class="calls">
            <div class="statement-heads">
                { heads(&props.document.dialect) }
                { props.steps.clone() }
            </div>
            <ol class="call-list">{ for groups.into_iter().map(|(start, group)| call(props, start, group)) }</ol>
        </div>
    }
}

/// What a call gave is in the words of the chain's dialect.
fn heads(dialect: &str) -> Html {
    let given = match dialect {
        "postgresql" => "SQL for PostgreSQL",
        "mysql" => "SQL for MySQL",
        _ => return html! { <span class="wide" aria-hidden="true">{ "SQL, executed on SQLite" }</span> },
    };
    html! {
        <><span aria-hidden="true">{ given }</span><span aria-hidden="true">{ "Executed on SQLite" }</span></>
    }
}

fn call(props: &CallsProps, start: usize, group: &[StatementView]) -> Html {
    let Some(first) = group.first() else { return html! {} };
    let number = first.call;
    let lit = number == props.call;
    let pointed = props.pointed == Some(number) && !lit;
    let choose = props.act.reform(move |_: MouseEvent| Action::Call(number));
    let (file, line) = (first.file.clone(), first.line);
    let show = props.act.reform(move |_: MouseEvent| Action::ShowFile(file.clone(), line));
    let count = group.iter().filter(|statement| !statement.source.is_empty()).count();
    let gave = if count == 0 { "no statement".to_owned() } else { plural(count as u64, "statement") };
    html! {
        <li class={classes!("call", lit.then_some("lit"), pointed.then_some("pointed"))} key={number}
            id={lit.then_some(LIT_CALL)} aria-current={lit.then_some("true")}
            onmouseenter={props.point.reform(move |_: MouseEvent| Some(number))}
            onmouseleave={props.point.reform(|_: MouseEvent| None)}>
            <div class="call-head">
                <button type="button" class="call-choose" onclick={choose}
                    onfocus={props.point.reform(move |_: FocusEvent| Some(number))}
                    onblur={props.point.reform(|_: FocusEvent| None)}>
                    <span class="call-number" aria-hidden="true">{ number + 1 }</span>
                    <span class="visually-hidden">{ format!("Call {}, ", number + 1) }</span>
                    <span>{ format!("{}, {gave}", lines(first)) }</span>
                </button>
                <button type="button" class="link mono" onclick={show}>{ format!("{}:{}", first.file, first.line) }</button>
            </div>
            <ol class="statement-list">
                { for group.iter().enumerate().map(|(at, statement)| row(start + at, statement)) }
            </ol>
        </li>
    }
}

fn row(place: usize, statement: &StatementView) -> Html {
    let number = place + 1;
    let is_stop = statement.source.is_empty() && statement.state == RunState::Failed;
    html! {
        <li class={row_class(statement, false)} key={place}>
            if !is_stop {
                <div class="statement-bar">{ signs(number, statement) }</div>
                { texts(number, statement) }
            }
            { outcome(statement) }
        </li>
    }
}

/// What the call gave and what was executed: once where both are the same.
fn texts(number: usize, statement: &StatementView) -> Html {
    if statement.source.is_empty() {
        return html! { <p class="nothing-executed">{ "Not known without a database: left out." }</p> };
    }
    if is_same(statement) {
        return html! { <Code text={statement.source.clone()} label={format!("Statement {number}, executed as given")} /> };
    }
    html! {
        <div class="statement-pair">
            <Code text={statement.source.clone()} label={format!("Statement {number}, given")} />
            { executed(number, statement) }
        </div>
    }
}

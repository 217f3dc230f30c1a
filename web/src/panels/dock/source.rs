//! The program of the step, with the lines of each call that gave statements.

use yew::prelude::*;

use super::statements::LIT_SOURCE;
use crate::bridge::focus;
use crate::components::code::lines_of;
use crate::protocol::{FileView, Opened, StepView};
use crate::state::{Action, Shared, plural};

/// The id of the sign of the call that is lit up.
const LIT_SIGN: &str = "lit-sign";

#[derive(PartialEq, Properties)]
pub(super) struct SourceProps {
    pub document: Shared<Opened>,
    pub step: Shared<StepView>,
    /// The call that is lit up, and the one that is pointed at.
    pub call: u32,
    pub pointed: Option<u32>,
    pub point: Callback<Option<u32>>,
    pub act: Callback<Action>,
}

/// A call, where it is written.
#[derive(Clone, Copy, PartialEq)]
struct Call {
    number: u32,
    first: u32,
    last: u32,
    statements: u64,
    is_failed: bool,
}

impl Call {
    fn holds(&self, line: u32) -> bool {
        (self.first..=self.last).contains(&line)
    }
}

#[component]
pub(super) fn Source(props: &SourceProps) -> Html {
    let shown = props.step.statements.iter().find(|statement| statement.call == props.call);
    let name = shown.map(|statement| statement.file.clone()).unwrap_or_default();
    let lines = use_memo((props.document.clone(), name.clone()), |(document, name)| {
        let file: Option<&FileView> = document.files.iter().find(|file| &file.name == name);
        file.map_or_else(Vec::new, |file| lines_of(&file.name, &file.text))
    });
    let calls = calls(&props.step, &name);
    let onkeydown = {
        let (act, calls, present) = (props.act.clone(), calls.clone(), props.call);
        Callback::from(move |event: KeyboardEvent| {
            let Some(next) = neighbour(&calls, present, &event.key()) else { return };
            event.prevent_default();
            act.emit(Action::Call(next));
            focus::focus(LIT_SIGN);
        })
    };
    let row = |(index, text): (usize, &Html)| line(props, &calls, index as u32 + 1, text);
    html! {
        <div class="source-pane">
            <div class="statement-heads"><span class="wide source-name">{ &name }</span></div>
            <pre class="file-text" tabindex="0" data-keys="own" role="group" aria-label={format!("Source, {name}")} {onkeydown}>
                <code>{ for lines.iter().enumerate().map(row) }</code>
            </pre>
        </div>
    }
}

/// The calls of a file, in the order in which they ran.
fn calls(step: &StepView, file: &str) -> Vec<Call> {
    let groups = step.statements.chunk_by(|one, next| one.call == next.call);
    let here =
        groups.filter_map(|group| Some((group.first()?, group))).filter(|(first, _)| first.file == file);
    here.map(|(first, group)| Call {
        number: first.call,
        first: first.line,
        last: first.last_line,
        statements: group.iter().filter(|statement| !statement.source.is_empty()).count() as u64,
        is_failed: group.iter().any(|statement| statement.error.is_some()),
    })
    .collect()
}

/// The call that a line stands for: the shortest that holds it; of a call that ran several times the one that is
/// lit up, else the first.
fn call_of(calls: &[Call], line: u32, lit: u32) -> Option<&Call> {
    calls
        .iter()
        .filter(|call| call.holds(line))
        .min_by_key(|call| (call.last - call.first, call.number != lit))
}

fn neighbour(calls: &[Call], present: u32, key: &str) -> Option<u32> {
    let here = calls.iter().position(|call| call.number == present)?;
    let next = match key {
        "ArrowDown" => here + 1,
        "ArrowUp" => here.checked_sub(1)?,
        _ => return None,
    };
    calls.get(next).map(|call| call.number)
}

fn line(props: &SourceProps, calls: &[Call], number: u32, text: &Html) -> Html {
    let Some(call) = call_of(calls, number, props.call).copied() else {
        return html! {
            <span class="file-line" key={number}>
                <span class="line-number" aria-hidden="true">{ number }</span>
                <span class="call-sign" aria-hidden="true"></span>{ text.clone() }{ "\n" }
            </span>
        };
    };
    let is_lit = calls.iter().any(|call| call.number == props.call && call.holds(number));
    let is_pointed = !is_lit
        && props.pointed.is_some_and(|at| calls.iter().any(|call| call.number == at && call.holds(number)));
    let begins = calls.iter().any(|other| other.first == number);
    let sign_is_lit = begins && calls.iter().any(|other| other.number == props.call && other.first == number);
    let class = classes!(
        "file-line",
        "given",
        is_lit.then_some("lit"),
        is_pointed.then_some("pointed"),
        call.is_failed.then_some("failed")
    );
    html! {
        <span {class} key={number} id={sign_is_lit.then_some(LIT_SOURCE)}
            onclick={choose(props, calls, number)}
            onmouseenter={props.point.reform(move |_: MouseEvent| Some(call.number))}
            onmouseleave={props.point.reform(|_: MouseEvent| None)}>
            <span class="line-number" aria-hidden="true">{ number }</span>
            if begins { { sign(calls, number, props.call) } } else { <span class="call-sign" aria-hidden="true"></span> }
            { text.clone() }{ "\n" }
        </span>
    }
}

/// Lights up the call of a line; of a call that ran several times, with each click the next of them.
fn choose(props: &SourceProps, calls: &[Call], line: u32) -> Callback<MouseEvent> {
    let shortest = call_of(calls, line, props.call).copied();
    let same: Vec<u32> = calls
        .iter()
        .filter(|call| shortest.is_some_and(|one| (one.first, one.last) == (call.first, call.last)))
        .map(|call| call.number)
        .collect();
    let next =
        same.iter().find(|number| **number > props.call && same.contains(&props.call)).or(same.first());
    let next = next.copied().unwrap_or(props.call);
    props.act.reform(move |_: MouseEvent| Action::Call(next))
}

/// The button at the first line of a call. It has no handler of its own: its click is its line's.
fn sign(calls: &[Call], line: u32, lit: u32) -> Html {
    let here: Vec<&Call> = calls.iter().filter(|call| call.first == line).collect();
    let is_lit = here.iter().any(|call| call.number == lit);
    let present = here.iter().find(|call| call.number == lit).or(here.first());
    let Some(present) = present else { return html! {} };
    let statements = plural(present.statements, "statement");
    let times = if here.len() > 1 { format!(", ran {} times", here.len()) } else { String::new() };
    html! {
        <button type="button" class="call-sign" id={is_lit.then_some(LIT_SIGN)} aria-pressed={is_lit.to_string()}
            tabindex={if is_lit { "0" } else { "-1" }}
            aria-label={format!("Call {}, line {line}: {statements}{times}", present.number + 1)}>
            { present.number + 1 }
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u32, first: u32, last: u32) -> Call {
        Call { number, first, last, statements: 1, is_failed: false }
    }

    #[test]
    fn a_line_stands_for_the_shortest_call_that_holds_it() {
        let calls = [call(0, 5, 20), call(1, 8, 9), call(2, 8, 9)];
        let found = |line, lit| call_of(&calls, line, lit).map(|call| call.number);
        assert_eq!([found(4, 0), found(5, 0), found(8, 0), found(8, 2)], [None, Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn arrows_go_from_call_to_call() {
        let calls = [call(0, 5, 5), call(3, 8, 9)];
        assert_eq!(neighbour(&calls, 0, "ArrowDown"), Some(3));
        assert_eq!(neighbour(&calls, 3, "ArrowUp"), Some(0));
        assert_eq!(neighbour(&calls, 3, "ArrowDown"), None);
        assert_eq!(neighbour(&calls, 0, "Enter"), None);
    }
}

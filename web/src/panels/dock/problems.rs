//! Everything that is wrong or worth a look, in the chain and in this step.

use yew::prelude::*;

use crate::components::Chip;
use crate::context::{Page, use_page};
use crate::protocol::{Call, Problem};
use crate::state::{Action, Shared};

#[derive(PartialEq, Properties)]
pub(super) struct ProblemsProps {
    pub problems: Shared<Vec<Problem>>,
}

#[component]
pub(super) fn Problems(props: &ProblemsProps) -> Html {
    let page = use_page();
    if props.problems.is_empty() {
        return html! { <p class="empty">{ "✔ No problems found." }</p> };
    }
    let mut problems: Vec<&Problem> = props.problems.iter().collect();
    problems.sort_by_key(|problem| match problem.severity.as_str() {
        "error" => 0,
        "warn" => 1,
        _ => 2,
    });
    html! { <ol class="problem-list">{ for problems.iter().map(|problem| card(&page, problem)) }</ol> }
}

fn card(page: &Page, problem: &Problem) -> Html {
    let (sign, tone) = match problem.severity.as_str() {
        "error" => ("✖", "bad"),
        "warn" => ("▲", "warn"),
        _ => ("i", "info"),
    };
    html! {
        <li class={classes!("problem", tone)}>
            <p class="problem-head">
                <Chip {tone}><span class="shape" aria-hidden="true">{ sign }</span>{ &problem.severity }</Chip>
                <b>{ &problem.message }</b><code class="muted">{ &problem.code }</code>
            </p>
            { place(page, problem) }
            if !problem.excerpt.is_empty() { { excerpt(problem) } }
            { for problem.help.iter().map(|help| html! { <p class="help"><b>{ "Help: " }</b>{ help }</p> }) }
        </li>
    }
}

fn place(page: &Page, problem: &Problem) -> Html {
    let file = problem.file.clone().map(|file| {
        let (line, words) = (problem.line, format!("{file}:{}:{}", problem.line, problem.column));
        html! {
            <button type="button" class="link mono" onclick={page.on(move || Action::ShowFile(file.clone(), line))}>{ words }</button>
        }
    });
    let position = problem.revision.as_ref().and_then(|id| page.state.find_revision(id)?.position);
    let jump = position.map(|position| {
        html! { <button type="button" class="link" onclick={page.asks(move || Call::Seek(position))}>{ "Go to the revision" }</button> }
    });
    html! { <p class="problem-place">{ file }{ jump }</p> }
}

/// The line of the file with a mark below the column.
fn excerpt(problem: &Problem) -> Html {
    let number = problem.line.to_string();
    let indent: String = problem
        .excerpt
        .chars()
        .take(problem.column.saturating_sub(1) as usize)
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    let gutter = " ".repeat(number.len());
    html! {
        <pre class="excerpt" tabindex="0" data-keys="own" role="group" aria-label="Excerpt"><code>
            <span class="line-number">{ format!("{number} │ ") }</span>{ &problem.excerpt }{ "\n" }
            <span class="line-number">{ format!("{gutter} │ ") }</span>{ indent }<span class="pointer">{ format!("^ {}", problem.label) }</span>
        </code></pre>
    }
}

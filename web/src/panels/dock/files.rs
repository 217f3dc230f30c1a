//! The files as they were read.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::bridge::focus;
use crate::components::code::lines_of;
use crate::context::use_page;
use crate::protocol::FileView;
use crate::state::Action;

#[component]
pub(super) fn Files() -> Html {
    let page = use_page();
    let wanted = page.state.file.clone().or_else(|| {
        let revision = page.state.step_revision()?;
        Some((revision.file.clone(), revision.line))
    });
    use_effect_with(wanted.clone(), |_| focus::reveal("wanted-line"));
    let Some(document) = &page.state.document else { return html! {} };
    let name = wanted.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
    let Some(file) = document.files.iter().find(|file| file.name == name).or_else(|| document.files.first())
    else {
        return html! { <p class="empty">{ "The chain has no files." }</p> };
    };
    let line = wanted.filter(|(name, _)| *name == file.name).map_or(0, |(_, line)| line);
    let onchange = {
        let act = page.act.clone();
        Callback::from(move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                act.emit(Action::ShowFile(select.value(), 0));
            }
        })
    };
    let option = |candidate: &FileView| {
        html! { <option value={candidate.name.clone()} selected={candidate.name == file.name}>{ &candidate.name }</option> }
    };
    html! {
        <div class="files">
            <label class="file-choice">{ "File " }
                <select class="field" {onchange}>{ for document.files.iter().map(option) }</select>
            </label>
            if !document.left_out.is_empty() {
                <details class="left-out">
                    <summary>{ "Not all of the folder was read" }</summary>
                    <ul>{ for document.left_out.iter().map(|sentence| html! { <li>{ sentence }</li> }) }</ul>
                </details>
            }
            <FileText file={file.clone()} {line} />
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct FileTextProps {
    file: FileView,
    /// The line to light, from 1; 0 for none.
    line: u32,
}

#[component]
fn FileText(props: &FileTextProps) -> Html {
    let lines = use_memo(props.file.clone(), |file| lines_of(&file.name, &file.text));
    let row = |(index, text): (usize, &Html)| {
        let number = index as u32 + 1;
        let wanted = number == props.line;
        html! {
            <span class={classes!("file-line", wanted.then_some("wanted"))} id={wanted.then_some("wanted-line")} key={index}>
                <span class="line-number" aria-hidden="true">{ number }</span>{ text.clone() }{ "\n" }
            </span>
        }
    };
    html! {
        <pre class="file-text" tabindex="0" data-keys="own" role="group" aria-label={props.file.name.clone()}>
            <code>{ for lines.iter().enumerate().map(row) }</code>
        </pre>
    }
}

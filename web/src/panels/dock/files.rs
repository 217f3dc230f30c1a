//! The files as they were read.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::bridge::focus;
use crate::components::code::highlighted;
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
    let row = |(index, text): (usize, &str)| {
        let number = index as u32 + 1;
        let wanted = number == props.line;
        html! {
            <span class={classes!("file-line", wanted.then_some("wanted"))} id={wanted.then_some("wanted-line")} key={index}>
                <span class="line-number" aria-hidden="true">{ number }</span>{ highlighted(text) }{ "\n" }
            </span>
        }
    };
    html! {
        <pre class="file-text" tabindex="0" data-keys="own" role="group" aria-label={props.file.name.clone()}>
            <code>{ for props.file.text.lines().enumerate().map(row) }</code>
        </pre>
    }
}

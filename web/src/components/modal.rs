//! A native dialog: the browser keeps the focus inside and closes it on Escape.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub struct ModalProps {
    pub title: AttrValue,
    pub close: Callback<()>,
    pub children: Html,
}

#[component]
pub fn Modal(props: &ModalProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                let _ = dialog.show_modal();
            }
        });
    }
    let close = props.close.clone();
    let onclose = {
        let close = close.clone();
        Callback::from(move |_: Event| close.emit(()))
    };
    let onclick = Callback::from(move |_: MouseEvent| close.emit(()));
    html! {
        <dialog ref={node} class="modal" aria-labelledby="modal-title" {onclose}>
            <header class="modal-header">
                <h2 id="modal-title">{ &props.title }</h2>
                <button type="button" class="button quiet" {onclick} aria-label="Close">{ "✕" }</button>
            </header>
            <div class="modal-body">{ props.children.clone() }</div>
        </dialog>
    }
}

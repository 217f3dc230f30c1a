//! A line between two panes that can be dragged, or moved with arrow keys.

use web_sys::{Element, PointerEvent};
use yew::prelude::*;

use crate::bridge::{properties, storage};

#[derive(Clone, PartialEq, Properties)]
pub struct SplitterProps {
    /// The custom property that holds the size, without the dashes; also where it is remembered.
    pub name: AttrValue,
    pub label: AttrValue,
    /// Whether the line itself is vertical.
    pub vertical: bool,
    /// The pane that it sizes lies after it.
    pub after: bool,
    pub initial: f64,
    pub least: f64,
    pub most: f64,
}

const STEP: f64 = 24.0;

#[component]
pub fn Splitter(props: &SplitterProps) -> Html {
    let size = use_state(|| stored(props));
    {
        let name = props.name.clone();
        use_effect_with(*size, move |size| {
            properties::set(&format!("--{name}"), &format!("{size}px"));
            storage::write(&format!("size.{name}"), &size.to_string());
        });
    }
    let drag = use_mut_ref(|| None::<(f64, f64)>);
    let onpointerdown = {
        let (drag, size, vertical) = (drag.clone(), size.clone(), props.vertical);
        Callback::from(move |event: PointerEvent| {
            event.prevent_default();
            if let Some(line) = event.target_dyn_into::<Element>() {
                let _ = line.set_pointer_capture(event.pointer_id());
            }
            *drag.borrow_mut() = Some((along(&event, vertical), *size));
        })
    };
    let onpointermove = {
        let (drag, size, props) = (drag.clone(), size.clone(), props.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some((start, before)) = *drag.borrow() {
                let moved = along(&event, props.vertical) - start;
                let grown = if props.after { before - moved } else { before + moved };
                size.set(grown.clamp(props.least, props.most));
            }
        })
    };
    let stop = {
        let drag = drag.clone();
        Callback::from(move |_: PointerEvent| *drag.borrow_mut() = None)
    };
    let onkeydown = {
        let (size, props) = (size.clone(), props.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(next) = next_size(&props, *size, &event.key()) else { return };
            event.prevent_default();
            size.set(next);
        })
    };
    let orientation = if props.vertical { "vertical" } else { "horizontal" };
    html! {
        <div class={classes!("splitter", orientation, format!("splitter-{}", props.name))}
            role="separator" tabindex="0" aria-label={props.label.clone()} aria-orientation={orientation}
            aria-valuenow={size.round().to_string()} aria-valuemin={props.least.to_string()}
            aria-valuemax={props.most.to_string()}
            {onpointerdown} {onpointermove} onpointerup={stop.clone()} onpointercancel={stop} {onkeydown} />
    }
}

fn along(event: &PointerEvent, vertical: bool) -> f64 {
    f64::from(if vertical { event.client_x() } else { event.client_y() })
}

fn stored(props: &SplitterProps) -> f64 {
    let stored = storage::read(&format!("size.{}", props.name)).and_then(|size| size.parse::<f64>().ok());
    stored.unwrap_or(props.initial).clamp(props.least, props.most)
}

fn next_size(props: &SplitterProps, size: f64, key: &str) -> Option<f64> {
    let (fewer, more) = if props.vertical { ("ArrowLeft", "ArrowRight") } else { ("ArrowUp", "ArrowDown") };
    let towards = if props.after { -STEP } else { STEP };
    let next = match key {
        key if key == fewer => size - towards,
        key if key == more => size + towards,
        "Home" => props.least,
        "End" => props.most,
        _ => return None,
    };
    Some(next.clamp(props.least, props.most))
}

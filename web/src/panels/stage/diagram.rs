//! The diagram: a camera over boxes and edges, for pointer, wheel, fingers and keys.

use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent, WheelEvent};
use yew::prelude::*;

use super::boxes::TableBox;
use super::edges::{EdgeLines, EdgeRules, edges};
use super::geometry::{Camera, Rect, nearest};
use super::scene::{Item, focus_of, items, spoken, table_id};
use crate::bridge::{focus, size::SizeListener};
use crate::context::use_page;
use crate::protocol::{Opened, StepView};
use crate::state::{Action, Shared};

/// A press that moves less than this is a click.
const CLICK: f64 = 4.0;

#[component]
pub(super) fn Diagram() -> Html {
    let page = use_page();
    let (Some(document), Some(step)) = (page.state.document.clone(), page.state.step.clone()) else {
        return html! {};
    };
    let node = use_node_ref();
    let camera = use_mut_ref(Camera::default);
    let pane = use_size(&node);
    let redraw = use_force_update();
    let change = {
        let (camera, node) = (camera.clone(), node.clone());
        Callback::from(move |change: Change| {
            let size = size_of(&node);
            let mut camera = camera.borrow_mut();
            match change {
                Change::Pan(x, y) => camera.pan(x, y),
                Change::Zoom(factor, Some(point)) => camera.zoom(factor, point),
                Change::Zoom(factor, None) => camera.zoom(factor, (size.0 / 2.0, size.1 / 2.0)),
                Change::Fit(rects) => camera.fit(&rects, size),
                Change::Reveal(rect) => camera.reveal(rect, size),
            }
            drop(camera);
            redraw.force_update();
        })
    };
    let fit = {
        let (document, step, change) = (document.clone(), step.clone(), change.clone());
        Callback::from(move |()| {
            change.emit(Change::Fit(items(&document, &step).iter().map(|item| item.rect).collect()));
        })
    };
    {
        let fit = fit.clone();
        use_effect_with((document.clone(), page.state.fit), move |_| fit.emit(()));
    }
    use_wheel(&node, &change);
    let pointers = use_pointers(&change);
    use_reveal(page.state.table.clone(), &document, &step, &change);
    let onkeydown = {
        let (document, step, change, act) =
            (document.clone(), step.clone(), change.clone(), page.act.clone());
        Callback::from(move |event: KeyboardEvent| {
            if press(&event, &items(&document, &step), &change, &act) {
                event.prevent_default();
            }
        })
    };
    let Camera { x, y, scale } = *camera.borrow();
    let sight = pane.and_then(|pane| camera.borrow().sight(pane));
    html! {
        <>
            <svg ref={node} class={classes!("diagram", sight.is_none().then_some("far"))} role="graphics-document" tabindex="0" data-diagram=""
                aria-roledescription="entity relationship diagram" aria-label={label(&step)}
                onpointerdown={pointers.down} onpointermove={pointers.moved} onpointerup={pointers.up.clone()}
                onpointercancel={pointers.up} {onkeydown}>
                <g transform={format!("translate({x:.2} {y:.2}) scale({scale:.4})")}>
                    <Scene document={document.clone()} step={step.clone()} selected={page.state.table.clone()}
                        lens={page.state.lens} rules={page.state.delete_rules} {sight} lit={lit_tables(&page.state)}
                        act={page.act.clone()} />
                </g>
            </svg>
            if step.tables.is_empty() && step.ghosts.is_empty() {
                <p class="diagram-empty">{ "No tables yet. Press → to run the first step." }</p>
            }
            <ZoomTools {change} {fit} {scale} />
        </>
    }
}

#[derive(Clone)]
enum Change {
    Pan(f64, f64),
    /// By a factor, around a point of the pane or its middle.
    Zoom(f64, Option<(f64, f64)>),
    Fit(Vec<Rect>),
    Reveal(Rect),
}

fn size_of(node: &NodeRef) -> (f64, f64) {
    let size = node.cast::<Element>().map(|element| element.get_bounding_client_rect());
    size.map_or((800.0, 600.0), |rect| (rect.width(), rect.height()))
}

fn label(step: &StepView) -> String {
    format!(
        "Diagram of {} at step {}. The outline says the same as text.",
        crate::state::plural(step.tables.len() as u64, "table"),
        step.position
    )
}

/// Tables that the previewed delete touches.
fn lit_tables(state: &crate::state::State) -> Vec<String> {
    state
        .cascade
        .as_ref()
        .map_or_else(Vec::new, |cascade| cascade.totals.iter().map(|total| total.0.clone()).collect())
}

/// The size of the pane, once the browser has told it.
#[hook]
fn use_size(node: &NodeRef) -> Option<(f64, f64)> {
    let size = use_state_eq(|| None);
    let (node, set) = (node.clone(), size.setter());
    use_effect_with((), move |()| {
        let listener =
            node.cast::<Element>().map(|svg| SizeListener::new(&svg, move |size| set.set(Some(size))));
        move || drop(listener)
    });
    *size
}

#[hook]
fn use_wheel(node: &NodeRef, change: &Callback<Change>) {
    let (node, change) = (node.clone(), change.clone());
    use_effect_with((), move |()| {
        // Yew listens to wheels passively, which would let the page scroll as well.
        let listener = node.cast::<Element>().map(|element| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&element.clone(), "wheel", options, move |event| {
                let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
                event.prevent_default();
                let rect = element.get_bounding_client_rect();
                let point =
                    (f64::from(event.client_x()) - rect.left(), f64::from(event.client_y()) - rect.top());
                let unit = if event.delta_mode() == 1 { 20.0 } else { 1.0 };
                let speed = if event.ctrl_key() { 0.01 } else { 0.0016 };
                change.emit(Change::Zoom((-event.delta_y() * unit * speed).exp(), Some(point)));
            })
        });
        move || drop(listener)
    });
}

struct Pointers {
    down: Callback<PointerEvent>,
    moved: Callback<PointerEvent>,
    up: Callback<PointerEvent>,
}

/// One pointer pans; two zoom around the point between them.
#[hook]
fn use_pointers(change: &Callback<Change>) -> Pointers {
    let held = use_mut_ref(BTreeMap::<i32, (f64, f64)>::new);
    let start = use_mut_ref(|| (0.0, 0.0));
    let down = {
        let (held, start) = (held.clone(), start.clone());
        Callback::from(move |event: PointerEvent| {
            held.borrow_mut().insert(event.pointer_id(), point(&event));
            *start.borrow_mut() = point(&event);
        })
    };
    let moved = {
        let (held, change) = (held.clone(), change.clone());
        Callback::from(move |event: PointerEvent| {
            let mut held = held.borrow_mut();
            let now = point(&event);
            let Some(before) = held.get(&event.pointer_id()).copied() else { return };
            let begun = *start.borrow();
            if held.len() == 1 && (now.0 - begun.0).hypot(now.1 - begun.1) < CLICK {
                return;
            }
            // Only now: a captured press is no click on the table under it.
            capture(&event);
            held.insert(event.pointer_id(), now);
            let other = held.iter().find(|(id, _)| **id != event.pointer_id()).map(|(_, point)| *point);
            match other {
                None => change.emit(Change::Pan(now.0 - before.0, now.1 - before.1)),
                Some(other) => pinch(&event, &change, before, now, other),
            }
        })
    };
    let up = Callback::from(move |event: PointerEvent| {
        held.borrow_mut().remove(&event.pointer_id());
    });
    Pointers { down, moved, up }
}

fn pinch(
    event: &PointerEvent,
    change: &Callback<Change>,
    before: (f64, f64),
    now: (f64, f64),
    other: (f64, f64),
) {
    let (was, is) =
        ((before.0 - other.0).hypot(before.1 - other.1), (now.0 - other.0).hypot(now.1 - other.1));
    let rect = diagram_of(event).map(|element| element.get_bounding_client_rect());
    let Some(rect) = rect.filter(|_| was > 1.0) else { return };
    let middle = ((now.0 + other.0) / 2.0 - rect.left(), (now.1 + other.1) / 2.0 - rect.top());
    change.emit(Change::Pan((now.0 - before.0) / 2.0, (now.1 - before.1) / 2.0));
    change.emit(Change::Zoom(is / was, Some(middle)));
}

fn point(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

fn diagram_of(event: &PointerEvent) -> Option<Element> {
    event.target_dyn_into::<Element>()?.closest("[data-diagram]").ok().flatten()
}

fn capture(event: &PointerEvent) {
    if let Some(element) = diagram_of(event)
        && !element.has_pointer_capture(event.pointer_id())
    {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

/// A table that was selected elsewhere comes into sight.
#[hook]
fn use_reveal(
    table: Option<String>,
    document: &Shared<Opened>,
    step: &Shared<StepView>,
    change: &Callback<Change>,
) {
    let (document, step, change) = (document.clone(), step.clone(), change.clone());
    use_effect_with(table, move |table| {
        let Some(table) = table else { return };
        if let Some(item) = items(&document, &step).iter().find(|item| &item.table.name == table) {
            change.emit(Change::Reveal(item.rect));
        }
    });
}

/// Whether the key meant something to the diagram.
fn press(
    event: &KeyboardEvent,
    items: &[Item<'_>],
    change: &Callback<Change>,
    act: &Callback<Action>,
) -> bool {
    let focused = event.target_dyn_into::<Element>().and_then(|element| element.get_attribute("data-table"));
    let here = items.iter().position(|item| Some(&item.table.name) == focused.as_ref());
    let key = event.key();
    let direction = match key.as_str() {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        "+" | "=" => return emit(change, Change::Zoom(1.2, None)),
        "-" | "−" => return emit(change, Change::Zoom(1.0 / 1.2, None)),
        "Enter" | " " => {
            let Some(here) = here else { return false };
            act.emit(Action::SelectTable(Some(items[here].table.name.clone())));
            return true;
        }
        _ => return false,
    };
    if event.ctrl_key() || event.meta_key() {
        return emit(change, Change::Pan(-60.0 * direction.0, -60.0 * direction.1));
    }
    let next = match here {
        None => (!items.is_empty()).then_some(0),
        Some(here) if event.alt_key() => along_key(items, here, direction.0 + direction.1 < 0.0),
        Some(here) => {
            let rects: Vec<Rect> = items.iter().map(|item| item.rect).collect();
            nearest(&rects, here, direction)
        }
    };
    if let Some(next) = next {
        focus::focus(&table_id(&items[next]));
        change.emit(Change::Reveal(items[next].rect));
    }
    true
}

fn emit(change: &Callback<Change>, what: Change) -> bool {
    change.emit(what);
    true
}

/// The first parent, or the first child, of a table.
fn along_key(items: &[Item<'_>], here: usize, to_parent: bool) -> Option<usize> {
    let table = items[here].table;
    if to_parent {
        let parent = &table.foreign_keys.iter().find(|key| key.ref_table != table.name)?.ref_table;
        return items.iter().position(|item| &item.table.name == parent);
    }
    let is_child = |item: &Item<'_>| item.table.foreign_keys.iter().any(|key| key.ref_table == table.name);
    items.iter().position(|item| item.table.name != table.name && is_child(item))
}

#[derive(PartialEq, Properties)]
struct SceneProps {
    document: Shared<Opened>,
    step: Shared<StepView>,
    selected: Option<String>,
    lens: bool,
    rules: bool,
    /// Where details are drawn; None from afar.
    sight: Option<Rect>,
    lit: Vec<String>,
    act: Callback<Action>,
}

/// Boxes and edges. Its properties seldom change while the camera moves, so it is not drawn again each time.
#[component]
fn Scene(props: &SceneProps) -> Html {
    let items = items(&props.document, &props.step);
    let focus = if props.lens { focus_of(&items) } else { None };
    let is_dim = |name: &str| focus.as_ref().is_some_and(|focus| !focus.contains(name));
    let edges = Rc::new(edges(&items, props.sight, &is_dim, props.selected.as_deref()));
    let onselect = {
        let act = props.act.clone();
        Callback::from(move |name: String| act.emit(Action::SelectTable(Some(name))))
    };
    // The tables are one stop of the Tab key: the selected one, else the first.
    let selected_place = items.iter().position(|item| Some(&item.table.name) == props.selected.as_ref());
    let stop = selected_place.unwrap_or(0);
    let table_box = |(index, item): (usize, &Item<'_>)| {
        let name = &item.table.name;
        let selected = props.selected.as_ref() == Some(name);
        html! {
            <TableBox key={name.clone()} id={table_id(item)} table={item.table.clone()} rect={item.rect}
                ghost={item.ghost} columns={props.sight.is_some_and(|sight| sight.meets(&item.rect))} dim={is_dim(name)} {selected} lit={props.lit.contains(name)}
                reachable={index == stop} spoken={spoken(item, &items, &props.step, selected)}
                onselect={onselect.clone()} />
        }
    };
    html! {
        <>
            <EdgeLines edges={edges.clone()} />
            { for items.iter().enumerate().map(table_box) }
            if props.rules { <EdgeRules {edges} /> }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct ZoomProps {
    change: Callback<Change>,
    fit: Callback<()>,
    scale: f64,
}

#[component]
fn ZoomTools(props: &ZoomProps) -> Html {
    let zoom = |factor: f64| props.change.reform(move |_: MouseEvent| Change::Zoom(factor, None));
    html! {
        <div class="zoom-tools" role="group" aria-label="Zoom">
            <button type="button" class="button quiet small icon" aria-label="Zoom out" onclick={zoom(1.0 / 1.2)}>{ "−" }</button>
            <span class="zoom-scale">{ format!("{:.0} %", props.scale * 100.0) }</span>
            <button type="button" class="button quiet small icon" aria-label="Zoom in" onclick={zoom(1.2)}>{ "+" }</button>
            <button type="button" class="button quiet small" title="Fit into the pane (F)"
                onclick={props.fit.reform(|_: MouseEvent| ())}>{ "Fit" }</button>
        </div>
    }
}

//! A row of tabs with one panel below it.

use yew::prelude::*;

use crate::bridge::focus;

#[derive(Clone, PartialEq)]
pub struct TabItem {
    pub slug: &'static str,
    pub label: &'static str,
    /// A count beside the label.
    pub badge: Option<AttrValue>,
    pub alarming: bool,
}

#[derive(PartialEq, Properties)]
pub struct TabsProps {
    /// Begins the ids of the tabs.
    pub name: &'static str,
    pub label: AttrValue,
    pub items: Vec<TabItem>,
    pub active: &'static str,
    pub onselect: Callback<&'static str>,
    pub children: Html,
}

#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let name = props.name;
    let onkeydown = {
        let slugs: Vec<&'static str> = props.items.iter().map(|item| item.slug).collect();
        let (active, onselect) = (props.active, props.onselect.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(slug) = neighbour(&slugs, active, &event.key()) else { return };
            event.prevent_default();
            onselect.emit(slug);
            focus::focus(&format!("{name}-tab-{slug}"));
        })
    };
    let tab = |item: &TabItem| {
        let selected = item.slug == props.active;
        let (onselect, slug) = (props.onselect.clone(), item.slug);
        html! {
            <button type="button" role="tab" id={format!("{name}-tab-{slug}")} class="tab" key={slug}
                aria-selected={selected.to_string()} aria-controls={selected.then(|| format!("{name}-panel"))}
                tabindex={if selected { "0" } else { "-1" }} onclick={move |_| onselect.emit(slug)}>
                { item.label }
                if let Some(badge) = &item.badge {
                    <span class={classes!("badge", item.alarming.then_some("alarming"))}>{ badge }</span>
                }
            </button>
        }
    };
    html! {
        <>
            <div class="tabs" role="tablist" aria-label={props.label.clone()} {onkeydown}>
                { for props.items.iter().map(tab) }
            </div>
            <div class="tab-panel" role="tabpanel" id={format!("{name}-panel")} tabindex="0"
                aria-labelledby={format!("{name}-tab-{}", props.active)}>
                { props.children.clone() }
            </div>
        </>
    }
}

fn neighbour(slugs: &[&'static str], active: &str, key: &str) -> Option<&'static str> {
    let here = slugs.iter().position(|slug| *slug == active)?;
    let count = slugs.len();
    let next = match key {
        "ArrowLeft" => (here + count - 1) % count,
        "ArrowRight" => (here + 1) % count,
        "Home" => 0,
        "End" => count - 1,
        _ => return None,
    };
    Some(slugs[next])
}

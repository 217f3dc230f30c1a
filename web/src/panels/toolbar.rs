//! The bar at the top: which document, on which engine, and the walk through its steps.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::bridge::{location, theme};
use crate::components::{Chip, Icon, Sign};
use crate::context::{use_lasting, use_page};
use crate::protocol::{Call, Opened, ViewState};
use crate::state::{Action, Dialog, Kind, Shared};

#[component]
pub fn Toolbar() -> Html {
    let page = use_page();
    let Some(document) = page.state.document.clone() else { return html! {} };
    let home = {
        let act = page.act.clone();
        Callback::from(move |_: MouseEvent| {
            location::clear_fragment();
            act.emit(Action::Home);
        })
    };
    html! {
        <header class="toolbar">
            <button type="button" class="brand" onclick={home} title="Back to the first page">
                <span class="brand-mark" aria-hidden="true">{ "⚗" }</span>{ "Retort" }
            </button>
            <h1 class="document-name">{ &document.name }</h1>
            <DialectChoice document={document.clone()} />
            <span class="engine-badge">
                <Chip>{ engine_words(&document) }</Chip>
                { approximations(&document) }
            </span>
            <Walk />
            <div class="toolbar-end">
                <button type="button" class="button quiet only-middle" aria-pressed={page.state.revisions_open.to_string()}
                    onclick={page.on(|| Action::ToggleRevisions)}>{ "Revisions" }</button>
                <button type="button" class="button quiet only-middle" aria-pressed={page.state.drawer.to_string()}
                    onclick={page.on(|| Action::ToggleDrawer)}>{ "Inspector" }</button>
                <ThemeButton />
                <button type="button" class="button quiet icon" title="Keys (?)" aria-label="Keys"
                    onclick={page.on(|| Action::Dialog(Some(Dialog::Keys)))}>{ "?" }</button>
                <button type="button" class="button primary"
                    onclick={page.on(|| Action::Dialog(Some(Dialog::Share)))}>{ "Share" }</button>
            </div>
        </header>
    }
}

/// Never claims that PostgreSQL or MySQL ran.
fn engine_words(document: &Opened) -> String {
    let did = if document.dialect == "sqlite" { "ran on" } else { "emulated on" };
    format!("{did} {}", document.engine)
}

/// What a chain may run for.
const DIALECTS: [(&str, &str); 3] = [("sqlite", "SQLite"), ("postgresql", "PostgreSQL"), ("mysql", "MySQL")];

#[derive(PartialEq, Properties)]
struct DialectChoiceProps {
    document: Shared<Opened>,
}

/// For which dialect the chain runs. Another one is another run: a program may take another way for it.
#[component]
fn DialectChoice(props: &DialectChoiceProps) -> Html {
    let page = use_page();
    let document = &props.document;
    let onchange = {
        let (ask, view) = (page.ask.clone(), page.state.view());
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let dialect = Some(select.value()).filter(|value| value != "auto");
            ask.emit(Call::ForDialect { dialect, view: ViewState { peak: None, ..view.clone() } });
        })
    };
    let title =
        |dialect: &str| DIALECTS.iter().find(|(name, _)| *name == dialect).map_or("", |(_, title)| title);
    let own = match document.dialect_chosen {
        true => "as its files say".to_owned(),
        false => title(&document.dialect).to_owned(),
    };
    let option = |(name, title): &(&'static str, &'static str)| {
        let is_chosen = document.dialect_chosen && document.dialect == *name;
        // What the files say stands first, once.
        let is_own = !document.dialect_chosen && document.dialect == *name;
        (!is_own).then(|| html! { <option value={*name} selected={is_chosen}>{ *title }</option> })
    };
    html! {
        <label class="dialect-choice" title={format!("The dialect that the chain runs for: {}", document.dialect_reason)}>
            <span>{ "for" }</span>
            <select class="field" aria-label="Dialect" {onchange}>
                <option value="auto" selected={!document.dialect_chosen}>{ own }</option>
                { for DIALECTS.iter().filter_map(option) }
            </select>
        </label>
    }
}

fn approximations(document: &Opened) -> Html {
    let [_, _, weakened, dropped, opaque] = document.fidelity;
    let words: Vec<String> = [(weakened, "weakened"), (dropped, "dropped"), (opaque, "opaque")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if words.is_empty() {
        return html! {};
    }
    let title = "Statements that SQLite does not do exactly as written";
    html! { <Chip tone="warn" {title}><span class="shape" aria-hidden="true">{ "◐" }</span>{ words.join(" · ") }</Chip> }
}

#[component]
fn Walk() -> Html {
    let page = use_page();
    let position = page.state.position();
    let last = page.state.last_position();
    let stepping = use_lasting(page.state.is_pending(Kind::Step));
    let button = |label: &'static str, sign: Sign, call: Call, disabled: bool| {
        let ask = page.ask.clone();
        html! {
            <button type="button" class="button walk-button" aria-label={label} title={label}
                aria-disabled={disabled.to_string()}
                onclick={move |_| if !disabled { ask.emit(call.clone()) }}>
                <Icon {sign} />
            </button>
        }
    };
    html! {
        <div class={classes!("walk", stepping.then_some("busy"))} role="group" aria-label="Steps">
            { button("To base, before all steps (Home)", Sign::First, Call::Seek(0), position == 0) }
            { button("Downgrade one step (←)", Sign::Previous, Call::Down, position == 0) }
            <span class="walk-count"><b>{ position }</b>{ format!(" / {last}") }</span>
            { button("Upgrade one step (→)", Sign::Next, Call::Up, position >= last) }
            { button("To the last step (End)", Sign::Last, Call::Seek(last), position >= last) }
        </div>
    }
}

#[component]
fn ThemeButton() -> Html {
    let chosen = use_state(theme::current);
    let sign = match *chosen {
        theme::Theme::Auto => "◐",
        theme::Theme::Light => "☀",
        theme::Theme::Dark => "☾",
    };
    let label = format!("Theme: {}", chosen.slug());
    let onclick = Callback::from(move |_: MouseEvent| {
        let next = chosen.next();
        theme::choose(next);
        chosen.set(next);
    });
    html! {
        <button type="button" class="button quiet icon" aria-label={label.clone()} title={label} {onclick}>
            <span aria-hidden="true">{ sign }</span>
        </button>
    }
}

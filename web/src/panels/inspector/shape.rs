//! Columns, constraints, relations, triggers and text of the selected table.

use std::rc::Rc;

use yew::prelude::*;

use crate::components::value::mark_class;
use crate::components::{Chip, Code, Icon, MarkSign, RevisionLink, Sign};
use crate::context::{Page, use_page};
use crate::protocol::{ColumnView, ConstraintView, ForeignKeyView, TableView, TriggerView};
use crate::state::Action;

#[derive(PartialEq, Properties)]
pub(super) struct ShapeProps {
    pub table: Rc<TableView>,
}

#[component]
pub(super) fn Shape(props: &ShapeProps) -> Html {
    let page = use_page();
    let table = &props.table;
    html! {
        <div class="table-shape">
            if let Some(comment) = &table.comment { <p class="comment">{ comment }</p> }
            { history(table) }
            <h3>{ "Columns" }</h3>
            <ul class="column-list">{ for table.columns.iter().map(column) }</ul>
            if !table.constraints.is_empty() {
                <h3>{ "Constraints" }</h3>
                <ul class="fact-list">{ for table.constraints.iter().map(constraint) }</ul>
            }
            { relations(&page, table) }
            if !table.triggers.is_empty() {
                <h3>{ "Triggers" }</h3>
                { for table.triggers.iter().map(trigger) }
            }
            <details class="sql-details">
                <summary>{ "As SQLite holds it" }</summary>
                <Code text={table.sql.clone()} label="SQL of the table" />
            </details>
        </div>
    }
}

fn history(table: &TableView) -> Html {
    html! {
        <p class="history">
            if let Some(id) = &table.made_by { { "Made by " }<RevisionLink id={id.clone()} /> }
            if let Some(id) = table.changed_by.as_ref().filter(|id| table.made_by.as_ref() != Some(id)) {
                { ", last changed by " }<RevisionLink id={id.clone()} />
            }
        </p>
    }
}

fn column(column: &ColumnView) -> Html {
    let translated = !column.stored.is_empty() && !column.stored.eq_ignore_ascii_case(&column.declared);
    html! {
        <li class={classes!("column-item", mark_class(column.mark))} key={column.name.clone()}>
            <div class="column-head">
                <MarkSign mark={column.mark} />
                <b class="column-name">{ &column.name }</b>
                <code>{ &column.declared }</code>
                if translated {
                    <span class="muted" title="What SQLite stores"><span aria-hidden="true">{ "→ " }</span>
                        <span class="visually-hidden">{ "stored as " }</span><code>{ &column.stored }</code></span>
                }
            </div>
            <div class="column-facts">
                if column.primary { <Chip tone="info"><Icon sign={Sign::Key} />{ "primary key" }</Chip> }
                if column.foreign { <Chip tone="info">{ "↗ foreign key" }</Chip> }
                <Chip>{ if column.nullable { "may be null" } else { "not null" } }</Chip>
                if let Some(default) = &column.default { <span class="fact">{ "default " }<code>{ default }</code></span> }
                if let Some(generated) = &column.generated { <span class="fact">{ "ƒ " }<code>{ generated }</code></span> }
                { for column.in_indexes.iter().map(|(index, place)| html! {
                    <span class="index-badge" title={format!("column {place} of {index}")}>{ format!("▤{place} {index}") }</span>
                }) }
                if let Some(id) = column.changed_by.as_ref().or(column.made_by.as_ref()) {
                    <span class="fact">{ "by " }<RevisionLink id={id.clone()} /></span>
                }
            </div>
            if let Some(comment) = &column.comment { <p class="comment">{ comment }</p> }
        </li>
    }
}

fn constraint(constraint: &ConstraintView) -> Html {
    html! {
        <li class={mark_class(constraint.mark)}>
            <MarkSign mark={constraint.mark} />
            <b>{ &constraint.kind }</b>{ " " }<code>{ &constraint.detail }</code>
            if let Some(name) = &constraint.name { <span class="muted">{ format!(" {name}") }</span> }
            if constraint.emulation { { " " }<Chip tone="info" title="Made by Retort to do what the source says">{ "◆ emulation" }</Chip> }
            if let Some(id) = &constraint.made_by { <span class="fact">{ " by " }<RevisionLink id={id.clone()} /></span> }
        </li>
    }
}

fn relations(page: &Page, table: &TableView) -> Html {
    let tables = page.state.step.as_ref().map_or(&[][..], |step| &step.tables);
    let inward: Vec<(&str, &ForeignKeyView)> = tables
        .iter()
        .flat_map(|child| child.foreign_keys.iter().map(move |key| (child.name.as_str(), key)))
        .filter(|(_, key)| key.ref_table == table.name)
        .collect();
    if table.foreign_keys.is_empty() && inward.is_empty() {
        return html! {};
    }
    html! {
        <>
            <h3>{ "Relations" }</h3>
            <ul class="fact-list">
                { for table.foreign_keys.iter().map(|key| relation(page, "↗", &key.ref_table, key, &table.name)) }
                { for inward.iter().map(|(child, key)| relation(page, "↙", child, key, child)) }
            </ul>
        </>
    }
}

fn relation(page: &Page, sign: &'static str, other: &str, key: &ForeignKeyView, child: &str) -> Html {
    let target = other.to_owned();
    html! {
        <li class={mark_class(key.mark)}>
            <MarkSign mark={key.mark} /><span aria-hidden="true">{ format!("{sign} ") }</span>
            <button type="button" class="link" onclick={page.on(move || Action::SelectTable(Some(target.clone())))}>{ other }</button>
            <code>{ format!(" {child}.{} → {}.{}", key.columns.join(", "), key.ref_table, key.ref_columns.join(", ")) }</code>
            <div class="column-facts">
                <Chip>{ format!("on delete {}", key.on_delete.to_lowercase()) }</Chip>
                if key.on_update != "NO ACTION" { <Chip>{ format!("on update {}", key.on_update.to_lowercase()) }</Chip> }
                if key.deferred { <Chip>{ "deferred" }</Chip> }
                if key.unindexed {
                    <Chip tone="warn" title="No index of the child begins with these columns: each delete of a parent reads the whole child">{ "! no index" }</Chip>
                }
            </div>
        </li>
    }
}

fn trigger(trigger: &TriggerView) -> Html {
    html! {
        <details class="sql-details">
            <summary><MarkSign mark={trigger.mark} />{ &trigger.name }
                if trigger.emulation { { " " }<Chip tone="info">{ "◆ emulation" }</Chip> }
            </summary>
            <Code text={trigger.sql.clone()} label={format!("SQL of trigger {}", trigger.name)} />
        </details>
    }
}

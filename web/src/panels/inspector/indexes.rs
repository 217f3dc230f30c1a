//! The indexes of the selected table, with the order of their columns.

use std::rc::Rc;

use yew::prelude::*;

use crate::components::value::mark_class;
use crate::components::{Chip, MarkSign, RevisionLink};
use crate::protocol::{IndexView, TableView};

#[derive(PartialEq, Properties)]
pub(super) struct IndexesProps {
    pub table: Rc<TableView>,
}

#[component]
pub(super) fn Indexes(props: &IndexesProps) -> Html {
    let unindexed: Vec<String> = props
        .table
        .foreign_keys
        .iter()
        .filter(|key| key.unindexed)
        .map(|key| key.columns.join(", "))
        .collect();
    html! {
        <div class="indexes">
            if props.table.indexes.is_empty() { <p class="empty">{ "This table has no index besides its primary key." }</p> }
            <ul class="index-list">{ for props.table.indexes.iter().map(index) }</ul>
            { for unindexed.iter().map(|columns| html! {
                <p class="verdict warn"><b>{ "! " }</b>{ format!("The foreign key ({columns}) has no index: each delete of a parent reads every row of this table.") }</p>
            }) }
        </div>
    }
}

fn index(index: &IndexView) -> Html {
    html! {
        <li class={classes!("index-item", mark_class(index.mark))} key={index.name.clone()}>
            <div class="column-head">
                <MarkSign mark={index.mark} /><b>{ &index.name }</b>
                if index.unique { <Chip tone="info">{ "unique" }</Chip> }
                if index.predicate.is_some() { <Chip>{ "▤½ partial" }</Chip> }
            </div>
            <ol class="index-parts">{ for index.parts.iter().map(|part| html! { <li><code>{ part }</code></li> }) }</ol>
            if let Some(predicate) = &index.predicate { <p class="fact">{ "where " }<code>{ predicate }</code></p> }
            if let Some(redundant) = &index.redundant {
                <p class="verdict warn"><b>{ "! redundant: " }</b>{ redundant }</p>
            }
            if let Some(id) = &index.made_by { <p class="fact">{ "made by " }<RevisionLink id={id.clone()} /></p> }
        </li>
    }
}

//! A table as a box.

use std::rc::Rc;

use yew::prelude::*;

use super::geometry::{HEADER, ROW, Rect};
use crate::components::Sign;
use crate::components::value::{mark_class, mark_word};
use crate::protocol::{ColumnView, Mark, TableView};
use crate::state::sign;

/// Widths of characters in `diagram.css`, a little too wide rather than too narrow.
const NAME_CHARACTER: f64 = 7.3;
const TYPE_CHARACTER: f64 = 6.5;
const GUTTER: f64 = 44.0;

#[derive(PartialEq, Properties)]
pub(super) struct TableBoxProps {
    pub id: String,
    pub table: Rc<TableView>,
    pub rect: Rect,
    pub ghost: bool,
    /// Whether the columns are drawn; from afar and out of sight only the header is.
    pub columns: bool,
    pub dim: bool,
    pub selected: bool,
    pub lit: bool,
    pub reachable: bool,
    pub spoken: String,
    pub onselect: Callback<String>,
}

#[component]
pub(super) fn TableBox(props: &TableBoxProps) -> Html {
    let (table, rect) = (&props.table, &props.rect);
    let mark = if props.ghost { Mark::Removed } else { table.mark };
    let class = classes!(
        "er-table",
        mark_class(mark),
        table.is_view.then_some("view"),
        props.dim.then_some("dim"),
        props.selected.then_some("selected"),
        props.lit.then_some("lit"),
    );
    let onclick = {
        let (onselect, name) = (props.onselect.clone(), table.name.clone());
        Callback::from(move |_: MouseEvent| onselect.emit(name.clone()))
    };
    let (width, height) = (rect.width.to_string(), rect.height.to_string());
    html! {
        <g id={props.id.clone()} {class} transform={format!("translate({} {})", rect.x, rect.y)} {onclick}
            role="graphics-symbol" aria-roledescription="table" aria-label={props.spoken.clone()}
            tabindex={if props.reachable { "0" } else { "-1" }} data-table={table.name.clone()}>
            <rect class="er-focus" x="-5" y="-5" width={(rect.width + 10.0).to_string()} height={(rect.height + 10.0).to_string()} rx="9" />
            <rect class="er-box" {width} {height} rx="6" />
            if mark == Mark::Changed {
                <rect class="er-double" x="3" y="3" width={(rect.width - 6.0).to_string()}
                    height={(rect.height - 6.0).to_string()} rx="4" />
            }
            { header(table, mark, rect.width) }
            if props.columns {
                <g class="er-columns">{ for table.columns.iter().enumerate().map(|(row, column)| column_row(row, column, rect.width)) }</g>
            }
        </g>
    }
}

fn header(table: &TableView, mark: Mark, width: f64) -> Html {
    let rows = if table.is_view { "view".to_owned() } else { format!("{} ▤", table.rows) };
    let room = width - 30.0 - rows.chars().count() as f64 * TYPE_CHARACTER;
    let rows = if table.is_view || table.rows > 0 { rows } else { String::new() };
    html! {
        <g class="er-header">
            <path class="er-header-fill" d={format!("M0 {HEADER}V6a6 6 0 0 1 6 -6H{}a6 6 0 0 1 6 6V{HEADER}z", width - 6.0)} />
            <text class="er-name" x="12" y="22">
                if mark != Mark::Same { <tspan class="er-sign">{ format!("{} ", sign(mark)) }</tspan> }
                <tspan class="er-title">{ clip(&table.name, room / 8.0) }</tspan>
            </text>
            <text class="er-rows" x={(width - 10.0).to_string()} y="22" text-anchor="end">{ rows }</text>
        </g>
    }
}

fn column_row(row: usize, column: &ColumnView, width: f64) -> Html {
    let top = HEADER + ROW * row as f64;
    let baseline = top + 15.0;
    let badges = badges(column);
    let name = clip(&column.name, (width - GUTTER - 20.0) / NAME_CHARACTER);
    let taken = GUTTER + (name.chars().count() as f64 + 1.0) * NAME_CHARACTER;
    let tail = badges.chars().count() as f64 * 8.0 + if column.nullable { 8.0 } else { 26.0 };
    let kind = clip(&column.declared, (width - taken - tail) / TYPE_CHARACTER);
    html! {
        <g class={classes!("er-column", mark_class(column.mark))} key={column.name.clone()}>
            if column.mark != Mark::Same {
                <rect class="er-tint" x="1.5" y={top.to_string()} width={(width - 3.0).to_string()} height={ROW.to_string()} />
                <text class="er-mark" x="7" y={baseline.to_string()} aria-label={mark_word(column.mark)}>{ sign(column.mark) }</text>
            }
            if column.primary {
                <path class="er-key-sign" d={Sign::Key.path()} fill-rule="evenodd" transform={format!("translate(16 {}) scale(.75)", top + 5.0)} />
            }
            <text class="er-key" x={if column.primary { "31" } else { "19" }} y={baseline.to_string()}>{ key_sign(column) }</text>
            <text class="er-column-name" x={GUTTER.to_string()} y={baseline.to_string()}>{ name }</text>
            <text class="er-tail" x={(width - 8.0).to_string()} y={baseline.to_string()} text-anchor="end">
                <tspan class="er-type">{ kind }</tspan>
                if !column.nullable { <tspan class="er-nn" dx="4">{ "NN" }</tspan> }
                if !badges.is_empty() { <tspan class="er-badge" dx="4">{ badges }</tspan> }
            </text>
            <title>{ title(column) }</title>
        </g>
    }
}

fn key_sign(column: &ColumnView) -> &'static str {
    match (column.foreign, column.generated.is_some()) {
        (true, _) => "↗",
        (false, true) => "ƒ",
        (false, false) => "",
    }
}

/// `▤1▤2`: the places of the column in indexes, each place once.
fn badges(column: &ColumnView) -> String {
    let mut places: Vec<u32> = column.in_indexes.iter().map(|(_, place)| *place).collect();
    places.sort_unstable();
    places.dedup();
    places.truncate(3);
    places.into_iter().map(|place| format!("▤{place}")).collect()
}

fn title(column: &ColumnView) -> String {
    let mut words = format!("{} {}", column.name, column.declared);
    if !column.stored.is_empty() && column.stored != column.declared {
        words.push_str(&format!(" (stored as {})", column.stored));
    }
    words.push_str(if column.nullable { ", may be null" } else { ", not null" });
    if let Some(default) = &column.default {
        words.push_str(&format!(", default {default}"));
    }
    for (index, place) in &column.in_indexes {
        words.push_str(&format!("\n▤{place}: column {place} of {index}"));
    }
    words
}

/// At most so many characters; the last one stands for the rest.
fn clip(text: &str, room: f64) -> String {
    let room = room.floor().max(0.0) as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    if room < 3 {
        return String::new();
    }
    let kept: String = text.chars().take(room - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn long_texts_are_clipped() {
        assert_eq!(clip("users", 5.4), "users");
        assert_eq!(clip("organisations", 6.0), "organ…");
        assert_eq!(clip("users", 2.0), "");
    }
}

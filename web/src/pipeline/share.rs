//! Links: the document and the view, to and from the part of an address after `#`.

use retort_core::share::{self, Document, Edit, LinkError, Value, View};

use super::load::Loaded;
use super::session::Session;
use super::{Done, refusal};
use crate::choice::LeftOut;
use crate::protocol::{Cell, LinkView, Refusal, ViewState};

/// Opens a link.
pub(super) fn open(fragment: &str) -> Done<Loaded> {
    let document = share::decode(fragment).map_err(|error| refused(&error))?;
    let view = view_state(&document.view);
    let files = document.files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    Ok(Loaded {
        name: "shared chain".to_owned(),
        files,
        dialect: document.dialect,
        edits: document.edits,
        view: Some(view),
        left_out: LeftOut::default(),
    })
}

fn refused(error: &LinkError) -> Refusal {
    let mut refusal = refusal(error.code(), &error.title(), error.detail());
    refusal.help.push(error.help().to_owned());
    refusal
}

impl Session {
    /// The link of this state.
    pub(super) fn share(&self, view: &ViewState) -> Done<LinkView> {
        let document = Document {
            files: self.texts(),
            dialect: self.chosen_dialect(),
            edits: self
                .edits()
                .iter()
                .map(|(position, sql)| Edit { position: number(*position), sql: sql.clone() })
                .collect(),
            view: shared_view(view),
        };
        document.check().map_err(|error| refused(&error))?;
        let fragment = share::encode(&document);
        let bytes = number(fragment.len());
        Ok(LinkView { fragment, bytes, secrets: secrets(&document) })
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn shared_view(view: &ViewState) -> View {
    let key =
        |key: &[(String, Cell)]| key.iter().map(|(name, cell)| (name.clone(), shared_value(cell))).collect();
    View {
        position: number(view.position),
        peak: view.peak.map(number),
        table: view.table.clone(),
        inspector: view.inspector.clone(),
        dock: view.dock.clone(),
        console: view.console.clone(),
        cascade: view.cascade.as_ref().map(|(table, columns)| (table.clone(), key(columns))),
    }
}

fn view_state(view: &View) -> ViewState {
    let key = |key: &[(String, Value)]| key.iter().map(|(name, value)| (name.clone(), cell(value))).collect();
    ViewState {
        position: view.position as usize,
        peak: view.peak.map(|peak| peak as usize),
        table: view.table.clone(),
        inspector: view.inspector.clone(),
        dock: view.dock.clone(),
        console: view.console.clone(),
        cascade: view.cascade.as_ref().map(|(table, columns)| (table.clone(), key(columns))),
    }
}

fn shared_value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => Value::Integer(*number),
        Cell::Real(number) => Value::Real(*number),
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Blob { preview, .. } => Value::Blob(preview.clone()),
    }
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Integer(number) => Cell::Integer(*number),
        Value::Real(number) => Cell::Real(*number),
        Value::Text(text) => Cell::Text(text.clone()),
        Value::Blob(hex) => Cell::Blob { bytes: hex.len() as u64 / 2, preview: hex.clone() },
    }
}

/// Words that look like secrets, so that the person is warned before the link is copied. The secret itself is
/// not repeated.
fn secrets(document: &Document) -> Vec<String> {
    let edits = document.edits.iter().map(|edit| ("an edit".to_owned(), edit.sql.as_str()));
    let files = document.files.iter().map(|(name, text)| (name.clone(), text.as_str()));
    let mut found = Vec::new();
    for (name, text) in files.chain(edits) {
        for (place, line) in text.lines().enumerate() {
            let upper = line.to_ascii_uppercase();
            let assigns = [
                "PASSWORD '",
                "PASSWORD = '",
                "PASSWORD='",
                "IDENTIFIED BY '",
                "SECRET_KEY",
                "BEGIN PRIVATE KEY",
            ];
            let with_password = line.split_once("://").is_some_and(|(_, rest)| {
                rest.split(['/', ' ', '\''])
                    .next()
                    .is_some_and(|host| host.contains('@') && host.contains(':'))
            });
            if with_password || assigns.iter().any(|mark| upper.contains(mark)) {
                found.push(format!("{name}, line {}", place + 1));
            }
        }
    }
    found
}

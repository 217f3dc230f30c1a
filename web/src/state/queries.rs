//! What panels ask of the state.

use std::rc::Rc;

use super::{Kind, State};
use crate::protocol::{RevisionView, TableView, ViewState};

impl State {
    pub fn is_pending(&self, kind: Kind) -> bool {
        self.pending.iter().any(|(_, pending)| *pending == kind)
    }

    /// Number of steps that can be walked.
    pub fn last_position(&self) -> usize {
        let revisions = self.document.as_ref().map_or(&[][..], |document| &document.revisions);
        revisions.iter().filter_map(|revision| revision.position).max().unwrap_or(0)
    }

    pub fn position(&self) -> usize {
        self.step.as_ref().map_or(0, |step| step.position)
    }

    pub fn find_revision(&self, id: &str) -> Option<&RevisionView> {
        self.document.as_ref()?.revisions.iter().find(|revision| revision.id == id)
    }

    /// The revision that the present step ran up or down.
    pub fn step_revision(&self) -> Option<&RevisionView> {
        self.find_revision(self.step.as_ref()?.revision.as_ref()?)
    }

    /// The selected table as it is at this step; a ghost when the step removed it.
    pub fn selected_table(&self) -> Option<&Rc<TableView>> {
        let name = self.table.as_ref()?;
        let step = self.step.as_ref()?;
        step.tables.iter().chain(&step.ghosts).find(|table| &table.name == name)
    }

    /// The view, as links keep it.
    pub fn view(&self) -> ViewState {
        ViewState {
            position: self.position(),
            peak: self.step.as_ref().and_then(|step| step.peak),
            table: self.table.clone(),
            inspector: self.inspector.slug().to_owned(),
            dock: self.dock.slug().to_owned(),
            console: self.console.clone(),
            cascade: self.cascade.as_ref().map(|cascade| (cascade.table.clone(), cascade.key.clone())),
        }
    }
}

//! How the state changes.

use super::{
    Action, ConsoleEntry, Dialog, DockTab, InspectorTab, Kind, Pane, Progress, Screen, Shared, State,
    Trouble, cascade_in_words, failure, plural,
};
use crate::protocol::{CascadeView, Opened, Problem, Refusal, Reply, Response, RunState, StepView};

impl State {
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::Asked(id, kind) => self.asked(id, kind),
            Action::Answered(response) => self.answered(response),
            Action::Troubled(trouble) => self.troubled(trouble),
            Action::Loading(program) => {
                // What was asked before it was asked of a worker that has ended.
                let asked = self.pending.pop();
                self.pending.clear();
                self.pending.extend(asked);
                self.progress =
                    Some(Progress { stage: format!("loading {}", program.words()), done: 0, total: 0 });
                self.loading = Some(program);
            }
            Action::Restarted => {
                self.pending.clear();
                self.progress = None;
                self.loading = None;
                self.trouble = None;
            }
            Action::Home => {
                *self = Self {
                    pending: std::mem::take(&mut self.pending),
                    heartbeat: self.heartbeat,
                    ..Self::default()
                };
            }
            Action::SelectTable(table) => self.select_table(table),
            Action::Inspect(tab) => {
                self.inspector = tab;
                self.drawer = true;
            }
            Action::Dock(tab) => self.dock = tab,
            Action::Pane(pane) => self.pane = pane,
            Action::ToggleDrawer => self.drawer = !self.drawer,
            Action::ToggleRevisions => self.revisions_open = !self.revisions_open,
            Action::Console(text) => self.console = text,
            Action::ClearConsole => self.console_log.clear(),
            Action::ClearCascade => self.cascade = None,
            Action::Dialog(dialog) => {
                self.dialog = dialog;
                if dialog == Some(Dialog::Share) {
                    self.link = None;
                }
            }
            Action::ShowFile(name, line) => {
                self.file = Some((name, line));
                self.dock = DockTab::Files;
                self.pane = Pane::Sql;
            }
            Action::Call(call) => self.light(call),
            Action::NextCall => self.light(self.call.saturating_add(1)),
            Action::PreviousCall => self.light(self.call.saturating_sub(1)),
            Action::ToggleLens => self.lens = !self.lens,
            Action::ToggleDeleteRules => self.delete_rules = !self.delete_rules,
            Action::ToggleOutline => self.outline = !self.outline,
            Action::Fit => self.fit = self.fit.wrapping_add(1),
            Action::DismissRefusal => self.refusal = None,
            Action::Refuse(refusal) => self.refuse(refusal, None),
            Action::Escape => self.escape(),
        }
    }

    /// One level up: the newest thing that lies over the others goes.
    fn escape(&mut self) {
        if self.refusal.take().is_some() || self.dialog.take().is_some() {
        } else if self.drawer {
            self.drawer = false;
        } else if self.revisions_open {
            self.revisions_open = false;
        } else {
            self.table = None;
        }
    }

    fn asked(&mut self, id: u32, kind: Kind) {
        self.pending.push((id, kind));
        self.alert.clear();
        if kind == Kind::Open {
            self.screen = Screen::Opening;
            self.progress = None;
        }
        if kind == Kind::Step {
            self.refusal = None;
        }
    }

    fn answered(&mut self, response: Response) {
        self.heartbeat = self.heartbeat.wrapping_add(1);
        self.loading = None;
        if self.trouble == Some(Trouble::Slow) {
            self.trouble = None;
        }
        if let Reply::Progress { stage, done, total } = response.reply {
            self.progress = Some(Progress { stage, done, total });
            return;
        }
        let Some(place) = self.pending.iter().position(|(id, _)| *id == response.id) else {
            // Asked of an engine that was restarted, or of a document that was left.
            return;
        };
        let (_, kind) = self.pending.remove(place);
        self.progress = None;
        match response.reply {
            Reply::Progress { .. } | Reply::NeedsPython => unreachable!("never comes so far"),
            // The user went back to the first page while it was opening.
            Reply::Opened(_) if self.screen == Screen::Start => {}
            Reply::Opened(opened) => self.opened(*opened),
            _ if self.document.is_none() && kind != Kind::Open => {}
            Reply::Stepped(step) => self.stepped(*step),
            Reply::Rows(rows) => self.rows = Some(Shared::new(rows)),
            Reply::Console(view) => {
                if let Some(error) = view.results.iter().find_map(|result| result.error.as_ref()) {
                    self.alert = format!("Error: {error}");
                } else {
                    self.announcement = format!("{} ran", plural(view.results.len() as u64, "statement"));
                }
                self.log(ConsoleEntry::Ran(view.results));
                if let Some(step) = view.step {
                    self.stepped(*step);
                }
            }
            Reply::Explained(explained) => self.log(ConsoleEntry::Explained(explained)),
            Reply::Cascade(cascade) => self.cascaded(cascade),
            Reply::Link(link) => self.link = Some(link),
            Reply::Refused(refusal) => self.refuse(refusal, Some(kind)),
        }
    }

    fn opened(&mut self, opened: Opened) {
        let view = opened.view.clone();
        let step = opened.step.clone();
        let tables = opened.placement.boxes.len();
        let serial = self.serial;
        // For another dialect the same document comes once more.
        let is_again = self.document.as_ref().is_some_and(|document| document.name == opened.name);
        // Why it does not go on is what the owner of a broken chain came for.
        let is_broken = opened.revisions.iter().any(|revision| revision.position.is_none());
        let (pane, dock) = match is_broken {
            true => (Pane::Sql, DockTab::Problems),
            false => (Pane::Diagram, DockTab::Statements),
        };
        let pane = if is_again { self.pane } else { pane };
        *self = Self {
            screen: Screen::Open,
            serial,
            heartbeat: self.heartbeat,
            pending: std::mem::take(&mut self.pending),
            document: Some(Shared::new(opened)),
            table: view.table,
            inspector: InspectorTab::find(&view.inspector).unwrap_or(InspectorTab::Table),
            dock: DockTab::find(&view.dock).unwrap_or(dock),
            console: view.console,
            pane,
            lens: tables > 30,
            delete_rules: tables <= 40,
            ..Self::default()
        };
        self.stepped(step);
    }

    fn stepped(&mut self, step: StepView) {
        self.serial = self.serial.wrapping_add(1);
        self.cascade = None;
        let known = |name: &String| step.tables.iter().chain(&step.ghosts).any(|table| &table.name == name);
        if self.table.as_ref().is_some_and(|table| !known(table)) {
            self.table = None;
        }
        self.problems = Shared::new(self.problems_with(&step));
        let failed = step.statements.iter().find(|statement| statement.state == RunState::Failed);
        self.call = failed.map_or(0, |statement| statement.call);
        self.step = Some(Shared::new(step));
        self.announcement = self.step_in_words();
        if let Some(error) = self.step.as_ref().and_then(|step| failure(step)) {
            self.alert = format!("The step failed: {error}");
        }
    }

    fn light(&mut self, call: u32) {
        let last = self.step.as_ref().and_then(|step| step.statements.last()).map_or(0, |last| last.call);
        self.call = call.min(last);
        self.announcement = self.call_in_words();
    }

    fn cascaded(&mut self, cascade: CascadeView) {
        self.announcement = match &cascade.blocked {
            Some(blocked) => format!("The delete would be refused: {}", blocked.message),
            None => cascade_in_words(&cascade),
        };
        self.cascade = Some(Shared::new(cascade));
    }

    fn refuse(&mut self, refusal: Refusal, kind: Option<Kind>) {
        self.alert = format!("{}. {}", refusal.title, refusal.detail);
        if kind == Some(Kind::Open) || self.document.is_none() {
            self.screen = Screen::Refused(refusal);
            self.document = None;
            self.step = None;
        } else {
            self.refusal = Some(refusal);
        }
    }

    fn troubled(&mut self, trouble: Trouble) {
        match &trouble {
            Trouble::Slow if self.pending.is_empty() => return,
            Trouble::Slow => self.announcement = "The engine has been busy for 20 seconds".to_owned(),
            Trouble::Dead(_) => self.alert = "The engine stopped".to_owned(),
            Trouble::NotLoaded(program, _) => {
                self.pending.clear();
                self.progress = None;
                self.loading = None;
                self.alert = format!("Could not load {}", program.words());
            }
        }
        self.trouble = Some(trouble);
    }

    fn select_table(&mut self, table: Option<String>) {
        self.cascade = None;
        self.rows = None;
        if table.is_some() {
            self.drawer = true;
            self.inspector = match self.inspector {
                InspectorTab::Cascade => InspectorTab::Rows,
                tab => tab,
            };
        }
        self.table = table;
    }

    fn log(&mut self, entry: ConsoleEntry) {
        self.console_log.push(Shared::new(entry));
        if self.console_log.len() > 50 {
            self.console_log.remove(0);
        }
    }

    fn problems_with(&self, step: &StepView) -> Vec<Problem> {
        let mut problems = self.document.as_ref().map_or_else(Vec::new, |document| document.problems.clone());
        for problem in &step.problems {
            if !problems.contains(problem) {
                problems.push(problem.clone());
            }
        }
        problems
    }
}

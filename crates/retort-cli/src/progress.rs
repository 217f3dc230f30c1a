//! How far a run is, on standard error: a bar on a terminal for long plans, else a line for each step.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use retort_core::graph::RevisionGraph;
use retort_core::plan::Step;

use crate::lines;
use crate::session::{Session, Volume};

/// Longer plans have a bar, and lines of longer plans are written several at a time.
const SHORT: usize = 50;
/// Lines that wait to be written, at most.
const MOST_WAITING: usize = 32;
/// How long a line waits at most, if the next step begins by then.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// Shows the steps of a run.
pub(crate) enum Progress {
    /// Nothing is shown.
    Silent,
    /// One line for each step.
    Lines(Lines),
    /// One bar for all.
    Bar(ProgressBar),
}

/// Lines on their way out.
pub(crate) struct Lines {
    waiting: String,
    count: usize,
    most: usize,
    written: Instant,
}

impl Progress {
    /// Begins to show a run of so many steps.
    pub(crate) fn new(session: &Session, steps: usize) -> Progress {
        let is_terminal = stderr().is_terminal();
        if session.volume == Volume::Quiet || (session.is_json() && !is_terminal) {
            return Progress::Silent;
        }
        if is_terminal && steps > SHORT {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            return Progress::Bar(ProgressBar::new(steps as u64).with_style(style));
        }
        let most = if steps > SHORT { MOST_WAITING } else { 1 };
        Progress::Lines(Lines { waiting: String::new(), count: 0, most, written: Instant::now() })
    }

    /// A step begins.
    pub(crate) fn begin(&mut self, graph: &RevisionGraph, step: &Step) {
        match self {
            Progress::Silent => {}
            Progress::Lines(lines) => lines.push(&lines::running(graph, step)),
            Progress::Bar(bar) => {
                bar.set_message(step.revision.to_string());
                bar.inc(1);
            }
        }
    }

    /// Makes room for something to be said.
    pub(crate) fn pause(&mut self) {
        match self {
            Progress::Silent => {}
            Progress::Lines(lines) => lines.flush(),
            Progress::Bar(bar) => bar.suspend(|| {}),
        }
    }

    /// The run has ended.
    pub(crate) fn end(&mut self) {
        match self {
            Progress::Silent => {}
            Progress::Lines(lines) => lines.flush(),
            Progress::Bar(bar) => bar.finish_and_clear(),
        }
    }
}

impl Lines {
    fn push(&mut self, line: &str) {
        self.waiting.push_str(line);
        self.waiting.push('\n');
        self.count += 1;
        if self.count >= self.most || self.written.elapsed() > LONGEST_WAIT {
            self.flush();
        }
    }

    fn flush(&mut self) {
        // What cannot be written to standard error cannot be said anywhere.
        let _ = anstream::stderr().write_all(self.waiting.as_bytes());
        self.waiting.clear();
        self.count = 0;
        self.written = Instant::now();
    }
}

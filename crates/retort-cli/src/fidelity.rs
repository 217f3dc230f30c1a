//! Counts how faithful statements are, so that nothing is weakened or dropped in silence.

use retort_core::dialect::{Fidelity, Translated};
use retort_core::source::DialectKind;
use serde_json::{Map, Value, json};

use crate::session::{Session, Volume};

/// Most statements that are named unless more is asked for.
const MOST_NAMED: usize = 20;

/// Counts, and the statements that a reader should know of.
#[derive(Debug)]
pub(crate) struct Tally {
    counts: [usize; Fidelity::ALL.len()],
    named: Vec<String>,
    unnamed: usize,
    volume: Volume,
}

impl Tally {
    /// Nothing counted yet.
    pub(crate) fn new(volume: Volume) -> Tally {
        Tally { counts: [0; Fidelity::ALL.len()], named: Vec::new(), unnamed: 0, volume }
    }

    /// Counts a statement; `place` says where it stands, and is asked only when it is shown.
    pub(crate) fn count(&mut self, translated: &Translated, place: impl FnOnce() -> String) {
        let at = Fidelity::ALL.iter().position(|class| *class == translated.fidelity).unwrap_or(0);
        self.counts[at] += 1;
        let matters = match translated.fidelity {
            Fidelity::Exact => false,
            Fidelity::Emulated => self.volume == Volume::Verbose,
            Fidelity::Weakened | Fidelity::Dropped | Fidelity::Opaque => self.volume > Volume::Quiet,
        };
        if !matters {
            return;
        }
        if self.named.len() >= MOST_NAMED && self.volume < Volume::Verbose {
            self.unnamed += 1;
            return;
        }
        let worst = translated.notes.iter().filter(|note| note.fidelity >= Fidelity::Emulated);
        let reasons: Vec<&str> = worst.map(|note| note.message.as_str()).collect();
        let name = translated.fidelity.name();
        self.named.push(format!("{}: {name}: {}", place(), reasons.join("; ")));
    }

    /// The counts for a document.
    pub(crate) fn to_json(&self) -> Value {
        let counts = Fidelity::ALL.iter().zip(self.counts);
        Value::Object(
            counts.map(|(class, count)| (class.name().to_owned(), json!(count))).collect::<Map<_, _>>(),
        )
    }

    /// Says what there is to say; nothing when all is exact.
    pub(crate) fn report(&self, session: &Session, engine: DialectKind) {
        for line in &self.named {
            session.remark(line);
        }
        if self.unnamed > 0 {
            session.remark(&format!("and {} more statements: --verbose names them", self.unnamed));
        }
        if self.counts[1..].iter().all(|&count| count == 0) {
            return;
        }
        let counts = Fidelity::ALL.iter().zip(self.counts).filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts.map(|(class, count)| format!("{count} {}", class.name())).collect();
        session.remark(&format!("On {} the statements are: {}", engine.title(), counts.join(", ")));
    }
}

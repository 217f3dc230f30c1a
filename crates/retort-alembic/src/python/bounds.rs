//! How far a program may go: steps, depth, memory. Every bound ends in [`Unwind::Bound`].

use super::unwind::{Outcome, Unwind};

/// How far a program may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Statements and expressions evaluated.
    pub steps: u64,
    /// Nesting of what is being evaluated: expressions, statements and calls together.
    pub depth: u32,
    /// Bytes (roughly) of texts and elements that were ever made by one operation each or all together.
    pub memory: u64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { steps: 20_000_000, depth: 700, memory: 512 << 20 }
    }
}

/// What was used so far.
#[derive(Debug)]
pub(super) struct Meter {
    bounds: Bounds,
    steps: u64,
    depth: u32,
    memory: u64,
}

impl Meter {
    pub(super) fn new(bounds: Bounds) -> Meter {
        Meter { bounds, steps: 0, depth: 0, memory: 0 }
    }

    /// Counts one step.
    pub(super) fn step(&mut self) -> Outcome<()> {
        self.steps += 1;
        if self.steps > self.bounds.steps {
            return Err(Unwind::bound(format!("this takes more than {} steps", self.bounds.steps)));
        }
        Ok(())
    }

    /// Goes one level deeper; [`Meter::leave`] goes back, also after an error of what was inside.
    pub(super) fn enter(&mut self) -> Outcome<()> {
        self.step()?;
        if self.depth >= self.bounds.depth {
            return Err(Unwind::bound(format!("this nests more than {} levels deep", self.bounds.depth)));
        }
        self.depth += 1;
        Ok(())
    }

    /// Whether there are steps and memory left.
    pub(super) fn goes_on(&self) -> bool {
        self.steps <= self.bounds.steps && self.memory <= self.bounds.memory
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Counts bytes before they are made.
    pub(super) fn spend(&mut self, bytes: usize) -> Outcome<()> {
        self.memory = self.memory.saturating_add(bytes as u64);
        if self.memory > self.bounds.memory {
            return Err(Unwind::bound("this makes too much text or too many elements"));
        }
        // Making is work too: without it a loop over long texts would be cheap.
        self.steps = self.steps.saturating_add(bytes as u64 / 256);
        Ok(())
    }
}

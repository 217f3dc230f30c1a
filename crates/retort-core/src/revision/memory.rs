//! What the programs of a chain leave for each other.

use std::any::Any;
use std::fmt;

/// What one program leaves for the next of the same pass over a chain: the modules that both import, say, as in the one
/// process that runs all revisions elsewhere. A copy remembers nothing.
#[derive(Default)]
pub struct Memory(Option<Box<dyn Any>>);

impl Memory {
    /// Takes out what was left, if it is of this type.
    pub fn take<T: 'static>(&mut self) -> Option<T> {
        self.0.take()?.downcast().ok().map(|left| *left)
    }

    /// Leaves something for the next.
    pub fn leave<T: 'static>(&mut self, left: T) {
        self.0 = Some(Box::new(left));
    }
}

impl Clone for Memory {
    fn clone(&self) -> Memory {
        Memory::default()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_is_taken_once_and_not_copied() {
        let mut memory = Memory::default();
        memory.leave(7_u32);
        assert_eq!(memory.clone().take::<u32>(), None);
        assert_eq!((memory.take::<u32>(), memory.take::<u32>()), (Some(7), None));
        memory.leave("a");
        assert_eq!(memory.take::<u32>(), None);
    }
}

//! A database at each position, kept cheaply: pages that did not change are shared with the snapshot before.

use std::rc::Rc;

/// Bytes of one shared piece. SQLite's page size here is 4096 or a multiple of it.
const PIECE: usize = 4096;

/// An image of a database.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pieces: Vec<Rc<[u8]>>,
}

impl Snapshot {
    /// Keeps an image; equal pieces are taken from the snapshot before.
    pub(super) fn new(image: &[u8], before: Option<&Snapshot>) -> Snapshot {
        let pieces = image.chunks(PIECE).enumerate().map(|(at, piece)| {
            let same = before.and_then(|before| before.pieces.get(at)).filter(|old| ***old == *piece);
            same.map_or_else(|| Rc::from(piece), Rc::clone)
        });
        Snapshot { pieces: pieces.collect() }
    }

    /// The image.
    pub(super) fn image(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_did_not_change_are_shared() {
        let first = Snapshot::new(&[vec![1; PIECE], vec![2; PIECE]].concat(), None);
        let second = Snapshot::new(&[vec![1; PIECE], vec![3; 10]].concat(), Some(&first));
        assert!(Rc::ptr_eq(&first.pieces[0], &second.pieces[0]));
        assert_eq!(second.image().len(), PIECE + 10);
    }
}

//! Work on many files at once, where there are threads.

/// Fewer items than this for a thread are not worth one.
#[cfg(not(target_family = "wasm"))]
const LEAST: usize = 8;

/// How many threads can run at once. The system is asked once: the answer takes it several files.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn processors() -> usize {
    static COUNT: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *COUNT.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// What `each` makes of the items, in their order.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    use std::{panic, thread};

    let most = items.len() / LEAST;
    let threads = if most < 2 { most } else { most.min(processors()) };
    if threads < 2 {
        return items.iter().map(each).collect();
    }
    let each = &each;
    let (first, rest) = items.split_at(items.len().div_ceil(threads));
    thread::scope(|scope| {
        let started: Vec<_> = rest
            .chunks(first.len())
            .map(|chunk| scope.spawn(move || chunk.iter().map(each).collect::<Vec<R>>()))
            .collect();
        let mut made: Vec<R> = first.iter().map(each).collect();
        for thread in started {
            made.extend(thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
        made
    })
}

/// What `each` makes of the items, in their order.
#[cfg(target_family = "wasm")]
pub(crate) fn map<T, R>(items: &[T], each: impl Fn(&T) -> R) -> Vec<R> {
    items.iter().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn the_order_is_kept() {
        for count in [0, 1, 7, 16, 17, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, |item| item * 2), (0..count).map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}

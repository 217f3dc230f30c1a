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
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::{iter, panic, thread};

    let most = items.len() / LEAST;
    let threads = if most < 2 { most } else { most.min(processors()) };
    if threads < 2 {
        return items.iter().map(each).collect();
    }
    // Files differ much in size: who is done takes the next.
    let next = AtomicUsize::new(0);
    let work = || -> Vec<(usize, R)> {
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < items.len());
        iter::from_fn(take).map(|at| (at, each(&items[at]))).collect()
    };
    let mut made = thread::scope(|scope| {
        let started: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        for thread in started {
            made.extend(thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, made)| made).collect()
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

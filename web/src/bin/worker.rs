//! The worker: the core and SQLite behind the protocol.

use retort_web::{engine, pipeline::Pipeline};

fn main() {
    engine::serve(Pipeline::new());
}

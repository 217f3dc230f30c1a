//! The worker that also reads Python: the core, SQLite and the interpreter of Alembic's revisions.
//!
//! A file of its own, so that a page that opens SQL alone loads nothing of it.

use retort_web::{engine, pipeline::Pipeline};

fn main() {
    engine::serve(Pipeline::with_programs(retort_alembic::read));
}

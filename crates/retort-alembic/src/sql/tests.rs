//! Texts compared with those that SQLAlchemy 2.1.9 and Alembic 1.20.1 wrote for the same objects (`expected/`).

mod ddl;
mod dml;
mod rebuild;
mod support;

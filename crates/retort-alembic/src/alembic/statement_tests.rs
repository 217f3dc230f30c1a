//! Programs of Python on a stage that records, and on one that answers.

mod support;

mod expressions;
mod objects;
mod rows;

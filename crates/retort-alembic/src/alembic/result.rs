//! Results: rows as Python handles them, or the fact that only a live database has them.
use crate::python::{Native, Value};
use std::rc::Rc;
/// x
#[derive(Debug)]
pub struct NativeMapping {
    row: Rc<Vec<(String, Value)>>,
}
impl NativeMapping {
    /// x
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        self.row.iter().map(|(n, v)| (Value::str(n), v.clone())).collect()
    }
}
impl Native for NativeMapping {
    fn type_name(&self) -> &str {
        "RowMapping"
    }
}

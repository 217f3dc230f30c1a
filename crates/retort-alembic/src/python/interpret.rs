//! Walking the tree: statements, expressions, calls, classes.

pub(super) mod attribute;
pub(super) mod call;
pub(super) mod class;
pub(super) mod compare;
pub(super) mod comprehension;
pub(super) mod control;
pub(super) mod exception;
pub(super) mod expression;
pub(super) mod globals;
pub(super) mod import;
pub(super) mod item;
pub(super) mod matching;
pub(super) mod operate;
pub(super) mod special;
pub(super) mod doubt;
pub(super) mod speculation;
pub(super) mod statement;
pub(super) mod target;
pub(super) mod text;
pub(super) mod with;

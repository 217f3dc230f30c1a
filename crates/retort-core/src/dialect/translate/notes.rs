//! What there is to say of an operation, whatever becomes of its table.

use super::super::{Fidelity, Note};
use crate::operation::{ColumnChange, Object, ObjectKind, Operation};
use crate::schema::Routine;

/// What there is to say of an object that SQLite does not have.
fn note_of_object(object: &Object) -> Option<Note> {
    let (code, fidelity, message) = match object {
        Object::Namespace(name) => (
            "dialect/namespace",
            Fidelity::Emulated,
            format!("SQLite has no schemas: `{name}.` becomes part of the names in it"),
        ),
        Object::Domain(_) => (
            "dialect/domain",
            Fidelity::Emulated,
            "its type, default and checks become part of each column that has it".to_owned(),
        ),
        Object::Composite(_) => (
            "dialect/composite",
            Fidelity::Weakened,
            "columns that have it hold JSON, which is not checked against it".to_owned(),
        ),
        Object::Sequence(sequence) => (
            "dialect/sequence",
            if sequence.cycle || sequence.maximum.is_some() {
                Fidelity::Weakened
            } else {
                Fidelity::Emulated
            },
            format!(
                "`{}` is a row of `_retort_seq`; its bounds are not kept, and nextval() is known to Retort only",
                sequence.name
            ),
        ),
        Object::Routine(routine) if is_trigger_function(routine) => (
            "dialect/routine",
            Fidelity::Emulated,
            format!("what `{}` does becomes part of the triggers that call it", routine.name),
        ),
        Object::Routine(routine) => (
            "dialect/routine",
            Fidelity::Dropped,
            format!("SQLite has no stored routines: `{}` is kept in the model only", routine.name),
        ),
        Object::Extension { name, .. } => (
            "dialect/extension",
            Fidelity::Dropped,
            format!(
                "the extension `{name}` does not exist for SQLite; statements that need it say what becomes of them"
            ),
        ),
    };
    Some(Note::new(code, fidelity, message))
}

/// Whether a function is there for triggers.
pub(super) fn is_trigger_function(routine: &Routine) -> bool {
    routine.returns.as_deref().is_some_and(|returns| returns.trim().eq_ignore_ascii_case("trigger"))
}

/// What there is to say of an operation whatever becomes of its table.
pub(super) fn note_of(operation: &Operation) -> Option<Note> {
    let (code, fidelity, message) = match operation {
        // The table says what becomes of its triggers.
        Operation::CreateTrigger { .. } | Operation::DropTrigger { .. } | Operation::RenameTrigger { .. } => {
            return None;
        }
        Operation::ConvertCharset { .. }
        | Operation::AlterComposite { .. }
        | Operation::SetOption { .. }
        | Operation::SetRowSecurity { .. }
        | Operation::CreatePolicy { .. }
        | Operation::AlterPolicy { .. }
        | Operation::DropPolicy { .. }
        | Operation::AlterColumn { change: ColumnChange::Option { .. }, .. } => {
            ("dialect/model-only", Fidelity::Dropped, "kept in the model; nothing to do on SQLite".to_owned())
        }
        Operation::Comment { .. } => {
            ("dialect/comment", Fidelity::Dropped, "kept in the model; SQLite has no comments".to_owned())
        }
        Operation::CreateObject { object, .. } => return note_of_object(object),
        Operation::DropObject {
            kind: ObjectKind::Sequence | ObjectKind::View | ObjectKind::MaterializedView,
            ..
        }
        | Operation::RenameObject {
            kind: ObjectKind::Sequence | ObjectKind::View | ObjectKind::MaterializedView,
            ..
        }
        | Operation::AlterSequence { .. }
        | Operation::RefreshView { .. } => (
            "dialect/objects",
            Fidelity::Emulated,
            "SQLite has no such object: what stands for it changes".to_owned(),
        ),
        Operation::DropObject { kind, name, .. } | Operation::RenameObject { kind, from: name, .. } => (
            "dialect/model-only",
            Fidelity::Dropped,
            format!("the {} `{name}` is changed in the model; nothing to do on SQLite", kind.title()),
        ),
        Operation::Truncate { .. } => {
            ("dialect/data", Fidelity::Dropped, "not run: the rows stay as they are".to_owned())
        }
        Operation::CreateEnum(_) => (
            "dialect/enum",
            Fidelity::Emulated,
            "the labels become a check of each column that has the type".to_owned(),
        ),
        Operation::CreateTable { .. }
        | Operation::DropTable { .. }
        | Operation::RenameTable { .. }
        | Operation::AddColumn { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::AddConstraint { .. }
        | Operation::AdoptIndex { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::AlterConstraint { .. }
        | Operation::DropConstraint { .. }
        | Operation::RenameConstraint { .. }
        | Operation::AlterDomain { .. }
        | Operation::AttachPartition { .. }
        | Operation::DetachPartition { .. }
        | Operation::SetPartitioning { .. }
        | Operation::SetInheritance { .. }
        | Operation::CreateIndex { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::CreateView { .. }
        | Operation::DropView { .. }
        | Operation::AddEnumLabel { .. }
        | Operation::RenameEnumLabel { .. }
        | Operation::DropType { .. }
        | Operation::ExecuteSql { .. } => return None,
    };
    Some(Note::new(code, fidelity, message))
}

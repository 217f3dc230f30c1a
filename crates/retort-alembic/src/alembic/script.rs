//! `context.script`: the other revisions, as objects that are kept in them are taken out again.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::{errors, world};
use crate::python::{Interpreter, Native, Outcome, Unwind, Value};

/// The files of revisions, by their ids.
pub type Revisions = Arc<BTreeMap<String, String>>;

/// The modules of revisions that were loaded, by their files: an object of one is the same each time.
#[derive(Default)]
struct RevisionModules(BTreeMap<String, Value>);

/// `ScriptDirectory`
#[derive(Debug)]
struct NativeDirectory;

/// The directory of the revisions.
pub(crate) fn directory() -> Value {
    Value::native(NativeDirectory)
}

impl Native for NativeDirectory {
    fn type_name(&self) -> &str {
        "ScriptDirectory"
    }

    fn attribute(self: Rc<Self>, _interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "get_revision" => Ok(Some(Value::function(name, |interp, arguments| {
                let [id] = arguments.exactly("get_revision")?;
                let id = super::wrap::known_text(interp, &id, "the id of a revision")?;
                let path = find(interp, &id)?;
                Ok(Value::native(NativeScript { path }))
            }))),
            _ => Err(Unwind::unsupported(format!("`{name}` of Alembic's ScriptDirectory"))),
        }
    }
}

/// The file of a revision, by its id or the only one that begins so.
fn find(interp: &mut Interpreter<'_>, id: &str) -> Outcome<String> {
    let revisions = Arc::clone(&interp.slot::<world::Shared>().revisions);
    if let Some(path) = revisions.get(id) {
        return Ok(path.clone());
    }
    let mut begin = revisions.range(id.to_owned()..).take_while(|(own, _)| own.starts_with(id));
    match (begin.next(), begin.next()) {
        (Some((_, path)), None) => Ok(path.clone()),
        _ => {
            let message = format!("Can't locate revision identified by '{id}'");
            Err(errors::raise(interp, "CommandError", &message))
        }
    }
}

/// `Script`
#[derive(Debug)]
struct NativeScript {
    path: String,
}

impl Native for NativeScript {
    fn type_name(&self) -> &str {
        "Script"
    }

    fn attribute(self: Rc<Self>, interp: &mut Interpreter<'_>, name: &str) -> Outcome<Option<Value>> {
        match name {
            "path" => Ok(Some(Value::str(&self.path))),
            "module" => module(interp, &self.path).map(Some),
            "revision" | "down_revision" | "branch_labels" | "depends_on" => {
                let module = module(interp, &self.path)?;
                interp.find_attribute(&module, name)
            }
            _ => Err(Unwind::unsupported(format!("`{name}` of Alembic's Script"))),
        }
    }
}

fn module(interp: &mut Interpreter<'_>, path: &str) -> Outcome<Value> {
    if let Some(module) = interp.lasting::<RevisionModules>().0.get(path) {
        return Ok(module.clone());
    }
    let module = interp.run_path(path)?;
    interp.lasting::<RevisionModules>().0.insert(path.to_owned(), module.clone());
    Ok(module)
}

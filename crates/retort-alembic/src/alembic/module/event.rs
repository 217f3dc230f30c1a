//! The module `sqlalchemy.event`.

use crate::python::{Interpreter, Outcome, Unwind, Value};

/// `event`: listeners of modules that are only imported hear nothing here; within a revision they would.
pub(super) fn event(_interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    fn listen(interp: &mut Interpreter<'_>) -> Outcome<()> {
        match interp.frames().iter().any(|frame| &*frame.function != "<module>") && !interp.is_importing() {
            true => Err(Unwind::unsupported("a listener of SQLAlchemy's events")),
            false => Ok(()),
        }
    }
    let listens_for = Value::function("listens_for", |interp, _| {
        listen(interp)?;
        Ok(Value::function("decorate", |_, arguments| {
            let [function] = arguments.exactly("decorate")?;
            Ok(function)
        }))
    });
    let listen = Value::function("listen", |interp, _| listen(interp).map(|()| Value::None));
    Ok(vec![("listens_for", listens_for), ("listen", listen)])
}

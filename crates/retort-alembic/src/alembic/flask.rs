//! The default configuration of a Flask application, which is not loaded: the module that its factory names.
//!
//! Flask 3.1, "Application Factories" and `flask.cli.find_best_app`: the factory stands in `app.py`, `wsgi.py` or the
//! package itself, and hands a module to `app.config.from_object()`.

use std::rc::Rc;

use retort_core::diagnostic::Diagnostic;

use super::world;
use crate::python::{Arguments, Instance, Interpreter, Outcome, Unwind, Value};

/// Where a factory may stand, within a package or at the top of the project.
const FACTORIES: [&str; 5] = ["app.py", "__init__.py", "application.py", "factory.py", "wsgi.py"];

/// What the companion `flask` asks of us.
pub(super) fn names(_interp: &mut Interpreter<'_>) -> Outcome<Vec<(&'static str, Value)>> {
    Ok(vec![("configuration", Value::function("configuration", configuration))])
}

/// The module that the application's factory takes its configuration from; None where it is not one.
fn configuration(interp: &mut Interpreter<'_>, _arguments: Arguments) -> Outcome<Value> {
    let mut packages = interp.project_packages();
    packages.extend(["app", "application", ""].map(str::to_owned));
    let mut found: Vec<String> = Vec::new();
    for package in packages {
        for file in FACTORIES {
            let path = if package.is_empty() { file.to_owned() } else { format!("{package}/{file}") };
            let Some(text) = interp.project_text(&path) else { continue };
            for name in named_objects(&text) {
                if !found.contains(&name) && interp.is_project_module(&name) {
                    found.push(name);
                }
            }
        }
    }
    let [one] = &found[..] else { return Ok(Value::None) };
    let said = Diagnostic::note(
        "alembic/default-configuration",
        format!("the application's configuration is the default one, of `{one}`"),
    );
    let place = world::place(interp);
    world::say(
        interp,
        said.at(place, "asked for here").help("What your own configuration changes is not seen"),
    );
    interp.import(one)
}

/// The texts in functions that call `config.from_object(…)`.
fn named_objects(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (place, _) in text.match_indices("config.from_object(") {
        let start = text[..place].rfind("\ndef ").unwrap_or(0);
        let rest = &text[place..];
        let end = rest.find("\ndef ").or_else(|| rest.find("\nclass ")).unwrap_or(rest.len());
        let function = &text[start..place + end];
        for (at, quote) in function.match_indices(['"', '\'']) {
            let inside = function[at + 1..].split(quote).next().unwrap_or_default();
            if !inside.is_empty() && inside.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
                names.push(inside.to_owned());
            }
        }
    }
    names
}

/// A method of an extension (`init_app` is one's mark) has raised: the application would have called `init_app` before
/// any revision ran. True if that is done now and the method may be called again.
pub(super) fn initialise(interp: &mut Interpreter<'_>, extension: &Rc<Instance>) -> Outcome<bool> {
    let known = &mut interp.lasting::<Initialised>().0;
    if known.iter().any(|own| Rc::ptr_eq(own, extension)) {
        return Ok(false);
    }
    known.push(Rc::clone(extension));
    let flask = interp.import("flask")?;
    let application = interp.attribute(&flask, "current_app")?;
    let outcome = interp.call_method(&Value::Instance(Rc::clone(extension)), "init_app", vec![application]);
    match outcome {
        Ok(_) => Ok(true),
        Err(Unwind::Raise(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// The extensions that were handed the application.
#[derive(Default)]
struct Initialised(Vec<Rc<Instance>>);

#[cfg(test)]
mod tests {
    use super::named_objects;

    #[test]
    fn a_factory_names_its_configuration() {
        let text = "X = 'no'\ndef create_app(config=None):\n    app = Flask(__name__)\n    name = config or os.environ.get('CFG', \"pkg.config\")\n    \
                    app.config.from_object(name)\n    return app\ndef other():\n    return 'neither'\n";
        assert_eq!(named_objects(text), ["CFG", "pkg.config"]);
        let text = "def create_app():\n    # don't\n    app.config.from_object('pkg.a')\n";
        assert_eq!(named_objects(text), ["pkg.a"]);
        assert_eq!(named_objects("app.config.from_object('pkg.settings')\n"), ["pkg.settings"]);
        assert!(named_objects("def create_app():\n    return 'pkg.config'\n").is_empty());
    }
}

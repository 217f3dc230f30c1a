//! What a project says about itself: `alembic.ini`, `[tool.alembic]` of `pyproject.toml`, and the literal facts of
//! `env.py`, which is not run.
//!
//! Alembic 1.20, `config.py` and `script/base.py`. Paths are those of the project, with `/`.

pub mod environment;
mod ini;
mod paths;
pub mod requirements;

use retort_core::diagnostic::Diagnostic;
use retort_core::source::{DialectKind, SourceFile, SourceId, Span};

use ini::Ini;
use paths::{folder, join, normal};

/// The settings of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Where `env.py` is.
    pub script_location: String,
    /// Where the revisions are.
    pub version_locations: Vec<String>,
    /// Folders below these belong to them.
    pub is_recursive: bool,
    /// Where modules are looked for.
    pub import_roots: Vec<String>,
    /// How new files are named.
    pub file_template: String,
    /// Longest slug in a file's name.
    pub slug_length: usize,
    /// The dialect of `sqlalchemy.url`, where it names one.
    pub dialect: Option<DialectKind>,
    /// All options of its section, with what they refer to filled in: what `config.get_main_option` answers.
    pub options: Vec<(String, String)>,
}

/// Finds and reads the settings; None where a folder holds revisions only.
pub fn read(files: &[SourceFile], diagnostics: &mut Vec<Diagnostic>) -> Option<Config> {
    let depth = |file: &&SourceFile| (file.name.matches('/').count(), file.name.clone());
    let name = |file: &SourceFile| file.name.rsplit('/').next().unwrap_or("").to_ascii_lowercase();
    let settings = |file: &&SourceFile| name(file).ends_with(".ini");
    let ini = files.iter().filter(settings).min_by_key(|file| (name(file) != "alembic.ini", depth(file)));
    let toml = files.iter().filter(|file| name(file) == "pyproject.toml").min_by_key(depth);
    let mut options = toml.map_or_else(Vec::new, |file| of_toml(file, diagnostics));
    let mut home = toml.filter(|_| !options.is_empty()).map(|file| folder(&file.name));
    if let Some(file) = ini {
        home = Some(folder(&file.name));
        for (key, value) in of_ini(file, diagnostics) {
            options.retain(|(other, _)| *other != key);
            options.push((key, value));
        }
    }
    let home = home?;
    say_others(files, ini, diagnostics);
    let holds = |config: &Config| files.iter().any(|file| config.is_version_file(&file.name));
    let beside = Config::of(options.clone(), home);
    if home.is_empty() || holds(&beside) {
        return Some(beside);
    }
    // Alembic takes a path from where it is started, which is often the project and not the settings' folder.
    let above = Config::of(options, "");
    Some(if holds(&above) { above } else { beside })
}

impl Config {
    fn of(options: Vec<(String, String)>, home: &str) -> Config {
        let get = |key: &str| options.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_str());
        let is_true = |key: &str| get(key).is_some_and(|value| matches!(value.trim(), "true" | "True" | "1"));
        let script_location = location(home, get("script_location").unwrap_or("").trim());
        let separator = get("path_separator").or_else(|| get("version_path_separator"));
        let version_locations = match get("version_locations") {
            Some(value) => {
                paths::split(value, separator, &[' ', ',']).iter().map(|path| location(home, path)).collect()
            }
            None => vec![join(&script_location, "versions")],
        };
        let roots = get("prepend_sys_path").unwrap_or("");
        let roots = paths::split(roots, get("path_separator"), &[' ', ',', ':']);
        Config {
            version_locations,
            is_recursive: is_true("recursive_version_locations"),
            import_roots: roots.iter().map(|path| location(home, path)).collect(),
            file_template: get("file_template").unwrap_or("%(rev)s_%(slug)s").to_owned(),
            slug_length: get("truncate_slug_length").and_then(|text| text.trim().parse().ok()).unwrap_or(40),
            dialect: get("sqlalchemy.url").and_then(dialect_of),
            script_location,
            options,
        }
    }

    /// Whether a file is one that Alembic loads as a revision.
    pub fn is_version_file(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or("");
        let is_loaded = name.ends_with(".py") && !name.starts_with(".#") && !name.starts_with("__init__");
        let within = |home: &String| match self.is_recursive {
            true => {
                home.is_empty() || path.strip_prefix(home.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }
            false => folder(path) == home,
        };
        is_loaded && self.version_locations.iter().any(within)
    }
}

/// A path of the settings. `package:path` is one inside of a package.
fn location(home: &str, path: &str) -> String {
    match path.split_once(':') {
        Some((package, below)) if !package.contains('/') => {
            normal(&join(home, &join(&package.replace('.', "/"), below)))
        }
        _ => normal(&join(home, path)),
    }
}

/// `postgresql+psycopg://…`; the template's `driver://…` is none.
fn dialect_of(url: &str) -> Option<DialectKind> {
    let scheme = url.split_once(':')?.0;
    DialectKind::from_name(scheme.split('+').next().unwrap_or(scheme))
}

/// The options of `[alembic]`. `%(here)s` is the folder of the file: the paths of a project begin there.
fn of_ini(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Vec<(String, String)> {
    let mut ini = Ini::parse(&file.text);
    ini.set_default("here", ".");
    let (options, faults) = ini.section("alembic");
    for fault in faults {
        let place = Span::new(file.id, fault.place.start, fault.place.end);
        diagnostics.push(
            Diagnostic::warning("alembic/settings", fault.message)
                .at(place, "not read")
                .help("Write `%%` for a percent sign"),
        );
    }
    options
}

/// The options of `[tool.alembic]`; a list becomes lines.
fn of_toml(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Vec<(String, String)> {
    let table = match file.text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let message = format!("`{}` cannot be read: {}", file.name, error.message());
            let place = Span::new(file.id, at, at + 1);
            diagnostics.push(Diagnostic::warning("alembic/settings", message).at(place, "here"));
            return Vec::new();
        }
    };
    let Some(section) = table.get("tool").and_then(|tool| tool.get("alembic")?.as_table()) else {
        return Vec::new();
    };
    let here = |text: &str| text.replace("%(here)s", ".").replace("%%", "%");
    let mut options = Vec::new();
    for (key, value) in section {
        match value {
            toml::Value::String(text) => options.push((key.clone(), here(text))),
            toml::Value::Boolean(flag) => options.push((key.clone(), flag.to_string())),
            toml::Value::Integer(number) => options.push((key.clone(), number.to_string())),
            toml::Value::Array(list) => {
                let lines: Vec<String> = list.iter().filter_map(|item| item.as_str()).map(here).collect();
                options.push((key.clone(), lines.join("\n")));
                options.push(("path_separator".to_owned(), "newline".to_owned()));
            }
            _ => {}
        }
    }
    options
}

/// Other settings beside those that are read belong to other chains.
fn say_others(files: &[SourceFile], read: Option<&SourceFile>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(read) = read else { return };
    // Deeper ones are those of packages and examples.
    let depth = |file: &SourceFile| file.name.matches('/').count();
    let is_other =
        |file: &&SourceFile| file.name.ends_with(".ini") && file.id != read.id && depth(file) <= depth(read);
    let Some(first) = files.iter().find(is_other) else { return };
    let start = |id: SourceId| Span::new(id, 0, 0);
    let message = format!("there are several settings of Alembic; those of `{}` are read", read.name);
    diagnostics.push(
        Diagnostic::note("alembic/several-settings", message)
            .at(start(read.id), "these")
            .at(start(first.id), "not these")
            .help("Name the folder of the chain with `--project`"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(name: &str, text: &str) -> Config {
        let files = [SourceFile::new(SourceId(0), name, text)];
        let mut diagnostics = Vec::new();
        let config = read(&files, &mut diagnostics).unwrap();
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        config
    }

    #[test]
    fn an_ini_says_where_everything_is() {
        let read = config(
            "db/alembic.ini",
            "[DEFAULT]\nroot = %(here)s/m\n[alembic]\n# a comment\nscript_location = %(root)s\n\
             sqlalchemy.url: postgresql+psycopg://u:p%%40@h/d\nfile_template = %%(rev)s-%%(slug)s\n\
             prepend_sys_path = .:../src\npath_separator = os\n[loggers]\nkeys = root\n",
        );
        assert_eq!(read.script_location, "db/m");
        assert_eq!(read.version_locations, ["db/m/versions"]);
        assert_eq!(read.import_roots, ["db", "src"]);
        assert_eq!(read.file_template, "%(rev)s-%(slug)s");
        assert_eq!(read.dialect, Some(DialectKind::Postgres));
        assert!(read.is_version_file("db/m/versions/a.py"));
        for other in
            ["db/m/versions/__init__.py", "db/m/versions/x/a.py", "db/m/a.py", "db/m/versions/.#a.py"]
        {
            assert!(!read.is_version_file(other), "{other}");
        }
    }

    #[test]
    fn a_path_may_begin_at_the_project() {
        let text = "[alembic]\nscript_location = db/m\n";
        let of = |revision: &str| {
            let files = [("db/alembic.ini", text), (revision, "")];
            let files = files.map(|(name, text)| SourceFile::new(SourceId(0), name, text));
            read(&files, &mut Vec::new()).unwrap().script_location
        };
        assert_eq!(of("db/m/versions/a.py"), "db/m");
        assert_eq!(of("db/db/m/versions/a.py"), "db/db/m");
        assert_eq!(of("elsewhere/a.py"), "db/db/m");
    }

    #[test]
    fn version_locations_are_cut_by_the_rules_of_their_time() {
        let cut = |rest: &str| {
            config("alembic.ini", &format!("[alembic]\nscript_location = a\n{rest}")).version_locations
        };
        assert_eq!(cut("version_locations = %(here)s/x y/z, w"), ["x", "y/z", "w"]);
        assert_eq!(cut("version_locations =\n    x\n    y y\npath_separator = newline"), ["x", "y y"]);
        assert_eq!(cut("version_locations = x:y\nversion_path_separator = os"), ["x", "y"]);
        assert_eq!(cut("version_locations = x;y\nversion_path_separator = ;"), ["x", "y"]);
        assert_eq!(cut("version_locations = pkg.sub:v\n"), ["pkg/sub/v"]);
    }

    #[test]
    fn pyproject_says_it_too() {
        let read = config(
            "pyproject.toml",
            "[tool.alembic]\nscript_location = \"%(here)s/m\"\nversion_locations = [\"%(here)s/a\", \"b\"]\n\
             recursive_version_locations = true\n",
        );
        assert_eq!((read.script_location.as_str(), read.is_recursive), ("m", true));
        assert_eq!(read.version_locations, ["a", "b"]);
        assert!(read.is_version_file("a/2024/x.py"));
    }

    #[test]
    fn a_driver_of_the_template_is_no_dialect() {
        assert_eq!(dialect_of("driver://user:pass@localhost/dbname"), None);
        assert_eq!(dialect_of("mysql+pymysql://h/d"), Some(DialectKind::Mysql));
    }
}

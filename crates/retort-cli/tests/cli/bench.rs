//! A folder with a chain and a database, and the command run in it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use retort_core::inspect::inspect;
use retort_core::schema::Schema;
use retort_core::version_table::VersionTable;
use retort_drivers::Sqlite;
use serde_json::Value;
use tempfile::TempDir;

/// A chain with a branch, a dependency across, labels and a merge.
pub(crate) const CHAIN: [(&str, &str); 4] = [
    (
        "chain/01_users.sql",
        "-- revision: a1f3\n-- message: add users\n-- upgrade\n\
         CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\n-- downgrade\nDROP TABLE users;\n",
    ),
    (
        "chain/02_invoices.sql",
        "-- revision: b2c4\n-- down_revision: a1f3\n-- branch_labels: billing\n-- message: add invoices\n-- upgrade\n\
         CREATE TABLE invoices (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);\n\
         -- downgrade\nDROP TABLE invoices;\n",
    ),
    (
        "chain/03_posts.sql",
        "-- revision: c3d5\n-- down_revision: a1f3\n-- branch_labels: post\n-- depends_on: b2c4\n-- message: add posts\n\
         -- upgrade\nCREATE TABLE posts (id INTEGER PRIMARY KEY, body TEXT DEFAULT 'x');\n\
         CREATE INDEX ix_posts ON posts (body);\n-- downgrade\nDROP TABLE posts;\n",
    ),
    (
        "chain/04_join.sql",
        "-- revision: d4e6\n-- down_revision: b2c4, c3d5\n-- message: join both\n-- upgrade\n\
         ALTER TABLE users ADD COLUMN name TEXT;\n-- downgrade\nALTER TABLE users DROP COLUMN name;\n",
    ),
];

/// What the command answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Everything, for a snapshot.
    pub(crate) fn all(&self) -> String {
        format!("{}--- {}\n{}", self.out, self.code, self.err)
    }
}

/// A place to work in.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) fn empty() -> Bench {
        Bench { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn with(files: &[(&str, &str)]) -> Bench {
        let bench = Bench::empty();
        for (name, text) in files {
            bench.write(name, text.as_bytes());
        }
        bench
    }

    pub(crate) fn chain() -> Bench {
        Bench::with(&CHAIN)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_retort"));
        command.args(line.split_whitespace()).current_dir(self.folder.path());
        command.env_remove("DATABASE_URL").env_remove("DATABASE_URL_FILE").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Answer {
        finish(&mut self.command(line))
    }

    /// With the chain and the database of the bench.
    pub(crate) fn db(&self, line: &str) -> Answer {
        self.run(&format!("--project chain --database sqlite:app.db {line}"))
    }

    /// With the chain alone.
    pub(crate) fn look(&self, line: &str) -> Answer {
        self.run(&format!("--project chain {line}"))
    }

    pub(crate) fn type_in(&self, line: &str, text: &str) -> Answer {
        let mut command = self.command(line);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        answer(&child.wait_with_output().unwrap())
    }

    pub(crate) fn open(&self, name: &str) -> Sqlite {
        Sqlite::open(&self.path(name)).unwrap()
    }

    pub(crate) fn schema(&self, name: &str) -> Schema {
        inspect(&mut self.open(name), &VersionTable::default()).unwrap()
    }

    pub(crate) fn heads(&self) -> String {
        let current = self.db("current --format json").json();
        let ids: Vec<&str> =
            current["current"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        ids.join(" ")
    }
}

pub(crate) fn finish(command: &mut Command) -> Answer {
    answer(&command.output().unwrap())
}

fn answer(output: &std::process::Output) -> Answer {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Answer { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

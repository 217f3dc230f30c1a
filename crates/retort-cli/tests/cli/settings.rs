//! Where the database is named, and what is never written.

use std::fs;

use crate::bench::{Bench, finish};

#[test]
fn the_database_is_named_in_four_ways() {
    let bench = Bench::chain();
    assert_eq!(bench.look("upgrade a1f3").code, 2);
    bench.write("chain/retort.toml", b"database = \"sqlite:toml.db\"\nlayout = \"retort\"\n");
    assert_eq!(bench.look("upgrade a1f3").code, 0);
    assert!(bench.path("chain/toml.db").exists());
    bench.write("url.txt", b"sqlite:file.db\n");
    let mut command = bench.command("--project chain upgrade a1f3");
    assert_eq!(finish(command.env("DATABASE_URL_FILE", "url.txt")).code, 0);
    assert!(bench.path("file.db").exists());
    assert_eq!(finish(command.env("DATABASE_URL", "sqlite+pysqlite:///env.db")).code, 0);
    assert!(bench.path("env.db").exists());
    assert_eq!(finish(command.args(["--database", "sqlite:option.db"])).code, 0);
    assert!(bench.path("option.db").exists());
    assert_eq!(bench.look("upgrade head --database sqlite::memory:").code, 0);
}

#[test]
fn a_config_that_cannot_be_read_is_said() {
    let bench = Bench::chain();
    bench.write("chain/retort.toml", b"databse = \"x\"\n");
    let answer = bench.look("heads");
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("databse"), "{answer:?}");
    bench.write("chain/retort.toml", b"layout = \"alembik\"\n");
    assert_eq!(bench.look("heads").code, 2);
}

#[test]
fn a_database_that_cannot_be_opened_ends_with_three() {
    let bench = Bench::chain();
    assert_eq!(bench.db("current").code, 3);
    assert!(!bench.path("app.db").exists());
    bench.write(
        "app.db",
        b"this is no database, and long enough to be seen as one that is none at all.......................",
    );
    assert_eq!(bench.db("current").code, 3);
    assert_eq!(bench.look("upgrade head --database sqlite:no/such/folder.db").code, 3);
    fs::create_dir(bench.path("folder")).unwrap();
    assert_eq!(bench.look("upgrade head --database sqlite:folder").code, 3);
}

#[test]
fn a_password_is_never_written() {
    let bench = Bench::chain();
    let url = "postgresql+psycopg://user:s3cret@127.0.0.1:1/db?password=s3cret";
    let lines = [
        format!("upgrade head --database {url}&nonsense=1"),
        format!("upgrade head --database {url}%zz --format json"),
        format!("upgrade head --database {url}&sslmode=s3cret --verbose"),
        format!("upgrade head {url}"),
        format!("heads --dtabase={url}"),
        "upgrade head --database s3cret".to_owned(),
        "upgrade head --database sqlite:x?key=s3cret".to_owned(),
        "upgrade head --database oracle://user:s3cret@host".to_owned(),
    ];
    for line in lines {
        let answer = bench.look(&line);
        assert_eq!(answer.code, 2, "{line}");
        assert!(!format!("{answer:?}").contains("s3cret"), "{line}: {answer:?}");
    }
    bench.write("chain/retort.toml", format!("database = \"{url}\"\nnonsense = \"{url}\"\n").as_bytes());
    assert!(!format!("{:?}", bench.look("heads")).contains("s3cret"));
    bench.write("chain/retort.toml", format!("database = \"{url}\" \"\n").as_bytes());
    assert!(!format!("{:?}", bench.look("heads")).contains("s3cret"));
    let mut command = bench.command("--project chain upgrade head");
    assert!(!format!("{:?}", finish(command.env("DATABASE_URL", url))).contains("s3cret"));
}

#[test]
fn colours_are_written_when_asked_for() {
    let bench = Bench::chain();
    assert!(!bench.look("show zz").err.contains('\x1b'));
    assert!(bench.look("show zz --color always").err.contains('\x1b'));
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let bench = Bench::chain();
    let mut command = bench.command("--project chain history");
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn a_server_that_is_not_there_ends_with_three() {
    let bench = Bench::chain();
    // Nothing listens on port 1.
    for url in [
        "postgres://user:s3cret@127.0.0.1:1/db",
        "postgresql+psycopg://user:s3cret@/db?host=/no/such/folder",
        "mysql+pymysql://user:s3cret@127.0.0.1:1/db",
        "mariadb://user:s3cret@/db?unix_socket=/no/such.sock",
    ] {
        for words in ["current", "upgrade head", "current --format json"] {
            let answer = bench.look(&format!("{words} --database {url}"));
            assert_eq!(answer.code, 3, "{url}: {answer:?}");
            let said = answer.out + &answer.err;
            assert!(said.contains("database/unreachable") && !said.contains("s3cret"), "{said}");
        }
    }
    assert_eq!(bench.look("current --database postgres://user:s3cret@h:x/db").code, 2);
}

//! Chains that cannot be read, or not wholly.

use insta::assert_snapshot;

use crate::bench::{Bench, CHAIN};

#[test]
fn a_cycle_and_a_gap_stop_only_what_needs_them() {
    let bench = Bench::with(&CHAIN[..1]);
    bench.write("chain/x.sql", b"-- revision: x1\n-- down_revision: y1\n-- upgrade\nSELECT 1;\n");
    bench.write("chain/y.sql", b"-- revision: y1\n-- down_revision: x1\n-- upgrade\nSELECT 1;\n");
    bench.write("chain/z.sql", b"-- revision: z1\n-- down_revision: a1f4\n-- upgrade\nSELECT 1;\n");
    let heads = bench.look("heads");
    assert_snapshot!(heads.all(), @r"
    a1f3 (head), add users
    --- 2
    error[graph/cycle]: revisions stand on each other in a cycle: `x1` -> `y1` -> `x1`
     --> x.sql:2:1
      |
    2 | -- down_revision: y1
      | ^^^^^^^^^^^^^^^^^^^^ the down revision of `x1` is `y1`
      |
     ::: y.sql:2:1
      |
    2 | -- down_revision: x1
      | -------------------- the down revision of `y1` is `x1`
      |
      = help: Change one of these links so that the chain begins somewhere; base has no down revision.
    error[graph/missing-down-revision]: the down revision `a1f4` of `z1` does not exist
     --> z.sql:2:1
      |
    2 | -- down_revision: a1f4
      | ^^^^^^^^^^^^^^^^^^^^^^ `z1` cannot run
      |
      = help: Name `a1f3`, if that was meant.
      = help: Add the file of `a1f4`; it may be on another branch.
    ");
    let run = bench.db("upgrade head");
    assert_eq!((run.code, bench.heads().as_str()), (0, "a1f3"), "{run:?}");
    let run = bench.db("upgrade z1");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("`z1` cannot run: its down revision `a1f4` does not exist"), "{}", run.err);
}

#[test]
fn an_id_that_two_files_claim_is_not_run() {
    let bench = Bench::chain();
    bench.write("chain/05.sql", b"-- revision: b2c4\n-- down_revision: a1f3\n-- upgrade\nSELECT 1;\n");
    let run = bench.db("upgrade head");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("plan/duplicate-id"));
    assert_eq!(bench.db("upgrade a1f3").code, 0);
}

#[test]
fn a_folder_without_revisions_is_said_so() {
    let bench = Bench::empty();
    bench.write("chain/readme.md", b"nothing");
    assert_snapshot!(bench.look("heads").all(), @r"
    --- 2
    error[layout/empty]: there is no revision in `chain`
      help: Give a folder with `.sql` files; Retort's own begin with `-- revision: <id>`
      help: Name the folder of the chain with `--project`
    ");
    assert_eq!(bench.look("heads --format json").json()["diagnostics"][0]["code"], "layout/empty");
    assert_eq!(bench.run("--project nowhere heads").code, 2);
}

#[test]
fn files_that_are_no_text_stop_a_run() {
    let bench = Bench::with(&CHAIN[..1]);
    bench.write("chain/dump.sql", b"PGDMP\0\x01");
    bench.write("chain/latin.sql", b"-- revision: l\xe4\n");
    let run = bench.db("upgrade head");
    assert_snapshot!(run.all(), @r"
    --- 2
    error[layout/binary-file]: `dump.sql` is no text: byte 5 is zero
    --> dump.sql
     = help: Leave binary files out of the folder, or save this one as UTF-8 text
    error[layout/invalid-utf8]: `latin.sql` is not UTF-8 from byte 14 on
    --> latin.sql
     = help: Save the file as UTF-8
    error[project/unreadable-files]: nothing is run: some files cannot be read, so what the chain holds is not known
      help: Mend these files, or move them out of the folder
    ");
    assert!(!bench.path("app.db").exists());
    let heads = bench.look("heads --format json");
    assert_eq!(heads.code, 2);
    assert_eq!(heads.json()["heads"][0], "a1f3");
}

#[test]
fn line_ends_of_windows_are_read() {
    let bench = Bench::empty();
    for (name, text) in CHAIN {
        bench.write(name, text.replace('\n', "\r\n").as_bytes());
    }
    let unix = Bench::chain();
    assert_eq!(bench.db("upgrade head").code, 0);
    unix.db("upgrade head");
    assert_eq!(bench.schema("app.db"), unix.schema("app.db"));
    assert_eq!(bench.look("history").out, unix.look("history").out);
}

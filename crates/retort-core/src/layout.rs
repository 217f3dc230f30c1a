//! Whose migration folder this is, and its files turned into revisions. Files are read in place.
//!
//! In: names and bytes of files. Out: revisions in the order of their tool, with the tool's own ids, checksums
//! and transactions. What a file says about a tool's ways is in the file of that tool below `layout/`.

mod alembic;
mod atlas;
mod dbmate;
mod decode;
mod dialect;
mod diesel;
mod drizzle;
mod flyway;
mod golang_migrate;
mod goose;
mod hash;
mod json;
mod liquibase;
mod liquibase_changeset;
mod placeholders;
mod plain;
mod prisma;
mod rails;
mod reading;
mod recognise;
mod refinery;
mod retort;
mod sqitch;
mod sqitch_plan;
mod sqlx;
mod supabase;
mod text;

pub use alembic::is_revision_file as is_alembic_revision;
pub use decode::{decode, is_wanted};
pub use dialect::{dialect, dialect_of};
pub use recognise::recognise;

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::Checked;
use crate::revision::Revision;
use crate::source::{DialectKind, SourceFile};
use reading::Reader;

/// The layouts that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayoutKind {
    /// Retort's own: SQL files under a comment header.
    Retort,
    /// `V1_2__add_users.sql`
    Flyway,
    /// `20240102_add_users.sql`, simple or `.up.sql` and `.down.sql`.
    Sqlx,
    /// `000001_add_users.up.sql`
    GolangMigrate,
    /// `-- migrate:up`
    Dbmate,
    /// `-- +goose Up`
    Goose,
    /// `2024-01-02-030405_add_users/up.sql`
    Diesel,
    /// `V1__add_users.sql`, whole numbers only.
    Refinery,
    /// `20240102030405_add_users/migration.sql`
    Prisma,
    /// `meta/_journal.json`, or directories with `migration.sql` and `snapshot.json`.
    Drizzle,
    /// `supabase/migrations/20240102030405_add_users.sql`
    Supabase,
    /// `atlas.sum`
    Atlas,
    /// `db/structure.sql`
    Rails,
    /// `--liquibase formatted sql`
    Liquibase,
    /// `sqitch.plan`
    Sqitch,
    /// Alembic's Python files; their revisions are programs.
    Alembic,
    /// SQL files without a header: one revision each, in the order of their names, upgrade only.
    Plain,
}

impl LayoutKind {
    /// All layouts, in the order people see them.
    pub const ALL: [LayoutKind; 17] = [
        LayoutKind::Retort,
        LayoutKind::Flyway,
        LayoutKind::Sqlx,
        LayoutKind::GolangMigrate,
        LayoutKind::Dbmate,
        LayoutKind::Goose,
        LayoutKind::Diesel,
        LayoutKind::Refinery,
        LayoutKind::Prisma,
        LayoutKind::Drizzle,
        LayoutKind::Supabase,
        LayoutKind::Atlas,
        LayoutKind::Rails,
        LayoutKind::Liquibase,
        LayoutKind::Sqitch,
        LayoutKind::Alembic,
        LayoutKind::Plain,
    ];

    /// The word on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            LayoutKind::Retort => "retort",
            LayoutKind::Flyway => "flyway",
            LayoutKind::Sqlx => "sqlx",
            LayoutKind::GolangMigrate => "golang-migrate",
            LayoutKind::Dbmate => "dbmate",
            LayoutKind::Goose => "goose",
            LayoutKind::Diesel => "diesel",
            LayoutKind::Refinery => "refinery",
            LayoutKind::Prisma => "prisma",
            LayoutKind::Drizzle => "drizzle",
            LayoutKind::Supabase => "supabase",
            LayoutKind::Atlas => "atlas",
            LayoutKind::Rails => "rails",
            LayoutKind::Liquibase => "liquibase",
            LayoutKind::Sqitch => "sqitch",
            LayoutKind::Alembic => "alembic",
            LayoutKind::Plain => "plain",
        }
    }

    /// The tool's own spelling.
    pub fn title(self) -> &'static str {
        match self {
            LayoutKind::Retort => "Retort",
            LayoutKind::Flyway => "Flyway",
            LayoutKind::Sqlx => "sqlx",
            LayoutKind::GolangMigrate => "golang-migrate",
            LayoutKind::Dbmate => "dbmate",
            LayoutKind::Goose => "goose",
            LayoutKind::Diesel => "Diesel",
            LayoutKind::Refinery => "refinery",
            LayoutKind::Prisma => "Prisma",
            LayoutKind::Drizzle => "Drizzle",
            LayoutKind::Supabase => "Supabase",
            LayoutKind::Atlas => "Atlas",
            LayoutKind::Rails => "Rails",
            LayoutKind::Liquibase => "Liquibase",
            LayoutKind::Sqitch => "Sqitch",
            LayoutKind::Alembic => "Alembic",
            LayoutKind::Plain => "plain SQL",
        }
    }

    /// Reads a layout's name.
    pub fn from_name(name: &str) -> Option<LayoutKind> {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        LayoutKind::ALL.into_iter().find(|layout| layout.name() == name)
    }
}

impl fmt::Display for LayoutKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// A version in the form in which its tool compares it: two that are the same to the tool become the same text.
pub fn comparable(layout: LayoutKind, version: &str) -> String {
    match layout {
        LayoutKind::Flyway => {
            let parts = flyway::version_key(version).into_iter().map(|(_, digits)| digits);
            parts.collect::<Vec<_>>().join(".")
        }
        LayoutKind::Sqlx | LayoutKind::GolangMigrate | LayoutKind::Goose | LayoutKind::Refinery => {
            text::number_key(version).1
        }
        LayoutKind::Retort
        | LayoutKind::Dbmate
        | LayoutKind::Diesel
        | LayoutKind::Prisma
        | LayoutKind::Drizzle
        | LayoutKind::Supabase
        | LayoutKind::Atlas
        | LayoutKind::Rails
        | LayoutKind::Liquibase
        | LayoutKind::Sqitch
        | LayoutKind::Alembic
        | LayoutKind::Plain => version.to_owned(),
    }
}

/// Turns the files of a layout into revisions. `given` are the values of placeholders that the user said.
pub fn read(
    layout: LayoutKind,
    files: &[SourceFile],
    dialect: DialectKind,
    given: &BTreeMap<String, String>,
) -> Checked<Vec<Revision>> {
    let mut reader = Reader::new(layout, files, dialect, given);
    let mut revisions = match layout {
        LayoutKind::Retort => retort::read(&mut reader),
        LayoutKind::Flyway => flyway::read(&mut reader),
        LayoutKind::Sqlx => sqlx::read(&mut reader),
        LayoutKind::GolangMigrate => golang_migrate::read(&mut reader),
        LayoutKind::Dbmate => dbmate::read(&mut reader),
        LayoutKind::Goose => goose::read(&mut reader),
        LayoutKind::Diesel => diesel::read(&mut reader),
        LayoutKind::Refinery => refinery::read(&mut reader),
        LayoutKind::Prisma => prisma::read(&mut reader),
        LayoutKind::Drizzle => drizzle::read(&mut reader),
        LayoutKind::Supabase => supabase::read(&mut reader),
        LayoutKind::Atlas => atlas::read(&mut reader),
        LayoutKind::Rails => rails::read(&mut reader),
        LayoutKind::Liquibase => liquibase::read(&mut reader),
        LayoutKind::Sqitch => sqitch::read(&mut reader),
        // Its files are no SQL: `project::open` hands them to who reads programs.
        LayoutKind::Alembic => Vec::new(),
        LayoutKind::Plain => plain::read(&mut reader),
    };
    if !matches!(layout, LayoutKind::Retort | LayoutKind::Alembic | LayoutKind::Plain) {
        for revision in &mut revisions {
            revision.native.has_fixed_id = true;
        }
    }
    Checked { value: revisions, diagnostics: reader.finish() }
}

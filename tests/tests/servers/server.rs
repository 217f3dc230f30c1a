//! A database of its own for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use retort_core::source::DialectKind;
use retort_drivers::{Engine, Mysql, Postgres, ServerUrl};

/// The server's own database, from the environment; None where the test is skipped.
pub(crate) fn address(dialect: DialectKind) -> Option<ServerUrl> {
    let variable = match dialect {
        DialectKind::Mysql => "RETORT_TEST_MYSQL_URL",
        DialectKind::Postgres | DialectKind::Sqlite => "RETORT_TEST_POSTGRES_URL",
    };
    let url = std::env::var(variable).ok().filter(|url| !url.is_empty());
    let required = std::env::var_os("RETORT_REQUIRE_SERVERS").is_some_and(|value| value == "1");
    assert!(url.is_some() || !required, "{variable} is not set, and RETORT_REQUIRE_SERVERS=1");
    let Some(url) = url else {
        eprintln!("skipped: {variable} is not set");
        return None;
    };
    Some(ServerUrl::parse(&url).unwrap())
}

pub(crate) fn connect(url: &ServerUrl) -> Box<dyn Engine> {
    match url.dialect {
        DialectKind::Mysql => Box::new(Mysql::connect(url).unwrap()),
        DialectKind::Postgres | DialectKind::Sqlite => Box::new(Postgres::connect(url).unwrap()),
    }
}

/// A database that goes when the test ends.
pub(crate) struct Scratch {
    server: ServerUrl,
    /// Where it is.
    pub(crate) url: ServerUrl,
}

impl Scratch {
    pub(crate) fn new(dialect: DialectKind) -> Option<Scratch> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = address(dialect)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("retort_test_{}_{number}", std::process::id());
        connect(&server).execute(&format!("CREATE DATABASE {name}")).unwrap();
        let mut url = server.clone();
        url.database = Some(name);
        Some(Scratch { server, url })
    }

    pub(crate) fn connect(&self) -> Box<dyn Engine> {
        connect(&self.url)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let force = if self.url.dialect == DialectKind::Postgres { " WITH (FORCE)" } else { "" };
        let name = self.url.database.as_deref().unwrap_or_default();
        // A test that failed must not fail again here.
        let _ = connect(&self.server).execute(&format!("DROP DATABASE {name}{force}"));
    }
}

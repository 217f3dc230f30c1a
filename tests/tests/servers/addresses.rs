//! Connections by socket and by TCP, and values that come as they are.

use retort_core::database::Value;
use retort_core::source::DialectKind;
use retort_drivers::{Mysql, Place, Postgres, ServerUrl, Tls};

use crate::server::{address, connect};

fn tcp(url: &ServerUrl, port: u16) -> ServerUrl {
    let mut url = url.clone();
    url.place = Place::Tcp { host: "127.0.0.1".to_owned(), port: Some(port) };
    url
}

#[test]
fn postgresql_answers_on_its_socket_and_by_tcp() {
    let Some(url) = address(DialectKind::Postgres) else { return };
    let mut db = connect(&url);
    assert!(db.version().starts_with("PostgreSQL "), "{}", db.version());
    let rows = db.query("SELECT current_setting('port')::int").unwrap();
    let port = u16::try_from(rows[0][0].as_integer().unwrap()).unwrap();
    let by_tcp = tcp(&url, port);
    connect(&by_tcp).query("SELECT 1").unwrap();
    let mut wrong = by_tcp.clone();
    wrong.user = Some("nobody_here".to_owned());
    let error = Postgres::connect(&wrong).err().unwrap();
    assert!(error.unreachable);
    assert_eq!(error.code, "28P01");
    // The server has no certificate.
    let mut encrypted = by_tcp;
    encrypted.tls = Tls::Require;
    let error = Postgres::connect(&encrypted).err().unwrap();
    assert!(error.unreachable);
}

#[test]
fn mariadb_answers_on_its_socket_and_by_tcp() {
    let Some(url) = address(DialectKind::Mysql) else { return };
    let mut db = connect(&url);
    let version = db.version();
    assert!(version.starts_with("MariaDB ") || version.starts_with("MySQL "), "{version}");
    let rows = db.query("SELECT @@port").unwrap();
    let port = u16::try_from(rows[0][0].as_integer().unwrap()).unwrap();
    let by_tcp = tcp(&url, port);
    connect(&by_tcp).query("SELECT 1").unwrap();
    let mut wrong = by_tcp.clone();
    wrong.user = Some("nobody_here".to_owned());
    let error = Mysql::connect(&wrong).err().unwrap();
    assert!(error.unreachable);
    assert_eq!(error.code, "1045/28000");
    let mut encrypted = by_tcp;
    encrypted.tls = Tls::VerifyFull;
    let error = Mysql::connect(&encrypted).err().unwrap();
    assert!(error.unreachable);
}

#[test]
fn values_come_as_the_server_prints_them() {
    let text = |text: &str| Value::Text(text.to_owned());
    if let Some(url) = address(DialectKind::Postgres) {
        let rows = connect(&url).query(
            "SELECT NULL, 9223372036854775807, 0.10::numeric, '\\x00ff'::bytea, DATE '2020-01-31', true, ARRAY[1,2], 'ä'",
        );
        let expected = vec![
            Value::Null,
            Value::Integer(i64::MAX),
            text("0.10"),
            Value::Blob(vec![0, 255]),
            text("2020-01-31"),
            text("t"),
            text("{1,2}"),
            text("ä"),
        ];
        assert_eq!(rows.unwrap(), [expected]);
    }
    if let Some(url) = address(DialectKind::Mysql) {
        let rows = connect(&url).query(
            "SELECT NULL, 9223372036854775807, 18446744073709551615, 0.10, X'00ff', DATE '2020-01-31', true, 'ä'",
        );
        let expected = vec![
            Value::Null,
            Value::Integer(i64::MAX),
            text("18446744073709551615"),
            text("0.10"),
            Value::Blob(vec![0, 255]),
            text("2020-01-31"),
            Value::Integer(1),
            text("ä"),
        ];
        assert_eq!(rows.unwrap(), [expected]);
    }
}

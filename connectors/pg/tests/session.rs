//! Sessions against a real server: who gets in, what queries answer, what errors say.

use rapidbyte_pg::{Client, ConnectOptions, PgError, SslMode, TransactionStatus};
use rapidbyte_sdk::types::ErrorCategory;
use rapidbyte_sdk::ConnectorError;
use rapidbyte_testkit::{Server, Tcp};

const ROLES: &str = "
    CREATE ROLE trust_user LOGIN;
    CREATE ROLE rejected_user LOGIN;
    CREATE ROLE tls_user LOGIN;
    CREATE ROLE cleartext_user LOGIN PASSWORD 'plain pa$$word';
    SET password_encryption = 'md5';
    CREATE ROLE md5_user LOGIN PASSWORD 'md5 pässword';
    SET password_encryption = 'scram-sha-256';
    CREATE ROLE scram_user LOGIN PASSWORD 'scram pässword''\"';
";

fn as_role(server: &Server, user: &str, password: Option<&str>) -> ConnectOptions {
    let mut options = ConnectOptions::new("127.0.0.1", server.port(), user, "postgres");
    options.password = password.map(str::to_owned);
    options
}

fn connect(server: &Server, options: &ConnectOptions) -> rapidbyte_pg::Result<Client<Tcp>> {
    Client::connect(options, || server.open())
}

fn refusal(server: &Server, options: &ConnectOptions) -> ConnectorError {
    match connect(server, options) {
        Ok(_) => panic!("{options:?} must not be let in"),
        Err(error) => error.into(),
    }
}

#[test]
fn each_kind_of_password_is_taken_and_a_wrong_one_is_refused() {
    let server = Server::start();
    server.run(ROLES);
    let roles = [
        ("trust_user", None),
        ("cleartext_user", Some("plain pa$$word")),
        ("md5_user", Some("md5 pässword")),
        ("scram_user", Some("scram pässword'\"")),
    ];
    for (role, password) in roles {
        let mut client = connect(&server, &as_role(&server, role, password)).unwrap();
        assert_eq!(client.simple_query("SELECT current_user").unwrap().single(), Some(role));
        assert!(!client.is_encrypted());
        client.close().unwrap();
        if password.is_none() {
            continue;
        }
        for wrong in [Some("hunter2-wrong"), None] {
            let error = refusal(&server, &as_role(&server, role, wrong));
            assert_eq!((error.category, error.retryable), (ErrorCategory::Auth, false), "{role}: {error}");
            assert_eq!(error.code, "pg.auth-failed");
            assert!(!error.message.contains("hunter2"), "{error}");
        }
    }
    assert_eq!(refusal(&server, &as_role(&server, "rejected_user", None)).category, ErrorCategory::Auth);
    assert_eq!(refusal(&server, &as_role(&server, "nobody", None)).category, ErrorCategory::Auth);
}

#[test]
fn an_unknown_database_and_an_unreachable_server_say_so() {
    let mut server = Server::start();
    let mut options = server.options();
    options.database = "nowhere".to_owned();
    let error = refusal(&server, &options);
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Schema, "pg.database-not-found"));
    assert!(error.message.contains("\"nowhere\""), "{error}");

    server.kill();
    let error = refusal(&server, &server.options());
    assert_eq!((error.category, error.retryable), (ErrorCategory::TransientNetwork, true));
    assert!(error.message.contains(&format!("connecting to 127.0.0.1:{}", server.port())), "{error}");
}

#[test]
fn tls_is_used_as_the_mode_says() {
    let server = Server::start_with_tls();
    server.run(ROLES);
    let mut options = as_role(&server, "tls_user", None);
    for (mode, encrypted) in [(SslMode::Prefer, true), (SslMode::Require, true)] {
        options.ssl_mode = mode;
        let mut client = connect(&server, &options).unwrap();
        assert_eq!(client.is_encrypted(), encrypted);
        let seen = client.simple_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").unwrap();
        assert_eq!(seen.single(), Some("t"));
        client.close().unwrap();
    }
    options.ssl_mode = SslMode::Disable;
    assert_eq!(refusal(&server, &options).category, ErrorCategory::Auth);
    // Nobody vouches for a self-signed certificate.
    for mode in [SslMode::VerifyCa, SslMode::VerifyFull] {
        options.ssl_mode = mode;
        assert_eq!(refusal(&server, &options).code, "pg.tls-failed");
    }
}

#[test]
fn a_server_without_tls_is_taken_by_prefer_and_refused_by_require() {
    let server = Server::start();
    let mut options = server.options();
    options.ssl_mode = SslMode::Prefer;
    assert!(!connect(&server, &options).unwrap().is_encrypted());
    options.ssl_mode = SslMode::Require;
    let error = refusal(&server, &options);
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Config, "pg.tls-not-offered"));
}

#[test]
fn queries_give_text_and_the_session_prints_values_one_way() {
    let server = Server::start_with(&["datestyle = 'German'", "intervalstyle = 'iso_8601'", "timezone = 'Asia/Tokyo'"]);
    let mut client = server.client();
    let rows = client
        .simple_query(
            "SELECT '2024-02-29'::date AS d, '2024-02-29 12:00+00'::timestamptz, '1 mon 2 days'::interval, 0.1::float8,
                    '\\x00ff'::bytea, NULL::int AS n",
        )
        .unwrap();
    assert_eq!(rows.columns()[0], "d");
    let row = rows.row(0);
    let values: Vec<_> = (0..6).map(|i| row.get(i)).collect();
    let expected = ["2024-02-29", "2024-02-29 12:00:00+00", "1 mon 2 days", "0.1", "\\x00ff"];
    assert_eq!(values[..5], expected.map(Some));
    assert_eq!(values[5], None);
    assert!(row.text(5).is_err());
    assert!(client.server_version() >= 120_000, "{}", client.server_version());

    assert_eq!(client.simple_query("").unwrap().len(), 0);
    assert_eq!(client.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2), (3)").unwrap(), 3);
    assert_eq!(client.simple_query("SELECT * FROM t; SET work_mem = '4MB'").unwrap().len(), 0);
    assert_eq!(client.simple_query("SHOW work_mem").unwrap().single(), Some("4MB"));
    let rows = client.simple_query("SELECT a, a * 2 FROM t ORDER BY a").unwrap();
    let pairs: Vec<_> = rows.iter().map(|row| (row.integer(0).unwrap(), row.integer(1).unwrap())).collect();
    assert_eq!(pairs, [(1, 2), (2, 4), (3, 6)]);

    let rows = client
        .query("SELECT $1 || 'x', $2::int IS NULL, $3::int8", &[Some("it's \u{1F418}"), None, Some("7")])
        .unwrap();
    assert_eq!(rows.row(0).text(0).unwrap(), "it's \u{1F418}x");
    assert!(rows.row(0).bool(1).unwrap());
    assert_eq!(rows.row(0).integer(2).unwrap(), 7);
}

#[test]
fn an_error_is_typed_and_leaves_the_session_usable() {
    let server = Server::start();
    let mut client = server.client();
    client.execute("CREATE SCHEMA s; CREATE TABLE s.t (a int CONSTRAINT positive CHECK (a > 0))").unwrap();

    let error = client.simple_query("SELECT * FROM missing").unwrap_err();
    assert_eq!(error.sqlstate(), Some("42P01"));
    assert_eq!(error.server().unwrap().position.as_deref(), Some("15"));
    let error = client.query("SELECT $1::int", &[Some("x")]).unwrap_err();
    assert_eq!(error.sqlstate(), Some("22P02"));

    let error = client.query("INSERT INTO s.t VALUES ($1)", &[Some("-1")]).unwrap_err();
    let report = error.server().unwrap().clone();
    let place = [report.schema, report.table, report.constraint].map(Option::unwrap);
    assert_eq!(place, ["s", "t", "positive"]);
    assert_eq!(report.severity, "ERROR");

    client.execute("BEGIN").unwrap();
    assert_eq!(client.transaction_status(), TransactionStatus::InTransaction);
    client.execute("SELECT 1/0").unwrap_err();
    assert_eq!(client.transaction_status(), TransactionStatus::Failed);
    client.execute("ROLLBACK").unwrap();
    assert_eq!(client.transaction_status(), TransactionStatus::Idle);

    assert!(matches!(client.simple_query("SELECT '\0'"), Err(PgError::Usage(_))));
    assert_eq!(client.simple_query("SELECT 1").unwrap().single(), Some("1"));
}

#[test]
fn notices_are_kept_for_whoever_asks() {
    let server = Server::start();
    let mut client = server.client();
    client.execute("DO $$ BEGIN FOR i IN 1..150 LOOP RAISE NOTICE 'n%', i; END LOOP; END $$").unwrap();
    let notices = client.take_notices();
    assert_eq!(notices.len(), 100);
    assert_eq!(notices[99].message, "n150");
    assert!(client.take_notices().is_empty());
}

#[test]
fn a_killed_session_is_a_lost_connection() {
    let server = Server::start();
    let mut client = server.client();
    let pid = client.simple_query("SELECT pg_backend_pid()").unwrap().single().unwrap().to_owned();
    server.run(&format!("SELECT pg_terminate_backend({pid})"));
    let error = client.simple_query("SELECT 1").unwrap_err();
    assert!(error.is_connection_lost(), "{error}");
    let error = ConnectorError::from(error);
    assert!(error.retryable, "{error}");
    assert!(matches!(client.simple_query("SELECT 1"), Err(PgError::Usage(_))));
    client.close().unwrap();
}

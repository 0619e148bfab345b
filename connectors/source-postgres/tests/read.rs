//! Reading streams: what is selected, how batches are cut, how failures end.

mod support;

use rapidbyte_pg::tuples;
use rapidbyte_sdk::arrow::Reader;
use rapidbyte_sdk::types::{DataErrorPolicy, ErrorCategory, Inbound, Partition, PartitionStrategy};
use rapidbyte_sdk::{testing, ConnectorError, Emitter, Source, StreamContext};
use rapidbyte_testkit::Server;
use support::{config_with, context, incremental, read, selecting, source, try_read, try_read_as, try_read_with};

fn failure(server: &Server, ctx: &StreamContext) -> ConnectorError {
    try_read(server, ctx).err().expect("the read fails")
}

fn column<'r>(read: &'r support::Read, name: &str) -> Vec<&'r str> {
    let index = read.schema.fields.iter().position(|field| field.name == name).expect("the column is there");
    read.rows.iter().map(|row| row[index].as_deref().unwrap_or("NULL")).collect()
}

#[test]
fn an_empty_table_gives_its_schema() {
    let server = Server::start();
    server.run("CREATE TABLE e (id int8 PRIMARY KEY, name text NOT NULL, note varchar(10))");
    let read = read(&server, "e");
    assert!(read.rows.is_empty());
    assert_eq!(read.batches.len(), 1);
    let fields: Vec<_> = read.schema.fields.iter().map(|f| (f.name.as_str(), f.nullable)).collect();
    assert_eq!(fields, [("id", false), ("name", false), ("note", true)]);
    assert_eq!(read.schema.primary_key().unwrap(), ["id"]);
    assert_eq!((read.summary.rows, read.summary.batches), (0, 1));
}

#[test]
fn columns_are_read_as_selected_and_a_key_only_if_it_is_whole() {
    let server = Server::start();
    server.run(
        "CREATE TABLE k (a int, b text, c int, d int GENERATED ALWAYS AS (a * 10) STORED, PRIMARY KEY (c, a) INCLUDE (b));
         INSERT INTO k VALUES (1, 'x', 2), (3, NULL, 4);
         ALTER TABLE k ADD dropped int; ALTER TABLE k DROP dropped;",
    );
    let all = read(&server, "k");
    assert_eq!(all.schema.primary_key().unwrap(), ["c", "a"]);
    assert_eq!(column(&all, "d"), ["10", "30"]);
    let some = try_read(&server, &selecting("k", &["d", "a"])).unwrap();
    let names: Vec<_> = some.schema.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["d", "a"]);
    assert!(some.schema.primary_key().unwrap().is_empty());
    assert_eq!(try_read(&server, &selecting("k", &["a", "c"])).unwrap().schema.primary_key().unwrap(), ["c", "a"]);

    let error = failure(&server, &selecting("k", &[]));
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Config, "pg.no-columns"));
    let error = failure(&server, &selecting("k", &["a", "a"]));
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Config, "pg.column-selected-twice"));
}

#[test]
fn unknown_tables_schemas_and_columns_are_told_with_the_nearest_name() {
    let server = Server::start();
    server.run("CREATE SCHEMA shop; CREATE TABLE users (id int, email text); CREATE TABLE shop.orders (id int)");
    let cases = [
        (context("usres"), "pg.table-not-found", "did you mean \"users\"?"),
        (context("shpo.orders"), "pg.schema-not-found", "did you mean \"shop\"?"),
        (context("shop.users_of_the_shop"), "pg.table-not-found", "in schema \"shop\""),
        (selecting("users", &["emial"]), "pg.column-not-found", "did you mean \"email\"?"),
    ];
    for (ctx, code, hint) in cases {
        let error = failure(&server, &ctx);
        assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Schema, code));
        assert!(!error.retryable);
        assert!(error.message.contains(hint), "{}", error.message);
        assert!(error.message.contains(&ctx.name), "{}", error.message);
    }
    assert_eq!(failure(&server, &context("a.b.c")).category, ErrorCategory::Config);
}

#[test]
fn what_is_not_supported_yet_is_refused_and_not_ignored() {
    let server = Server::start();
    server.run("CREATE TABLE t (a int)");
    let slice = |count| Some(Partition { index: 0, count, strategy: PartitionStrategy::Ctid });
    assert!(try_read(&server, &StreamContext { partition: slice(1), ..context("t") }).is_ok());
    assert_eq!(
        failure(&server, &StreamContext { partition: slice(2), ..context("t") }).category,
        ErrorCategory::Config
    );
}

/// Its version byte is passed over where there is one.
#[test]
fn a_null_jsonb_may_be_all_that_is_left_to_read() {
    let server = Server::start();
    server.run("CREATE TABLE t (a int, j jsonb); INSERT INTO t VALUES (1, NULL)");
    assert_eq!(read(&server, "t").rows, [[Some("1".to_owned()), None]]);
}

#[test]
fn odd_identifiers_are_read() {
    let server = Server::start();
    let long = "ü".repeat(31) + "x";
    server.run(&format!(
        "CREATE SCHEMA \"My \"\"Schema\"\"\"; SET search_path = \"My \"\"Schema\"\"\";
         CREATE TABLE \"Caps and space\" (\"select\" int, \"q\"\"uote\" int, \"\u{1F418}\" int, \"{long}\" int, \"a.b\" int);
         INSERT INTO \"Caps and space\" VALUES (1, 2, 3, 4, 5)"
    ));
    let read = read(&server, "\"My \"\"Schema\"\"\".\"Caps and space\"");
    let names: Vec<_> = read.schema.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["select", "q\"uote", "\u{1F418}", &long, "a.b"]);
    assert_eq!(read.rows, [["1", "2", "3", "4", "5"].map(|v| Some(v.to_owned()))]);
}

#[test]
fn a_table_of_300_columns_and_one_of_none_are_read() {
    let server = Server::start();
    let columns: Vec<String> = (0..300).map(|i| format!("c{i} int")).collect();
    let values: Vec<String> = (0..300).map(|i| if i % 7 == 0 { "NULL".into() } else { format!("n * {i}") }).collect();
    server.run(&format!(
        "CREATE TABLE wide ({}); INSERT INTO wide SELECT {} FROM generate_series(1, 500) n; CREATE TABLE none ();
         INSERT INTO none DEFAULT VALUES; INSERT INTO none DEFAULT VALUES;",
        columns.join(", "),
        values.join(", ")
    ));
    let wide = read(&server, "wide");
    assert_eq!(wide.rows.len(), 500);
    assert_eq!(wide.rows[499][299].as_deref(), Some("149500"));
    assert_eq!(wide.rows[499][294], None);
    let none = read(&server, "none");
    assert_eq!((none.summary.rows, none.schema.fields.len()), (2, 0));
}

#[test]
fn views_partitions_and_heirs_are_read_with_the_table() {
    let server = Server::start();
    server.run(
        "CREATE TABLE p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
         CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
         CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
         INSERT INTO p VALUES (5, 'a'), (15, 'b');
         CREATE VIEW v AS SELECT id, v FROM p; CREATE MATERIALIZED VIEW m AS SELECT * FROM p;
         CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (extra int) INHERITS (parent);
         INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 2);",
    );
    assert_eq!(column(&read(&server, "p"), "id"), ["5", "15"]);
    assert_eq!(read(&server, "p").schema.primary_key().unwrap(), ["id"]);
    assert_eq!(column(&read(&server, "p2"), "id"), ["15"]);
    assert_eq!(column(&read(&server, "v"), "v"), ["a", "b"]);
    assert_eq!(column(&read(&server, "m"), "v"), ["a", "b"]);
    let parent = read(&server, "parent");
    assert_eq!(column(&parent, "id"), ["1", "1"]);
    assert!(parent.schema.primary_key().unwrap().is_empty(), "heirs repeat the key");
}

#[test]
fn i16_batches_keep_to_their_bytes_and_a_larger_row_travels_alone() {
    let server = Server::start();
    server.run(
        "CREATE TABLE t (id int, filler text);
         INSERT INTO t SELECT i, repeat('x', i % 1000) FROM generate_series(1, 5000) i;
         INSERT INTO t VALUES (5001, repeat('y', 5000000)), (5002, 'z');",
    );
    for limit in [10_000u64, 100_000, 1_000_000] {
        let mut ctx = context("t");
        ctx.limits.max_batch_bytes = limit;
        let read = try_read(&server, &ctx).unwrap();
        assert_eq!(read.rows.len(), 5_002);
        for (bytes, rows) in &read.batches {
            assert!(*bytes as u64 <= limit || *rows == 1, "{rows} rows of {bytes} bytes at {limit}");
        }
        if limit <= 100_000 {
            let full = read.batches.iter().filter(|(bytes, _)| *bytes as u64 > limit / 2).count();
            assert!(full * 10 > read.batches.len() * 7, "{full} of {} batches are half full", read.batches.len());
        }
        assert_eq!(read.rows[5_000][1].as_ref().map(String::len), Some(5_000_000));
    }
    // The default limit is far more than what keeps the stages busy side by side.
    assert!(read(&server, "t").batches.iter().all(|(bytes, rows)| *bytes <= 4 << 20 || *rows == 1));
}

#[test]
fn a_row_over_the_record_limit_is_a_data_error() {
    let server = Server::start();
    server.run("CREATE TABLE t (a text); INSERT INTO t VALUES ('x'), (repeat('y', 3000)), (repeat('z', 3000000))");
    for limit in [2_000, 2_000_000] {
        let mut ctx = context("t");
        ctx.limits.max_record_bytes = limit;
        let error = failure(&server, &ctx);
        assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Data, "pg.row-too-large"), "{error}");
        assert!(error.message.contains(&limit.to_string()), "{error}");
    }
}

#[test]
fn rights_are_told_before_anything_is_read() {
    let server = Server::start();
    server.run(
        "CREATE ROLE trust_user LOGIN; CREATE TABLE secret (a int); CREATE TABLE half (a int, b int);
         GRANT SELECT (a) ON half TO trust_user; INSERT INTO half VALUES (1, 2);
         CREATE SCHEMA closed; CREATE TABLE closed.t (a int); GRANT SELECT ON closed.t TO trust_user;
         CREATE TABLE guarded (a int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
         GRANT SELECT ON guarded TO trust_user; INSERT INTO guarded VALUES (1);",
    );
    let user = "trust_user";
    for (stream, part) in [("secret", "secret"), ("half", "\"b\""), ("closed.t", "USAGE ON SCHEMA \"closed\"")] {
        let error = try_read_as(&server, user, &context(stream)).err().unwrap();
        assert_eq!((error.category, error.retryable), (ErrorCategory::Permission, false));
        assert!(error.message.contains(part), "{}", error.message);
    }
    assert_eq!(try_read_as(&server, user, &selecting("half", &["a"])).unwrap().rows.len(), 1);
    assert!(try_read_as(&server, user, &context("guarded")).unwrap().rows.is_empty());
    let findings = support::validate(&server, user, &[context("guarded")]);
    assert!(findings.iter().any(|finding| finding.code == "pg.row-level-security"));
}

#[test]
fn validate_tells_everything_at_once() {
    let server = Server::start();
    server.run("CREATE TABLE users (id int, email text)");
    let streams =
        [context("users"), selecting("users", &["idd", "mail", "email"]), context("user"), selecting("users", &[])];
    let findings = support::validate(&server, "rapid", &streams);
    let codes: Vec<_> = findings.iter().map(|finding| (finding.level.as_str(), finding.code.as_str())).collect();
    let expected = [
        ("ok", "pg.connected"),
        ("ok", "pg.readable"),
        ("error", "pg.column-not-found"),
        ("error", "pg.column-not-found"),
        ("error", "pg.table-not-found"),
        ("error", "pg.no-columns"),
    ];
    assert_eq!(codes, expected);
}

#[test]
fn one_snapshot_is_read_and_the_transaction_writes_nothing() {
    let server = Server::start();
    server.run("CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 10);
                CREATE FUNCTION grow() RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.t VALUES (0); RETURN 1; END';
                CREATE VIEW writing AS SELECT public.grow() g;");
    let error = failure(&server, &context("writing"));
    assert!(error.message.contains("read-only"), "{}", error.message);
}

#[test]
fn a_cancelled_run_ends_as_cancelled() {
    let server = Server::start();
    server.run("CREATE TABLE t (a int)");
    testing::reset();
    testing::with(|host| host.cancelled = true);
    let error = source(&support::config(&server, "rapid")).read(&context("t"), &mut Emitter::default()).unwrap_err();
    assert_eq!(error.category, ErrorCategory::Cancelled);
    testing::reset();
}

#[test]
fn a_killed_backend_is_transient_and_never_an_end() {
    let server = Server::start();
    server.run("CREATE TABLE big AS SELECT i, repeat('x', 500) filler FROM generate_series(1, 400000) i");
    let killer = std::thread::spawn({
        let options = server.options();
        let mut client = server.client_with(&options);
        move || loop {
            let killed = client
                .simple_query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY (%' AND pid <> pg_backend_pid()")
                .unwrap();
            if !killed.is_empty() {
                return;
            }
        }
    });
    let error = failure(&server, &context("big"));
    killer.join().unwrap();
    assert!(matches!(error.category, ErrorCategory::TransientDb | ErrorCategory::TransientNetwork), "{error}");
    assert!(error.retryable && error.safe_to_retry);
    assert!(testing::reset().batches().iter().all(|ipc| !ipc.is_empty()));
}

#[test]
fn statement_timeout_holds_for_the_copy() {
    let server = Server::start();
    server.run("CREATE VIEW slow AS SELECT pg_sleep(30) IS NULL AS s");
    testing::reset();
    let config = support::config(&server, "rapid").replace('}', ", \"statement_timeout_seconds\": 1}");
    let error = source(&config).read(&context("slow"), &mut Emitter::default()).unwrap_err();
    assert_eq!(error.code, "pg.query-cancelled", "{error}");
}

#[test]
fn the_config_is_checked_and_its_secrets_are_not_shown() {
    let parse = |json: &str| rapidbyte_sdk::config::parse::<<source_postgres::PostgresSource as Source>::Config>(json);
    assert!(parse(r#"{"host": "h", "user": "u", "database": "d"}"#).is_ok());
    for json in [
        r#"{"host": "h", "user": "u"}"#,
        r#"{"host": "h", "user": "u", "database": "d", "passwort": "hunter2"}"#,
        r#"{"host": "h", "user": "u", "database": "d", "sslmode": "allow"}"#,
        r#"{"host": "h", "user": "u", "database": "d", "port": 70000}"#,
    ] {
        let error = parse(json).err().expect("refused");
        assert_eq!(error.category, ErrorCategory::Config);
        assert!(!error.message.contains("hunter2"), "{error}");
    }
}

#[test]
fn rows_of_named_keys_alone_are_read() {
    use rapidbyte_sdk::types::{ComparedColumn, Comparison};
    let server = Server::start();
    server.run(
        "CREATE TABLE t (a int4, b text, v numeric(6,2), w text, PRIMARY KEY (a, b));
         INSERT INTO t SELECT i, 'b''' || i, i, 'w' FROM generate_series(1, 3000) i",
    );
    testing::reset();
    let compared = |name: &str, form: &str| ComparedColumn { name: name.to_owned(), form: form.to_owned() };
    let key = vec![compared("a", "integer"), compared("b", "text")];
    let columns = [key.clone(), vec![compared("v", "decimal(2)")]].concat();
    let what = Comparison { context: context("t"), columns, key };
    // More than one statement takes, and some that are not there.
    let keys: Vec<Vec<String>> = (2001..=4500).map(|i| vec![i.to_string(), format!("b'{i}")]).collect();
    let mut source = source(&support::config(&server, rapidbyte_testkit::SUPERUSER));
    let mut out = Emitter::default();
    source.read_rows(&what, &keys, &mut out).unwrap();
    source.close().unwrap();
    assert_eq!(out.summary().rows, 1000);
    let host = testing::reset();
    let mut reader = rapidbyte_sdk::arrow::Reader::new(host.batches()[0]).unwrap();
    let names: Vec<_> = reader.schema().fields.iter().map(|field| field.name.clone()).collect();
    assert_eq!(names, ["a", "b", "v"]);
    assert!(reader.next_batch().unwrap().is_some());
}

#[test]
fn tuples_are_offered_where_no_value_has_to_be_looked_at() {
    let server = Server::start();
    server.run(
        "CREATE TABLE plain (id int8 PRIMARY KEY, n numeric(10,2), t text, at timestamptz, day date);
         CREATE TABLE cast_to_text (id int8 PRIMARY KEY, address inet);
         CREATE TABLE ties (changed int8, name text);",
    );
    let is_offered = |read: support::Read| tuples::is_offered(&read.schema);
    assert!(is_offered(read(&server, "plain")));
    assert!(is_offered(try_read(&server, &selecting("plain", &["t", "id"])).unwrap()));
    assert!(is_offered(try_read(&server, &incremental("plain", "id")).unwrap()));
    assert!(!is_offered(read(&server, "cast_to_text")));
    assert!(!is_offered(try_read(&server, &incremental("ties", "changed")).unwrap()));
    let off = config_with(&server, "\"pass_through\": \"off\"");
    assert!(!is_offered(try_read_with(&off, &context("plain")).unwrap()));
    for policy in [DataErrorPolicy::Skip, DataErrorPolicy::Dlq] {
        let mut ctx = context("plain");
        ctx.policies.on_data_error = policy;
        assert!(!is_offered(try_read(&server, &ctx).unwrap()));
    }
}

#[test]
fn i6_a_load_of_tuples_goes_on_behind_its_last_barrier_too() {
    let server = Server::start();
    server.run(
        "CREATE TABLE k (name text, n numeric(12,2), id int8 PRIMARY KEY);
         INSERT INTO k SELECT repeat('x', i % 50), i / 8.0, i * 3 FROM generate_series(1, 3000) i",
    );
    let mut ctx = context("k");
    ctx.limits.max_batch_bytes = 10_000;
    ctx.limits.checkpoint_interval_rows = 500;
    testing::reset();
    testing::with(|host| host.accepted_forms.push(tuples::FORM.to_owned()));
    let mut out = Emitter::default();
    source(&config_with(&server, "\"resume\": \"key\"")).read(&ctx, &mut out).unwrap();
    let (mut rows, mut passed, mut barriers) = (0, 0, Vec::new());
    for emitted in testing::reset().emitted {
        match emitted {
            Inbound::Barrier(barrier) => barriers.push((rows, barrier.payload)),
            Inbound::Batch(ipc) => {
                let mut reader = Reader::new(&ipc).unwrap();
                let are_tuples = tuples::is_form_of(reader.schema());
                while let Some(batch) = reader.next_batch().unwrap() {
                    rows += batch.rows();
                    passed += if are_tuples { batch.rows() } else { 0 };
                }
            }
        }
    }
    assert_eq!((rows, passed, out.summary().rows), (3000, 3000, 3000));
    assert!(barriers.len() >= 5);
    for (before, payload) in barriers {
        let rest = try_read(&server, &StreamContext { position: Some(payload), ..context("k") }).unwrap();
        assert_eq!(rest.rows.len(), 3000 - before);
    }
}

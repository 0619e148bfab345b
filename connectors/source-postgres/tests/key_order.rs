//! Full refreshes that go on where they were cut off.

mod support;

use rapidbyte_sdk::types::ErrorCategory;
use rapidbyte_sdk::StreamContext;
use rapidbyte_testkit::Server;
use support::{config_with, context, read, selecting, try_read, try_read_with, Random};

/// A key, and its values in SQL for row `i`, in no order.
const KEYS: [(&str, &str); 7] = [
    ("id int8 PRIMARY KEY", "i * 7919 % 2003"),
    ("id int2, n numeric NOT NULL, PRIMARY KEY (id, n)", "i % 5, i * 0.10"),
    ("id text COLLATE \"C\" PRIMARY KEY", "chr((60 + i % 100)::int) || i"),
    ("id uuid PRIMARY KEY", "md5(i::text)::uuid"),
    (
        "id date, t timestamp, PRIMARY KEY (t, id)",
        "'0001-12-01 BC'::date + i::int, '2024-01-01'::timestamp - i * interval '1 us'",
    ),
    (
        "id timestamptz, n numeric(12,3), PRIMARY KEY (id, n)",
        "'2024-01-01'::timestamptz + i % 3 * interval '1 day', -i / 8.0",
    ),
    ("id varchar(9) COLLATE \"POSIX\", n int4, PRIMARY KEY (n, id)", "'x''\\' || i, i % 2"),
];

fn small(stream: &str, random: &mut Random) -> StreamContext {
    let mut ctx = context(stream);
    ctx.limits.max_batch_bytes = 2_000 + random.below(2_000) as u64;
    ctx.limits.checkpoint_interval_rows = 1 + random.below(100) as u64;
    ctx
}

#[test]
fn i6_a_load_that_is_cut_off_goes_on_behind_its_last_barrier() {
    let server = Server::start();
    let config = config_with(&server, "\"resume\": \"key\"");
    for (number, (key, values)) in KEYS.iter().enumerate() {
        println!("seed {number}: {key}");
        let table = format!("t{number}");
        server.run(&format!(
            "CREATE TABLE {table} ({key}, filler text);
             INSERT INTO {table} SELECT {values}, repeat('x', (i % 50)::int) FROM generate_series(1, 500) i"
        ));
        let mut random = Random(number as u64);
        let mut delivered = Vec::new();
        let mut position = None;
        let mut attempts = 0;
        loop {
            let ctx = StreamContext { position: position.clone(), ..small(&table, &mut random) };
            let read = try_read_with(&config, &ctx).unwrap_or_else(|error| panic!("{key}: {error}"));
            attempts += 1;
            assert!(read.summary.position.is_some());
            let cut = random.below(read.barriers.len() / 3 + 1);
            if attempts == 6 {
                delivered.extend(read.rows);
                break;
            }
            if let Some((rows, payload)) = cut.checked_sub(1).map(|cut| read.barriers[cut].clone()) {
                delivered.extend(read.rows[..rows].to_vec());
                position = Some(payload);
            }
        }
        let mut all = support::read(&server, &table).rows;
        all.sort();
        delivered.sort();
        assert_eq!(delivered, all, "{key}");
    }
}

/// Whether the read was in the order of the key: only then has it a place to name.
fn is_in_key_order(server: &Server, ctx: &StreamContext, resume: &str) -> bool {
    let config = config_with(server, &format!("\"resume\": \"{resume}\""));
    try_read_with(&config, ctx).unwrap_or_else(|error| panic!("{error}")).summary.position.is_some()
}

#[test]
fn the_order_of_the_key_is_taken_where_it_pays() {
    let server = Server::start();
    server.run(
        "CREATE TABLE small (id int8 PRIMARY KEY, filler text);
         CREATE TABLE large (id int8 PRIMARY KEY, filler text);
         CREATE TABLE mixed (id int8 PRIMARY KEY, filler text);
         CREATE TABLE parted (id int8 PRIMARY KEY) PARTITION BY RANGE (id);
         CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9);
         CREATE TABLE ids (id uuid PRIMARY KEY, filler text);
         CREATE TABLE texts (id text PRIMARY KEY, filler text);
         CREATE TABLE keyless (id int8 UNIQUE NOT NULL, filler text);
         ALTER TABLE large SET (autovacuum_enabled = off); ALTER TABLE mixed SET (autovacuum_enabled = off);
         ALTER TABLE ids SET (autovacuum_enabled = off);
         INSERT INTO small VALUES (1, 'x');
         INSERT INTO large SELECT i, repeat('x', 500) FROM generate_series(1, 2000) i;
         INSERT INTO mixed SELECT i * 7919 % 2003, repeat('x', 500) FROM generate_series(1, 2000) i;
         INSERT INTO ids SELECT md5(i::text)::uuid, repeat('x', 500) FROM generate_series(1, 2000) i;
         INSERT INTO texts SELECT i, repeat('x', 500) FROM generate_series(1, 2000) i;
         INSERT INTO keyless SELECT i, repeat('x', 500) FROM generate_series(1, 2000) i;",
    );
    let limited = |name: &str| {
        let mut ctx = context(name);
        ctx.limits.checkpoint_interval_bytes = 300_000;
        ctx
    };
    let expected = [
        ("small", false, true),
        ("large", true, true),
        ("mixed", true, true),
        ("parted", false, true),
        ("ids", false, true),
        // In the database's collation, whose order is not that of the bytes.
        ("texts", false, false),
        ("keyless", false, false),
    ];
    for (name, auto, key) in expected {
        let ctx = limited(name);
        assert_eq!(is_in_key_order(&server, &ctx, "auto"), auto && name != "small", "{name}");
        let has_rows = name != "parted";
        assert_eq!(is_in_key_order(&server, &ctx, "key"), key && has_rows, "{name}");
        assert!(!is_in_key_order(&server, &ctx, "off"), "{name}");
    }
    // Statistics tell better than the type.
    server.run("ANALYZE large; ANALYZE mixed");
    assert!(is_in_key_order(&server, &limited("large"), "auto"));
    assert!(!is_in_key_order(&server, &limited("mixed"), "auto"));
    // Nothing is gained without barriers, nor without the whole key.
    assert!(!is_in_key_order(&server, &context("large"), "auto"));
    let mut part = selecting("large", &["filler"]);
    part.limits.checkpoint_interval_bytes = 300_000;
    assert!(!is_in_key_order(&server, &part, "key"));
    // By default the source decides.
    assert!(!try_read(&server, &limited("large")).unwrap().barriers.is_empty());
}

#[test]
fn a_place_that_is_lost_is_an_error_and_not_a_new_start() {
    let server = Server::start();
    server.run("CREATE TABLE t (id int8 PRIMARY KEY, n int NOT NULL); INSERT INTO t VALUES (1, 1), (2, 2)");
    let config = config_with(&server, "\"resume\": \"key\"");
    let position = try_read_with(&config, &context("t")).unwrap().summary.position;
    assert_eq!(position.as_deref(), Some(r#"{"format":1,"columns":[["id","int8"]],"values":["2"]}"#));
    let at = |position: &str| StreamContext { position: Some(position.to_owned()), ..context("t") };
    let going_on = at(position.as_deref().unwrap());
    server.run("INSERT INTO t VALUES (0, 0), (3, 3)");
    // Whatever `resume` says now: what is there already must not come again.
    assert_eq!(try_read(&server, &going_on).unwrap().rows.len(), 1);
    let lost = |ctx: &StreamContext| {
        let error = try_read(&server, ctx).err().expect("it cannot go on");
        assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Schema, "pg.position-lost"), "{error}");
        assert!(error.message.contains("rapidbyte state reset --stream t"), "{error}");
    };
    lost(&at("elsewhere"));
    lost(&at(r#"{"format":2}"#));
    server.run("ALTER TABLE t DROP CONSTRAINT t_pkey");
    lost(&going_on);
    server.run("ALTER TABLE t ADD PRIMARY KEY (n)");
    lost(&going_on);
    assert_eq!(read(&server, "t").rows.len(), 4);
}

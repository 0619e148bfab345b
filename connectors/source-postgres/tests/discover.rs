//! What `discover` finds.

mod support;

use std::time::{Duration, Instant};

use rapidbyte_sdk::types::{DiscoveredStream, SyncMode};
use rapidbyte_sdk::{testing, Source};
use rapidbyte_testkit::Server;

fn discover(server: &Server) -> Vec<DiscoveredStream> {
    testing::reset();
    support::source(&support::config(server, "rapid")).discover().unwrap()
}

#[test]
fn relations_of_all_schemas_are_found_under_the_names_a_pipeline_writes() {
    let server = Server::start();
    server.run(
        "CREATE SCHEMA zoo; CREATE TYPE zoo.mood AS ENUM ('a');
         CREATE TABLE users (id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(20) NOT NULL, price numeric(8,3));
         INSERT INTO users (name) SELECT 'n' FROM generate_series(1, 1000); ANALYZE users;
         CREATE TABLE zoo.\"All Types\" (m zoo.mood, b int, a int, PRIMARY KEY (b, a));
         CREATE TABLE \"Caps\" (a int);
         CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000);
         INSERT INTO parts SELECT generate_series(0, 499); ANALYZE parts;
         CREATE VIEW some_view AS SELECT id FROM users;
         CREATE MATERIALIZED VIEW zoo.some_mat AS SELECT id FROM users;
         CREATE TEMP TABLE temporary (a int);",
    );
    let streams = discover(&server);
    let names: Vec<_> = streams.iter().map(|stream| stream.name.as_str()).collect();
    assert_eq!(names, ["\"Caps\"", "parts", "some_view", "users", "zoo.\"All Types\"", "zoo.some_mat"]);

    let users = &streams[3];
    let columns: Vec<_> = users
        .schema
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.native_type.as_str(), c.arrow_type.as_str(), c.nullable))
        .collect();
    let expected = [
        ("id", "bigint", "int64", false),
        ("name", "character varying(20)", "utf8", false),
        ("price", "numeric(8,3)", "decimal128(8, 3)", true),
    ];
    assert_eq!(columns, expected);
    assert_eq!(users.schema.primary_key, ["id"]);
    assert_eq!(users.estimated_rows, Some(1000));
    assert!(users.estimated_bytes.is_some_and(|bytes| bytes >= 8192));
    assert_eq!(users.sync_modes, [SyncMode::FullRefresh, SyncMode::Incremental, SyncMode::Cdc]);

    assert_eq!(streams[1].estimated_rows, Some(500));
    assert_eq!(streams[4].schema.primary_key, ["b", "a"]);
    assert_eq!(streams[4].schema.columns[0].native_type, "zoo.mood");
    assert_eq!((streams[4].estimated_rows, streams[2].estimated_rows), (None, None));
    assert!(streams[2].schema.primary_key.is_empty());

    // Each name reads back.
    for stream in &streams {
        let read = support::read(&server, &stream.name);
        assert_eq!(read.schema.fields.len(), stream.schema.columns.len());
        for (field, column) in read.schema.fields.iter().zip(&stream.schema.columns) {
            assert_eq!(field.data_type.to_string(), column.arrow_type);
            assert_eq!(field.native_type(), Some(column.native_type.as_str()));
            assert_eq!(field.nullable, column.nullable);
        }
    }
}

#[test]
fn two_thousand_tables_are_found_within_a_second() {
    let server = Server::start_with(&["max_locks_per_transaction = 2000"]);
    server.run(
        "DO $$ BEGIN FOR i IN 1..2000 LOOP
             EXECUTE format('CREATE TABLE t%s (id int8 PRIMARY KEY, a text, b int, c numeric(10,2), d timestamptz, e bool)', i);
         END LOOP; END $$",
    );
    let start = Instant::now();
    let streams = discover(&server);
    let taken = start.elapsed();
    assert_eq!(streams.len(), 2000);
    assert!(streams.iter().all(|stream| stream.schema.columns.len() == 6 && stream.schema.primary_key == ["id"]));
    println!("2000 tables in {taken:?}");
    assert!(taken < Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 }), "{taken:?}");
}

//! Comparisons against a real server: what is equal, what is not, and where.

use rapidbyte_pg::compare::Side;
use rapidbyte_pg::Client;
use rapidbyte_sdk::types::{ComparedColumn, Comparison, KeyRange, RangeDigest, RowDigest};
use rapidbyte_sdk::{Result, StreamContext};
use rapidbyte_testkit::{Server, Tcp};

const EVERYTHING: KeyRange = KeyRange { lower: None, upper: None };

fn key(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn ask<A>(client: &mut Client<Tcp>, table: &str, question: impl FnOnce(&mut Side<'_, Tcp>) -> Result<A>) -> A {
    let mut side = Side::open(client, "public", table).unwrap_or_else(|error| panic!("{table}: {error}"));
    let answer = question(&mut side).unwrap_or_else(|error| panic!("{table}: {error}"));
    side.close().expect("closes");
    answer
}

/// What the host makes of two tables: all columns and the first one's key, in the first forms in common.
fn comparison(client: &mut Client<Tcp>, left: &str, right: &str) -> Comparison {
    let (ours, theirs) =
        (ask(client, left, |side| Ok(side.describe())), ask(client, right, |side| Ok(side.describe())));
    assert_eq!(ours.scheme, theirs.scheme);
    let agreed = |name: &String| {
        let ours = ours.columns.iter().find(|column| column.name == *name).expect("is a column");
        let theirs = theirs.columns.iter().find(|column| column.name == *name).expect("is a column");
        let form = ours.forms.iter().find(|form| theirs.forms.contains(form)).expect("text at least");
        ComparedColumn { name: name.clone(), form: form.clone() }
    };
    Comparison {
        context: StreamContext::for_tests(left),
        columns: ours.columns.iter().map(|column| agreed(&column.name)).collect(),
        key: ours.primary_key.iter().map(agreed).collect(),
    }
}

fn whole(client: &mut Client<Tcp>, table: &str, what: &Comparison) -> RangeDigest {
    ask(client, table, |side| side.digest(what, &EVERYTHING, &[])).remove(0)
}

fn rows(client: &mut Client<Tcp>, table: &str, what: &Comparison) -> Vec<RowDigest> {
    let mut rows = ask(client, table, |side| side.row_digests(what, &EVERYTHING, None));
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows
}

#[test]
fn equal_values_are_equal_whatever_their_types() {
    let server = Server::start();
    server.run(
        "CREATE TYPE mood AS ENUM ('sad', 'happy');
         CREATE DOMAIN positive AS numeric(8,2) CHECK (value > 0);
         CREATE TABLE a (id int PRIMARY KEY, small int2, count int8, price numeric(10,2), free numeric, f4 float4, t varchar(9),
             c char(5), padded char(5), m mood, p positive, j json, jb jsonb, at timestamptz, iv interval, ia int[], raw bytea);
         CREATE TABLE b (raw bytea, ia text, iv interval, at timestamptz(6), jb json, j jsonb, p text, m text, padded text, c char(9), t text,
             f4 float8, free numeric(20,8), price numeric(12,4), count int4, small numeric, id int8);
         INSERT INTO a VALUES
             (1, 7, 8, 1.50, 1e3, 0.1, 'x', 'ab', 'cd', 'happy', 2.50, '{\"a\" : 1}', '{\"b\": 2}', '2024-01-01 00:00+02', '1 mon', '{1,2}', '\\x00ff'),
             (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
         INSERT INTO b SELECT raw, ia::text, iv, at, jb, j::jsonb, p::text, m::text, 'cd   ', c, t, f4, free, price, count, small, id FROM a;
         UPDATE b SET padded = NULL WHERE id = 2",
    );
    let client = &mut server.client();
    let what = comparison(client, "a", "b");
    let ours = rows(client, "a", &what);
    assert_eq!(ours, rows(client, "b", &what));
    assert_eq!(ours.iter().map(|row| row.key[0].as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(whole(client, "a", &what), whole(client, "b", &what));
    assert_eq!(whole(client, "a", &what).rows, 2);
}

#[test]
fn every_kind_of_difference_changes_the_digest() {
    let server = Server::start();
    server.run(
        "CREATE TABLE a (id int PRIMARY KEY, n int8, t text, u text);
         INSERT INTO a SELECT i, i * 4294967297, 'v' || i, '' FROM generate_series(1, 100) i",
    );
    let client = &mut server.client();
    let what = comparison(client, "a", "a");
    let before = whole(client, "a", &what);
    let changes = [
        "UPDATE a SET n = n + 1 WHERE id = 7",
        // The halves of the number have the same exclusive or.
        "UPDATE a SET n = 30064771072 + 6 WHERE id = 7",
        "UPDATE a SET u = NULL WHERE id = 100",
        "UPDATE a SET t = '', u = t WHERE id = 3",
        "DELETE FROM a WHERE id = 1",
        "INSERT INTO a VALUES (101)",
        // The values change places, between rows and between columns.
        "UPDATE a SET t = CASE id WHEN 1 THEN 'v2' ELSE 'v1' END WHERE id IN (1, 2)",
        "UPDATE a SET n = 4294967297 * (101 - id)",
    ];
    for change in changes {
        client.execute(&format!("BEGIN; CREATE TABLE kept AS TABLE a; {change}; COMMIT")).expect(change);
        assert_ne!(whole(client, "a", &what), before, "{change}");
        client.execute("TRUNCATE a; INSERT INTO a TABLE kept; DROP TABLE kept").expect("puts the rows back");
        assert_eq!(whole(client, "a", &what), before, "after {change}");
    }
}

#[test]
fn slices_cut_a_table_evenly_and_their_digests_add_up() {
    let server = Server::start();
    server.run(
        "CREATE TABLE numbers (id int8 PRIMARY KEY, v text);
         INSERT INTO numbers SELECT i * 3, md5(i::text) FROM generate_series(1, 200000) i;
         CREATE TABLE pairs (region text, id int4, place text, total text, PRIMARY KEY (region, id));
         INSERT INTO pairs SELECT CASE i % 3 WHEN 0 THEN 'Ä''\\' WHEN 1 THEN 'b' ELSE 'B' END, i, 'p', 't' FROM generate_series(1, 9000) i;
         CREATE TABLE keys (id uuid PRIMARY KEY);
         INSERT INTO keys SELECT md5(i::text)::uuid FROM generate_series(1, 5000) i;
         CREATE TABLE empty (id int PRIMARY KEY)",
    );
    let client = &mut server.client();
    for (table, count, total) in
        [("numbers", 100_u32, 200_000), ("pairs", 16, 9_000), ("keys", 10, 5_000), ("empty", 8, 0)]
    {
        let what = comparison(client, table, table);
        let cuts = ask(client, table, |side| side.slices(&what, &EVERYTHING, count));
        let digests = ask(client, table, |side| side.digest(&what, &EVERYTHING, &cuts));
        assert_eq!(digests.len(), cuts.len() + 1, "{table}");
        assert_eq!(digests.iter().map(|digest| digest.rows).sum::<u64>(), total, "{table}");
        if total == 0 {
            assert!(cuts.is_empty());
            continue;
        }
        assert!(cuts.len() as u32 >= count / 2 && (cuts.len() as u32) < count, "{table}: {} cuts", cuts.len());
        let largest = digests.iter().map(|digest| digest.rows).max().unwrap_or_default();
        assert!(largest < 6 * total / u64::from(count), "{table}: {largest} rows in one slice");
        // Each range asked for alone is the same.
        for (index, digest) in digests.iter().enumerate().step_by(7) {
            let lower = index.checked_sub(1).map(|before| cuts[before].clone());
            let within = KeyRange { lower, upper: cuts.get(index).cloned() };
            let alone = ask(client, table, |side| side.digest(&what, &within, &[]));
            assert_eq!(alone, std::slice::from_ref(digest), "{table} {within:?}");
            let rows = ask(client, table, |side| side.row_digests(&what, &within, None));
            assert_eq!(rows.iter().map(|row| row.rows).sum::<u64>(), digest.rows);
            let inner = ask(client, table, |side| side.slices(&what, &within, 4));
            assert!(inner.len() < 4 && inner.iter().all(|cut| Some(cut) != within.lower.as_ref()), "{inner:?}");
        }
    }
}

#[test]
fn rows_are_found_by_their_keys() {
    let server = Server::start();
    server.run(
        "CREATE TABLE t (region varchar(9), day date, c char(3), v int, PRIMARY KEY (region, day, c));
         INSERT INTO t VALUES ('it''s', '2024-02-29', 'a', 1), ('b\\c', '0044-03-15 BC', 'bc', 2), ('x', 'infinity', '', 3);
         CREATE TABLE loose (k int, v int);
         INSERT INTO loose VALUES (1, 1), (1, 2), (2, 3)",
    );
    let client = &mut server.client();
    let what = comparison(client, "t", "t");
    let all = rows(client, "t", &what);
    assert_eq!(all.len(), 3);
    let wanted: Vec<_> = all.iter().map(|row| row.key.clone()).chain([key(&["no", "2024-01-01", "a"])]).collect();
    let mut found = ask(client, "t", |side| side.row_digests(&what, &EVERYTHING, Some(&wanted)));
    found.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(found, all);

    let mut what = comparison(client, "loose", "loose");
    what.key = vec![what.columns[0].clone()];
    let found = rows(client, "loose", &what);
    assert_eq!(found.iter().map(|row| row.rows).collect::<Vec<_>>(), [2, 1]);
    client.execute("INSERT INTO loose VALUES (NULL, 1)").expect("inserts");
    let mut side = Side::open(client, "public", "loose").expect("opens");
    let error = side.row_digests(&what, &EVERYTHING, None).expect_err("has no key");
    assert_eq!(error.code, "pg.null-key");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let server = Server::start();
    let client = &mut server.client();
    let error = Side::open(client, "public", "nowhere").err().expect("is missing");
    assert_eq!(error.code, "pg.table-not-found");
    client.execute("ROLLBACK").expect("ends");
    client.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0").expect("is made");
    let mut options = server.options();
    options.database = "latin".to_owned();
    let error = Side::open(&mut server.client_with(&options), "public", "t").err().expect("is refused");
    assert_eq!(error.code, "pg.encoding");
}

//! Every built-in type, compared with what the server itself prints.

mod support;

use rapidbyte_sdk::arrow::{keys, DataType};
use rapidbyte_testkit::Server;
use support::{printed_by_server, read, try_read};

/// Name, type, values in SQL, and the Arrow type it travels as.
const DIRECT: &[(&str, &str, &[&str], &str)] = &[
    ("bool", "boolean", &["true", "false"], "boolean"),
    ("int2", "smallint", &["-32768", "32767"], "int16"),
    ("int4", "integer", &["-2147483648", "2147483647"], "int32"),
    ("int8", "bigint", &["-9223372036854775808", "9223372036854775807"], "int64"),
    ("oid", "oid", &["0", "4294967295"], "int64"),
    ("float4", "real", &["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1.5", "0.1"], "float32"),
    ("float8", "double precision", &["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "0.1", "-2.5"], "float64"),
    (
        "numeric_small",
        "numeric(12,2)",
        &["0", "0.01", "-0.01", "9999999999.99", "-9999999999.99", "100", "10000", "1234.5"],
        "decimal128(12, 2)",
    ),
    (
        "numeric_wide",
        "numeric(38,10)",
        &["0", "1e-10", "-9999999999999999999999999999.9999999999", "12345678901234567890.5"],
        "decimal128(38, 10)",
    ),
    (
        "numeric_whole",
        "numeric(38,0)",
        &["99999999999999999999999999999999999999", "-1", "100000000000000000000"],
        "decimal128(38, 0)",
    ),
    ("numeric_18", "numeric(18,18)", &["0.999999999999999999", "-0.000000000000000001", "0.1"], "decimal128(18, 18)"),
    ("text", "text", &["''", "'it''s'", "E'tab\\t\\n\\\\'", "'\u{1F418} ümlaut'"], "utf8"),
    ("varchar", "character varying(5)", &["''", "'abcde'", "'a '"], "utf8"),
    ("bpchar", "character(5)", &["''", "'abc'"], "utf8"),
    ("name", "name", &["'pg_class'"], "utf8"),
    ("char", "\"char\"", &["'x'", "''"], "utf8"),
    ("bytea", "bytea", &["'\\x'", "'\\x00ff10'"], "binary"),
    ("uuid", "uuid", &["'00112233-4455-6677-8899-aabbccddeeff'"], "fixed_size_binary(16)"),
    ("json", "json", &["'{\"a\" :  1, \"a\": [null]}'", "'null'"], "utf8"),
    ("jsonb", "jsonb", &["'{\"b\": 1, \"a\": \"\u{1F418}\"}'", "'[]'", "'\"x\"'"], "utf8"),
    (
        "date",
        "date",
        &[
            "'1970-01-01'",
            "'2000-02-29'",
            "'0044-03-15 BC'",
            "'4713-01-01 BC'",
            "'5874897-12-31'",
            "'infinity'",
            "'-infinity'",
        ],
        "date32",
    ),
    ("time", "time without time zone", &["'00:00'", "'23:59:59.999999'", "'24:00'"], "time64(us)"),
    (
        "timestamp",
        "timestamp without time zone",
        &[
            "'1970-01-01'",
            "'1999-12-31 23:59:59.000001'",
            "'0001-01-01 BC'",
            "'4713-01-01 BC'",
            "'294246-01-01'",
            "'infinity'",
            "'-infinity'",
        ],
        "timestamp(us)",
    ),
    (
        "timestamptz",
        "timestamp with time zone",
        &["'2024-02-29 12:00+05:30'", "'0044-03-15 00:00+00 BC'", "'infinity'", "'-infinity'"],
        "timestamp(us, UTC)",
    ),
    ("timestamptz0", "timestamp(0) with time zone", &["'2024-02-29 12:00:00.6+00'"], "timestamp(us, UTC)"),
];

/// Types that travel as the server prints them.
const PRINTED: &[(&str, &str, &[&str])] = &[
    ("numeric", "numeric", &["'NaN'", "'Infinity'", "'-Infinity'", "0.10", "1e100", "-123.456"]),
    ("numeric_39", "numeric(39,0)", &["999999999999999999999999999999999999999"]),
    ("numeric_neg", "numeric(3,-2)", &["12345"]),
    ("numeric_out", "numeric(2,5)", &["0.00012"]),
    ("int4s", "integer[]", &["'{1,NULL,-3}'", "'{}'", "'{{1,2},{3,4}}'", "'[5:6]={1,2}'"]),
    ("texts", "text[]", &["ARRAY['a,b', 'q\"x', NULL, '']"]),
    ("timestamps", "timestamp with time zone[]", &["ARRAY['2024-01-01 00:00+02'::timestamptz, 'infinity']"]),
    ("int4range", "int4range", &["'[1,5)'", "'empty'", "'(,)'"]),
    ("tstzrange", "tstzrange", &["'[2024-01-01 00:00+01,)'"]),
    ("multirange", "int8multirange", &["'{[1,3),[5,7)}'"]),
    ("mood", "zoo.\"Mood\"", &["'happy'", "'so so'"]),
    ("positive", "zoo.positive", &["7"]),
    ("pair", "zoo.pair", &["ROW(1, 'a b')", "ROW(NULL, '')"]),
    ("pairs", "zoo.pair[]", &["ARRAY[ROW(1, 'x')::zoo.pair]"]),
    ("inet", "inet", &["'10.0.0.0/8'", "'::1/64'"]),
    ("cidr", "cidr", &["'10.0.0.0/8'"]),
    ("macaddr", "macaddr", &["'08:00:2b:01:02:03'"]),
    ("macaddr8", "macaddr8", &["'08:00:2b:01:02:03:04:05'"]),
    ("interval", "interval", &["'1 year 2 mons 3 days 04:05:06.789'", "'-1 day'"]),
    ("money", "money", &["'-1234.56'", "0"]),
    ("bit", "bit(3)", &["B'101'"]),
    ("varbit", "bit varying(8)", &["B''", "B'1100'"]),
    ("point", "point", &["'(1.5,-2)'"]),
    ("line", "line", &["'{1,2,3}'"]),
    ("lseg", "lseg", &["'[(0,0),(1,1)]'"]),
    ("box", "box", &["'(1,1),(0,0)'"]),
    ("path", "path", &["'((0,0),(1,1))'", "'[(0,0),(1,1)]'"]),
    ("polygon", "polygon", &["'((0,0),(1,1),(1,0))'"]),
    ("circle", "circle", &["'<(0,0),2>'"]),
    ("timetz", "time with time zone", &["'12:00:00.5+05:30'"]),
    ("tsvector", "tsvector", &["'a fat cat'"]),
    ("tsquery", "tsquery", &["'fat & !rat'"]),
    ("xml", "xml", &["'<a>b</a>'"]),
    ("jsonpath", "jsonpath", &["'$.a[*]'"]),
    ("pg_lsn", "pg_lsn", &["'16/B374D848'"]),
    ("regclass", "regclass", &["'pg_class'"]),
    ("xid8", "xid8", &["'42'"]),
    ("tid", "tid", &["'(1,2)'"]),
];

const PRELUDE: &str = "
    CREATE SCHEMA zoo;
    CREATE TYPE zoo.\"Mood\" AS ENUM ('happy', 'so so');
    CREATE DOMAIN zoo.positive AS integer CHECK (VALUE > 0);
    CREATE TYPE zoo.pair AS (a integer, b text);
";

/// One table with a row for each value; other columns are NULL there.
fn create(table: &str, columns: &[(&str, &str, &[&str])]) -> String {
    let types: Vec<String> = columns.iter().map(|(name, kind, _)| format!("\"{name}\" {kind}")).collect();
    let mut sql = format!("CREATE TABLE {table} ({});\n", types.join(", "));
    for (name, _, values) in columns {
        for value in *values {
            sql.push_str(&format!("INSERT INTO {table} (\"{name}\") VALUES ({value});\n"));
        }
    }
    sql
}

#[test]
fn types_with_an_arrow_twin_keep_every_value() {
    let server = Server::start();
    let columns: Vec<_> = DIRECT.iter().map(|(name, kind, values, _)| (*name, *kind, *values)).collect();
    server.run(&create("direct", &columns));
    let read = read(&server, "direct");
    for (field, (name, native, _, arrow)) in read.schema.fields.iter().zip(DIRECT) {
        assert_eq!(field.name, *name);
        assert_eq!(field.native_type(), Some(*native));
        assert_eq!(field.data_type.to_string(), *arrow, "{name}");
        assert!(field.nullable);
        let extension = match *name {
            "uuid" => Some("arrow.uuid"),
            "json" | "jsonb" => Some("arrow.json"),
            _ => None,
        };
        assert_eq!(field.metadata(keys::EXTENSION_NAME), extension);
    }
    let names: Vec<String> = DIRECT.iter().map(|row| row.0.to_owned()).collect();
    let expected = printed_by_server(&server, "direct", &names);
    assert_eq!(read.rows.len(), expected.len());
    for (found, expected) in read.rows.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
}

#[test]
fn other_types_travel_as_the_server_prints_them_and_reads_them_back() {
    let server = Server::start_with(&["intervalstyle = 'iso_8601'", "timezone = 'Asia/Tokyo'", "datestyle = 'German'"]);
    server.run(&format!("{PRELUDE}{}", create("zoo.printed", PRINTED)));
    let read = read(&server, "zoo.printed");
    for (field, (name, native, _)) in read.schema.fields.iter().zip(PRINTED) {
        assert_eq!(field.data_type, DataType::Utf8, "{name}");
        assert_eq!(field.native_type(), Some(*native));
    }
    // What was read goes into a table of the same shape; the server says whether it is the same.
    let mut client = server.client();
    client.execute("CREATE TABLE zoo.copied (LIKE zoo.printed)").unwrap();
    let mut copy = client.copy_in("COPY zoo.copied FROM STDIN").unwrap();
    for row in &read.rows {
        let values: Vec<String> = row.iter().map(|value| value.as_deref().map_or("\\N".to_owned(), escape)).collect();
        copy.write(format!("{}\n", values.join("\t")).as_bytes()).unwrap();
    }
    assert_eq!(copy.finish().unwrap(), read.rows.len() as u64);
    let different =
        "SELECT count(*) FROM (SELECT t::text FROM zoo.printed t EXCEPT SELECT t::text FROM zoo.copied t) d";
    assert_eq!(client.simple_query(different).unwrap().single(), Some("0"));
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n")
}

#[test]
fn a_char_beyond_ascii_is_escaped() {
    let server = Server::start();
    server.run("CREATE TABLE c (a \"char\"); INSERT INTO c VALUES ((-61)::\"char\")");
    assert_eq!(read(&server, "c").rows, [[Some("\\303".to_owned())]]);
}

#[test]
fn a_numeric_that_is_no_number_names_its_row() {
    let server = Server::start();
    server.run(
        "CREATE TABLE prices (shop text, item int8, price numeric(12,2), PRIMARY KEY (item, shop));
         INSERT INTO prices SELECT 'corner', i, CASE WHEN i = 700 THEN 'NaN'::numeric ELSE i END FROM generate_series(1, 1000) i",
    );
    let error = try_read(&server, &support::context("prices")).err().unwrap();
    assert_eq!(error.code, "pg.numeric-nan");
    assert_eq!(error.category, rapidbyte_sdk::types::ErrorCategory::Data);
    for part in ["public.prices", "column price", "item=700, shop=\"corner\"", "NaN", "numeric(12,2)"] {
        assert!(error.message.contains(part), "{part} in {}", error.message);
    }
}

#[test]
fn a_timestamp_beyond_64_bits_since_1970_is_a_data_error() {
    let server = Server::start();
    server.run("CREATE TABLE t (a timestamp); INSERT INTO t VALUES ('294276-12-31 23:59:59.999999')");
    let error = try_read(&server, &support::context("t")).err().unwrap();
    assert_eq!(error.code, "pg.timestamp-range");
    assert!(error.message.contains("row 1 of the read"), "{}", error.message);
}

#[test]
fn text_that_is_not_utf8_is_a_data_error() {
    let server = Server::start();
    server.run("CREATE DATABASE raw ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    let mut options = server.options();
    options.database = "raw".to_owned();
    server.client_with(&options).execute("CREATE TABLE t (a text); INSERT INTO t VALUES ('fine'), (E'\\xff')").unwrap();
    let config = support::config(&server, "rapid").replace("\"postgres\"", "\"raw\"");
    use rapidbyte_sdk::Source;
    let error = support::source(&config).read(&support::context("t"), &mut Default::default()).err().unwrap();
    assert_eq!(error.category, rapidbyte_sdk::types::ErrorCategory::Data);
    assert!(error.message.contains("0xff"), "{}", error.message);
}

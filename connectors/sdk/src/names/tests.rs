use super::*;

fn parts(name: &str) -> (Option<String>, String) {
    parse_stream_name(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn plain(table: &str) -> (Option<String>, String) {
    (None, table.to_owned())
}

fn in_schema(schema: &str, table: &str) -> (Option<String>, String) {
    (Some(schema.to_owned()), table.to_owned())
}

#[test]
fn names_are_read_by_the_rules_of_sql() {
    assert_eq!(parts("users"), plain("users"));
    assert_eq!(parts("Users"), plain("users"));
    assert_eq!(parts(" public.users "), in_schema("public", "users"));
    assert_eq!(parts("zoo.\"All Types\""), in_schema("zoo", "All Types"));
    assert_eq!(parts("\"a.b\".\"c\"\"d\""), in_schema("a.b", "c\"d"));
    assert_eq!(parts("\"🐘\""), plain("🐘"));
    assert_eq!(parts("größe"), plain("größe"));
    assert_eq!(parts("t$1"), plain("t$1"));
}

#[test]
fn bad_names_say_what_is_wrong() {
    for (name, why) in [
        ("", "empty"),
        ("a.", "empty"),
        (".a", "empty"),
        ("\"\"", "empty"),
        ("a.b.c", "more than two parts"),
        ("\"a", "not closed"),
        ("all types", "' ' needs double quotes"),
        ("a-b", "'-' needs double quotes"),
        ("1a", "begins with a digit"),
        ("\"a\"b", "unexpected \"b\""),
        ("a;drop", "';' needs double quotes"),
        (&"x".repeat(64), "64 bytes"),
        ("\"a\0\"", "NUL"),
    ] {
        let error = parse_stream_name(name).expect_err(name);
        assert_eq!(error.code, "stream.bad-name");
        assert!(error.message.contains(why), "{name:?}: {}", error.message);
    }
}

#[test]
fn the_longest_name_is_63_bytes_not_characters() {
    assert!(parse_stream_name(&"x".repeat(63)).is_ok());
    assert!(parse_stream_name(&format!("\"{}\"", "ä".repeat(31))).is_ok());
    assert!(parse_stream_name(&format!("\"{}\"", "ä".repeat(32))).is_err());
}

#[test]
fn a_printed_name_is_read_back() {
    for table in ["users", "Users", "a b", "a\"b", "a.b", "\"", "1", "é", "É", "select", "🐘"] {
        for schema in [None, Some("public".to_owned()), Some("My Schema".to_owned())] {
            let name = StreamName { schema, table: table.to_owned() };
            assert_eq!(StreamName::parse(&name.to_string()).expect("reads"), name, "{name}");
        }
    }
    assert_eq!(StreamName::parse("zoo.\"all_types\"").expect("reads").to_string(), "zoo.all_types");
}

#[test]
fn quoting_lets_nothing_out() {
    assert_eq!(quote_identifier("a\"b"), "\"a\"\"b\"");
    assert_eq!(quote_literal("it's"), "'it''s'");
    assert_eq!(quote_literal("a\\'b"), " E'a\\\\''b'");
}

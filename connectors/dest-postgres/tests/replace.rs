//! A replaced table is whole at every moment and keeps what hangs on it (I17).

mod common;

use common::{batch, target, Target};
use rapidbyte_sdk::arrow::{Column, DataType, Field, Schema};
use rapidbyte_sdk::types::*;

fn items() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("name", DataType::Utf8, true).with_native_type("text"),
    ])
    .with_primary_key(&["id"])
}

fn rows(first: i64, count: usize) -> Vec<Vec<u8>> {
    let fill = |columns: &mut [Column], row: usize| {
        columns[0].push_i64(first + row as i64);
        columns[1].push_bytes(format!("item {row}").as_bytes());
    };
    vec![batch(&items(), count, fill)]
}

fn assert_no_leftovers(target: &Target) {
    assert_eq!(target.ask("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_rb\\_%'"), "0");
}

fn oid(target: &Target) -> String {
    target.ask("SELECT 'items'::regclass::oid")
}

#[test]
fn a_plain_table_is_swapped_and_keeps_its_belongings() {
    let target = target("swapped");
    target.replace("items", rows(1, 3)).unwrap();
    target.ask(
        "DROP ROLE IF EXISTS reader; CREATE ROLE reader; GRANT SELECT ON items TO reader WITH GRANT OPTION; \
         GRANT UPDATE ON items TO PUBLIC; \
         COMMENT ON TABLE items IS 'it''s mine'; COMMENT ON COLUMN items.name IS 'a name'; \
         ALTER TABLE items ALTER name SET DEFAULT 'x'; \
         ALTER TABLE items ADD CONSTRAINT positive CHECK (id > 0); \
         ALTER TABLE items RENAME CONSTRAINT items_pkey TO the_key; \
         COMMENT ON CONSTRAINT the_key ON items IS 'key'; \
         CREATE UNIQUE INDEX \"By Name\" ON items (lower(name) DESC) WHERE id > 1; \
         COMMENT ON INDEX \"By Name\" IS 'partial'",
    );
    let belongings = "SELECT concat_ws(' | ', \
        (SELECT string_agg(pg_get_constraintdef(oid) || conname || coalesce(obj_description(oid), ''), ';' ORDER BY conname) \
           FROM pg_constraint WHERE conrelid = 'items'::regclass), \
        (SELECT string_agg(pg_get_indexdef(indexrelid) || coalesce(obj_description(indexrelid), ''), ';' ORDER BY 1) \
           FROM (SELECT indexrelid FROM pg_index WHERE indrelid = 'items'::regclass ORDER BY indexrelid::regclass::text) i), \
        (SELECT string_agg(g.grantee::regrole || privilege_type || is_grantable, ';' ORDER BY 1) FROM \
           (SELECT (aclexplode(relacl)).* FROM pg_class WHERE oid = 'items'::regclass ORDER BY 2, 3) g), \
        obj_description('items'::regclass), col_description('items'::regclass, 2), \
        (SELECT string_agg(pg_get_expr(adbin, adrelid), ';') FROM pg_attrdef WHERE adrelid = 'items'::regclass))";
    let before = (oid(&target), target.ask(belongings));
    assert!(
        before.1.contains("the_key") && before.1.contains("By Name") && before.1.contains("reader"),
        "{}",
        before.1
    );
    target.replace("items", rows(10, 5)).unwrap();
    assert_ne!(oid(&target), before.0, "a plain table is swapped");
    assert_eq!(target.ask(belongings), before.1);
    assert_eq!(target.ask("SELECT count(*) || ' ' || min(id) FROM items"), "5 10");
    assert_no_leftovers(&target);
}

/// Makes something hang on the table, replaces its rows, and looks that both are there.
fn keeps(schema: &str, setup: &str, look: &str) {
    let target = target(schema);
    target.replace("items", rows(1, 3)).unwrap();
    target.ask(setup);
    let before = oid(&target);
    target.replace("items", rows(2, 4)).unwrap();
    assert_eq!(oid(&target), before, "{setup}: the table keeps its identity");
    assert_eq!(target.ask("SELECT count(*) || ' ' || min(id) FROM items"), "4 2", "{setup}");
    assert_eq!(target.ask(look), "4", "{setup}");
    assert_no_leftovers(&target);
}

#[test]
fn views_stay() {
    keeps("views", "CREATE VIEW v AS SELECT * FROM items", "SELECT count(*) FROM v");
}

#[test]
fn foreign_keys_to_the_table_stay() {
    keeps(
        "fks",
        "CREATE TABLE refs (item bigint REFERENCES items DEFERRABLE INITIALLY DEFERRED); INSERT INTO refs VALUES (3)",
        "SELECT (SELECT count(*) FROM items) FROM pg_constraint WHERE conrelid = 'refs'::regclass AND contype = 'f'",
    );
}

#[test]
fn triggers_and_policies_and_identities_stay() {
    keeps(
        "triggers",
        "CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; \
         CREATE TRIGGER t BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION noop()",
        "SELECT (SELECT count(*) FROM items) FROM pg_trigger WHERE tgrelid = 'items'::regclass",
    );
    keeps(
        "policies",
        "CREATE POLICY p ON items USING (true)",
        "SELECT (SELECT count(*) FROM items) FROM pg_policy WHERE polrelid = 'items'::regclass",
    );
    keeps(
        "identities",
        "ALTER TABLE items ADD number bigint GENERATED ALWAYS AS IDENTITY",
        "SELECT count(DISTINCT number) FROM items",
    );
    keeps("serials", "ALTER TABLE items ADD number serial", "SELECT count(DISTINCT number) FROM items");
    keeps(
        "generated",
        "ALTER TABLE items ADD twice bigint GENERATED ALWAYS AS (id * 2) STORED, ADD s serial",
        "SELECT count(twice) FROM items",
    );
}

#[test]
fn row_types_and_functions_over_the_table_stay() {
    keeps("rowtypes", "CREATE TABLE holder (item items)", "SELECT count(*) FROM items");
    keeps(
        "functions",
        "CREATE FUNCTION all_items() RETURNS SETOF items LANGUAGE sql AS 'SELECT * FROM functions.items'",
        "SELECT count(*) FROM all_items()",
    );
}

#[test]
fn partitioned_tables_are_filled_anew() {
    let target = target("partitioned");
    target.ask(
        "CREATE TABLE items (id bigint NOT NULL, name text) PARTITION BY RANGE (id); \
         CREATE TABLE low PARTITION OF items FOR VALUES FROM (0) TO (3); CREATE TABLE high PARTITION OF items DEFAULT",
    );
    target.replace("items", rows(1, 4)).unwrap();
    target.replace("items", rows(1, 4)).unwrap();
    assert_eq!(target.ask("SELECT (SELECT count(*) FROM low) || ' ' || (SELECT count(*) FROM high)"), "2 2");
}

#[test]
fn columns_are_matched_by_name_and_new_ones_are_added() {
    for (schema, setup) in
        [("by_name_swapped", "SELECT 1"), ("by_name_refilled", "CREATE VIEW v AS SELECT id FROM items")]
    {
        let target = target(schema);
        target.ask("CREATE TABLE items (name text, more int DEFAULT 7, id int8 PRIMARY KEY)");
        target.ask(setup);
        let mut wider = items();
        wider.fields.push(Field::new("added", DataType::Boolean, false).with_native_type("boolean"));
        let ipc = || {
            batch(&wider, 2, |columns, row| {
                columns[0].push_i64(row as i64);
                columns[1].push_bytes(b"n");
                columns[2].push_bool(true);
            })
        };
        target.replace("items", vec![ipc()]).unwrap();
        target
            .append(
                "items",
                vec![batch(&items(), 1, |columns, _| {
                    columns[0].push_i64(9);
                    columns[1].push_null();
                })],
            )
            .unwrap();
        assert_eq!(
            target.ask("SELECT string_agg(items::text, ' ' ORDER BY id) FROM items"),
            "(n,7,0,t) (n,7,1,t) (,7,9,)"
        );
    }
}

#[test]
fn a_second_replacement_waits_for_the_first() {
    let target = target("waiting");
    target.replace("items", rows(1, 3)).unwrap();
    std::thread::scope(|scope| {
        for run in 0..4 {
            let own = target.with(|target| target.pipeline = format!("pipeline-{run}"));
            scope.spawn(move || {
                own.replace("items", rows(run * 100, 50)).unwrap();
            });
        }
    });
    assert_eq!(target.ask("SELECT count(*) || ' ' || (max(id) - min(id)) FROM items"), "50 49");
}

#[test]
fn rights_are_respected() {
    let mut target = target("rights");
    target.replace("items", rows(1, 3)).unwrap();
    target.user = "trust_user".to_owned();
    target.ask("DROP ROLE IF EXISTS trust_user; CREATE ROLE trust_user LOGIN");
    let refused = target.append("items", rows(4, 1)).unwrap_err();
    assert_eq!((refused.category, refused.retryable), (ErrorCategory::Permission, false), "{refused}");
    // Not the owner: the rows are exchanged, the table stays its owner's.
    target.ask(
        "GRANT USAGE, CREATE ON SCHEMA rights TO trust_user; GRANT SELECT, INSERT, DELETE ON items TO trust_user; \
              GRANT SELECT, INSERT, UPDATE ON _rapidbyte_receipts TO trust_user",
    );
    target.replace("items", rows(7, 2)).unwrap();
    assert_eq!(
        target.ask("SELECT tableowner || ' ' || (SELECT min(id) FROM items) FROM pg_tables WHERE tablename = 'items' AND schemaname = 'rights'"),
        "rapid 7"
    );
    target.ask("DROP OWNED BY trust_user");
}

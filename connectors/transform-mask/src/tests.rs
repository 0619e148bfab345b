use crate::Mask;
use rapidbyte_sdk::arrow::{keys, Batch, BatchView, DataType, Field, Reader, Schema};
use rapidbyte_sdk::types::*;
use rapidbyte_sdk::{config, testing, ConnectorError, Emitter, Inbound, Inbox, Result, StreamContext, Transform};

fn context() -> StreamContext {
    StreamContext::for_tests("users")
}

fn open(json: &str) -> Result<Mask> {
    Mask::open(config::parse(json)?)
}

fn users() -> Schema {
    let uuid = Field::new("token", DataType::FixedSizeBinary(16), false)
        .with_native_type("uuid")
        .with_metadata(keys::EXTENSION_NAME, "arrow.uuid");
    Schema::new(vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("email", DataType::Utf8, true).with_native_type("varchar(20)"),
        Field::new("price", DataType::Decimal128 { precision: 9, scale: 2 }, false).with_native_type("numeric(9,2)"),
        uuid,
    ])
    .with_primary_key(&["id"])
}

fn batch(rows: &[Option<&str>]) -> Vec<u8> {
    let mut batch = Batch::new(users(), u64::MAX);
    for (id, email) in rows.iter().enumerate() {
        let columns = batch.columns_mut();
        columns[0].push_i64(id as i64);
        match email {
            Some(email) => columns[1].push_bytes(email.as_bytes()),
            None => columns[1].push_null(),
        }
        columns[2].push_i128(-1205);
        columns[3].push_fixed([0xAB; 16]);
        batch.end_row();
    }
    let mut ipc = Vec::new();
    batch.write_ipc(&mut ipc).expect("a sound batch");
    ipc
}

/// Runs one batch through a mask as the host would.
fn transform(json: &str, ctx: &StreamContext, ipc: Vec<u8>) -> Result<(TransformSummary, Vec<Vec<u8>>)> {
    testing::reset();
    testing::with(|host| host.inbound.push_back(Ok(Inbound::Batch(ipc))));
    let summary = open(json)?.run(ctx, &mut Inbox::default(), &mut Emitter::default())?;
    let emitted = testing::reset();
    Ok((summary, emitted.batches().into_iter().map(<[u8]>::to_vec).collect()))
}

fn masked<T>(json: &str, rows: &[Option<&str>], look: impl Fn(&Schema, &BatchView<'_>) -> T) -> T {
    let (_, batches) = transform(json, &context(), batch(rows)).expect("masks");
    let mut reader = Reader::new(&batches[0]).expect("Arrow");
    let schema = reader.schema().clone();
    let view = reader.next_batch().expect("Arrow").expect("a batch");
    look(&schema, &view)
}

fn emails(json: &str, rows: &[Option<&str>]) -> Vec<Option<String>> {
    masked(json, rows, |_, view| {
        let email = &view.columns()[1];
        (0..view.rows()).map(|row| (!email.is_null(row)).then(|| email.text(row).expect("text").to_owned())).collect()
    })
}

fn refused(json: &str) -> ConnectorError {
    match transform(json, &context(), batch(&[Some("a@b.c")])) {
        Ok(_) => panic!("{json} is taken"),
        Err(error) => error,
    }
}

#[test]
fn the_short_form_hashes_and_leaves_the_rest_alone() {
    masked(r#"{"fields":["email"]}"#, &[Some("ann@example.com"), None], |schema, view| {
        // printf ann@example.com | sha256sum
        let hash = "71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476";
        assert_eq!(view.columns()[1].text(0).expect("text"), hash);
        assert!(view.columns()[1].is_null(1));
        assert_eq!((view.columns()[0].i64(1), view.columns()[2].i128(0)), (1, -1205));
        assert_eq!(schema.fields[0], users().fields[0]);
        assert_eq!(schema.fields[1], Field::new("email", DataType::Utf8, true).with_native_type("text"));
        assert_eq!(schema.primary_key().expect("json"), ["id"]);
    });
}

#[test]
fn a_hash_is_that_of_salt_and_value() {
    // printf abc | sha256sum
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(emails(r#"{"fields":["email"]}"#, &[Some("abc")]), [Some(abc.to_owned())]);
    assert_eq!(emails(r#"{"fields":["email"],"salt":"ab"}"#, &[Some("c")]), [Some(abc.to_owned())]);
    let own = r#"{"rules":{"email":{"method":"hash","salt":"a"}},"salt":"x"}"#;
    assert_eq!(emails(own, &[Some("bc")]), [Some(abc.to_owned())]);
}

#[test]
fn other_types_are_hashed_as_their_text() {
    let json = r#"{"fields":["id","price","token"]}"#;
    masked(json, &[None], |schema, view| {
        let hash = |text: &str| {
            let json = r#"{"fields":["email"]}"#;
            emails(json, &[Some(text)])[0].clone().expect("a value")
        };
        assert_eq!(view.columns()[0].text(0).expect("text"), hash("0"));
        assert_eq!(view.columns()[2].text(0).expect("text"), hash("-12.05"));
        assert_eq!(view.columns()[3].text(0).expect("text"), hash("abababab-abab-abab-abab-abababababab"));
        assert_eq!(schema.fields[3], Field::new("token", DataType::Utf8, false).with_native_type("text"));
    });
}

#[test]
fn redact_writes_one_text_and_null_where_it_cannot() {
    let json = r#"{"rules":{"email":{"method":"redact"},"price":{"method":"redact"},"token":{"method":"redact","replacement":"-"}}}"#;
    masked(json, &[Some("ann"), None], |schema, view| {
        assert_eq!(view.columns()[1].text(0).expect("text"), "[redacted]");
        assert!(view.columns()[1].is_null(1) && view.columns()[2].is_null(0));
        assert_eq!(view.columns()[3].text(0).expect("text"), "-");
        assert!(schema.fields[2].nullable);
        assert_eq!(schema.fields[2].native_type(), Some("numeric(9,2)"));
        assert_eq!(schema.fields[3].data_type, DataType::Utf8);
    });
}

#[test]
fn partial_counts_characters_and_hides_short_values() {
    let json = r#"{"rules":{"email":{"method":"partial","keep_start":1,"keep_end":2}}}"#;
    let shown = emails(json, &[Some("åsa@x.se"), Some("abc"), Some(""), None]);
    assert_eq!(shown, [Some("å*****se".to_owned()), Some("***".to_owned()), Some(String::new()), None]);
    let json = r##"{"rules":{"email":{"method":"partial","keep_end":4,"replacement":"#"}}}"##;
    assert_eq!(emails(json, &[Some("5551234")]), [Some("###1234".to_owned())]);
}

#[test]
fn what_cannot_be_masked_is_refused_before_anything_leaves() {
    let unknown = refused(r#"{"fields":["emial"]}"#);
    assert_eq!((unknown.category, unknown.code.as_str()), (ErrorCategory::Schema, "mask.unknown-column"));
    assert!(unknown.message.contains("\"emial\"") && unknown.message.contains("email"), "{}", unknown.message);
    assert_eq!(refused(r#"{"rules":{"id":{"method":"redact"}}}"#).code, "mask.unfit-column");
    assert!(testing::with(|host| host.emitted.is_empty()));
}

#[test]
fn a_missing_column_can_be_allowed() {
    let (summary, batches) =
        transform(r#"{"fields":["phone"],"on_missing":"ignore"}"#, &context(), batch(&[None])).expect("passes");
    assert_eq!((summary.rows_in, summary.rows_out, batches.len()), (1, 1, 1));
    assert_eq!(batches[0], batch(&[None]));
}

#[test]
fn a_config_that_contradicts_itself_is_refused() {
    for (json, part) in [
        ("{}", "nothing to mask"),
        (r#"{"fields":["a"],"rules":{"a":{"method":"hash"}}}"#, "named twice"),
        (r#"{"rules":{"a":{"method":"partial"}}}"#, "keeps nothing"),
        (r#"{"rules":{"a":{"method":"hash","keep_end":1}}}"#, "belong to `method: partial`"),
        (r#"{"rules":{"a":{"method":"redact","salt":"s"}}}"#, "belongs to `method: hash`"),
        (r#"{"rules":{"a":{"method":"rot13"}}}"#, "rot13"),
        (r#"{"rules":{"a":{"salt":"s"}}}"#, "missing field `method`"),
        (r#"{"field":["a"]}"#, "unknown field `field`"),
    ] {
        let error = open(json).err().unwrap_or_else(|| panic!("{json} is taken"));
        assert_eq!(error.category, ErrorCategory::Config);
        assert!(error.message.contains(part), "{json}: {}", error.message);
    }
}

#[test]
fn a_stream_without_rows_keeps_its_masked_columns() {
    let (summary, batches) = transform(r#"{"fields":["token"]}"#, &context(), batch(&[])).expect("masks");
    assert_eq!((summary.rows_in, batches.len()), (0, 1));
    let mut reader = Reader::new(&batches[0]).expect("Arrow");
    assert_eq!(reader.schema().fields[3].data_type, DataType::Utf8);
    assert!(reader.next_batch().expect("Arrow").is_none());
}

#[test]
fn a_batch_that_grew_over_the_limit_is_split_without_loss() {
    let rows: Vec<Option<&str>> = (0..1000).map(|row| (row % 7 != 0).then_some("x")).collect();
    let mut ctx = context();
    ctx.limits.max_batch_bytes = 20_000;
    let (summary, batches) = transform(r#"{"fields":["email"]}"#, &ctx, batch(&rows)).expect("masks");
    assert_eq!((summary.rows_in, summary.rows_out), (1000, 1000));
    assert!(batches.len() > 4);
    let mut next = 0;
    for ipc in &batches {
        assert!(ipc.len() <= 20_000);
        let mut reader = Reader::new(ipc).expect("Arrow");
        let view = reader.next_batch().expect("Arrow").expect("a batch");
        for row in 0..view.rows() {
            assert_eq!(view.columns()[0].i64(row), next);
            assert_eq!(view.columns()[1].is_null(row), next % 7 == 0);
            assert_eq!(view.columns()[2].i128(row), -1205);
            next += 1;
        }
    }
    assert_eq!(next, 1000);
}

#[test]
fn check_tells_of_missing_salt_and_columns() {
    let mut ctx = context();
    ctx.selected_columns = Some(vec!["id".to_owned()]);
    let findings = open(r#"{"fields":["email"]}"#).and_then(|mut mask| mask.validate(&[ctx])).expect("validates");
    let seen: Vec<_> = findings.iter().map(|finding| (finding.level, finding.code.as_str())).collect();
    assert_eq!(seen, [(FindingLevel::Warning, "mask.no-salt"), (FindingLevel::Error, "mask.unknown-column")]);
}

mod text {
    use rapidbyte_values::text::write;
    use rapidbyte_sdk::arrow::{write_columns, Column, DataType, Field, Reader, Schema};

    fn printed(data_type: DataType, push: impl Fn(&mut Column)) -> String {
        let field = Field::new("x", data_type, false);
        let mut column = Column::new(&field.data_type);
        push(&mut column);
        let mut ipc = Vec::new();
        write_columns(&Schema::new(vec![field.clone()]), 0..1, &[column.raw().expect("sound")], &mut ipc).expect("sound");
        let mut reader = Reader::new(&ipc).expect("Arrow");
        let batch = reader.next_batch().expect("Arrow").expect("a batch");
        let mut out = Vec::new();
        write(&field, &batch.columns()[0], 0, &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn dates_and_times_read_as_postgres_prints_them() {
        let date = |days| printed(DataType::Date32, |column| column.push_i32(days));
        assert_eq!([date(0), date(-1), date(19_417)], ["1970-01-01", "1969-12-31", "2023-03-01"]);
        assert_eq!([date(-719_163), date(2_932_897)], ["0001-12-31 BC", "10000-01-01"].map(str::to_owned));
        assert_eq!([date(i32::MAX), date(i32::MIN)], ["infinity", "-infinity"]);
        let at = |micros| printed(DataType::timestamp(), |column| column.push_i64(micros));
        assert_eq!([at(-1), at(1_500_000)], ["1969-12-31 23:59:59.999999", "1970-01-01 00:00:01.5"]);
        assert_eq!(printed(DataType::timestamp_utc(), |column| column.push_i64(0)), "1970-01-01 00:00:00+00");
        assert_eq!(printed(DataType::Time64Micros, |column| column.push_i64(86_399_000_010)), "23:59:59.00001");
    }

    #[test]
    fn numbers_read_as_postgres_prints_them() {
        let float = |value| printed(DataType::Float64, |column| column.push_f64(value));
        assert_eq!([float(0.1), float(-0.0), float(1e14), float(1e15)], ["0.1", "-0", "100000000000000", "1e+15"]);
        assert_eq!([float(1e-4), float(1e-5), float(f64::NAN)], ["0.0001", "1e-05", "NaN"]);
        assert_eq!(printed(DataType::Float32, |column| column.push_f32(0.1)), "0.1");
        assert_eq!(printed(DataType::Float32, |column| column.push_f32(1e6)), "1e+06");
        let decimal =
            |value, scale| printed(DataType::Decimal128 { precision: 38, scale }, |column| column.push_i128(value));
        assert_eq!([decimal(5, 3), decimal(-1, 0), decimal(123_456, 2)], ["0.005", "-1", "1234.56"]);
        assert_eq!(decimal(i128::MIN / 10, 2).len(), 40);
        assert_eq!(printed(DataType::Boolean, |column| column.push_bool(true)), "true");
    }
}

use super::*;
use rapidbyte_sdk::arrow::Reader;
use rapidbyte_sdk::{config, testing, Inbound};

fn open(json: &str) -> Result<TestSource> {
    TestSource::open(config::parse(json)?)
}

/// Reads a stream and gives rows of each batch, barriers' payloads, and the outcome.
fn read(json: &str, ctx: &StreamContext) -> (Vec<usize>, Vec<String>, Result<()>) {
    testing::reset();
    let outcome = open(json).and_then(|mut source| source.read(ctx, &mut Emitter::default()));
    let (mut rows, mut barriers) = (Vec::new(), Vec::new());
    for item in testing::reset().emitted {
        match item {
            Inbound::Batch(ipc) => {
                let batch = Reader::new(&ipc).expect("Arrow").next_batch().expect("Arrow");
                rows.push(batch.map_or(0, |batch| batch.rows()));
            }
            Inbound::Barrier(barrier) => barriers.push(barrier.payload),
        }
    }
    (rows, barriers, outcome)
}

#[test]
fn rows_come_in_batches_with_barriers_between() {
    let ctx = StreamContext::for_tests("numbers");
    let (rows, barriers, outcome) = read(r#"{"rows":25,"batch_rows":10,"barrier_every":1}"#, &ctx);
    assert_eq!((rows, outcome), (vec![10, 10, 5], Ok(())));
    assert_eq!(barriers, ["10", "20", "25"]);
    let (rows, _, outcome) = read(r#"{"rows":0}"#, &ctx);
    assert_eq!((rows, outcome), (vec![0], Ok(())));
}

#[test]
fn the_byte_limit_of_a_batch_is_kept() {
    let mut ctx = StreamContext::for_tests("numbers");
    ctx.limits.max_batch_bytes = 10_000;
    let (rows, _, outcome) = read(r#"{"rows":100,"name_bytes":1000}"#, &ctx);
    assert!(rows.len() >= 10 && rows.iter().sum::<usize>() == 100, "{rows:?}");
    assert_eq!(outcome, Ok(()));
}

#[test]
fn it_fails_where_and_when_it_is_told() {
    let mut ctx = StreamContext::for_tests("numbers");
    let json = r#"{"rows":100,"batch_rows":10,"fail_at_row":35,"mode":"error","error_category":"transient-db",
        "retryable":true,"until_attempt":1,"only_stream":"numbers"}"#;
    let (rows, _, outcome) = read(json, &ctx);
    let error = outcome.expect_err("fails");
    assert_eq!((rows.len(), error.category.as_str(), error.retryable), (3, "transient-db", true));
    ctx.run.attempt = 2;
    assert_eq!(read(json, &ctx).2, Ok(()));
    ctx.run.attempt = 1;
    ctx.name = "others".to_owned();
    assert_eq!(read(json, &ctx).2, Ok(()));
    assert!(open(r#"{"mode":"error","when":"open"}"#).is_err());
}

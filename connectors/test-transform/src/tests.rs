use super::*;
use rapidbyte_sdk::arrow::{Batch, DataType, Field};
use rapidbyte_sdk::{config, testing, Inbound, Inbox};

/// Three batches of three rows each, ids from 0.
fn batches() -> Vec<Vec<u8>> {
    let fields = vec![Field::new("id", DataType::Int64, false), Field::new("flag", DataType::Boolean, true)];
    let mut batch = Batch::new(Schema::new(fields), u64::MAX);
    let mut written = Vec::new();
    for first in [0, 3, 6] {
        batch.clear();
        for id in first..first + 3 {
            batch.columns_mut()[0].push_i64(id);
            batch.columns_mut()[1].push_null();
            batch.end_row();
        }
        let mut ipc = Vec::new();
        batch.write_ipc(&mut ipc).expect("a sound batch");
        written.push(ipc);
    }
    written
}

/// The ids that come out, batch by batch.
fn run(json: &str) -> Vec<Vec<i64>> {
    testing::reset();
    testing::with(|host| host.inbound.extend(batches().into_iter().map(|ipc| Ok(Inbound::Batch(ipc)))));
    let mut transform = TestTransform::open(config::parse(json).expect("a config")).expect("opens");
    let ctx = StreamContext::for_tests("numbers");
    let summary = transform.run(&ctx, &mut Inbox::default(), &mut Emitter::default()).expect("runs");
    let host = testing::reset();
    let ids = |ipc: &[u8]| {
        let view = Reader::new(ipc).expect("Arrow").next_batch().expect("Arrow").expect("a batch");
        (0..view.rows()).map(|row| view.columns()[0].i64(row)).collect()
    };
    let out: Vec<Vec<i64>> = host.batches().into_iter().map(ids).collect();
    assert_eq!((summary.rows_in, summary.rows_out), (9, out.iter().map(Vec::len).sum::<usize>() as u64));
    out
}

#[test]
fn each_action_does_what_it_says() {
    let all = [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8]];
    assert_eq!(run("{}"), all);
    assert_eq!(run(r#"{"action":"rewrite"}"#), all);
    assert_eq!(run(r#"{"action":"drop_odd_rows"}"#), [vec![0, 2], vec![4], vec![6, 8]]);
    assert_eq!(run(r#"{"action":"drop_odd_batches"}"#), [vec![0, 1, 2], vec![6, 7, 8]]);
    assert_eq!(run(r#"{"action":"double"}"#).len(), 6);
}

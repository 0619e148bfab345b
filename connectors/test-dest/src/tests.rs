use super::*;
use rapidbyte_sdk::arrow::{Batch, Field, Schema};
use rapidbyte_sdk::types::Barrier;
use rapidbyte_sdk::{config, testing};

fn ids(ids: &[i64]) -> Inbound {
    let mut batch = Batch::new(Schema::new(vec![Field::new("id", DataType::Int64, false)]), u64::MAX);
    for &id in ids {
        batch.columns_mut()[0].push_i64(id);
        batch.end_row();
    }
    let mut ipc = Vec::new();
    batch.write_ipc(&mut ipc).expect("a sound batch");
    Inbound::Batch(ipc)
}

fn write(json: &str, inbound: Vec<Inbound>) -> Result<WriteSummary> {
    testing::reset();
    testing::with(|host| host.inbound.extend(inbound.into_iter().map(Ok)));
    TestDest::open(config::parse(json)?)?.write(&StreamContext::for_tests("numbers"), &mut Inbox::default())
}

#[test]
fn rows_are_counted_and_barriers_confirmed() {
    let barrier = Barrier { id: 4, payload: "x".to_owned(), last: true };
    let inbound = vec![ids(&[0, 1]), Inbound::Barrier(barrier.clone()), ids(&[2]), ids(&[])];
    let summary = write(r#"{"store":true}"#, inbound).expect("writes");
    assert_eq!((summary.rows, summary.batches), (3, 3));
    let host = testing::reset();
    assert_eq!(host.committed, [(4, "x".to_owned())]);
    assert_eq!(host.state.values().collect::<Vec<_>>(), [b"3"]);
    assert_eq!(host.metrics, [("test_dest.rows".to_owned(), MetricValue::Counter(3))]);
}

#[test]
fn a_gap_or_a_repetition_is_an_error() {
    assert_eq!(write("{}", vec![ids(&[0, 2])]).expect_err("gap").code, "test.ids-not-contiguous");
    assert_eq!(write("{}", vec![ids(&[0]), ids(&[0])]).expect_err("repetition").code, "test.ids-not-contiguous");
    assert_eq!(write(r#"{"step":2,"first":4}"#, vec![ids(&[4, 6])]).expect("writes").rows, 2);
    assert_eq!(write(r#"{"step":0}"#, vec![ids(&[9, 9])]).expect("writes").rows, 2);
}

#[test]
fn it_fails_after_as_many_batches_as_it_is_told() {
    let json = r#"{"mode":"error","fail_after_batches":1}"#;
    assert_eq!(write(json, vec![ids(&[0]), ids(&[1])]).expect_err("fails").code, "test.asked-for");
    assert_eq!(testing::reset().inbound.len(), 1);
}

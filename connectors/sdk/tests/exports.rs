//! The exports of each role, called as a host calls them.

use rapidbyte_sdk::abi::{give, mem, take, Abi, Addr};
use rapidbyte_sdk::types::{
    Column, ComparableTable, ComparedColumn, Comparison, DiscoveredStream, KeyRange, LogSlot, RangeDigest, ReadSummary,
    Receipt, RepairSummary, SlotReader, StreamSchema, SyncMode, TransformSummary, WriteSummary,
};
use rapidbyte_sdk::{
    testing, ConnectorError, Destination, Emitter, Finding, Inbound, Inbox, Result, Source, StreamContext, Transform,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    greeting: String,
}

/// What a host does with a result: reads it, then calls `cabi_post_…`. Here one `take` does both.
fn result<T: Abi>(at: Addr) -> Result<T> {
    // SAFETY: an export has just given it.
    unsafe { take(at) }
}

/// Lowers a string as a host does, through `cabi_realloc`.
fn string(text: &str) -> (Addr, usize) {
    (mem::give_bytes(text.as_bytes().to_vec()), text.len())
}

fn contexts() -> (Addr, usize) {
    (StreamContext::store_list(vec![StreamContext::for_tests("a"), StreamContext::for_tests("b")]), 2)
}

mod source {
    use super::*;

    pub struct Hello(Config);

    impl Source for Hello {
        type Config = Config;

        fn open(config: Config) -> Result<Self> {
            Ok(Self(config))
        }

        fn validate(&mut self, streams: &[StreamContext]) -> Result<Vec<Finding>> {
            Ok(streams.iter().map(|ctx| Finding::ok(Some(&ctx.name), "hello.ok", &*self.0.greeting)).collect())
        }

        fn discover(&mut self) -> Result<Vec<DiscoveredStream>> {
            let column = |name: &str| Column {
                name: name.to_owned(),
                native_type: "text".to_owned(),
                arrow_type: "utf8".to_owned(),
                nullable: true,
            };
            let columns = vec![column("x"), column("y")];
            Ok(vec![DiscoveredStream {
                name: "hello".to_owned(),
                schema: StreamSchema { columns, primary_key: vec!["x".to_owned()] },
                estimated_rows: Some(3),
                estimated_bytes: None,
                sync_modes: vec![SyncMode::FullRefresh],
            }])
        }

        fn slots(&mut self, streams: &[StreamContext]) -> Result<Vec<LogSlot>> {
            Ok(vec![slot(&streams[1].name)])
        }

        fn drop_slot(&mut self, name: &str) -> Result<()> {
            let none = ConnectorError::config("hello.no-slot", "there is no such slot");
            if name == "b" { Ok(()) } else { Err(none) }
        }

        fn read(&mut self, ctx: &StreamContext, out: &mut Emitter) -> Result<()> {
            if ctx.name == "missing" {
                return Err(ConnectorError::schema("hello.missing", "there is no such stream"));
            }
            out.batch(self.0.greeting.as_bytes(), 2)?;
            assert_eq!(out.barrier("here")?, 1);
            out.end_at("end".to_owned());
            out.batch(b"bye", 1)
        }
    }

    pub fn slot(name: &str) -> LogSlot {
        LogSlot {
            name: name.to_owned(),
            reader: SlotReader::Earlier,
            active: true,
            lost: false,
            retained_bytes: 1 << 40,
            position: Some("0/1".to_owned()),
        }
    }

    rapidbyte_sdk::source!(Hello);
}

#[test]
fn a_source_lives_from_open_to_close() {
    use source::__rapidbyte as exports;
    testing::reset();
    // SAFETY: arguments are lowered as the canonical ABI has them.
    unsafe {
        let (config, len) = string(r#"{"greeting":"hi"}"#);
        assert_eq!(result::<()>(exports::open(config, len)), Ok(()));

        let (streams, count) = contexts();
        let findings = result::<Vec<Finding>>(exports::validate(streams, count)).expect("validates");
        assert_eq!(findings[1], Finding::ok(Some("b"), "hello.ok", "hi"));

        let streams = exports::discover();
        assert_eq!(result::<Vec<DiscoveredStream>>(streams).expect("discovers")[0].schema.columns.len(), 2);

        let (streams, count) = contexts();
        let slots = result::<Vec<LogSlot>>(exports::slots(streams, count)).expect("lists");
        assert_eq!(slots[0], source::slot("b"));
        let (name, len) = string("b");
        assert_eq!(result::<()>(exports::drop_slot(name, len)), Ok(()));
        let (name, len) = string("z");
        assert_eq!(result::<()>(exports::drop_slot(name, len)).expect_err("fails").code, "hello.no-slot");

        let read = exports::run(give(StreamContext::for_tests("a")));
        assert_eq!(
            result::<ReadSummary>(read),
            Ok(ReadSummary { rows: 3, bytes: 5, batches: 2, position: Some("end".to_owned()) })
        );
        let emitted = testing::with(|host| std::mem::take(&mut host.emitted));
        assert!(matches!(&emitted[..], [Inbound::Batch(_), Inbound::Barrier(_), Inbound::Batch(_)]));

        let read = exports::run(give(StreamContext::for_tests("missing")));
        assert_eq!(result::<ReadSummary>(read).expect_err("fails").code, "hello.missing");

        assert_eq!(result::<()>(exports::close()), Ok(()));
        let late = exports::run(give(StreamContext::for_tests("a")));
        assert_eq!(result::<ReadSummary>(late).expect_err("fails").code, "connector.not-open");
        exports::post_close(exports::close());

        let (config, len) = string(r#"{"greting":"hi"}"#);
        let error = result::<()>(exports::open(config, len)).expect_err("fails");
        assert!(error.message.contains("`greting`"), "{error}");
        exports::post_discover(exports::discover());
        let (streams, count) = contexts();
        exports::post_validate(exports::validate(streams, count));
        let (streams, count) = contexts();
        exports::post_slots(exports::slots(streams, count));
        let (name, len) = string("b");
        exports::post_drop_slot(exports::drop_slot(name, len));
        exports::post_run(exports::run(give(StreamContext::for_tests("a"))));
    }
    assert_eq!(mem::live(), 0, "the guest has freed what it received, the posts what it gave");
}

mod destination {
    use super::*;

    pub struct Count;

    impl Destination for Count {
        type Config = serde::de::IgnoredAny;

        fn open(_config: serde::de::IgnoredAny) -> Result<Self> {
            Ok(Self)
        }

        fn resume(&mut self, ctx: &StreamContext) -> Result<Option<Receipt>> {
            let payload = "p".to_owned();
            Ok(Some(Receipt { load_id: ctx.run.load_id.clone(), sequence: 6, payload, rows: 12, complete: false }))
        }

        fn digest(&mut self, what: &Comparison, within: &KeyRange, cuts: &[Vec<String>]) -> Result<Vec<RangeDigest>> {
            assert_eq!(what.key[0].form, "text");
            assert_eq!(within.lower, Some(vec!["a".to_owned()]));
            Ok(vec![RangeDigest { rows: 2, hash: "h".to_owned() }; cuts.len() + 1])
        }

        fn repair(&mut self, what: &Comparison, delete: &[Vec<String>], _: &mut Inbox) -> Result<RepairSummary> {
            Ok(RepairSummary { inserted: 0, updated: what.columns.len() as u64, deleted: delete.len() as u64 })
        }

        fn write(&mut self, _ctx: &StreamContext, input: &mut Inbox) -> Result<WriteSummary> {
            let mut rows = 0;
            while let Some(inbound) = input.next()? {
                match inbound {
                    Inbound::Batch(ipc) => rows += ipc.len() as u64,
                    Inbound::Barrier(barrier) => {
                        input.prepare(&barrier)?;
                        input.confirm(&barrier)?;
                    }
                }
            }
            Ok(input.summary(rows, 1))
        }
    }

    rapidbyte_sdk::destination!(Count);
}

#[test]
fn a_destination_confirms_barriers_and_sees_upstream_failures() {
    use destination::__rapidbyte as exports;
    testing::reset();
    let barrier = rapidbyte_sdk::types::Barrier { id: 7, payload: "p".to_owned(), last: true };
    let inbound = [Inbound::Batch(vec![0; 5]), Inbound::Barrier(barrier.clone()), Inbound::Batch(vec![0; 2])];
    testing::with(|host| host.inbound.extend(inbound.into_iter().map(Ok)));
    // SAFETY: arguments are lowered as the canonical ABI has them.
    unsafe {
        let (config, len) = string("{}");
        assert_eq!(result::<()>(exports::open(config, len)), Ok(()));
        let receipt = result::<Option<Receipt>>(exports::resume(give(StreamContext::for_tests("a"))));
        assert_eq!(receipt.expect("resumes").map(|receipt| receipt.sequence), Some(6));
        let written = exports::run(give(StreamContext::for_tests("a")));
        assert_eq!(result::<WriteSummary>(written), Ok(WriteSummary { rows: 7, rejected: 1, bytes: 7, batches: 2 }));
        assert_eq!(testing::with(|host| host.prepared.clone()), [7]);
        assert_eq!(testing::with(|host| host.committed.clone()), [(7, "p".to_owned())]);

        let aborted = ConnectorError::transient_network("upstream", "the source failed");
        testing::with(|host| host.inbound.push_back(Err(aborted.clone())));
        let written = exports::run(give(StreamContext::for_tests("a")));
        assert_eq!(result::<WriteSummary>(written), Err(aborted));
        exports::post_resume(exports::resume(give(StreamContext::for_tests("a"))));
        exports::post_open(exports::close());
    }
    assert_eq!(mem::live(), 0);
}

fn comparison() -> Comparison {
    let column = ComparedColumn { name: "k".to_owned(), form: "text".to_owned() };
    Comparison { context: StreamContext::for_tests("a"), columns: vec![column.clone()], key: vec![column] }
}

#[test]
fn comparisons_take_their_arguments_by_one_address_and_are_refused_by_default() {
    use destination::__rapidbyte as exports;
    testing::reset();
    let key = |text: &str| vec![text.to_owned()];
    let within = || KeyRange { lower: Some(key("a")), upper: None };
    // SAFETY: arguments are lowered as the canonical ABI has them.
    unsafe {
        let (config, len) = string("{}");
        exports::post_open(exports::open(config, len));
        let digests = exports::digest(give((comparison(), within(), vec![key("b"), key("c")])));
        assert_eq!(result::<Vec<RangeDigest>>(digests).expect("digests").len(), 3);
        exports::post_digest(exports::digest(give((comparison(), within(), Vec::<Vec<String>>::new()))));
        let repaired = exports::repair(give((comparison(), vec![key("b")])));
        assert_eq!(result(repaired), Ok(RepairSummary { inserted: 0, updated: 1, deleted: 1 }));
        for refused in [
            exports::slices(give((comparison(), within(), 8_u32))),
            exports::row_digests(give((comparison(), within(), Some(vec![key("b")])))),
            exports::comparable(give(StreamContext::for_tests("a"))),
        ] {
            let error = result::<ComparableTable>(refused).expect_err("is refused");
            assert_eq!(error.code, "connector.no-comparison");
        }
        exports::post_open(exports::close());
    }
    assert_eq!(mem::live(), 0);
}

mod transform {
    use super::*;

    pub struct Double;

    impl Transform for Double {
        type Config = serde::de::IgnoredAny;

        fn open(_config: serde::de::IgnoredAny) -> Result<Self> {
            Ok(Self)
        }

        fn batch(&mut self, _ctx: &StreamContext, ipc: Vec<u8>, out: &mut Emitter) -> Result<u64> {
            out.batch(&ipc, 1)?;
            out.batch(&ipc, 1)?;
            Ok(1)
        }
    }

    rapidbyte_sdk::transform!(Double);
}

#[test]
fn a_transform_is_driven_batch_by_batch() {
    use transform::__rapidbyte as exports;
    testing::reset();
    testing::with(|host| host.inbound.extend([vec![1], vec![2]].map(|ipc| Ok(Inbound::Batch(ipc)))));
    // SAFETY: arguments are lowered as the canonical ABI has them.
    unsafe {
        let (config, len) = string("");
        assert_eq!(result::<()>(exports::open(config, len)), Ok(()));
        let (config, len) = string("{}");
        assert_eq!(result::<()>(exports::open(config, len)).expect_err("twice").code, "connector.opened-twice");
        let ran = exports::run(give(StreamContext::for_tests("a")));
        assert_eq!(result::<TransformSummary>(ran), Ok(TransformSummary { rows_in: 2, rows_out: 4 }));
        let moved = exports::realloc(0, 0, 8, 16);
        mem::free(moved, 16, 8);
    }
    assert_eq!(testing::with(|host| host.batches().concat()), [1, 1, 2, 2]);
    assert_eq!(mem::live(), 0);
}

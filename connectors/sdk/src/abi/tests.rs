use rapidbyte_testkit::Random;

use super::*;
use crate::types::*;

/// A value of any shape; names are short and the odd one is empty.
trait Arbitrary: Sized {
    fn any(random: &mut Random) -> Self;
}

macro_rules! arbitrary {
    ($($type:ty => |$random:ident| $value:expr;)+) => {
        $(impl Arbitrary for $type {
            fn any($random: &mut Random) -> Self { $value }
        })+
    };
}

arbitrary! {
    u8 => |random| random.next() as u8;
    u16 => |random| random.next() as u16;
    u32 => |random| random.next() as u32;
    u64 => |random| random.next();
    i64 => |random| random.next() as i64;
    f64 => |random| random.next() as i32 as f64 / 7.0;
    bool => |random| random.next() & 1 == 1;
    () => |_random| ();
    String => |random| "zoë \u{1F418} \0\"".chars().cycle().take(random.below(12)).collect();
    MetricValue => |random| match random.below(3) {
        0 => MetricValue::Counter(u64::any(random)),
        1 => MetricValue::Gauge(f64::any(random)),
        _ => MetricValue::Histogram(f64::any(random)),
    };
    Inbound => |random| match random.below(2) {
        0 => Inbound::Batch(Vec::any(random)),
        _ => Inbound::Barrier(Barrier { id: u64::any(random), payload: String::any(random), last: bool::any(random) }),
    };
    ErrorCategory => |random| ErrorCategory::ALL[random.below(ErrorCategory::ALL.len())];
    ConnectorError => |random| ConnectorError {
        category: ErrorCategory::any(random),
        scope: ErrorScope::ALL[random.below(3)],
        code: String::any(random),
        message: String::any(random),
        retryable: bool::any(random),
        retry_after_ms: Option::any(random),
        backoff: BackoffClass::ALL[random.below(3)],
        safe_to_retry: bool::any(random),
        commit_state: bool::any(random).then(|| CommitState::ALL[random.below(3)]),
        details: Option::any(random),
    };
    Column => |random| Column {
        name: String::any(random),
        native_type: String::any(random),
        arrow_type: String::any(random),
        nullable: bool::any(random),
    };
    StreamSchema => |random| StreamSchema { columns: Vec::any(random), primary_key: Vec::any(random) };
    StreamContext => |random| StreamContext {
        primary_key: Vec::any(random),
        selected_columns: Option::any(random),
        schema: Option::any(random),
        partition: bool::any(random).then(|| Partition {
            index: u32::any(random),
            count: u32::any(random),
            strategy: PartitionStrategy::Ctid,
        }),
        cursor: bool::any(random).then(|| Cursor {
            field: String::any(random),
            tie_breaker_field: Option::any(random),
            last_value: bool::any(random).then(|| CursorValue {
                type_name: String::any(random),
                value: String::any(random),
                tie_breaker: Option::any(random),
            }),
            nulls: CursorNulls::ALL[random.below(3)],
            lag_seconds: u64::any(random),
            siblings: (0..random.below(3))
                .map(|_| CursorValue {
                    type_name: String::any(random),
                    value: String::any(random),
                    tie_breaker: Option::any(random),
                })
                .collect(),
            follow: Option::any(random),
        }),
        position: Option::any(random),
        ..StreamContext::for_tests(&String::any(random))
    };
}

impl<T: Arbitrary> Arbitrary for Vec<T> {
    fn any(random: &mut Random) -> Self {
        (0..random.below(4)).map(|_| T::any(random)).collect()
    }
}

impl<T: Arbitrary> Arbitrary for Option<T> {
    fn any(random: &mut Random) -> Self {
        bool::any(random).then(|| T::any(random))
    }
}

impl<T: Arbitrary, E: Arbitrary> Arbitrary for Result<T, E> {
    fn any(random: &mut Random) -> Self {
        if bool::any(random) {
            Ok(T::any(random))
        } else {
            Err(E::any(random))
        }
    }
}

impl<A: Arbitrary, B: Arbitrary, C: Arbitrary> Arbitrary for (A, B, C) {
    fn any(random: &mut Random) -> Self {
        (A::any(random), B::any(random), C::any(random))
    }
}

fn comes_back<T: Abi + Arbitrary + Clone + PartialEq + std::fmt::Debug>() {
    assert!(T::ALIGN.is_power_of_two() && T::SIZE % T::ALIGN == 0);
    let name = std::any::type_name::<T>();
    for seed in 1..300 {
        let value = T::any(&mut Random(seed));
        let at = give(value.clone());
        assert_eq!(at as usize % T::ALIGN, 0);
        // SAFETY: just given.
        assert_eq!(unsafe { take::<T>(at) }, value, "{name}, seed {seed}");
        assert_eq!(mem::live(), 0, "{name} leaves nothing behind, seed {seed}");
    }
}

#[test]
fn what_is_stored_is_loaded_and_nothing_leaks() {
    comes_back::<u8>();
    comes_back::<u16>();
    comes_back::<bool>();
    comes_back::<f64>();
    comes_back::<String>();
    comes_back::<Vec<u8>>();
    comes_back::<Vec<u64>>();
    comes_back::<Vec<Vec<String>>>();
    comes_back::<Option<u64>>();
    comes_back::<Option<Option<Vec<u16>>>>();
    comes_back::<Result<(), ConnectorError>>();
    comes_back::<Result<Option<Inbound>, ConnectorError>>();
    comes_back::<(u8, u64, String)>();
    comes_back::<MetricValue>();
    comes_back::<Vec<StreamContext>>();
}

#[test]
fn layouts_are_those_of_the_canonical_abi() {
    fn layout<T: Abi>() -> (usize, usize, usize) {
        (T::SIZE, T::ALIGN, T::FLAT)
    }
    assert_eq!(layout::<Option<u64>>(), (16, 8, 2));
    assert_eq!(layout::<Option<String>>(), (12, 4, 3));
    assert_eq!(layout::<Result<(), u8>>(), (2, 1, 2));
    assert_eq!(layout::<(u8, u64, u8)>(), (24, 8, 3));
    assert_eq!(layout::<MetricValue>(), (16, 8, 2));
    assert_eq!(layout::<CheckpointKind>(), (16, 8, 2));
    assert_eq!(layout::<Inbound>(), (32, 8, 5));
    assert_eq!(layout::<Column>(), (28, 4, 7));
    // 2 enums, 2 strings, bool, option<u64> at 24, 2 bytes, option<enum>, option<string>.
    assert_eq!(layout::<ConnectorError>(), (56, 8, 16));
    assert_eq!(layout::<Result<(), ConnectorError>>(), (64, 8, 17));
}

#[test]
fn bytes_lie_where_the_canonical_abi_puts_them() {
    let at = give(Result::<(), _>::Err(ConnectorError::transient_db("a.b", "m").retry_after(5)));
    // SAFETY: within the result.
    let bytes = unsafe { mem::read::<64>(at) };
    assert_eq!(bytes[0], 1, "an error");
    assert_eq!((bytes[8], bytes[9]), (5, 0), "transient-db, per-stream");
    assert_eq!(bytes[16..20], 3u32.to_le_bytes(), "length of the code");
    assert_eq!(bytes[24..28], 1u32.to_le_bytes(), "length of the message");
    assert_eq!((bytes[28], bytes[32]), (1, 1), "retryable, has a retry-after");
    assert_eq!(bytes[40..48], 5u64.to_le_bytes());
    assert_eq!((bytes[48], bytes[49], bytes[50], bytes[52]), (1, 1, 0, 0), "normal, safe, no state, no details");
    // SAFETY: just given.
    drop(unsafe { take::<Result<(), ConnectorError>>(at) });
    assert_eq!(mem::live(), 0);
}

#[test]
fn realloc_keeps_what_was_there() {
    let at = mem::alloc(4, 4);
    // SAFETY: each address is the latest of its allocation.
    unsafe {
        mem::write(at, &[1, 2, 3, 4]);
        let grown = mem::realloc(at, 4, 4, 4000);
        assert_eq!(mem::read::<4>(grown), [1, 2, 3, 4]);
        let shrunk = mem::realloc(grown, 4000, 4, 2);
        assert_eq!(mem::read::<2>(shrunk), [1, 2]);
        mem::free(shrunk, 2, 4);
    }
    assert_eq!(mem::live(), 0);
}

use super::*;

/// Builds messages as the server does.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn tag(tag: u8) -> Bytes {
        Bytes(vec![tag])
    }

    fn u8(mut self, value: u8) -> Bytes {
        self.0.push(value);
        self
    }

    fn i16(mut self, value: i16) -> Bytes {
        self.0.extend(value.to_be_bytes());
        self
    }

    fn u32(mut self, value: u32) -> Bytes {
        self.0.extend(value.to_be_bytes());
        self
    }

    fn u64(mut self, value: u64) -> Bytes {
        self.0.extend(value.to_be_bytes());
        self
    }

    fn text(mut self, value: &str) -> Bytes {
        self.0.extend(value.as_bytes());
        self.u8(0)
    }

    fn value(self, value: &str) -> Bytes {
        let mut bytes = self.u8(b't').u32(value.len() as u32);
        bytes.0.extend(value.as_bytes());
        bytes
    }
}

fn samples() -> Vec<Vec<u8>> {
    let tuple = |bytes: Bytes| bytes.i16(3).value("7").u8(b'n').u8(b'u');
    vec![
        Bytes::tag(b'B').u64(0x16_B374_D848).u64(5).u32(99).0,
        Bytes::tag(b'C').u8(0).u64(1).u64(2).u64(3).0,
        Bytes::tag(b'R').u32(16_384).text("").text("a \"b\" é").u8(b'd').i16(1).u8(1).text("id").u32(23).u32(u32::MAX).0,
        tuple(Bytes::tag(b'I').u32(16_384).u8(b'N')).0,
        tuple(tuple(Bytes::tag(b'U').u32(16_384).u8(b'O')).u8(b'N')).0,
        tuple(Bytes::tag(b'U').u32(16_384).u8(b'N')).0,
        tuple(Bytes::tag(b'D').u32(16_384).u8(b'K')).0,
        Bytes::tag(b'T').u32(2).u8(1).u32(1).u32(2).0,
    ]
}

#[test]
fn every_kind_of_message_is_read() {
    let samples = samples();
    let tuple = || Tuple { values: vec![Value::Text(b"7"), Value::Null, Value::Unchanged] };
    let read: Vec<Message<'_>> = samples.iter().map(|bytes| parse(bytes).unwrap()).collect();
    assert_eq!(
        read,
        [
            Message::Begin(Begin { commit: Lsn(0x16_B374_D848), micros: 5, xid: 99 }),
            Message::Commit(Commit { commit: Lsn(1), end: Lsn(2) }),
            Message::Relation(Relation {
                oid: 16_384,
                schema: "pg_catalog".to_owned(),
                name: "a \"b\" é".to_owned(),
                columns: vec![RelationColumn { name: "id".to_owned(), identifies: true, type_oid: 23 }],
            }),
            Message::Insert { relation: 16_384, new: tuple() },
            Message::Update { relation: 16_384, old: Some(OldTuple::Full(tuple())), new: tuple() },
            Message::Update { relation: 16_384, old: None, new: tuple() },
            Message::Delete { relation: 16_384, old: OldTuple::Key(tuple()) },
            Message::Truncate { relations: vec![1, 2] },
        ]
    );
    for aside in [b'O', b'Y', b'M'] {
        assert_eq!(parse(&[aside, 1, 2, 3]), Ok(Message::Aside));
    }
}

#[test]
fn a_message_ends_where_its_contents_do() {
    for bytes in samples() {
        for length in 0..bytes.len() {
            assert!(parse(&bytes[..length]).is_err(), "{:?} cut to {length}", bytes[0] as char);
        }
        let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
        assert_eq!(parse(&longer), Err(Malformed::TooLong));
    }
}

#[test]
fn what_no_server_says_is_refused() {
    for (bytes, error) in [
        (Bytes::tag(b'Z').0, Malformed::Tag(b'Z')),
        // Streamed transactions were not asked for.
        (Bytes::tag(b'S').u32(1).u8(1).0, Malformed::Tag(b'S')),
        (Bytes::tag(b'I').u32(1).u8(b'K').i16(0).0, Malformed::Tag(b'K')),
        (Bytes::tag(b'D').u32(1).u8(b'N').i16(0).0, Malformed::Tag(b'N')),
        (Bytes::tag(b'I').u32(1).u8(b'N').i16(-1).0, Malformed::Count(-1)),
        // Binary values were not asked for.
        (Bytes::tag(b'I').u32(1).u8(b'N').i16(1).u8(b'b').u32(0).0, Malformed::Tag(b'b')),
        (Bytes::tag(b'I').u32(1).u8(b'N').i16(1).u8(b't').u32(u32::MAX).0, Malformed::Count(-1)),
        (Bytes::tag(b'I').u32(1).u8(b'N').i16(1).u8(b't').u32(i32::MAX as u32).0, Malformed::Short),
        (Bytes::tag(b'I').u32(1).u8(b'N').i16(i16::MAX).0, Malformed::Short),
        (Bytes::tag(b'T').u32(u32::MAX).u8(0).0, Malformed::Count(-1)),
        (Bytes::tag(b'R').u32(1).u8(0xFF).u8(0).0, Malformed::NotUtf8),
    ] {
        assert_eq!(parse(&bytes), Err(error), "{bytes:?}");
    }
}

/// Whatever bytes come, reading them ends, with a message or an error.
#[test]
fn mutated_messages_never_panic() {
    rapidbyte_testkit::feed(&samples(), 200_000, |bytes| drop(parse(&bytes)));
}

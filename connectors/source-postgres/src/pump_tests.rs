//! The pump against a server that is no PostgreSQL: cut otherwise, cut short, or lying.

use std::io;

use rapidbyte_pg::{Client, ConnectOptions, SslMode};
use rapidbyte_sdk::arrow::{Field, Reader, Schema};
use rapidbyte_sdk::testing;
use rapidbyte_testkit::{feed, message, Random, Script};

use super::*;
use crate::types::Mapping;

const ROWS: u64 = 200;

/// OIDs and modifiers of the columns: one of each decoder.
const COLUMNS: [(u32, i32); 17] = [
    (20, -1),
    (25, -1),
    (1700, (12 << 16 | 2) + 4),
    (1700, (38 << 16 | 10) + 4),
    (16, -1),
    (1184, -1),
    (3802, -1),
    (21, -1),
    (23, -1),
    (26, -1),
    (700, -1),
    (701, -1),
    (18, -1),
    (17, -1),
    (2950, -1),
    (1082, -1),
    (1083, -1),
];

fn plan() -> Plan {
    let mappings: Vec<Mapping> = COLUMNS.iter().map(|(oid, modifier)| Mapping::of(*oid, *modifier)).collect();
    let fields: Vec<Field> =
        mappings.iter().enumerate().map(|(i, mapping)| mapping.field(&format!("c{i}"), "t", true)).collect();
    Plan {
        select: String::new(),
        schema: Schema::new(fields),
        decoders: mappings.iter().map(|mapping| mapping.decoder).collect(),
        is_uncast: true,
        key: vec![0],
        table: "s.t".to_owned(),
    }
}

fn limits() -> StreamLimits {
    StreamLimits {
        max_batch_bytes: 20_000,
        max_record_bytes: 1 << 20,
        max_inflight_batches: 1,
        checkpoint_interval_bytes: 0,
        checkpoint_interval_rows: 0,
        checkpoint_interval_seconds: 0,
    }
}

fn header() -> Vec<u8> {
    [&SIGNATURE[..], &[0; 8]].concat()
}

fn tuple(id: u64) -> Vec<u8> {
    let numeric = |digits: &[u16]| {
        let words = [digits.len() as u16, 0, 0, 2];
        words.iter().chain(digits).flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>()
    };
    let fields: [Vec<u8>; 17] = [
        id.to_be_bytes().to_vec(),
        format!("name {id}").into_bytes(),
        numeric(&[id as u16 % 10_000, 1200]),
        numeric(&[id as u16 % 10_000, 1200]),
        vec![1],
        id.to_be_bytes().to_vec(),
        b"\x01{}".to_vec(),
        vec![0, 7],
        vec![0, 0, 0, 7],
        vec![0xff; 4],
        1.5f32.to_be_bytes().to_vec(),
        1.5f64.to_be_bytes().to_vec(),
        vec![0xc3],
        vec![0; id as usize % 50],
        vec![7; 16],
        vec![0, 0, 0, 9],
        vec![0; 8],
    ];
    let mut bytes = (fields.len() as i16).to_be_bytes().to_vec();
    for (index, field) in fields.iter().enumerate() {
        if id % 5 == 3 && index % 3 == 1 {
            bytes.extend_from_slice(&(-1i32).to_be_bytes());
            continue;
        }
        bytes.extend_from_slice(&(field.len() as i32).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

/// The messages of a COPY as PostgreSQL cuts them.
fn pieces() -> Vec<Vec<u8>> {
    let mut pieces = vec![[header(), tuple(0)].concat()];
    pieces.extend((1..ROWS).map(tuple));
    pieces.push(vec![0xff, 0xff]);
    pieces
}

fn ending(rows: u64) -> Vec<u8> {
    [message(b'c', b""), message(b'C', format!("COPY {rows}\0").as_bytes()), message(b'Z', b"T")].concat()
}

/// Runs the pump over what the server says after COPY; gives rows and batches.
fn run(answer: &[u8], step: usize) -> Result<(u64, Vec<Vec<u8>>)> {
    run_plan(&plan(), answer, step)
}

fn run_plan(plan: &Plan, answer: &[u8], step: usize) -> Result<(u64, Vec<Vec<u8>>)> {
    let ready = message(b'Z', b"I");
    let greeting = [message(b'R', &[0; 4]), ready.clone()].concat();
    let settings = [message(b'C', b"SELECT 1\0"), ready].concat();
    let bytes = [greeting, settings, message(b'H', &[1, 0, 0]), answer.to_vec()].concat();
    let mut options = ConnectOptions::new("script", 1, "u", "d");
    options.ssl_mode = SslMode::Disable;
    let mut script = Some(Script::new(bytes, step));
    let mut client = Client::connect(&options, || script.take().ok_or_else(|| io::ErrorKind::NotFound.into()))?;
    testing::reset();
    testing::with(|host| host.accepted_forms.push(tuples::FORM.to_owned()));
    let mut out = Emitter::default();
    let mut pump = Pump::new(plan, &limits(), None, &mut out);
    pump.agree()?;
    pump.take_all(client.copy_out("COPY")?)?;
    pump.finish()?;
    let emitted = testing::reset();
    Ok((out.summary().rows, emitted.batches().into_iter().map(<[u8]>::to_vec).collect()))
}

fn framed(pieces: &[Vec<u8>]) -> Vec<u8> {
    pieces.iter().flat_map(|piece| message(b'd', piece)).collect()
}

fn ids(batches: &[Vec<u8>]) -> Vec<i64> {
    let mut ids = Vec::new();
    for ipc in batches {
        let mut reader = Reader::new(ipc).expect("a batch");
        let are_tuples = tuples::is_form_of(reader.schema());
        while let Some(batch) = reader.next_batch().expect("a batch") {
            let column = &batch.columns()[0];
            ids.extend((0..batch.rows()).map(|row| match column.bytes(row) {
                // Behind the count of fields and the length of the first.
                tuple if are_tuples => i64::from_be_bytes(tuple[6..14].try_into().expect("an id")),
                _ => column.i64(row),
            }));
        }
    }
    ids
}

#[test]
fn rows_arrive_however_messages_and_reads_are_cut() {
    let whole: Vec<u8> = pieces().concat();
    let expected: Vec<i64> = (0..ROWS as i64).collect();
    let (rows, reference) = run(&[framed(&pieces()), ending(ROWS)].concat(), 1 << 20).unwrap();
    assert_eq!((rows, ids(&reference)), (ROWS, expected.clone()));
    assert!(reference.len() > 1);
    for seed in 0..40 {
        let mut random = Random(seed);
        let mut cut = Vec::new();
        let mut rest = whole.as_slice();
        while !rest.is_empty() {
            // Now and then as PostgreSQL would, so that both ways take turns.
            let size = if random.below(4) == 0 { 1 + random.below(9) } else { 1 + random.below(900) };
            let (piece, tail) = rest.split_at(size.min(rest.len()));
            cut.push(piece.to_vec());
            rest = tail;
        }
        let step = 1 + random.below(5000);
        let (rows, batches) =
            run(&[framed(&cut), ending(ROWS)].concat(), step).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!((rows, ids(&batches)), (ROWS, expected.clone()), "seed {seed}");
    }
}

#[test]
fn a_copy_cut_short_anywhere_is_an_error() {
    let answer = [framed(&pieces()), ending(ROWS)].concat();
    let mut random = Random(7);
    for _ in 0..300 {
        let end = random.below(answer.len());
        assert!(run(&answer[..end], 4096).is_err(), "cut at {end}");
    }
    // Ended well in the protocol's terms but not in COPY's, or with rows missing.
    let pieces = pieces();
    let cases = [
        [framed(&pieces[..pieces.len() - 1]), ending(ROWS)].concat(),
        [framed(&pieces[..5]), ending(5)].concat(),
        [framed(&[&pieces[..5], &pieces[pieces.len() - 1..]].concat()), ending(ROWS)].concat(),
        [framed(&pieces), framed(&[tuple(1)]), ending(ROWS + 1)].concat(),
        ending(0),
    ];
    for (index, answer) in cases.iter().enumerate() {
        let error = run(answer, 4096).expect_err("must not end well");
        assert_eq!(error.code, "pg.protocol", "case {index}: {error}");
    }
}

#[test]
fn mutated_bytes_end_in_rows_or_in_a_typed_error_but_never_in_a_panic() {
    let answer = [framed(&pieces()), ending(ROWS)].concat();
    let (mut fed, mut refused) = (0, 0);
    feed(&[answer], 2_000, |mutated| {
        fed += 1;
        match run(&mutated, 4096) {
            Ok((rows, batches)) => assert_eq!(rows as usize, ids(&batches).len()),
            Err(_) => refused += 1,
        }
    });
    assert!(refused > fed / 4, "{refused} of {fed} mutations were noticed");
}

#[test]
fn no_rows_still_give_the_schema() {
    let (rows, batches) = run(&[framed(&[header(), vec![0xff, 0xff]]), ending(0)].concat(), 7).unwrap();
    assert_eq!((rows, batches.len()), (0, 1));
    assert_eq!(Reader::new(&batches[0]).unwrap().schema(), &plan().schema);
}

#[test]
fn tuples_pass_as_they_are() {
    let (rows, batches) = run_plan(&plan().offer_tuples(), &[framed(&pieces()), ending(ROWS)].concat(), 4096).unwrap();
    assert_eq!((rows, ids(&batches)), (ROWS, (0..ROWS as i64).collect()));
    let mut passed = Vec::new();
    for (index, ipc) in batches.iter().enumerate() {
        let mut reader = Reader::new(ipc).unwrap();
        let are_tuples = tuples::is_form_of(reader.schema());
        // First the schema alone.
        assert_eq!(are_tuples, index > 0, "batch {index}");
        while let Some(batch) = reader.next_batch().unwrap().filter(|_| are_tuples) {
            passed.extend_from_slice(batch.columns()[0].joined());
        }
    }
    assert_eq!(passed, (0..ROWS).flat_map(tuple).collect::<Vec<u8>>());
}

#[test]
fn a_tuple_that_is_too_large_for_a_batch_travels_alone_and_in_its_place() {
    let mut large = tuple(7);
    let bytes = 6 + 8;
    large.splice(bytes..bytes + 4 + "name 7".len(), [&30_000i32.to_be_bytes()[..], &[b'x'; 30_000]].concat());
    let pieces: Vec<Vec<u8>> =
        pieces().into_iter().enumerate().map(|(id, piece)| if id == 7 { large.clone() } else { piece }).collect();
    let (rows, batches) = run_plan(&plan().offer_tuples(), &[framed(&pieces), ending(ROWS)].concat(), 4096).unwrap();
    assert_eq!((rows, ids(&batches)), (ROWS, (0..ROWS as i64).collect()));
}

#[test]
fn messages_that_are_cut_otherwise_never_pass_as_other_rows() {
    let mut refused = 0;
    for seed in 0..200 {
        let mut random = Random(seed);
        let mut cut = Vec::new();
        for piece in pieces() {
            let (head, tail) = if random.below(50) == 0 { piece.split_at(random.below(piece.len())) } else { (&*piece, &[][..]) };
            cut.extend([head, tail].into_iter().filter(|part| !part.is_empty()).map(<[u8]>::to_vec));
        }
        let answer = [framed(&cut), ending(ROWS)].concat();
        match run_plan(&plan().offer_tuples(), &answer, 1 + random.below(5000)) {
            Ok((rows, batches)) => assert_eq!((rows, ids(&batches)), (ROWS, (0..ROWS as i64).collect()), "seed {seed}"),
            Err(error) => {
                assert_eq!(error.code, "pg.protocol", "seed {seed}: {error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

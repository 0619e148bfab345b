//! The types here against the contract's own text.

use super::*;
use std::collections::BTreeSet;

const SHAPES: &[&str] = &[
    ErrorCategory::SHAPE,
    ErrorScope::SHAPE,
    BackoffClass::SHAPE,
    CommitState::SHAPE,
    ConnectorError::SHAPE,
    SyncMode::SHAPE,
    WriteMode::SHAPE,
    DataErrorPolicy::SHAPE,
    NewColumnPolicy::SHAPE,
    RemovedColumnPolicy::SHAPE,
    TypeChangePolicy::SHAPE,
    NullabilityChangePolicy::SHAPE,
    SchemaEvolution::SHAPE,
    StreamPolicies::SHAPE,
    Column::SHAPE,
    StreamSchema::SHAPE,
    CursorValue::SHAPE,
    CursorNulls::SHAPE,
    Cursor::SHAPE,
    StreamLimits::SHAPE,
    PartitionStrategy::SHAPE,
    Partition::SHAPE,
    RunIdentity::SHAPE,
    StreamContext::SHAPE,
    FindingLevel::SHAPE,
    Finding::SHAPE,
    DiscoveredStream::SHAPE,
    ReadSummary::SHAPE,
    WriteSummary::SHAPE,
    TransformSummary::SHAPE,
    Barrier::SHAPE,
    Receipt::SHAPE,
    ComparableColumn::SHAPE,
    ComparableTable::SHAPE,
    ComparedColumn::SHAPE,
    Comparison::SHAPE,
    KeyRange::SHAPE,
    RangeDigest::SHAPE,
    RowDigest::SHAPE,
    RepairSummary::SHAPE,
    SlotReader::SHAPE,
    LogSlot::SHAPE,
    Inbound::SHAPE,
    CheckpointKind::SHAPE,
    MetricValue::SHAPE,
    LogLevel::SHAPE,
    RejectedRecord::SHAPE,
    StateScope::SHAPE,
    TlsVerify::SHAPE,
    TlsOptions::SHAPE,
];

/// Rust's spelling to the contract's: `Option<CursorValue>` to `option<cursor-value>`.
fn as_wit(shape: &str) -> String {
    let (kind, rest) = shape.split_once(' ').expect("a kind and a name");
    let mut wit = String::new();
    for character in rest.chars().filter(|character| !character.is_whitespace()) {
        let starts_word = wit.ends_with(|last: char| last.is_alphanumeric());
        match character {
            '_' => wit.push('-'),
            upper if upper.is_ascii_uppercase() && starts_word => wit.extend(['-', upper.to_ascii_lowercase()]),
            other => wit.push(other.to_ascii_lowercase()),
        }
    }
    let wit = wit.replace("vec<", "list<").replace("(())", "");
    format!("{kind} {wit}")
}

/// The type declarations of a WIT file, without comments and blanks.
fn declarations(wit: &str) -> BTreeSet<String> {
    let text: String = wit.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let mut found = BTreeSet::new();
    for kind in ["record ", "enum ", "variant "] {
        // Declarations are indented, so a name that ends in a keyword is not taken for one.
        for after in text.split(&format!("    {kind}")).skip(1) {
            let body = after.split_inclusive('}').next().unwrap_or_default();
            let body: String = body.chars().filter(|character| !character.is_whitespace()).collect();
            found.insert(format!("{kind}{body}"));
        }
    }
    found
}

#[test]
fn every_type_is_as_the_contract_has_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/rapidbyte-connector.wit");
    let contract = declarations(&std::fs::read_to_string(path).expect("the contract is there"));
    let ours: BTreeSet<String> = SHAPES.iter().map(|shape| as_wit(shape)).collect();
    assert_eq!(ours.difference(&contract).collect::<Vec<_>>(), Vec::<&String>::new(), "not in the contract");
    assert_eq!(contract.difference(&ours).collect::<Vec<_>>(), Vec::<&String>::new(), "only in the contract");
}

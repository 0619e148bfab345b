//! Whatever dies, whenever it dies, the next run ends with exactly the right rows (I6, I8, I10).

mod common;

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

use common::{barrier, batch, target, Target};
use dest_postgres::DURABLE_STEPS;
use rapidbyte_sdk::arrow::{DataType, Field, Schema};
use rapidbyte_sdk::types::*;
use rapidbyte_sdk::{testing, Destination, Inbox, Result};

const STREAM: &str = "items";
/// Rows between two barriers.
const ROWS: i64 = 3;
const BARRIERS: u64 = 3;

fn items() -> Schema {
    Schema::new(vec![
        Field::new("id", DataType::Int64, false).with_native_type("bigint"),
        Field::new("name", DataType::Utf8, true).with_native_type("text"),
    ])
    .with_primary_key(&["id"])
}

/// What a source gives that goes on behind barrier `done`: always at least its schema.
fn from(done: u64) -> Vec<Result<Inbound>> {
    let rows = |first: i64, count: i64| {
        batch(&items(), count as usize, |columns, row| {
            columns[0].push_i64(first + row as i64);
            columns[1].push_bytes(b"item");
        })
    };
    if done == BARRIERS {
        return vec![];
    }
    let frontier = |id| [Ok(Inbound::Batch(rows((id as i64 - 1) * ROWS, ROWS))), barrier(id, id == BARRIERS)];
    (done + 1..=BARRIERS).flat_map(frontier).collect()
}

/// One attempt as the engine makes it: asks for the receipt, goes on behind it.
fn attempt(target: &Target, mode: WriteMode) -> Result<u64> {
    let ctx = target.context(STREAM, mode);
    let mut destination = target.open();
    let receipt = destination.resume(&ctx)?.expect("this destination keeps receipts");
    destination.close()?;
    if receipt.complete {
        return Ok(receipt.sequence);
    }
    target.write(STREAM, mode, from(receipt.sequence))?;
    Ok(receipt.sequence)
}

fn assert_whole(target: &Target, mode: WriteMode, what: &str) {
    let rows = "SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || coalesce(sum(id), 0) FROM items";
    let (count, sum) = (BARRIERS as i64 * ROWS, (0..BARRIERS as i64 * ROWS).sum::<i64>());
    assert_eq!(target.ask(rows), format!("{count} {count} {sum}"), "{mode:?}, {what}");
    let receipt = "SELECT concat_ws(' ', sequence, payload, rows, complete, shadow) FROM _rapidbyte_receipts";
    assert_eq!(target.ask(receipt), format!("{BARRIERS} at {BARRIERS} {count} t"), "{mode:?}, {what}");
    let leftovers = "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(current_schema) AND relname LIKE '\\_rb\\_%'";
    assert_eq!(target.ask(leftovers), "0", "{mode:?}, {what}");
}

/// Lets an attempt die at the step's n-th time. The connection goes with it. False if the attempt never
/// came by that often.
fn dies(target: &Target, mode: WriteMode, step: &'static str, nth: usize) -> bool {
    testing::reset();
    testing::with(|host| host.dies_at = Some((step, nth)));
    let died = catch_unwind(AssertUnwindSafe(|| attempt(target, mode))).is_err();
    testing::reset();
    died
}

/// Kills an attempt at every step as often as it comes by, and its recovery at another.
fn sweep(mode: WriteMode, schema: &str) {
    let mut hit = Vec::new();
    let mut round = 0;
    for step in DURABLE_STEPS {
        for nth in 1.. {
            let mut target = target(&format!("{schema}_{round}"));
            target.load_id = Some(format!("load {step} {nth}"));
            if mode == WriteMode::Replace && round % 2 == 0 {
                target.ask(
                    "CREATE TABLE items (id bigint PRIMARY KEY, name text, more int); INSERT INTO items VALUES (77)",
                );
            }
            round += 1;
            if !dies(&target, mode, step, nth) {
                break;
            }
            hit.push(step);
            let again = target.run(2);
            dies(&again, mode, DURABLE_STEPS[round % DURABLE_STEPS.len()], 1);
            let last = target.run(3);
            attempt(&last, mode).unwrap();
            assert_whole(&target, mode, &format!("killed at {step}, time {nth}"));
            target.server.run(&format!("DROP SCHEMA \"{}\" CASCADE", target.schema));
        }
    }
    let mut expected: Vec<_> = DURABLE_STEPS.to_vec();
    expected.retain(|step| match mode {
        WriteMode::Append => !["shadow.created", "swap.begin", "swapped", "upsert.merged"].contains(step),
        WriteMode::Replace => !["table.created", "upsert.merged"].contains(step),
        WriteMode::Upsert => !["shadow.created", "swap.begin", "swapped"].contains(step),
    });
    hit.dedup();
    assert_eq!(hit, expected, "every step was hit");
}

#[test]
fn an_append_that_dies_at_any_step_ends_with_exactly_its_rows_i8() {
    sweep(WriteMode::Append, "sweep_append");
}

#[test]
fn a_replacement_that_dies_at_any_step_ends_with_exactly_its_rows_i8_i17() {
    sweep(WriteMode::Replace, "sweep_replace");
}

#[test]
fn an_upsert_that_dies_at_any_step_ends_with_exactly_its_rows_i8() {
    sweep(WriteMode::Upsert, "sweep_upsert");
}

#[test]
fn a_receipt_tells_how_far_its_load_got_and_a_new_load_starts_anew_i8() {
    let mut target = target("receipt");
    target.load_id = Some("first".to_owned());
    let resume = |target: &Target| target.open().resume(&target.context(STREAM, WriteMode::Append)).unwrap().unwrap();
    let nothing = |load: &str| Receipt {
        load_id: load.to_owned(),
        sequence: 0,
        payload: String::new(),
        rows: 0,
        complete: false,
    };
    assert_eq!(resume(&target), nothing("first"), "the table is made where it is missing");
    let mut stream = from(0);
    stream.truncate(4);
    let error = target.write(STREAM, WriteMode::Append, stream).unwrap_err();
    assert_eq!(error.code, "dest.no-last-barrier");
    let expected = Receipt { sequence: 2, payload: "at 2".to_owned(), rows: 6, ..nothing("first") };
    assert_eq!(resume(&target), expected);
    target.write(STREAM, WriteMode::Append, from(2)).unwrap();
    let expected = Receipt { sequence: 3, payload: "at 3".to_owned(), rows: 9, complete: true, ..nothing("first") };
    assert_eq!(resume(&target), expected);
    assert_eq!(target.write(STREAM, WriteMode::Append, from(0)).unwrap_err().code, "dest.load-complete");
    target.load_id = Some("second".to_owned());
    assert_eq!(resume(&target), nothing("second"));
    assert_eq!(target.ask("SELECT count(*) FROM items"), "9");
}

#[test]
fn a_barrier_that_does_not_follow_the_receipt_is_refused_i8() {
    let mut target = target("gap");
    target.load_id = Some("load".to_owned());
    for ids in [[1, 1], [1, 3], [2, 3]] {
        let stream = ids.iter().enumerate().flat_map(|(number, id)| {
            let ipc = batch(&items(), 1, |columns, _| {
                columns[0].push_i64(number as i64);
                columns[1].push_null();
            });
            [Ok(Inbound::Batch(ipc)), barrier(*id, false)]
        });
        let error = target.write(STREAM, WriteMode::Append, stream.collect()).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("dest.receipt-mismatch", false), "{ids:?}: {error}");
        target.ask("DROP TABLE IF EXISTS items, _rapidbyte_receipts");
    }
}

/// Lets a run stand still with its frontier of this id open, while something happens elsewhere; gives what becomes
/// of it then.
fn stands_still(
    zombie: &Target,
    mode: WriteMode,
    barrier: u64,
    elsewhere: impl FnOnce() + Send + 'static,
) -> ConnectorError {
    testing::with(|host| {
        host.inbound = from(0).into();
        host.before_prepare = Some((barrier, Box::new(move || thread::spawn(elsewhere).join().unwrap())));
    });
    let error = zombie.open().write(&zombie.context(STREAM, mode), &mut Inbox::default()).unwrap_err();
    testing::reset();
    assert_eq!(error.commit_state, Some(CommitState::BeforeCommit), "{error}");
    error
}

#[test]
fn a_run_that_was_overtaken_keeps_nobody_waiting_and_commits_nothing_i8() {
    for mode in [WriteMode::Append, WriteMode::Replace, WriteMode::Upsert] {
        for barrier in [2, BARRIERS] {
            let mut target = target(&format!("zombie_{mode:?}_{barrier}").to_lowercase());
            target.load_id = Some("load".to_owned());
            // All of the later run takes place while the earlier one has rows, and locks, in its hands.
            let later = target.run(2);
            let error = stands_still(&target, mode, barrier, move || {
                assert_eq!(attempt(&later, mode).unwrap(), barrier - 1);
            });
            assert!(error.retryable, "its session is gone, for all it knows: {error}");
            let again = attempt(&target, mode).unwrap_err();
            assert_eq!((again.code.as_str(), again.retryable), ("dest.fenced", false), "{again}");
            assert_whole(&target, mode, "after a zombie");
        }
    }
}

#[test]
fn a_run_of_another_role_that_was_overtaken_is_told_at_its_barrier_i8() {
    let mut target = target("zombie_role");
    target.load_id = Some("load".to_owned());
    make_role(&target);
    target.ask("ALTER SCHEMA zombie_role OWNER TO trust_user");
    let zombie = target.with(|target| target.user = "trust_user".to_owned());
    let later = target.run(2);
    let error = stands_still(&zombie, WriteMode::Append, 2, move || {
        let receipt = later.open().resume(&later.context(STREAM, WriteMode::Append)).unwrap().unwrap();
        assert_eq!(receipt.sequence, 1);
        let logs = common::logs();
        assert!(logs.iter().any(|line| line.contains("the role trust_user has a transaction")), "{logs:?}");
    });
    assert_eq!((error.code.as_str(), error.retryable), ("dest.fenced", false), "{error}");
    assert_eq!(attempt(&target.run(3), WriteMode::Append).unwrap(), 1);
    assert_whole(&target, WriteMode::Append, "after a zombie of another role");
}

#[test]
fn a_run_that_stands_still_in_its_commit_is_followed_i8() {
    let mut target = target("stuck");
    target.load_id = Some("load".to_owned());
    make_role(&target);
    target.ask("ALTER SCHEMA stuck OWNER TO trust_user");
    target.user = "trust_user".to_owned();
    target.open().resume(&target.context(STREAM, WriteMode::Append)).unwrap();
    // It holds the receipt's own row.
    target.ask(
        "CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF new.sequence = 2 AND new.epoch = 1 THEN PERFORM pg_sleep(600); END IF; RETURN new; END $$; \
         CREATE TRIGGER still AFTER UPDATE ON _rapidbyte_receipts FOR EACH ROW EXECUTE FUNCTION stand_still()",
    );
    let zombie = target.clone();
    let stuck = thread::spawn(move || zombie.write(STREAM, WriteMode::Append, from(0)).unwrap_err());
    let start = Instant::now();
    while target.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "0" {
        assert!(start.elapsed() < Duration::from_secs(60) && !stuck.is_finished(), "it stands still");
    }
    assert_eq!(attempt(&target.run(2), WriteMode::Append).unwrap(), 1);
    assert_eq!(stuck.join().unwrap().commit_state, Some(CommitState::BeforeCommit));
    assert_whole(&target, WriteMode::Append, "after a run that stood still");
}

#[test]
fn whoever_is_in_the_way_for_too_long_is_named_i10() {
    let mut target = target("locked");
    target.load_id = Some("load".to_owned());
    make_role(&target);
    target.ask("CREATE TABLE items (id bigint PRIMARY KEY, name text); INSERT INTO items VALUES (7, 'old')");
    target.ask("ALTER TABLE items OWNER TO trust_user; ALTER SCHEMA locked OWNER TO trust_user");
    target.user = "trust_user".to_owned();
    let in_the_way = [
        (WriteMode::Replace, "SELECT name FROM locked.items"),
        (WriteMode::Upsert, "UPDATE locked.items SET name = 'mine' WHERE id = 7"),
        (WriteMode::Append, "LOCK TABLE locked.items IN SHARE MODE"),
    ];
    for (run, (mode, doing)) in in_the_way.into_iter().enumerate() {
        let target = target.run(run as u64 + 1).with(|target| target.load_id = Some(format!("load {doing}")));
        let mut other = target.server.client();
        let process = other.simple_query("SELECT pg_backend_pid()").unwrap().single().unwrap().to_owned();
        other.execute(&format!("BEGIN; {doing}")).unwrap();
        let error = target.write(STREAM, mode, from(0)).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable, error.safe_to_retry), ("dest.locked", true, true), "{error}");
        assert_eq!(error.commit_state, Some(CommitState::BeforeCommit));
        assert!(error.message.contains(&format!("process {process}, role rapid")), "{mode:?}: {error}");
        other.execute("ROLLBACK").unwrap();
        attempt(&target, mode).unwrap();
        target.ask(if mode == WriteMode::Replace { "DELETE FROM items WHERE id <> 7" } else { "TRUNCATE items" });
    }
}

#[test]
fn a_transaction_with_rows_has_limits_unless_the_role_has_its_own() {
    let target = target("limits");
    make_role(&target);
    target.ask("ALTER SCHEMA limits OWNER TO trust_user");
    target.open().resume(&target.context(STREAM, WriteMode::Append)).unwrap();
    target.ask(
        "CREATE TABLE seen (role text, lock text, idle text); GRANT INSERT ON seen TO trust_user; \
         ALTER TABLE _rapidbyte_receipts OWNER TO trust_user; \
         CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           INSERT INTO limits.seen VALUES (current_user, current_setting('lock_timeout'), \
             current_setting('idle_in_transaction_session_timeout')); RETURN new; END $$; \
         CREATE TRIGGER see BEFORE UPDATE ON _rapidbyte_receipts FOR EACH ROW WHEN (new.complete) EXECUTE FUNCTION see()",
    );
    target.write(STREAM, WriteMode::Replace, from(0)).unwrap();
    let other = target.with(|target| target.user = "trust_user".to_owned());
    target.ask("ALTER TABLE items OWNER TO trust_user");
    other.write(STREAM, WriteMode::Replace, from(0)).unwrap();
    let seen = "SELECT string_agg(concat_ws(' ', role, lock, idle), ', ' ORDER BY role) FROM seen";
    assert_eq!(target.ask(seen), "rapid 1min 1h, trust_user 2s 1h");
}

#[test]
fn only_a_later_attempt_or_run_of_the_same_state_takes_a_stream_over_i8() {
    let mut target = target("order");
    target.load_id = Some("first".to_owned());
    let claim = |target: &Target| target.open().resume(&target.context(STREAM, WriteMode::Append));
    let later = target.run(5).with(|target| target.attempt = 3);
    later.write(STREAM, WriteMode::Append, from(0)).unwrap();
    let whole =
        || target.ask("SELECT concat_ws(' ', load_id, fence, epoch, attempt, sequence, rows) FROM _rapidbyte_receipts");
    assert_eq!(whole(), "first run-5/3 5 3 3 9");
    type Change = fn(&mut Target);
    let earlier: [(&str, Change); 4] = [
        ("an earlier run", |target| *target = target.run(4).with(|target| target.attempt = 9)),
        ("an earlier run with a load of its own", |target| {
            *target = target.run(4).with(|target| target.load_id = Some("other".to_owned()))
        }),
        ("an earlier attempt", |target| target.attempt = 2),
        ("another run of this epoch, from a copy of the state", |target| target.run_id = "run-50".to_owned()),
    ];
    for (what, change) in earlier {
        let error = claim(&later.with(change)).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("dest.fenced", false), "{what}: {error}");
        assert_eq!(error.commit_state, Some(CommitState::BeforeCommit));
        assert!(error.message.contains("run-5/3, epoch 5"), "{what}: {error}");
        assert_eq!(whole(), "first run-5/3 5 3 3 9", "{what} changes nothing");
    }
    assert!(claim(&later).unwrap().unwrap().complete, "the same attempt may claim twice");
    assert!(claim(&later.with(|target| target.attempt = 4)).unwrap().unwrap().complete);
    assert!(claim(&later.run(6)).unwrap().unwrap().complete, "a later run begins with attempt 1");
    assert_eq!(whole(), "first run-6/1 6 1 3 9");
}

#[test]
fn epochs_of_different_states_are_not_compared_i8() {
    let target = target("states").run(9);
    target.write(STREAM, WriteMode::Append, from(0)).unwrap();
    target.ask("ALTER TABLE items DROP CONSTRAINT items_pkey");
    let lost = target.run(1).with(|target| target.state_id = "state-2".to_owned());
    testing::reset();
    lost.write(STREAM, WriteMode::Append, from(0)).unwrap();
    assert_eq!(common::logs().len(), 1);
    assert!(common::logs()[0].contains("written by a run of another state"), "{:?}", common::logs());
    assert_eq!(target.ask("SELECT concat_ws(' ', state_id, epoch, rows) FROM _rapidbyte_receipts"), "state-2 1 9");
}

#[test]
fn receipts_of_an_earlier_version_get_what_they_lack_i8() {
    let mut target = target("earlier");
    target.load_id = Some("load".to_owned());
    let mut stream = from(0);
    stream.truncate(2);
    target.write(STREAM, WriteMode::Append, stream).unwrap_err();
    target.ask("ALTER TABLE _rapidbyte_receipts DROP state_id, DROP epoch, DROP attempt");
    assert_eq!(attempt(&target, WriteMode::Append).unwrap(), 1, "the load goes on");
    assert_whole(&target, WriteMode::Append, "an earlier version's receipts");
    assert_eq!(target.ask("SELECT concat_ws(' ', state_id, epoch, attempt) FROM _rapidbyte_receipts"), "state-1 1 1");

    // A role that only writes cannot mend the table; the message says who can, and with what.
    make_role(&target);
    target.ask(
        "ALTER TABLE _rapidbyte_receipts DROP state_id, DROP epoch, DROP attempt; GRANT USAGE ON SCHEMA earlier TO trust_user; \
         GRANT SELECT, INSERT, UPDATE ON _rapidbyte_receipts, items TO trust_user",
    );
    let writer = target.run(2).with(|target| target.user = "trust_user".to_owned());
    let found = writer.open().validate(&[writer.context(STREAM, WriteMode::Append)]).unwrap();
    let finding = found.iter().find(|finding| finding.code == "dest.receipts-not-writable").expect("check tells it");
    let error = writer.open().resume(&writer.context(STREAM, WriteMode::Append)).unwrap_err();
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Permission, "dest.receipts-not-writable"));
    for told in [&finding.message, &error.message] {
        assert!(
            told.contains("ALTER TABLE \"earlier\".\"_rapidbyte_receipts\" ADD COLUMN IF NOT EXISTS state_id"),
            "{told}"
        );
    }
    target.ask(&error.message.split("the table run: ").nth(1).unwrap().replace("this role", "trust_user"));
    assert!(writer.open().resume(&writer.context(STREAM, WriteMode::Append)).unwrap().unwrap().complete);
}

#[test]
fn a_claim_waits_for_a_run_that_is_just_committing_i8() {
    let mut target = target("committing");
    target.load_id = Some("load".to_owned());
    target.write(STREAM, WriteMode::Append, from(0)).unwrap();
    // Stands for a session between its receipt and its COMMIT.
    let mut committing = target.server.client();
    committing.execute("BEGIN; UPDATE committing._rapidbyte_receipts SET payload = 'late'").unwrap();
    let later = target.run(2);
    let claim = thread::spawn(move || later.open().resume(&later.context(STREAM, WriteMode::Append)).unwrap().unwrap());
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%\"committing\"%'";
    let start = Instant::now();
    while target.ask(waiting) == "0" {
        assert!(start.elapsed() < Duration::from_secs(10) && !claim.is_finished(), "the claim waits");
    }
    committing.execute("COMMIT").unwrap();
    assert_eq!(claim.join().unwrap().payload, "late");
}

#[test]
fn a_replacement_whose_shadow_is_gone_is_refused_i17() {
    let mut target = target("lost");
    target.load_id = Some("load".to_owned());
    let mut stream = from(0);
    stream.truncate(2);
    target.write(STREAM, WriteMode::Replace, stream).unwrap_err();
    let shadow = target.ask("SELECT shadow FROM _rapidbyte_receipts");
    assert!(shadow.starts_with("_rb_shadow_"), "{shadow}");
    target.ask(&format!("DROP TABLE {shadow}"));
    let error = target.write(STREAM, WriteMode::Replace, from(1)).unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("dest.shadow-lost", false), "{error}");
    assert_eq!(error.commit_state, Some(CommitState::BeforeCommit));
}

#[test]
fn what_an_abandoned_load_left_is_dropped_but_nothing_that_hangs_on_it_i17() {
    let mut target = target("leftover");
    target.load_id = Some("first".to_owned());
    let mut stream = from(0);
    stream.truncate(2);
    target.write(STREAM, WriteMode::Replace, stream).unwrap_err();
    let shadow = target.ask("SELECT shadow FROM _rapidbyte_receipts");
    target.ask(&format!("CREATE VIEW mine AS SELECT * FROM {shadow}"));
    target.load_id = Some("second".to_owned());
    let error = target.write(STREAM, WriteMode::Replace, from(0)).unwrap_err();
    assert!(!error.retryable && error.message.contains(&shadow) && error.message.contains("mine"), "{error}");
    target.ask("DROP VIEW mine");
    target.write(STREAM, WriteMode::Replace, from(0)).unwrap();
    assert_whole(&target, WriteMode::Replace, "the second load");
}

#[test]
fn a_table_that_changed_while_its_shadow_filled_keeps_the_change_i17() {
    let mut target = target("changed_meanwhile");
    target.load_id = Some("load".to_owned());
    target.ask("CREATE TABLE items (id bigint PRIMARY KEY, name text)");
    let mut stream = from(0);
    stream.truncate(4);
    target.write(STREAM, WriteMode::Replace, stream).unwrap_err();
    target.ask("ALTER TABLE items ADD more int DEFAULT 5; CREATE INDEX by_more ON items (more); ALTER TABLE items ALTER name SET DEFAULT 'x'");
    target.write(STREAM, WriteMode::Replace, from(2)).unwrap();
    assert_eq!(target.ask("SELECT sum(more) FROM items"), "45");
    assert_eq!(
        target.ask("SELECT count(*) FROM pg_indexes WHERE tablename = 'items' AND schemaname = current_schema"),
        "2"
    );
    assert_whole(&target, WriteMode::Replace, "changed meanwhile");
}

#[test]
fn many_runs_at_once_make_the_receipts_once_i22() {
    let target = target("at_once");
    thread::scope(|scope| {
        for run in 0..6 {
            let target = target.with(|target| target.pipeline = format!("pipeline {run}"));
            scope.spawn(move || target.open().resume(&target.context(STREAM, WriteMode::Append)).unwrap());
        }
    });
    assert_eq!(target.ask("SELECT count(*) FROM _rapidbyte_receipts"), "6");
}

/// A role without rights and with settings of its own.
fn make_role(target: &Target) {
    target.ask(
        "SELECT pg_advisory_lock(1); \
         DO $$ BEGIN IF to_regrole('trust_user') IS NULL THEN CREATE ROLE trust_user LOGIN; END IF; END $$; \
         ALTER ROLE trust_user SET synchronous_commit = off; ALTER ROLE trust_user SET lock_timeout = '2s'",
    );
}

#[test]
fn a_role_without_the_rights_is_told_what_it_lacks() {
    let mut target = target("no_receipts");
    make_role(&target);
    target.ask(
        "GRANT USAGE ON SCHEMA no_receipts TO trust_user; CREATE TABLE items (id bigint, name text); \
         GRANT INSERT ON items TO trust_user",
    );
    target.user = "trust_user".to_owned();
    let error = target.write(STREAM, WriteMode::Append, from(0)).unwrap_err();
    assert_eq!((error.category, error.code.as_str()), (ErrorCategory::Permission, "dest.receipts-not-writable"));
    assert!(
        !error.retryable
            && error.message.contains("CREATE TABLE IF NOT EXISTS \"no_receipts\".\"_rapidbyte_receipts\""),
        "{error}"
    );
    // What the message asks for is enough.
    let wanted = error.message.split("the table run: ").nth(1).unwrap().replace("this role", "trust_user");
    target.ask(&wanted);
    target.write(STREAM, WriteMode::Append, from(0)).unwrap();
}

#[test]
fn a_commit_is_durable_whatever_the_roles_default_is_i6() {
    let target = target("durable");
    make_role(&target);
    target.ask("ALTER SCHEMA durable OWNER TO trust_user");
    let target = target.with(|target| target.user = "trust_user".to_owned());
    target.open().resume(&target.context(STREAM, WriteMode::Append)).unwrap();
    target.ask(
        "CREATE TABLE seen (setting text); GRANT INSERT ON seen TO trust_user; \
         CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           INSERT INTO durable.seen VALUES (current_setting('synchronous_commit')); RETURN new; END $$; \
         CREATE TRIGGER see BEFORE UPDATE ON _rapidbyte_receipts FOR EACH ROW WHEN (new.sequence > 0) EXECUTE FUNCTION see()",
    );
    target.write(STREAM, WriteMode::Append, from(0)).unwrap();
    assert_eq!(target.ask("SELECT string_agg(setting, ' ') FROM seen"), "on on on");
}

//! Copies a table with the PostgreSQL connectors compiled natively: the same Rust code over the same sockets, each end on a thread of its
//! own, and no host between them but a channel. What it takes less than `rapidbyte run` is what the sandbox and the engine cost.
//!
//! `native-copy PIPELINE [STAGES]` takes a pipeline file in JSON with one stream, and writes what each stage did with its time to a file:
//! lines of a name and seconds, the names those of a run's report.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use dest_postgres::DestPostgres;
use rapidbyte_sdk::types::Inbound;
use rapidbyte_sdk::{config, testing, Destination, Emitter, Inbox, Result, Source, StreamContext};
use serde_json::Value;
use source_postgres::PostgresSource;

/// As many batches may be under way on an edge.
const BATCHES_UNDER_WAY: usize = 16;

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let pipeline: Value = serde_json::from_str(&fs::read_to_string(arguments.get(1).ok_or("which pipeline?")?)?)?;
    let text = |at: &str| pipeline.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut context = StreamContext::for_tests(&text("/source/streams/0/name"));
    context.run.load_id = text("/pipeline");
    context.run.pipeline.clone_from(&context.run.load_id);
    let (source, destination) =
        (pipeline["source"]["config"].to_string(), pipeline["destination"]["config"].to_string());
    let (sender, receiver) = sync_channel(BATCHES_UNDER_WAY);
    let upstream = context.clone();
    let reader = thread::spawn(move || stage("source", || read(&source, &upstream, sender)));
    let mut stages = stage("destination", || write(&destination, &context, receiver))?;
    stages += &reader.join().map_err(|_| "the source panicked")??;
    if let Some(file) = arguments.get(2) {
        fs::write(file, stages)?;
    }
    Ok(())
}

fn read(settings: &str, context: &StreamContext, edge: SyncSender<Inbound>) -> Result<()> {
    testing::with(|host| host.downstream = Some(edge));
    let mut source = PostgresSource::open(config::parse(settings)?)?;
    let mut out = Emitter::default();
    source.read(context, &mut out)?;
    source.close()?;
    let payload = out.summary().position.unwrap_or_default();
    testing::with(|host| host.end_downstream(payload))
}

fn write(settings: &str, context: &StreamContext, edge: Receiver<Inbound>) -> Result<()> {
    testing::with(|host| host.upstream = Some(edge));
    let mut destination = DestPostgres::open(config::parse(settings)?)?;
    destination.resume(context)?;
    destination.write(context, &mut Inbox::default())?;
    destination.close()
}

/// Runs a stage on this thread; gives what it did with its time.
fn stage(name: &str, work: impl FnOnce() -> Result<()>) -> std::result::Result<String, String> {
    let start = Instant::now();
    work().map_err(|error| format!("{name}: {error}"))?;
    let total = start.elapsed();
    let in_host = testing::with(|host| std::mem::take(&mut host.time));
    let guest = total.saturating_sub(in_host.values().sum());
    let mut lines = String::new();
    let mut line = |what: &str, time: Duration| {
        let _ = writeln!(lines, "{name}.{what} {:.6}", time.as_secs_f64());
    };
    line("total", total);
    line("guest", guest);
    line("cpu", processor_time());
    in_host.into_iter().for_each(|(call, time)| line(call, time));
    Ok(lines)
}

/// Of this thread, by Linux's own account.
fn processor_time() -> Duration {
    let account = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(account.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

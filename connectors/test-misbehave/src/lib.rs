//! The ways in which a test connector can do its host harm, chosen by its configuration.
//!
//! Each is what a broken or hostile connector would do; the host has to stay whole (I30).

use rapidbyte_sdk::{host, types::LogLevel, ConnectorError, Result, StreamContext};
use serde::Deserialize;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What happens at the chosen moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing; the connector does its work.
    #[default]
    Ok,
    /// A typed error; see [`Misbehaviour::error_category`] and its neighbours.
    Error,
    /// An `unreachable` instruction.
    Trap,
    /// A Rust panic, which the SDK logs before it traps.
    Panic,
    /// WASI's `proc_exit`.
    Exit,
    /// An endless loop without any host call.
    Spin,
    /// An endless loop that asks `is-cancelled` and then ends with an error.
    PoliteSpin,
    /// Allocates until the memory is full, touching every page.
    MemoryBomb,
    /// Endless recursion.
    StackBomb,
    /// One log line of 64 MiB.
    HugeLog,
    /// A hundred thousand log lines.
    LogFlood,
    /// A batch whose address lies behind the end of memory.
    WildEmit,
    /// A batch whose address and length overflow 32 bits.
    OverflowEmit,
    /// A batch of no bytes.
    EmptyEmit,
    /// A batch that is not Arrow.
    GarbageEmit,
    /// A read from a socket that was never opened.
    UnknownSocket,
    /// A connection to where nobody allowed it.
    ForbiddenConnect,
}

/// When it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    Open,
    Validate,
    Discover,
    /// While the stream runs; see each connector for the exact place.
    #[default]
    Run,
    Close,
}

/// The part of a test connector's configuration that all of them share.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Misbehaviour {
    pub mode: Mode,
    pub when: Moment,
    /// Only in the stream of this name.
    pub only_stream: Option<String>,
    /// Only in attempts up to this one, so that a retry succeeds.
    pub until_attempt: Option<u32>,
    /// A contract category for `error`, in its own spelling.
    pub error_category: String,
    pub retryable: bool,
    pub retry_after_ms: Option<u64>,
}

impl Default for Misbehaviour {
    fn default() -> Self {
        Self {
            mode: Mode::Ok,
            when: Moment::Run,
            only_stream: None,
            until_attempt: None,
            error_category: "data".to_owned(),
            retryable: false,
            retry_after_ms: None,
        }
    }
}

impl Misbehaviour {
    /// Does what is configured, if this is the moment.
    pub fn at(&self, moment: Moment) -> Result<()> {
        if self.when == moment {
            self.commit()
        } else {
            Ok(())
        }
    }

    /// Does what is configured, if it is for this stream and attempt.
    pub fn in_run(&self, ctx: &StreamContext) -> Result<()> {
        let stream = self.only_stream.as_ref().is_none_or(|name| *name == ctx.name);
        let attempt = self.until_attempt.is_none_or(|last| ctx.run.attempt <= last);
        if stream && attempt {
            self.at(Moment::Run)
        } else {
            Ok(())
        }
    }

    fn commit(&self) -> Result<()> {
        match self.mode {
            Mode::Ok => Ok(()),
            Mode::Error => Err(self.error()),
            Mode::Trap => trap(),
            Mode::Panic => panic!("the test connector was told to panic"),
            Mode::Exit => std::process::exit(3),
            Mode::Spin => spin(),
            Mode::PoliteSpin => loop {
                host::fail_if_cancelled()?;
            },
            Mode::MemoryBomb => fill_memory(),
            Mode::StackBomb => {
                black_box(recurse(black_box(1)));
                Ok(())
            }
            Mode::HugeLog => {
                host::log(LogLevel::Info, &"x".repeat(64 << 20));
                Ok(())
            }
            Mode::LogFlood => {
                (0..100_000).for_each(|line| rapidbyte_sdk::info!("flood line {line}"));
                Ok(())
            }
            Mode::WildEmit => emit_at(u32::MAX - 0xFFFF, 0x8000),
            Mode::OverflowEmit => emit_at(u32::MAX - 0xFFFF, u32::MAX),
            Mode::EmptyEmit => host::emit_batch(&[]),
            Mode::GarbageEmit => host::emit_batch(b"this is not an Arrow stream"),
            Mode::UnknownSocket => host::socket::read(123_456_789, 1).map(drop),
            Mode::ForbiddenConnect => host::socket::connect("forbidden.invalid", 9).map(drop),
        }
    }

    fn error(&self) -> ConnectorError {
        let category =
            rapidbyte_sdk::types::ErrorCategory::ALL.iter().find(|each| each.as_str() == self.error_category);
        let Some(&category) = category else {
            let message = format!("config key `error_category`: {:?} is no category", self.error_category);
            return ConnectorError::config("test.bad-category", message);
        };
        let mut error = ConnectorError::new(category, "test.asked-for", "the test connector was told to fail")
            .retryable(self.retryable);
        error.retry_after_ms = self.retry_after_ms;
        error
    }
}

/// Waits without sleeping, since WASI's sleep is not part of every host; ends early when cancelled.
pub fn wait(milliseconds: u64) -> Result<()> {
    let end = Instant::now() + Duration::from_millis(milliseconds);
    while Instant::now() < end {
        host::fail_if_cancelled()?;
    }
    Ok(())
}

fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort();
}

fn spin() -> ! {
    let mut turns = 0u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

fn fill_memory() -> Result<()> {
    const PIECE_BYTES: usize = 1 << 20;
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1u8; PIECE_BYTES]);
        black_box(&hoard);
    }
}

#[allow(unconditional_recursion)] // that is its purpose
#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    recurse(depth + 1) + frame[(depth % 64) as usize]
}

/// Emits memory that is not there. The result area is sound, so only the argument is at fault.
#[cfg(target_arch = "wasm32")]
fn emit_at(address: u32, len: u32) -> Result<()> {
    use rapidbyte_sdk::abi::{mem, take, Abi};

    #[link(wasm_import_module = "rapidbyte:connector/host@2.0.0")]
    extern "C" {
        #[link_name = "emit-batch"]
        fn emit_raw(ipc: u32, len: u32, result: u32);
    }
    let area = mem::alloc(<Result<()>>::SIZE, <Result<()>>::ALIGN);
    // SAFETY: the host checks the address; the area was allocated for the result.
    unsafe {
        emit_raw(address, len, area);
        take(area)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn emit_at(_address: u32, _len: u32) -> Result<()> {
    Err(ConnectorError::internal("test.guest-only", "only a guest has wild addresses"))
}

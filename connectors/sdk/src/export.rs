//! The glue between core exports and the traits.
//!
//! Every export returns the address of a `result` in memory, which the matching `cabi_post_…` frees.
//! `run-…` would take more than 16 core values, so its context comes by address; see the assertion
//! below.

use crate::abi::{give, mem, take, Abi, Addr};
use crate::config;
use crate::connector::{Destination, Emitter, Inbox, Source, Transform};
use crate::types::{
    ComparableTable, Comparison, ConnectorError, DiscoveredStream, Finding, KeyRange, LogSlot, RangeDigest, ReadSummary,
    Receipt, RepairSummary, RowDigest, StreamContext, TransformSummary, WriteSummary,
};
use crate::Result;
use std::cell::RefCell;

/// More core parameters than this go through memory.
const MAX_FLAT_PARAMS: usize = 16;
const _: () = assert!(StreamContext::FLAT > MAX_FLAT_PARAMS, "run-… takes its context by address");
const _: () =
    assert!(String::FLAT == 2 && <Vec<StreamContext>>::FLAT == 2, "open and validate take an address and a length");

/// Where an export macro keeps the open connector.
pub struct Slot<T>(RefCell<Option<T>>);

// SAFETY: a guest has one thread; a native test uses a connector's exports from one thread.
unsafe impl<T> Sync for Slot<T> {}

impl<T> Slot<T> {
    /// Nothing is open yet.
    #[allow(clippy::new_without_default)] // made in a const only
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    fn fill(&self, connector: Result<T>) -> Result<()> {
        let before = self.0.borrow_mut().replace(connector?);
        match before {
            None => Ok(()),
            Some(_) => Err(ConnectorError::internal("connector.opened-twice", "open was called twice")),
        }
    }

    fn with<R>(&self, call: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        match self.0.borrow_mut().as_mut() {
            Some(connector) => call(connector),
            None => Err(ConnectorError::internal("connector.not-open", "the connector was called before open")),
        }
    }

    /// Closing what is not open does nothing, since the host always attempts it.
    fn close(&self, close: impl FnOnce(T) -> Result<()>) -> Result<()> {
        let connector = self.0.borrow_mut().take();
        connector.map_or(Ok(()), close)
    }
}

/// Writes a panic's message and place to the log; the trap that follows tells neither.
fn log_panics() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload().downcast_ref::<&str>().copied();
        let message = message.or_else(|| panic.payload().downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
        let text = format!("panic at {}: {}", place.as_deref().unwrap_or("?"), message.unwrap_or("?"));
        crate::host::log(crate::types::LogLevel::Error, &text);
    }));
}

/// # Safety
/// `at` and `len` describe a string that the host has stored for us.
unsafe fn open<C: serde::de::DeserializeOwned>(at: Addr, len: usize) -> Result<C> {
    log_panics();
    // SAFETY: as the caller promises.
    config::parse(&unsafe { text(at, len) })
}

/// # Safety
/// `at` and `len` describe a string that the host has stored for us.
unsafe fn text(at: Addr, len: usize) -> String {
    // SAFETY: as the caller promises.
    let bytes = unsafe { u8::load_list(at, len) };
    String::from_utf8(bytes).expect("the host passes UTF-8")
}

macro_rules! role {
    ($module:ident, $trait:ident, $run:ident, $summary:ty, |$connector:ident, $ctx:ident| $call:expr) => {
        /// One function for each export of this role.
        pub mod $module {
            use super::*;

            /// # Safety
            /// The arguments are as the canonical ABI has them.
            pub unsafe fn open<T: $trait>(slot: &Slot<T>, config: Addr, len: usize) -> Addr {
                // SAFETY: as the caller promises.
                let config = unsafe { super::open(config, len) };
                give(slot.fill(config.and_then(T::open)))
            }

            /// # Safety
            /// The arguments are as the canonical ABI has them.
            pub unsafe fn validate<T: $trait>(slot: &Slot<T>, streams: Addr, len: usize) -> Addr {
                // SAFETY: as the caller promises.
                let streams = unsafe { StreamContext::load_list(streams, len) };
                give::<Result<Vec<Finding>>>(slot.with(|connector| connector.validate(&streams)))
            }

            /// # Safety
            /// The arguments are as the canonical ABI has them.
            pub unsafe fn run<T: $trait>(slot: &Slot<T>, ctx: Addr) -> Addr {
                // SAFETY: as the caller promises.
                let $ctx: StreamContext = unsafe { take(ctx) };
                give::<Result<$summary>>(slot.with(|$connector| $call))
            }

            /// Runs `close`, once.
            pub fn close<T: $trait>(slot: &Slot<T>) -> Addr {
                give(slot.close(T::close))
            }

            /// # Safety
            /// `run` gave this address.
            pub unsafe fn post_run(at: Addr) {
                // SAFETY: as the caller promises.
                drop(unsafe { take::<Result<$summary>>(at) });
            }
        }
    };
}

role!(source, Source, read, ReadSummary, |connector, ctx| {
    let mut out = Emitter::default();
    connector.read(&ctx, &mut out).map(|()| out.summary())
});
role!(destination, Destination, write, WriteSummary, |connector, ctx| { connector.write(&ctx, &mut Inbox::default()) });
role!(transform, Transform, run, TransformSummary, |connector, ctx| {
    connector.run(&ctx, &mut Inbox::default(), &mut Emitter::default())
});

/// Runs a source's `discover`.
pub fn discover<T: Source>(slot: &Slot<T>) -> Addr {
    give::<Result<Vec<DiscoveredStream>>>(slot.with(T::discover))
}

/// Runs a source's `slots`.
///
/// # Safety
/// The arguments are as the canonical ABI has them.
pub unsafe fn slots<T: Source>(slot: &Slot<T>, streams: Addr, len: usize) -> Addr {
    // SAFETY: as the caller promises.
    let streams = unsafe { StreamContext::load_list(streams, len) };
    give::<Result<Vec<LogSlot>>>(slot.with(|connector| connector.slots(&streams)))
}

/// Runs a source's `drop-slot`.
///
/// # Safety
/// The arguments are as the canonical ABI has them.
pub unsafe fn drop_slot<T: Source>(slot: &Slot<T>, name: Addr, len: usize) -> Addr {
    // SAFETY: as the caller promises.
    let name = unsafe { text(name, len) };
    give::<Result<()>>(slot.with(|connector| connector.drop_slot(&name)))
}

/// Runs a destination's `resume`.
///
/// # Safety
/// The argument is as the canonical ABI has it.
pub unsafe fn resume<T: Destination>(slot: &Slot<T>, ctx: Addr) -> Addr {
    // SAFETY: as the caller promises.
    let ctx: StreamContext = unsafe { take(ctx) };
    give::<Result<Option<Receipt>>>(slot.with(|connector| connector.resume(&ctx)))
}

/// A key's values.
type Key = Vec<String>;

macro_rules! comparing {
    ($module:ident, $trait:ident, $last:ident, $summary:ty, |$connector:ident, $what:ident, $keys:ident| $call:expr) => {
        /// What this role exports for comparisons.
        pub mod $module {
            use super::*;

            /// # Safety
            /// The argument is as the canonical ABI has it.
            pub unsafe fn comparable<T: $trait>(slot: &Slot<T>, ctx: Addr) -> Addr {
                // SAFETY: as the caller promises.
                let ctx: StreamContext = unsafe { take(ctx) };
                give::<Result<ComparableTable>>(slot.with(|connector| connector.comparable(&ctx)))
            }

            /// # Safety
            /// The argument is as the canonical ABI has it.
            pub unsafe fn slices<T: $trait>(slot: &Slot<T>, args: Addr) -> Addr {
                // SAFETY: as the caller promises.
                let (what, within, count): (Comparison, KeyRange, u32) = unsafe { take(args) };
                give::<Result<Vec<Key>>>(slot.with(|connector| connector.slices(&what, &within, count)))
            }

            /// # Safety
            /// The argument is as the canonical ABI has it.
            pub unsafe fn digest<T: $trait>(slot: &Slot<T>, args: Addr) -> Addr {
                // SAFETY: as the caller promises.
                let (what, within, cuts): (Comparison, KeyRange, Vec<Key>) = unsafe { take(args) };
                give::<Result<Vec<RangeDigest>>>(slot.with(|connector| connector.digest(&what, &within, &cuts)))
            }

            /// # Safety
            /// The argument is as the canonical ABI has it.
            pub unsafe fn row_digests<T: $trait>(slot: &Slot<T>, args: Addr) -> Addr {
                // SAFETY: as the caller promises.
                let (what, within, keys): (Comparison, KeyRange, Option<Vec<Key>>) = unsafe { take(args) };
                let digests = slot.with(|connector| connector.row_digests(&what, &within, keys.as_deref()));
                give::<Result<Vec<RowDigest>>>(digests)
            }

            /// # Safety
            /// The argument is as the canonical ABI has it.
            pub unsafe fn $last<T: $trait>(slot: &Slot<T>, args: Addr) -> Addr {
                // SAFETY: as the caller promises.
                let ($what, $keys): (Comparison, Vec<Key>) = unsafe { take(args) };
                give::<Result<$summary>>(slot.with(|$connector| $call))
            }
        }
    };
}

comparing!(source_compared, Source, read_rows, ReadSummary, |connector, what, keys| {
    let mut out = Emitter::default();
    connector.read_rows(&what, &keys, &mut out).map(|()| out.summary())
});
comparing!(destination_compared, Destination, repair, RepairSummary, |connector, what, keys| {
    connector.repair(&what, &keys, &mut Inbox::default())
});

macro_rules! freed {
    ($($function:ident: $type:ty, $export:literal;)+) => {
        $(#[doc = concat!("Frees what `", $export, "` gave.")]
        ///
        /// # Safety
        /// The export gave this address.
        pub unsafe fn $function(at: Addr) {
            // SAFETY: as the caller promises.
            drop(unsafe { take::<Result<$type>>(at) });
        })+
    };
}

freed! {
    post_comparable: ComparableTable, "comparable";
    post_slices: Vec<Key>, "slices";
    post_digest: Vec<RangeDigest>, "digest";
    post_row_digests: Vec<RowDigest>, "row-digests";
    post_read_rows: ReadSummary, "read-rows";
    post_slots: Vec<LogSlot>, "slots";
    post_repair: RepairSummary, "repair";
}

/// # Safety
/// `open`, `close` or `drop-slot` gave this address.
pub unsafe fn post_unit(at: Addr) {
    // SAFETY: as the caller promises.
    let _ = unsafe { take::<Result<()>>(at) };
}

/// # Safety
/// `validate` gave this address.
pub unsafe fn post_validate(at: Addr) {
    // SAFETY: as the caller promises.
    drop(unsafe { take::<Result<Vec<Finding>>>(at) });
}

/// # Safety
/// `discover` gave this address.
pub unsafe fn post_discover(at: Addr) {
    // SAFETY: as the caller promises.
    drop(unsafe { take::<Result<Vec<DiscoveredStream>>>(at) });
}

/// # Safety
/// `resume` gave this address.
pub unsafe fn post_resume(at: Addr) {
    // SAFETY: as the caller promises.
    drop(unsafe { take::<Result<Option<Receipt>>>(at) });
}

/// # Safety
/// As `cabi_realloc` of the canonical ABI.
pub unsafe fn realloc(at: Addr, old_size: usize, align: usize, new_size: usize) -> Addr {
    // SAFETY: as the caller promises.
    unsafe { mem::realloc(at, old_size, align, new_size) }
}

/// Exports a [`Source`] as this module's connector.
#[macro_export]
macro_rules! source {
    ($type:ty) => {
        $crate::__exports!($type, source, "source-connector", "run-read", {
            #[cfg_attr(target_arch = "wasm32", export_name = "rapidbyte:connector/source-connector@2.0.0#discover")]
            pub extern "C" fn discover() -> u32 {
                $crate::export::discover(&SLOT)
            }

            #[cfg_attr(
                target_arch = "wasm32",
                export_name = "cabi_post_rapidbyte:connector/source-connector@2.0.0#discover"
            )]
            pub unsafe extern "C" fn post_discover(at: u32) {
                unsafe { $crate::export::post_discover(at) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = "rapidbyte:connector/source-connector@2.0.0#slots")]
            pub unsafe extern "C" fn slots(streams: u32, len: usize) -> u32 {
                unsafe { $crate::export::slots(&SLOT, streams, len) }
            }

            #[cfg_attr(
                target_arch = "wasm32",
                export_name = "cabi_post_rapidbyte:connector/source-connector@2.0.0#slots"
            )]
            pub unsafe extern "C" fn post_slots(at: u32) {
                unsafe { $crate::export::post_slots(at) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = "rapidbyte:connector/source-connector@2.0.0#drop-slot")]
            pub unsafe extern "C" fn drop_slot(name: u32, len: usize) -> u32 {
                unsafe { $crate::export::drop_slot(&SLOT, name, len) }
            }

            #[cfg_attr(
                target_arch = "wasm32",
                export_name = "cabi_post_rapidbyte:connector/source-connector@2.0.0#drop-slot"
            )]
            pub unsafe extern "C" fn post_drop_slot(at: u32) {
                unsafe { $crate::export::post_unit(at) }
            }

            $crate::__compared!("source-connector", source_compared,
                comparable post_comparable "comparable",
                slices post_slices "slices",
                digest post_digest "digest",
                row_digests post_row_digests "row-digests",
                read_rows post_read_rows "read-rows");
        });
    };
}

/// Exports a [`Destination`] as this module's connector.
#[macro_export]
macro_rules! destination {
    ($type:ty) => {
        $crate::__exports!($type, destination, "dest-connector", "run-write", {
            #[cfg_attr(target_arch = "wasm32", export_name = "rapidbyte:connector/dest-connector@2.0.0#resume")]
            pub unsafe extern "C" fn resume(ctx: u32) -> u32 {
                unsafe { $crate::export::resume(&SLOT, ctx) }
            }

            #[cfg_attr(
                target_arch = "wasm32",
                export_name = "cabi_post_rapidbyte:connector/dest-connector@2.0.0#resume"
            )]
            pub unsafe extern "C" fn post_resume(at: u32) {
                unsafe { $crate::export::post_resume(at) }
            }

            $crate::__compared!("dest-connector", destination_compared,
                comparable post_comparable "comparable",
                slices post_slices "slices",
                digest post_digest "digest",
                row_digests post_row_digests "row-digests",
                repair post_repair "repair");
        });
    };
}

/// Exports a [`Transform`] as this module's connector.
#[macro_export]
macro_rules! transform {
    ($type:ty) => {
        $crate::__exports!($type, transform, "transform-connector", "run-transform", {});
    };
}

/// Exports that take all their arguments by one address.
#[doc(hidden)]
#[macro_export]
macro_rules! __compared {
    ($interface:literal, $module:ident, $($name:ident $post:ident $function:literal),+) => {
        $(#[cfg_attr(target_arch = "wasm32", export_name = concat!("rapidbyte:connector/", $interface, "@2.0.0#", $function))]
        pub unsafe extern "C" fn $name(args: u32) -> u32 {
            unsafe { $crate::export::$module::$name(&SLOT, args) }
        }

        #[cfg_attr(target_arch = "wasm32", export_name = concat!("cabi_post_rapidbyte:connector/", $interface, "@2.0.0#", $function))]
        pub unsafe extern "C" fn $post(at: u32) {
            unsafe { $crate::export::$post(at) }
        })+
    };
}

/// The exports that all roles share. They are called `open`, `validate`, `run`, `close` in a hidden
/// module, so that native tests can call them as a host would.
#[doc(hidden)]
#[macro_export]
macro_rules! __exports {
    ($type:ty, $role:ident, $interface:literal, $run:literal, { $($more:item)* }) => {
        #[doc(hidden)]
        #[allow(missing_docs, clippy::missing_safety_doc)] // called by the host only
        pub mod __rapidbyte {
            use super::*;

            static SLOT: $crate::export::Slot<$type> = $crate::export::Slot::new();

            #[cfg_attr(target_arch = "wasm32", export_name = "cabi_realloc")]
            pub unsafe extern "C" fn realloc(at: u32, old: usize, align: usize, new: usize) -> u32 {
                unsafe { $crate::export::realloc(at, old, align, new) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = concat!("rapidbyte:connector/", $interface, "@2.0.0#open"))]
            pub unsafe extern "C" fn open(config: u32, len: usize) -> u32 {
                unsafe { $crate::export::$role::open(&SLOT, config, len) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = concat!("cabi_post_rapidbyte:connector/", $interface, "@2.0.0#open"))]
            pub unsafe extern "C" fn post_open(at: u32) {
                unsafe { $crate::export::post_unit(at) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = concat!("rapidbyte:connector/", $interface, "@2.0.0#validate"))]
            pub unsafe extern "C" fn validate(streams: u32, len: usize) -> u32 {
                unsafe { $crate::export::$role::validate(&SLOT, streams, len) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = concat!("cabi_post_rapidbyte:connector/", $interface, "@2.0.0#validate"))]
            pub unsafe extern "C" fn post_validate(at: u32) {
                unsafe { $crate::export::post_validate(at) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = concat!("rapidbyte:connector/", $interface, "@2.0.0#", $run))]
            pub unsafe extern "C" fn run(ctx: u32) -> u32 {
                unsafe { $crate::export::$role::run(&SLOT, ctx) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = concat!("cabi_post_rapidbyte:connector/", $interface, "@2.0.0#", $run))]
            pub unsafe extern "C" fn post_run(at: u32) {
                unsafe { $crate::export::$role::post_run(at) }
            }

            #[cfg_attr(target_arch = "wasm32", export_name = concat!("rapidbyte:connector/", $interface, "@2.0.0#close"))]
            pub extern "C" fn close() -> u32 {
                $crate::export::$role::close(&SLOT)
            }

            #[cfg_attr(target_arch = "wasm32", export_name = concat!("cabi_post_rapidbyte:connector/", $interface, "@2.0.0#close"))]
            pub unsafe extern "C" fn post_close(at: u32) {
                unsafe { $crate::export::post_unit(at) }
            }

            $($more)*
        }
    };
}

//! Writes streams into PostgreSQL tables.
//!
//! A stream's way: [`receipts`] claims it for this run, [`prepare`] finds or makes the table and plans
//! its columns, [`feed`] and [`sink`] send the rows (binary COPY, text COPY or INSERT), [`replace`] puts a replaced
//! table in place, [`upsert`] moves rows over those of the same key, [`changes`] does so with the changes of a source, [`guard`]
//! leaves bad rows out, and [`write`] holds one transaction around all that lies between two barriers. [`locks`] sees to it
//! that no process that stands still keeps later runs waiting.

mod catalog;
mod changes;
mod config;
mod connector;
mod ddl;
mod digest;
pub mod encode;
mod errors;
mod feed;
mod guard;
mod inspect;
mod locks;
mod plan;
mod prepare;
mod receipts;
mod replace;
mod sink;
mod steps;
mod swap;
mod types;
mod upsert;
mod write;

pub use config::Config;
pub use connector::DestPostgres;
pub use steps::DURABLE_STEPS;

rapidbyte_sdk::destination!(DestPostgres);

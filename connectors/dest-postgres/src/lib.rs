//! Writes streams into PostgreSQL tables.
//!
//! A stream's way: [`prepare`] finds or makes the table and plans its columns, [`sink`] sends the
//! rows (binary COPY, text COPY or INSERT), [`replace`] puts a replaced table in place, and
//! [`write`] holds the transaction around all of it.

mod catalog;
mod config;
mod connector;
mod ddl;
pub mod encode;
mod errors;
mod inspect;
mod plan;
mod prepare;
mod replace;
mod sink;
mod swap;
mod types;
mod write;

pub use config::Config;
pub use connector::DestPostgres;

rapidbyte_sdk::destination!(DestPostgres);

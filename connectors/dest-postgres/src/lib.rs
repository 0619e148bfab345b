//! Writes streams into PostgreSQL tables.
//!
//! A stream's way: [`receipts`] claims it for this run, [`prepare`] finds or makes the table and plans
//! its columns, [`sink`] sends the rows (binary COPY, text COPY or INSERT), [`replace`] puts a replaced
//! table in place, and [`write`] holds one transaction around all that lies between two barriers.

mod catalog;
mod config;
mod connector;
mod ddl;
pub mod encode;
mod errors;
mod inspect;
mod plan;
mod prepare;
mod receipts;
mod replace;
mod sink;
mod steps;
mod swap;
mod types;
mod write;

pub use config::Config;
pub use connector::DestPostgres;
pub use steps::DURABLE_STEPS;

rapidbyte_sdk::destination!(DestPostgres);

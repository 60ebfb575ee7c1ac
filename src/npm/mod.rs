//! The only exports to JavaScript: numbers and addresses in memory, no strings and no objects. So
//! the module imports nothing and needs no glue.

mod input;
mod published;
mod single_thread;
mod stream;

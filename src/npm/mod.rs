//! The only exports to JavaScript: numbers and addresses in memory, no strings and no objects. So
//! the module imports nothing and needs no glue, and no tool that would make it.

mod input;
mod published;
mod single_thread;
mod stream;

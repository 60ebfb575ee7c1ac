//! The only exports to JavaScript: numbers, short strings and addresses in memory, no objects. So
//! the module needs nothing of JavaScript but its glue.

mod input_buffer;
mod published;
mod single_thread;
mod stream;

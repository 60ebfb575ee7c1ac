//! The only exports to JavaScript: numbers, short strings and places in memory, no objects, so that
//! the module needs nothing of JavaScript's but its glue.

mod room;
mod stream;

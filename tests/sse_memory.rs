//! What the decoder asks of the allocator: nothing in the steady state, and not more than its
//! limit allows from a server that is broken or hostile.
#![cfg(not(target_arch = "wasm32"))]

use sluicegate::sse::{Decoder, Format};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

#[global_allocator]
static COUNTING: Counting = Counting;

/// The system's allocator, counting for each thread.
struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    LIVE.set(LIVE.get() + bytes);
    PEAK.set(PEAK.get().max(LIVE.get()));
    if bytes > 0 {
        CALLS.set(CALLS.get() + 1);
    }
}

// SAFETY: Every call goes to `System` as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: As the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: As the caller promised.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both are there while the bytes are copied.
        count(size as isize);
        count(-(layout.size() as isize));
        // SAFETY: As the caller promised.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// How often `work` allocates.
fn allocations(work: impl FnOnce()) -> usize {
    let before = CALLS.get();
    work();
    CALLS.get() - before
}

/// By how many bytes `work` raises the memory in use at its highest.
fn peak(work: impl FnOnce()) -> usize {
    let before = LIVE.get();
    PEAK.set(before);
    work();
    (PEAK.get() - before) as usize
}

/// Reads the stream several times over and counts in all passes but the first two.
fn allocations_when_warm(decoder: &mut Decoder, stream: &[u8], chunk: usize) -> usize {
    let mut pass = || {
        stream.chunks(chunk).for_each(|chunk| {
            decoder.push(chunk).unwrap();
            std::hint::black_box(decoder.items().count());
        });
    };
    pass();
    pass();
    allocations(|| (0..5).for_each(|_| pass()))
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![0_u8; 10]))), 1);
    assert_eq!(peak(|| drop(std::hint::black_box(vec![0_u8; 10]))), 10);
}

#[test]
fn no_allocation_in_the_steady_state() {
    let event = |at: usize| {
        let name = ["message", "start", "delta", "é"][at % 4];
        format!(": heartbeat\nevent: {name}\nid: {at:05}\r\ndata: {{\"汉\":{at}}}\ndata: b\n\n")
    };
    let stream: String = (0..200).map(event).collect();
    for keep_comments in [false, true] {
        for chunk in [1, 31, 271, 1024, 4096, usize::MAX] {
            let mut decoder = Decoder::new().keep_comments(keep_comments);
            let count = allocations_when_warm(&mut decoder, stream.as_bytes(), chunk);
            assert_eq!(count, 0, "chunks of {chunk}");
        }
    }
}

#[test]
fn no_allocation_in_the_steady_state_of_ndjson() {
    let stream: String = (0..200).map(|at| format!("{{\"汉\":{at}}}\r\n")).collect();
    for chunk in [1, 31, 1024, usize::MAX] {
        let mut decoder = Decoder::new().format(Format::Ndjson);
        let count = allocations_when_warm(&mut decoder, stream.as_bytes(), chunk);
        assert_eq!(count, 0, "chunks of {chunk}");
    }
}

const LIMIT: usize = 64 * 1024;
const CHUNK: usize = 4 * 1024;
/// The types, ids and data of an event, each with room to grow and a copy while it grows; and
/// what a chunk of the shortest fields can make of itself.
const BOUND: usize = 8 * LIMIT + 64 * CHUNK;

/// Pushes 2 MiB, or up to the error. Returns whether there was one.
fn read(decoder: &mut Decoder, mut unit: impl FnMut(usize) -> Vec<u8>) -> bool {
    let mut chunk = Vec::with_capacity(CHUNK + LIMIT);
    let (mut units, mut pushed) = (0, 0);
    while pushed < 2 << 20 {
        chunk.clear();
        while chunk.len() < CHUNK {
            chunk.extend(unit(units));
            units += 1;
        }
        if decoder.push(&chunk).is_err() {
            return true;
        }
        pushed += chunk.len();
    }
    false
}

#[track_caller]
fn check_bound(too_large: bool, unit: impl FnMut(usize) -> Vec<u8>) {
    let bytes = peak(|| {
        let mut decoder = Decoder::new().max_event_size(LIMIT).keep_comments(true);
        assert_eq!(read(&mut decoder, unit), too_large);
    });
    assert!(bytes < BOUND, "{bytes} bytes");
}

#[test]
fn a_line_without_end_is_bounded() {
    check_bound(true, |_| b"data: aaaa".to_vec());
    check_bound(true, |_| b": aaaa".to_vec());
    check_bound(false, |_| vec![0xfd]);
}

#[test]
fn a_line_that_nobody_keeps_takes_no_memory() {
    for start in [":", "x: ", "datax", " "] {
        let bytes = peak(|| {
            let mut decoder = Decoder::new().max_event_size(LIMIT);
            let unit = |at| if at == 0 { start.into() } else { b"aaaaaaaaaa".to_vec() };
            assert!(!read(&mut decoder, unit));
        });
        // The chunk that `read` makes is counted as well.
        assert!(bytes < CHUNK + LIMIT + 8 * 1024, "{bytes} bytes");
    }
}

#[test]
fn an_event_without_end_is_bounded() {
    check_bound(true, |_| b"data: aaaa\n".to_vec());
    check_bound(true, |_| b"data\n".to_vec());
    check_bound(true, |at| if at == 0 { b"data\n".to_vec() } else { b":\n".to_vec() });
}

#[test]
fn fields_without_events_are_bounded() {
    check_bound(false, |at| format!("event: {at}\n").into_bytes());
    check_bound(false, |at| format!("id: {at}\n").into_bytes());
    check_bound(false, |at| format!("retry: {at}\n").into_bytes());
    check_bound(false, |at| format!("x: {at}\n").into_bytes());
    check_bound(false, |_| b":\n".to_vec());
    check_bound(false, |_| b"\n".to_vec());
}

#[test]
fn short_events_are_bounded() {
    check_bound(false, |_| b"data\n\n".to_vec());
    check_bound(false, |at| format!("event:{at}\ndata\n\n").into_bytes());
    check_bound(false, |at| format!("id:{at}\n\n").into_bytes());
}

#[test]
fn events_up_to_the_limit_are_bounded() {
    let long = "x".repeat(LIMIT / 2);
    check_bound(false, |at| format!("data: {long}{at}\n\n").into_bytes());
    check_bound(false, |at| format!("id: {long}{at}\n\n").into_bytes());
    check_bound(false, |at| format!("event: {long}{at}\n\n").into_bytes());
    check_bound(false, |at| format!("event: {long}{at}\ndata\n\n").into_bytes());
}

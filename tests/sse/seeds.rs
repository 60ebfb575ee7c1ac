//! The seeds of the fuzz target, as tests.

use crate::oracle::assert_input_agrees;
use std::{fs, path::Path};

#[test]
fn seeds_of_the_fuzz_target() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/decode");
    let mut count = 0;
    for entry in fs::read_dir(&seeds).expect("the seeds are committed") {
        let path = entry.expect("the folder can be read").path();
        println!("{}", path.display());
        assert_input_agrees(&fs::read(&path).expect("a seed is a file"));
        count += 1;
    }
    assert!(count >= 20, "{count} seeds in {}", seeds.display());
}

use super::*;
use crate::{
    error::text::ErrorText,
    sse::batch,
    stream::{
        failure::Failure,
        lifecycle::{OutcomeType, State},
        step::{Action, Input, ResponseVerdict, Step},
    },
};
use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt::Debug;

/// `OnAbort` as `ON_ABORT`.
fn constant(name: &str) -> String {
    let mut constant = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !constant.is_empty() {
            constant.push('_');
        }
        constant.extend(character.to_uppercase());
    }
    constant
}

fn number(name: &str, value: u32) -> String {
    format!("export const {name} = {value}\n")
}

fn numbers<T: Debug>(about: &str, prefix: &str, all: &[T], of: impl Fn(usize) -> u32) -> String {
    let numbers = all.iter().enumerate().map(|(index, variant)| {
        number(&format!("{prefix}_{}", constant(&format!("{variant:?}"))), of(index))
    });
    format!("\n// {about}\n{}", numbers.collect::<String>())
}

fn names(about: &str, name: &str, all: impl Iterator<Item = &'static str>) -> String {
    let names: Vec<String> = all.map(|name| format!("'{name}'")).collect();
    format!("\n/** {about} */\nexport const {name} = [{}] as const\n", names.join(", "))
}

/// The texts of errors, in parts: the details stand between them.
fn texts() -> String {
    let texts = ErrorText::ALL.iter().map(|text| {
        let parts: Vec<String> = text.parts().iter().map(|part| format!("{part:?}")).collect();
        format!("export const TEXT_{} = [{}]\n", constant(&format!("{text:?}")), parts.join(", "))
    });
    format!("\n// What errors say. Details stand between the parts.\n{}", texts.collect::<String>())
}

fn border() -> String {
    let itself = |index| index as u32;
    let bit = |index: usize| 1 << index;
    let bits = [
        ("STEP_NIBBLE", Step::NIBBLE),
        ("STEP_CLOSE", Step::CLOSE),
        ("STEP_TIMED", Step::TIMED),
        ("STEP_NOTIFY", Step::NOTIFY),
        ("STEP_EXHAUSTED", Step::EXHAUSTED),
        ("STEP_RESUMES", Step::RESUMES),
        ("STEP_LINGERS", Step::LINGERS),
        ("STEP_DRAINS", Step::DRAINS),
        ("STEP_FIRST_OPENED", Step::FIRST_OPENED.0),
        ("STEP_FIRST_PREPARED", Step::FIRST_PREPARED.0),
        ("STEP_STATE_SHIFT", Step::STATE_SHIFT),
        ("STEP_TYPE_SHIFT", Step::TYPE_SHIFT),
        ("STEP_FAILURE_SHIFT", Step::FAILURE_SHIFT),
        ("ENCODING_SHIFT", Step::ENCODING_SHIFT),
    ];
    let rows = [
        ("ROW_WORDS", batch::ROW as u32),
        ("ROW_KIND", batch::KIND),
        ("ROW_EVENT", batch::EVENT),
        ("ROW_ID", batch::ID),
        ("ROW_RETRY", batch::RETRY),
        ("ROW_TEXT", batch::TEXT),
        ("ROW_FIGURES", batch::FIGURES),
        ("ROW_HAS_ID", batch::HAS_ID),
        ("ROW_HAS_TYPE", batch::HAS_TYPE),
        ("ROW_OWN_ID", batch::OWN_ID),
        ("ROW_TYPE_SHIFT", batch::TYPE_SHIFT),
    ];
    let list = |about: &str, list: &[(&str, u32)]| {
        let numbers: String = list.iter().map(|(name, value)| number(name, *value)).collect();
        format!("\n// {about}\n{numbers}")
    };
    [
        "// Written by `cargo test --package sluicegate border`: the numbers that Rust and JavaScript share.\n"
            .to_string(),
        numbers("The options of a stream.", "FLAG", Flag::ALL, bit),
        numbers("What happens to a stream.", "INPUT", Input::ALL, itself),
        numbers("What a driver does.", "ACTION", Action::ALL, itself),
        list("The bits of a step.", &bits),
        numbers("What a response is.", "VERDICT", ResponseVerdict::ALL, itself),
        numbers("Why an attempt failed.", "FAILURE", Failure::ALL, itself),
        texts(),
        list("The rows of a batch.", &rows),
        names("By their numbers.", "STATES", State::ALL.iter().map(|state| state.as_str())),
        names("By their numbers.", "OUTCOME_TYPES", OutcomeType::ALL.iter().map(|ending| ending.as_str())),
        names("The codes of failures.", "CODES", Failure::ALL.iter().map(|it| it.code())),
    ]
    .concat()
}

#[test]
fn javascript_has_the_same_numbers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg/src/border.ts");
    let border = border();
    let written = std::fs::read_to_string(path).unwrap_or_default();
    if written != border {
        std::fs::write(path, border).expect("pkg/src is writable");
        panic!("pkg/src/border.ts was out of date and has been written: build again");
    }
}

#[test]
fn all_fits_into_a_step() {
    assert!(Action::ALL.len() as u32 <= Step::NIBBLE + 1);
    assert!(State::ALL.len() <= 1 << (Step::TYPE_SHIFT - Step::STATE_SHIFT));
    assert!(OutcomeType::ALL.len() <= 1 << (Step::FAILURE_SHIFT - Step::TYPE_SHIFT));
    assert!(Failure::ALL.len() < 1 << 4);
}

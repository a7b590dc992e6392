//! Which events a subscription is sent, and in what form: expressions and templates in minijinja, over the body.
//!
//! They come from outside, so each runs on fuel, reads only the body it is given, loads nothing and is small. Fuel counts
//! steps, not bytes, and ten steps can double a text ten times; so what makes a value larger than what it was made of
//! (`*`, `~`, variables, filters like `replace`) is left out or bounded, and as a step may look at the whole body, a large
//! body has fewer of them. They are checked when they are saved; one that fails all the same when it runs, or finds a
//! mistake of the library, is an error of that delivery and of no other.

mod bounded;
mod names;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Expression};
use serde_json::Value;

use self::bounded::Bounded;

/// The longest expression, in bytes.
const LONGEST: usize = 2048;
/// The longest template, in bytes.
const LONGEST_TEMPLATE: usize = 16 * 1024;
/// The longest that stands between two delimiters of a template, in bytes. Operators that follow each other (`--a`,
/// `a.b.c`) are a tree as deep as there are of them, and minijinja walks it on the stack: one of some 4,500 ends the process.
const LONGEST_BLOCK: usize = 1024;
const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];
/// Filters and functions whose result may be larger than what they are given.
const GROWING: [&str; 12] = [
    "replace", "format", "indent", "chain", "zip", "map", "batch", "slice", "pprint", "groupby", "sum",
    "join",
];
const FUNCTIONS: [&str; 4] = ["range", "dict", "debug", "namespace"];
/// Steps that one run may take over a body of so many bytes or fewer.
const FUEL: [(usize, u64); 3] = [(64 * 1024, 20_000), (512 * 1024, 2_500), (usize::MAX, 300)];

/// Why an expression or a template is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("must be shorter: {LONGEST} bytes for a filter, {LONGEST_TEMPLATE} for a template")]
    Long,
    #[error("must not be empty: null means none")]
    Empty,
    #[error("cannot be read: {0}")]
    Form(String),
    #[error("cannot be worked out: there is no {0} {1} here")]
    Unknown(&'static str, String),
    #[error("cannot be worked out: {0}")]
    Run(String),
}

/// Whether an expression, as `results.analysis_results.severity_breakdown.critical > 0`, holds for this body. What the body
/// does not have is false.
pub fn holds(filter: &str, body: &Value) -> Result<bool, Wrong> {
    contained(|| {
        let value = expression(environment_for(body), filter)?.eval(Serde(body));
        Ok(value.map_err(|e| Wrong::Run(said(&e)))?.is_true())
    })
}

fn expression<'a>(environment: &'a Environment<'a>, text: &'a str) -> Result<Expression<'a, 'a>, Wrong> {
    if text.len() > LONGEST {
        return Err(Wrong::Long);
    }
    only_small(text)?;
    environment.compile_expression(text).map_err(|e| Wrong::Form(said(&e)))
}

/// Whether a filter may be saved: it can be read, and there is all that it calls.
pub fn check_filter(text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::Empty);
    }
    expression(&ENVIRONMENTS[0], text)?;
    names::check_expression(text)
}

/// The same of a template. An empty one would empty every message.
pub fn check_template(text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::Empty);
    }
    check_blocks(text)?;
    ENVIRONMENTS[0].template_from_str(text).map_err(|e| Wrong::Form(said(&e)))?;
    names::check_template(text)
}

/// What must hold of a template before minijinja reads it.
fn check_blocks(text: &str) -> Result<(), Wrong> {
    if text.len() > LONGEST_TEMPLATE {
        return Err(Wrong::Long);
    }
    for part in text.split("{{").skip(1) {
        check_block(part.split("}}").next().unwrap_or_default())?;
    }
    for part in text.split("{%").skip(1) {
        let inside = part.split("%}").next().unwrap_or_default();
        check_block(inside)?;
        let word = inside
            .trim_start_matches(['-', '+', ' ', '\t', '\r', '\n'])
            .split([' ', '-', '\t', '\r', '\n'])
            .next();
        if !word.is_some_and(|word| STATEMENTS.contains(&word)) {
            return Err(Wrong::Form(format!("only {} are known", STATEMENTS.join(", "))));
        }
    }
    Ok(())
}

/// Judges what stands between two delimiters, which it must hold whole: a text that holds a delimiter, or braces, would
/// make the block longer than it looks.
fn check_block(inside: &str) -> Result<(), Wrong> {
    if inside.len() > LONGEST_BLOCK {
        return Err(Wrong::Form(format!(
            "what stands in {{{{ }}}} or {{% %}} is over {LONGEST_BLOCK} bytes"
        )));
    }
    let mut open = None;
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match (open, letter) {
            (Some(_), '\\') => drop(letters.next()),
            (Some(quote), letter) if letter == quote => open = None,
            (None, '"' | '\'') => open = Some(letter),
            (None, '{' | '}') => {
                return Err(Wrong::Form("braces are not known in {{ }} and {% %}".to_owned()));
            }
            (Some(_) | None, _) => {}
        }
    }
    if open.is_some() {
        return Err(Wrong::Form("a text in {{ }} or {% %} does not end there".to_owned()));
    }
    only_small(inside)
}

fn only_small(expression: &str) -> Result<(), Wrong> {
    if expression.contains(['*', '~']) {
        return Err(Wrong::Form("the operators * and ~ are not known here".to_owned()));
    }
    Ok(())
}

/// What a template makes of a body.
pub fn render(template: &str, body: &Value) -> Result<String, Wrong> {
    check_blocks(template)?;
    contained(|| {
        let mut out = Bounded::default();
        let template = environment_for(body).template_from_str(template);
        let template = template.map_err(|e| Wrong::Form(said(&e)))?;
        let written = template.render_captured_to(Serde(body), &mut out).and_then(|_| out.text());
        written.map_err(|e| Wrong::Run(said(&e)))
    })
}

/// A mistake of the library ends this run alone.
fn contained<T>(run: impl FnOnce() -> Result<T, Wrong>) -> Result<T, Wrong> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(Wrong::Run("it makes the engine of expressions fail".to_owned())))
}

static ENVIRONMENTS: LazyLock<[Environment<'static>; 3]> =
    LazyLock::new(|| FUEL.map(|(_, fuel)| environment(fuel)));

fn environment_for(body: &Value) -> &'static Environment<'static> {
    let bytes = bounded::bytes(body);
    let place = FUEL.iter().position(|(most, _)| bytes <= *most).unwrap_or(FUEL.len() - 1);
    &ENVIRONMENTS[place]
}

/// Missing fields chain: `a.b.c` of a body without `a` is nothing rather than an error.
fn environment(fuel: u64) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Chainable);
    for name in GROWING {
        environment.remove_filter(name);
    }
    for name in FUNCTIONS {
        environment.remove_global(name);
    }
    // The library's own divides by nought.
    environment.add_test("divisibleby", |number: i64, by: i64| number.checked_rem(by) == Some(0));
    bounded::add_filters(&mut environment);
    environment.set_fuel(Some(fuel));
    environment.set_recursion_limit(64);
    environment
}

fn said(error: &minijinja::Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

//! Which events a subscription is sent, and in what form: expressions and templates in minijinja, over the body.
//!
//! They come from outside, so each runs on fuel, reads only the body it is given, loads nothing and is small. Fuel counts
//! steps, not bytes, and ten steps can double a text ten times; so what makes a value larger than what it was made of
//! (`*`, `~`, variables, filters like `replace`) is left out. They are checked when they are saved; one that fails all
//! the same when it runs is an error of that delivery, never a panic.

mod names;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Expression};
use serde_json::Value;

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
/// Steps that one run may take.
const FUEL: u64 = 20_000;
/// The largest body that a template may write, in bytes.
const LARGEST: usize = 256 * 1024;

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

/// An expression that can be read, as `results.analysis_results.severity_breakdown.critical > 0`.
#[derive(Debug)]
pub struct Filter<'a>(Expression<'a, 'a>);

impl<'a> Filter<'a> {
    pub fn parse(text: &'a str) -> Result<Self, Wrong> {
        if text.len() > LONGEST {
            return Err(Wrong::Long);
        }
        only_small(text)?;
        ENVIRONMENT.compile_expression(text).map(Self).map_err(|e| Wrong::Form(said(&e)))
    }

    /// Whether it holds for this body. What the body does not have is false.
    pub fn holds(&self, body: &Value) -> Result<bool, Wrong> {
        let value = self.0.eval(Serde(body)).map_err(|e| Wrong::Run(said(&e)))?;
        Ok(value.is_true())
    }
}

/// Whether a filter may be saved: it can be read, and there is all that it calls.
pub fn check_filter(text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::Empty);
    }
    Filter::parse(text)?;
    names::check_expression(text)
}

/// The same of a template. An empty one would empty every message.
pub fn check_template(text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::Empty);
    }
    check_blocks(text)?;
    ENVIRONMENT.template_from_str(text).map_err(|e| Wrong::Form(said(&e)))?;
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
    let template = ENVIRONMENT.template_from_str(template).map_err(|e| Wrong::Form(said(&e)))?;
    let mut out = Bounded(Vec::new());
    template.render_captured_to(Serde(body), &mut out).map_err(|e| Wrong::Run(said(&e)))?;
    String::from_utf8(out.0).map_err(|e| Wrong::Run(e.to_string()))
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// Missing fields chain: `a.b.c` of a body without `a` is nothing rather than an error.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Chainable);
    for name in GROWING {
        environment.remove_filter(name);
    }
    for name in FUNCTIONS {
        environment.remove_global(name);
    }
    environment.add_filter("tojson", |value: minijinja::Value| {
        serde_json::to_string(&value).map_err(|e| {
            minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, "the value is not JSON")
                .with_source(e)
        })
    });
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(64);
    environment
}

fn said(error: &minijinja::Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

/// Stops a template that writes too much.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(std::io::Error::other("the template writes too much"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

//! CWE-798: a secret is read from the environment, under the name that it has in the code.
//!
//! The secret itself must never leave the file by way of a result: [`texts`] says what to mask.

use super::call::Call;
use super::edit::Edit;
use super::import;
use super::place::{Place, Proposal, Refused, node_at};
use crate::analyze::Facts;
use crate::analyze::finding::Finding;
use crate::analyze::unit::Node;
use crate::language::{Family, Language};

const FIX: &str = "secret_extraction";
/// Shortest text that is masked: shorter ones are words of the language.
const LEAST: usize = 4;
/// Nodes that give a name to a value.
const HOLDERS: &[&str] =
    &["assignment", "variable_declarator", "pair", "keyword_argument", "assignment_expression"];
/// Words in names of secrets.
const WORDS: &[&str] = &["pass", "pwd", "secret", "key", "token", "auth", "credential"];

pub(super) fn environment(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let (name, literal) = secret(place).ok_or(Refused::Shape("the secret has no name"))?;
    if literal
        .ancestors()
        .any(|node| matches!(&*node.kind(), "parameters" | "default_parameter" | "formal_parameters"))
    {
        return Err(Refused::Shape("the secret is a default"));
    }
    // What is read when a file is imported keeps the whole program from starting, and every test from running.
    let is_late = literal.ancestors().any(|node| matches!(&*node.kind(), "function_definition" | "lambda"));
    if place.family == Family::Python && !is_late {
        return Err(Refused::Shape("its file could not be imported before the variable is set"));
    }
    let variable = environment_name(&name);
    let description = format!(
        "Reads the secret from the environment variable {variable}, which must be set. The old one is known and must be replaced."
    );
    let (code, edits, uses) = match place.family {
        Family::Python => {
            let environ = import::function(place, literal.range().start, "os", "environ")?;
            let is_bytes = literal.text().starts_with(['b', 'B']);
            let code = format!("{}[\"{variable}\"]{}", environ.code, if is_bytes { ".encode()" } else { "" });
            let code = place.styled(&code);
            (code, environ.edits, Vec::new())
        }
        Family::JavaScript => {
            let typed = matches!(place.facts.unit.language, Language::TypeScript | Language::Tsx);
            let code = format!("process.env.{variable}");
            (if typed { format!("{code} as string") } else { code }, Vec::new(), Vec::new())
        }
    };
    let mut all = edits;
    all.push(Edit::replace(literal.range(), code));
    let mut proposal = Proposal::new(FIX, all, &description).changing_meaning();
    proposal.uses = uses;
    Ok(proposal)
}

/// The literal and what it is called.
fn secret<'u>(place: &Place<'_, 'u>) -> Option<(String, Node<'u>)> {
    if let Some(found) = named(&place.sink) {
        return Some(found);
    }
    let outer = place.sink.ancestors().take(4).find(|node| HOLDERS.contains(&&*node.kind()));
    if let Some(found) = outer.as_ref().and_then(named) {
        return Some(found);
    }
    // A call's own argument: `jwt.sign(data, "…")`, `hmac.new(b"…", ..)`.
    let call = Call::of(place.facts, &place.sink)?;
    let literals: Vec<_> = call.arguments.iter().filter(|a| a.kind() == "string").cloned().collect();
    let at = usize::from(matches!(
        call.method(),
        "encode"
            | "decode"
            | "sign"
            | "verify"
            | "createHmac"
            | "createCipheriv"
            | "createDecipheriv"
            | "encrypt"
            | "login"
    ));
    let literal = call.positional(at).filter(|a| a.kind() == "string").or_else(|| match &literals[..] {
        [only] => Some(only.clone()),
        _ => None,
    })?;
    let library = call.name.split(['.', '(', '/']).next().unwrap_or("app").to_owned();
    Some((format!("{library}_secret"), literal))
}

/// A name that is given a literal: an assignment, a property, a keyword.
fn named<'u>(node: &Node<'u>) -> Option<(String, Node<'u>)> {
    let mut nodes = node.dfs().filter_map(|node| {
        let (name, value) = match &*node.kind() {
            "assignment" | "assignment_expression" => (node.field("left")?, node.field("right")?),
            "variable_declarator" | "keyword_argument" => (node.field("name")?, node.field("value")?),
            "pair" => (node.field("key")?, node.field("value")?),
            _ => return None,
        };
        let text = name.text();
        let last = text.trim_end_matches(']').rsplit(['.', '[']).next().unwrap_or(&text);
        let last = last.trim_matches(['"', '\'']).to_owned();
        let lower = last.to_ascii_lowercase();
        (value.kind() == "string" && WORDS.iter().any(|word| lower.contains(word))).then_some((last, value))
    });
    nodes.next()
}

/// `dbPassword` is `DB_PASSWORD`.
fn environment_name(name: &str) -> String {
    let mut out = String::new();
    let mut before = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('_');
        }
        out.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        before = c;
    }
    let out = out.trim_matches('_').to_owned();
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        format!("SECRET_{out}")
    } else {
        out
    }
}

/// The literals of the findings that are secrets.
pub(super) fn texts(facts: &Facts<'_>, found: &[Finding]) -> Vec<String> {
    let root = facts.unit.root();
    let mut texts = Vec::new();
    for finding in found.iter().filter(|finding| finding.about.cwe == "CWE-798") {
        let Some(node) = node_at(&root, &finding.range) else { continue };
        let outer = node.ancestors().take(3).find(|outer| HOLDERS.contains(&&*outer.kind()));
        let statement = outer.unwrap_or_else(|| node.clone());
        for literal in
            statement.dfs().filter(|node| matches!(&*node.kind(), "string_content" | "string_fragment"))
        {
            let text = literal.text();
            texts.extend(text.lines().map(str::trim).filter(|line| line.len() >= LEAST).map(str::to_owned));
        }
    }
    // Longest first: one may hold another.
    texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    texts.dedup();
    texts
}

/// A text without the secrets in it.
pub(super) fn masked(text: &str, secrets: &[String]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "****"))
}

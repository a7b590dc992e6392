//! MD5 and SHA-1 become SHA-256.
//!
//! The digest changes: stored ones no longer match, and columns may be too short. Nothing in the file tells whether that
//! matters, so these fixes carry a lower confidence and say so.

use crate::language::Family;

use super::edit::Edit;
use super::place::{Place, Proposal, Refused};
use super::rename;

pub(super) fn propose(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let (name, callee, arguments) = (call.name, call.callee, call.arguments);
    let (module, function) = name.rsplit_once('.').unwrap_or(("", &name));
    if is_promised(place) {
        return Err(Refused::Shape("the names around it promise this very hash"));
    }
    let (edits, uses) = match (place.family, module, function) {
        (Family::Python, "hashlib", "md5" | "sha1") => {
            (rename::callee(place, &callee, "sha256")?, vec!["hashlib.sha256".to_owned()])
        }
        (Family::Python, "cryptography.hazmat.primitives.hashes", "MD5" | "SHA1") => {
            (rename::callee(place, &callee, "SHA256")?, vec![format!("{module}.SHA256")])
        }
        (Family::Python, _, "new") if module.contains("Hash.") => {
            let class = callee.field("object").filter(|object| object.kind() == "identifier");
            let class = class.ok_or(Refused::Shape("the hash is not imported by its name"))?;
            let package = module.rsplit_once('.').map_or("", |(package, _)| package);
            (rename::name(place, &class, "SHA256")?, vec![format!("{package}.SHA256.new")])
        }
        (Family::Python, "hashlib", "new") | (Family::JavaScript, _, "createHash" | "createHmac") => {
            let literal = arguments.first().filter(|first| first.kind() == "string");
            let literal = literal.ok_or(Refused::Shape("the hash is not named where it is used"))?;
            let content = literal
                .named_children()
                .find(|part| part.kind().starts_with("string_") && part.text().len() > 1);
            let content = content.ok_or(Refused::NoTemplate)?;
            (vec![Edit::replace(content.range(), "sha256")], Vec::new())
        }
        (Family::JavaScript, "crypto-js", "MD5" | "SHA1") => {
            (rename::callee(place, &callee, "SHA256")?, vec!["crypto-js.SHA256".to_owned()])
        }
        (Family::JavaScript, "crypto-js", "HmacMD5" | "HmacSHA1") => {
            (rename::callee(place, &callee, "HmacSHA256")?, vec!["crypto-js.HmacSHA256".to_owned()])
        }
        _ => return Err(Refused::Shape("another library would be needed")),
    };
    let description = "Replaced the broken hash with SHA-256. Stored digests change and become longer: \
                       check where they are kept or compared.";
    let mut proposal = Proposal::new("weak_hash_replacement", edits, description).changing_meaning();
    proposal.uses = uses;
    Ok(proposal)
}

/// Whether the function, a condition or what the digest is assigned to names the hash, as a protocol's code does.
fn is_promised(place: &Place<'_, '_>) -> bool {
    let names = |text: &str| {
        let text = text.to_ascii_lowercase().replace(['-', '_'], "");
        text.contains("md5") || text.contains("sha1")
    };
    names(&place.finding.function)
        || place.sink.ancestors().any(|node| match &*node.kind() {
            "if_statement" | "elif_clause" => node.field("condition").is_some_and(|test| names(&test.text())),
            "assignment" | "assignment_expression" => {
                node.field("left").is_some_and(|left| names(&left.text()))
            }
            "variable_declarator" | "keyword_argument" => {
                node.field("name").is_some_and(|name| names(&name.text()))
            }
            "pair" => node.field("key").is_some_and(|key| names(&key.text())),
            _ => false,
        })
}

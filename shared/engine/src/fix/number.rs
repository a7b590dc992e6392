//! CWE-326 and CWE-732: a number in a call becomes a safe one: the length of a key, the rights of a file.

use super::call;
use super::edit::Edit;
use super::place::{Place, Proposal, Refused};
use crate::analyze::unit::Node;
use crate::language::Family;

/// Shortest RSA, DSA and Diffie-Hellman keys (NIST SP 800-131A).
const KEY_BITS: &str = "2048";

pub(super) fn key_size(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let value = match place.family {
        Family::Python => call.named("key_size").or_else(|| call.named("bits")).or_else(|| {
            call.arguments.iter().find(|a| matches!(&*a.text(), "512" | "768" | "1024")).cloned()
        }),
        Family::JavaScript => call
            .arguments
            .iter()
            .find_map(|argument| call::property(argument, "modulusLength"))
            .or_else(|| call.positional(0).filter(|_| call.method() == "createDiffieHellman")),
    };
    let is_small =
        |value: &Node<'_>| value.text().parse::<u32>().is_ok_and(|bits| (256..2048).contains(&bits));
    let value = value.filter(is_small).ok_or(Refused::Shape("the length is not written in the call"))?;
    let description = "New keys have 2048 bits.";
    Ok(Proposal::new("key_length", vec![Edit::replace(value.range(), KEY_BITS)], description))
}

/// The owner's rights stay, those of all others go.
pub(super) fn file_mode(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let call = place.call()?;
    let numbers = call.arguments.iter().map(|a| a.field("value").unwrap_or_else(|| a.clone()));
    let mode = numbers.rev().find_map(|value| octal(&value.text()).map(|mode| (value, mode)));
    let (value, mode) = mode.ok_or(Refused::Shape("the mode is not written in the call"))?;
    let text = value.text();
    let digits = format!("{:03o}", mode & 0o700);
    let prefix = if text.starts_with(['"', '\'']) { String::new() } else { "0o".to_owned() };
    let quote = if prefix.is_empty() { &text[..1] } else { "" };
    let edit = Edit::replace(value.range(), format!("{quote}{prefix}{digits}{quote}"));
    let description = "Only the owner may read, write or run the file.";
    Ok(Proposal::new("file_permissions", vec![edit], description).changing_meaning())
}

fn octal(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0o").or_else(|| {
        let quoted = text.trim_matches(['"', '\'']);
        (quoted.len() < text.len()).then_some(quoted)
    })?;
    u32::from_str_radix(digits, 8).ok().filter(|mode| *mode <= 0o7777 && digits.len() >= 3)
}

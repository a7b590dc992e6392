//! CWE-295: certificates and host keys are checked.

use super::call::{self, Call};
use super::edit::Edit;
use super::place::{Place, Proposal, Refused};
use super::rename;

const FIX: &str = "certificate_verification";
const DESCRIPTION: &str =
    "The other side's certificate is checked. A server with a certificate of its own making is refused now.";
/// Keywords that switch the check off, and what switches it on again; nothing for those that are best left out.
const KEYWORDS: &[(&str, &str, Option<&str>)] = &[
    ("verify", "False", None),
    ("verify_ssl", "False", None),
    ("ssl", "False", None),
    ("cert_reqs", "CERT_NONE", Some("CERT_REQUIRED")),
    ("check_hostname", "False", Some("True")),
];

pub(super) fn python(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let mut uses = Vec::new();
    let edits = match Call::of(place.facts, &place.sink) {
        Some(call) if call.name.starts_with("ssl._create") => {
            uses.push("ssl.create_default_context".to_owned());
            rename::callee(place, &call.callee, "create_default_context")?
        }
        Some(call) if call.method() == "set_missing_host_key_policy" => return host_keys(place, &call),
        Some(call) => vec![keyword(place, &call)?],
        None => assignment(place)?,
    };
    let mut proposal = Proposal::new(FIX, edits, DESCRIPTION).changing_meaning();
    proposal.uses = uses;
    Ok(proposal)
}

fn keyword(place: &Place<'_, '_>, call: &Call<'_>) -> Result<Edit, Refused> {
    for (name, off, on) in KEYWORDS {
        let Some(value) = call.named(name) else { continue };
        let text = value.text();
        let Some(prefix) = text.trim_matches(['"', '\'']).strip_suffix(off) else { continue };
        return match (on, call.keyword(name)) {
            (Some(on), _) => {
                let quote = if text.starts_with(['"', '\'']) { &text[..1] } else { "" };
                Ok(Edit::replace(value.range(), format!("{quote}{prefix}{on}{quote}")))
            }
            (None, Some(whole)) => Ok(call.without(&whole, place.source())),
            (None, None) => Err(Refused::NoTemplate),
        };
    }
    Err(Refused::Shape("the setting comes from elsewhere"))
}

/// `context.check_hostname = False` and its like.
fn assignment(place: &Place<'_, '_>) -> Result<Vec<Edit>, Refused> {
    let own = place.sink.kind() == "assignment";
    let assignment = if own {
        Some(place.sink.clone())
    } else {
        place.sink.ancestors().find(|n| n.kind() == "assignment")
    };
    let value = assignment.and_then(|a| a.field("right")).ok_or(Refused::NoTemplate)?;
    let text = value.text();
    let new = match &*text {
        "False" => "True".to_owned(),
        other if other.ends_with("CERT_NONE") => other.replace("CERT_NONE", "CERT_REQUIRED"),
        other if other.ends_with("_create_unverified_context") => {
            other.replace("_create_unverified_context", "create_default_context")
        }
        _ => return Err(Refused::Shape("the setting comes from elsewhere")),
    };
    Ok(vec![Edit::replace(value.range(), new)])
}

/// `AutoAddPolicy` to `RejectPolicy`.
fn host_keys(place: &Place<'_, '_>, call: &Call<'_>) -> Result<Proposal, Refused> {
    let policy = call.positional(0).ok_or(Refused::NoTemplate)?;
    let class = policy.field("function").unwrap_or(policy);
    let edits = rename::callee(place, &class, "RejectPolicy")?;
    let description = "Hosts whose key is not known are refused: load the known ones first.";
    Ok(Proposal::new("host_key_verification", edits, description).changing_meaning())
}

pub(super) fn script(place: &Place<'_, '_>) -> Result<Proposal, Refused> {
    let mut edits = Vec::new();
    for pair in place.sink.dfs().filter(|node| node.kind() == "pair") {
        let (Some(key), Some(value)) = (pair.field("key"), pair.field("value")) else { continue };
        let is_check = matches!(key.text().trim_matches(['"', '\'']), "rejectUnauthorized" | "strictSSL");
        if is_check && value.text() == "false" {
            edits.push(Edit::replace(value.range(), "true"));
        }
    }
    if edits.is_empty() {
        edits.push(
            environment(place)
                .or_else(|| named_options(place))
                .ok_or(Refused::Shape("the setting comes from elsewhere"))?,
        );
    }
    Ok(Proposal::new(FIX, edits, DESCRIPTION).changing_meaning())
}

/// `process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"`
fn environment(place: &Place<'_, '_>) -> Option<Edit> {
    let own = place.sink.kind() == "assignment_expression";
    let assignment = if own {
        place.sink.clone()
    } else {
        place.sink.ancestors().find(|node| node.kind() == "assignment_expression")?
    };
    let value = assignment.field("right")?;
    let text = value.text();
    let is_off =
        assignment.field("left")?.text().contains("NODE_TLS_REJECT_UNAUTHORIZED") && text.contains('0');
    is_off.then(|| Edit::replace(value.range(), text.replace('0', "1")))
}

/// `const options = { rejectUnauthorized: false }; https.request(options)`
fn named_options(place: &Place<'_, '_>) -> Option<Edit> {
    let call = Call::of(place.facts, &place.sink)?;
    call.arguments.iter().find_map(|argument| {
        let object = place.written(argument).filter(|node| node.kind() == "object")?;
        let keys = ["rejectUnauthorized", "strictSSL"];
        let value = keys.iter().find_map(|key| call::property(&object, key))?;
        (value.text() == "false").then(|| Edit::replace(value.range(), "true"))
    })
}

//! Forms: bodies whose fields are known, read so that all that is wrong is named.

use quartet_domain::subscription::FieldFlaw;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

/// Flaws that are named at most.
const MOST_FLAWS: usize = 50;

/// A body's fields, each with what it must be; those that a form does not have are refused.
pub(crate) trait Form: DeserializeOwned {
    const FIELDS: &'static [(&'static str, &'static str)];
    /// The same of what is inside of fields: `events[]` is any item of a list, `headers.*` any field of an object.
    const INSIDE: &'static [(&'static str, &'static str)] = &[];
}

/// Reads a form.
pub(crate) fn read<T: Form>(map: Map<String, Value>) -> Result<T, Vec<FieldFlaw>> {
    match read_around(map) {
        (Some(form), flaws) if flaws.is_empty() => Ok(form),
        (_, flaws) => Err(flaws),
    }
}

/// Reads a form, if that can be done at all, without what is wrong in it. That is named and left out, so that the rest is read
/// as well.
pub(crate) fn read_around<T: Form>(mut map: Map<String, Value>) -> (Option<T>, Vec<FieldFlaw>) {
    let mut flaws = Vec::new();
    map.retain(|name, _| {
        let known = T::FIELDS.iter().any(|(field, _)| field == name);
        if !known && flaws.len() < MOST_FLAWS {
            flaws.push(FieldFlaw::new(shown(name), "there is no such field"));
        }
        known
    });
    let mut form = Value::Object(map);
    let mut left_out = Vec::new();
    loop {
        match serde_path_to_error::deserialize(&form) {
            Ok(read) => return (Some(read), flaws),
            Err(error) => {
                let steps = steps(error.path());
                let at = place(&steps, &left_out);
                // What lacks only what was left out is not wrong itself.
                if !flaws.iter().any(|flaw| flaw.field.len() > at.len() && flaw.field.starts_with(&at)) {
                    flaws.push(FieldFlaw::new(&at, must::<T>(&steps)));
                }
                if flaws.len() >= MOST_FLAWS || !leave_out(&mut form, &steps, &mut left_out) {
                    return (None, flaws);
                }
            }
        }
    }
}

/// A step from a value into what is inside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Item(usize),
}

/// The first items of the list at these steps were left out, so many of them.
type LeftOut = (Vec<Step>, usize);

fn steps(path: &Path) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Map { key } | Segment::Enum { variant: key } => Some(Step::Field(key.clone())),
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Unknown => None,
    };
    path.iter().map_while(step).collect()
}

/// As it is shown: `events[1]`, counted as it was sent.
fn place(steps: &[Step], left_out: &[LeftOut]) -> String {
    let mut text = String::new();
    for (depth, step) in steps.iter().enumerate() {
        match step {
            Step::Field(name) if text.is_empty() => text = shown(name),
            Step::Field(name) => text = format!("{text}.{}", shown(name)),
            Step::Item(index) => {
                let before = left_out.iter().find(|(list, _)| *list == steps[..depth]).map_or(0, |(_, n)| *n);
                text = format!("{text}[{}]", index + before);
            }
        }
    }
    text
}

/// What must stand there: what is said of the place, or of that which it is in.
fn must<T: Form>(steps: &[Step]) -> &'static str {
    (1..=steps.len()).rev().find_map(|depth| said_of::<T>(&steps[..depth])).unwrap_or("cannot be read")
}

fn said_of<T: Form>(steps: &[Step]) -> Option<&'static str> {
    let find = |of: &[(&str, &'static str)], name: &str| {
        of.iter().find(|(place, _)| *place == name).map(|(_, must)| *must)
    };
    let (last, before) = steps.split_last()?;
    if let (Step::Field(name), []) = (last, before) {
        return find(T::FIELDS, name);
    }
    let before = place(before, &[]);
    match last {
        Step::Field(name) => {
            find(T::INSIDE, &format!("{before}.{name}")).or_else(|| find(T::INSIDE, &format!("{before}.*")))
        }
        Step::Item(_) => find(T::INSIDE, &format!("{before}[]")),
    }
}

/// Takes what was wrong out of the form; of a list also what stands before it, which was read and found good.
fn leave_out(form: &mut Value, steps: &[Step], left_out: &mut Vec<LeftOut>) -> bool {
    let Some((last, before)) = steps.split_last() else { return false };
    let holder = before.iter().try_fold(form, |value, step| match step {
        Step::Field(name) => value.get_mut(name),
        Step::Item(index) => value.get_mut(index),
    });
    match (holder, last) {
        (Some(Value::Object(map)), Step::Field(name)) => map.remove(name).is_some(),
        (Some(Value::Array(list)), Step::Item(index)) if *index < list.len() => {
            list.drain(..=*index);
            match left_out.iter_mut().find(|(place, _)| place == before) {
                Some((_, count)) => *count += index + 1,
                None => left_out.push((before.to_vec(), index + 1)),
            }
            true
        }
        _ => false,
    }
}

fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether they can be read is of interest")]
    struct Sample {
        a: Option<u8>,
        b: Option<Vec<String>>,
        c: Option<BTreeMap<String, String>>,
        d: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether they can be read is of interest")]
    struct Inner {
        many: Vec<u8>,
    }

    impl Form for Sample {
        const FIELDS: &'static [(&'static str, &'static str)] = &[
            ("a", "must be 0 to 255"),
            ("b", "must be a list"),
            ("c", "must be an object"),
            ("d", "must have many"),
        ];
        const INSIDE: &'static [(&'static str, &'static str)] =
            &[("b[]", "must be text"), ("c.*", "must be a text"), ("d.many[]", "must be small")];
    }

    #[track_caller]
    fn check(body: &Value, expected: &[&str]) {
        let map = body.as_object().cloned().expect("an object");
        let said: Vec<_> = match read::<Sample>(map) {
            Ok(_) => vec![],
            Err(flaws) => flaws.into_iter().map(|flaw| format!("{} {}", flaw.field, flaw.message)).collect(),
        };
        assert_eq!(said, expected, "{body}");
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        check(&json!({}), &[]);
        check(&json!({ "a": 7, "b": ["x"] }), &[]);
        let (a, b) = ("a must be 0 to 255", "b[1] must be text");
        check(&json!({ "a": 256, "b": ["x", 7], "e": null }), &["e there is no such field", a, b]);
        for wrong in [json!("7"), json!(-1), json!(1e10), json!(1.5), json!({})] {
            check(&json!({ "a": wrong }), &[a]);
        }
        check(&json!({ "b[]": 7, "c.*": 7 }), &["b[] there is no such field", "c.* there is no such field"]);
    }

    #[test]
    fn everything_inside_that_is_wrong_is_named() {
        let text = ["b[0] must be text", "b[2] must be text", "b[3] must be text"];
        check(&json!({ "b": [1, "x", null, {}, "y"] }), &text);
        check(&json!({ "b": {} }), &["b must be a list"]);
        check(&json!({ "c": { "x": 1, "y": "", "z": [] } }), &["c.x must be a text", "c.z must be a text"]);
        let small = ["a must be 0 to 255", "d.many[1] must be small", "d.many[2] must be small"];
        check(&json!({ "d": { "many": [1, "x", 300] }, "a": "" }), &small);
        check(&json!({ "d": { "many": 1 } }), &["d.many must have many"]);
        check(&json!({ "d": {} }), &["d must have many"]);
        check(&json!({ "d": 7 }), &["d must have many"]);
    }

    #[test]
    fn many_flaws_are_not_all_named() {
        let Err(flaws) = read::<Sample>(Map::from_iter([("b".to_owned(), json!(vec![1; 99]))])) else {
            panic!("nothing is wrong")
        };
        assert_eq!((flaws.len(), flaws[49].field.as_str()), (MOST_FLAWS, "b[49]"));
    }
}

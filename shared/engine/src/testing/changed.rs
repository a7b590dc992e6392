//! The lines that a change brings.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::tree::Tree;

/// Larger files are generated or data.
const MAX_FILE_BYTES: usize = 1024 * 1024;

/// For each of `files` the lines of `head` that `base` does not have, or not as often: first and last of each stretch,
/// from 1.
///
/// Lines are counted and not aligned: that is linear whatever the files are, and a line that only moved was tested or not
/// tested before.
pub fn changed_lines(
    base: &Tree,
    head: &Tree,
    files: &BTreeSet<String>,
) -> BTreeMap<String, Vec<(u32, u32)>> {
    let each = files.iter().filter_map(|path| {
        let new = head.get(path).filter(|bytes| bytes.len() <= MAX_FILE_BYTES)?;
        let stretches = stretches(base.get(path).unwrap_or_default(), new);
        (!stretches.is_empty()).then(|| (path.clone(), stretches))
    });
    each.collect()
}

fn stretches(old: &[u8], new: &[u8]) -> Vec<(u32, u32)> {
    let mut known: HashMap<&[u8], u32> = HashMap::new();
    for line in lines(old) {
        *known.entry(line).or_default() += 1;
    }
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    for (number, line) in (1_u32..).zip(lines(new)) {
        if let Some(left) = known.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            continue;
        }
        match stretches.last_mut().filter(|(_, last)| *last + 1 == number) {
            Some((_, last)) => *last = number,
            None => stretches.push((number, number)),
        }
    }
    stretches
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: &[(u32, u32)]) {
        assert_eq!(stretches(old.as_bytes(), new.as_bytes()), expected, "{old:?} {new:?}");
    }

    #[test]
    fn what_the_base_has_is_not_changed() {
        check("a\nb\n", "a\nb\n", &[]);
        check("a\nb\n", "a\r\nb\r\n", &[]);
        check("", "a\nb", &[(1, 2)]);
        check("a\nb\n", "a\nx\ny\nb\nz\n", &[(2, 3), (5, 5)]);
        check("a\n", "a\na\n", &[(2, 2)]);
        check("a\nb\n", "b\na\n", &[]);
    }

    #[test]
    fn only_wanted_files_count() {
        let tree = |text: &str| -> Tree {
            [("a.py", text.as_bytes()), ("b.py", text.as_bytes())].into_iter().collect()
        };
        let files = BTreeSet::from(["a.py".to_owned(), "gone.py".to_owned()]);
        let changed = changed_lines(&tree("x\n"), &tree("x\ny\n"), &files);
        assert_eq!(changed, BTreeMap::from([("a.py".to_owned(), vec![(2, 2)])]));
    }
}

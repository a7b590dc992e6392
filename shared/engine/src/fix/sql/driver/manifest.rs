//! What a project says it installs: `package.json`, `requirements.txt`, `pyproject.toml` and the like.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::language::Family;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    dependencies: BTreeMap<String, IgnoredAny>,
    dev_dependencies: BTreeMap<String, IgnoredAny>,
    peer_dependencies: BTreeMap<String, IgnoredAny>,
    optional_dependencies: BTreeMap<String, IgnoredAny>,
}

/// The folder that a manifest speaks for, and the language; `None` for any other file.
pub(super) fn of_path(path: &str) -> Option<(Family, &str)> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folder.split('/').any(|part| part == "node_modules") {
        return None;
    }
    let is_text = name.ends_with(".txt") || name.ends_with(".in");
    match name {
        "package.json" => Some((Family::JavaScript, folder)),
        "pyproject.toml" | "Pipfile" | "setup.py" | "setup.cfg" => Some((Family::Python, folder)),
        _ if name.starts_with("requirements") && is_text => Some((Family::Python, folder)),
        _ if is_text && folder == "requirements" => Some((Family::Python, "")),
        _ if is_text => folder.strip_suffix("/requirements").map(|outer| (Family::Python, outer)),
        _ => None,
    }
}

/// The packages that a manifest lists; `None` if it cannot be read. Of those that are no plain list every word counts, so
/// that at worst more is named than is installed.
pub(super) fn packages(path: &str, bytes: &[u8]) -> Option<Vec<String>> {
    let text = str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}');
    if path.ends_with("package.json") {
        let package: Package = serde_json::from_str(text).ok()?;
        let lists = [
            package.dependencies,
            package.dev_dependencies,
            package.peer_dependencies,
            package.optional_dependencies,
        ];
        return Some(lists.into_iter().flat_map(BTreeMap::into_keys).collect());
    }
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    if path.ends_with(".txt") || path.ends_with(".in") {
        let mut listed = Vec::new();
        for line in lines {
            // Another list, which may stand anywhere.
            let is_elsewhere = (line.starts_with("-r") || line.starts_with("--req")) && line.contains("..");
            (!is_elsewhere).then_some(())?;
            let is_named = !line.starts_with('-') && !line.contains("://");
            listed.push(if is_named { first_word(line) } else { line.to_owned() });
        }
        return Some(listed);
    }
    let words = lines.flat_map(|line| line.split(|c: char| !is_of_name(c)));
    Some(words.filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

/// `psycopg2-binary[pool]>=2.9` is `psycopg2-binary`.
fn first_word(line: &str) -> String {
    line.split(|c: char| !is_of_name(c)).next().unwrap_or_default().to_owned()
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

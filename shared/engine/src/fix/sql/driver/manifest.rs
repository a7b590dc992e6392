//! What a repository says it installs: `package.json`, `requirements.txt`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

use crate::language::Family;

/// Packages for Python that bring a module of another name.
const MODULES: &[(&str, &str)] = &[
    ("psycopg2-binary", "psycopg2"),
    ("mysqlclient", "MySQLdb"),
    ("mysql-connector-python", "mysql"),
    ("flask-mysqldb", "flask_mysqldb"),
    ("cx-oracle", "cx_Oracle"),
    ("clickhouse-driver", "clickhouse_driver"),
    ("snowflake-connector-python", "snowflake"),
];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    dependencies: BTreeMap<String, IgnoredAny>,
    dev_dependencies: BTreeMap<String, IgnoredAny>,
    peer_dependencies: BTreeMap<String, IgnoredAny>,
    optional_dependencies: BTreeMap<String, IgnoredAny>,
}

/// The modules that come with what a manifest lists; `None` for any other file.
pub(super) fn packages(path: &str, text: &str) -> Option<(Family, Vec<String>)> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if folder.split('/').any(|part| part == "node_modules") {
        return None;
    }
    match name {
        "package.json" => {
            let package: Package = serde_json::from_str(text).unwrap_or_default();
            let lists = [
                package.dependencies,
                package.dev_dependencies,
                package.peer_dependencies,
                package.optional_dependencies,
            ];
            Some((Family::JavaScript, lists.into_iter().flat_map(BTreeMap::into_keys).collect()))
        }
        _ if name.starts_with("requirements") && name.ends_with(".txt") => {
            Some((Family::Python, text.lines().filter_map(required).collect()))
        }
        _ => None,
    }
}

/// `psycopg2-binary>=2.9` is the module `psycopg2`.
fn required(line: &str) -> Option<String> {
    let line = line.trim_start();
    let end =
        line.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).unwrap_or(line.len());
    let name = line[..end].to_ascii_lowercase();
    let module = MODULES.iter().find(|(package, _)| *package == name).map(|(_, module)| (*module).to_owned());
    (!name.is_empty()).then(|| module.unwrap_or(name))
}

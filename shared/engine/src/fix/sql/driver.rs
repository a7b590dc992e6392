//! Which placeholders a database driver takes, and how it wants the values.
//!
//! From the drivers' own documentation: sqlite3 `?`; psycopg and the MySQL ones `%s` (DB-API `format`); asyncpg and
//! node-postgres `$1`; mysql2, mariadb, sqlite3 and better-sqlite3 for Node `?`; SQLAlchemy's `text` `:name`.
//!
//! A file that names no driver, because its connection is a parameter, takes that of the repository, if only one could be
//! meant: among what its files import and its manifests list.

mod manifest;

use std::collections::BTreeSet;

use crate::analyze::Facts;
use crate::fix::place::Refused;
use crate::fix::project::imported;
use crate::language::{Family, Language};
use crate::tree::Tree;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Placeholder {
    /// `?`
    Question,
    /// `%s`; a percent sign in the text is written `%%`.
    Percent,
    /// `$1`
    Dollar,
    /// `:1`
    Colon,
    /// `:name`
    Named,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Passing {
    /// `(a, b)` after the text.
    Tuple,
    /// `[a, b]` after the text.
    Array,
    /// `a, b` after the text.
    Spread,
    /// `{ replacements: [a, b] }` after the text.
    Replacements,
    /// `.bindparams(a=a)` after the call.
    Bound,
    /// In the call that follows: `prepare(text).get(a, b)`.
    Chained,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Style {
    pub(super) placeholder: Placeholder,
    pub(super) passing: Passing,
}

/// (family, module, placeholder)
const MODULES: &[(Family, &str, Placeholder)] = &[
    (Family::Python, "sqlite3", Placeholder::Question),
    (Family::Python, "aiosqlite", Placeholder::Question),
    (Family::Python, "pyodbc", Placeholder::Question),
    (Family::Python, "duckdb", Placeholder::Question),
    (Family::Python, "psycopg2", Placeholder::Percent),
    (Family::Python, "psycopg", Placeholder::Percent),
    (Family::Python, "MySQLdb", Placeholder::Percent),
    (Family::Python, "pymysql", Placeholder::Percent),
    (Family::Python, "mysql", Placeholder::Percent),
    (Family::Python, "flask_mysqldb", Placeholder::Percent),
    (Family::Python, "aiomysql", Placeholder::Percent),
    (Family::Python, "django", Placeholder::Percent),
    (Family::Python, "asyncpg", Placeholder::Dollar),
    (Family::Python, "oracledb", Placeholder::Colon),
    (Family::Python, "cx_Oracle", Placeholder::Colon),
    (Family::JavaScript, "pg", Placeholder::Dollar),
    (Family::JavaScript, "pg-promise", Placeholder::Dollar),
    (Family::JavaScript, "mariadb", Placeholder::Question),
    (Family::JavaScript, "mysql", Placeholder::Question),
    (Family::JavaScript, "mysql2", Placeholder::Question),
    (Family::JavaScript, "sqlite3", Placeholder::Question),
    (Family::JavaScript, "sqlite", Placeholder::Question),
    (Family::JavaScript, "better-sqlite3", Placeholder::Question),
    (Family::JavaScript, "knex", Placeholder::Question),
    (Family::JavaScript, "sequelize", Placeholder::Question),
];

/// Drivers that take such calls too, and values in a way that no template writes.
const OTHERS: &[(Family, &str)] = &[
    (Family::Python, "clickhouse_driver"),
    (Family::Python, "fdb"),
    (Family::Python, "ibm_db_dbi"),
    (Family::Python, "pymssql"),
    (Family::Python, "snowflake"),
    (Family::JavaScript, "@libsql/client"),
    (Family::JavaScript, "@neondatabase/serverless"),
    (Family::JavaScript, "@planetscale/database"),
    (Family::JavaScript, "cassandra-driver"),
    (Family::JavaScript, "mssql"),
    (Family::JavaScript, "oracledb"),
    (Family::JavaScript, "postgres"),
    (Family::JavaScript, "snowflake-sdk"),
    (Family::JavaScript, "tedious"),
];

/// The drivers that any file of the tree imports, or a manifest lists.
#[derive(Debug, Default)]
pub(in crate::fix) struct Drivers {
    used: BTreeSet<(Family, &'static str)>,
}

impl Drivers {
    pub(in crate::fix) fn of_tree(tree: &Tree) -> Self {
        let mut drivers = Self::default();
        for (path, bytes) in tree.iter() {
            let Ok(source) = str::from_utf8(bytes) else { continue };
            if let Some((family, packages)) = manifest::packages(path, source) {
                packages.iter().for_each(|package| drivers.note(family, package));
            } else if let Some(family) = Language::of_path(path).and_then(Language::family) {
                let modules = source.lines().flat_map(|line| imported(family, line));
                modules.for_each(|module| drivers.note(family, &module));
            }
        }
        drivers
    }

    /// `mysql2/promise` is of `mysql2`, `@libsql/client/web` of `@libsql/client`.
    fn note(&mut self, family: Family, module: &str) {
        let of = |name: &str| {
            module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let known = MODULES.iter().map(|(family, name, _)| (*family, *name)).chain(OTHERS.iter().copied());
        self.used.extend(known.filter(|(other, name)| *other == family && of(name)));
    }

    /// The style of the call, and whether its own file says so.
    pub(super) fn of_call(&self, facts: &Facts<'_>, callee: &str) -> Result<(Style, bool), Refused> {
        let family = facts.unit.language.family().ok_or(Refused::NoTemplate)?;
        if callee.ends_with("sqlalchemy.text") || callee == "sqlalchemy.sql.text" {
            return Ok((Style { placeholder: Placeholder::Named, passing: Passing::Bound }, true));
        }
        let method = callee.rsplit('.').next().unwrap_or(callee);
        let own: BTreeSet<Style> = MODULES
            .iter()
            .filter(|(of, module, _)| *of == family && facts.names.uses(module))
            .filter_map(|(_, module, placeholder)| style(family, module, *placeholder, method))
            .collect();
        let is_sure = !own.is_empty();
        let styles = if is_sure { own } else { self.styles(family, method) };
        let is_guess = !is_sure && OTHERS.iter().any(|other| other.0 == family && self.used.contains(other));
        match styles.iter().collect::<Vec<_>>()[..] {
            [only] if !is_guess => Ok((*only, is_sure)),
            [] if self.used.iter().all(|(of, _)| *of != family) => {
                Err(Refused::Shape("the repository names no database driver that is known"))
            }
            [] => Err(Refused::Shape("no known database driver takes this call")),
            _ => Err(Refused::Shape("several database drivers could take this call")),
        }
    }

    fn styles(&self, family: Family, method: &str) -> BTreeSet<Style> {
        MODULES
            .iter()
            .filter(|(of, module, _)| *of == family && self.used.contains(&(*of, *module)))
            .filter_map(|(_, module, placeholder)| style(family, module, *placeholder, method))
            .collect()
    }
}

/// How this method of this driver takes values; `None` where it takes none.
fn style(family: Family, module: &str, placeholder: Placeholder, method: &str) -> Option<Style> {
    let passing = match (family, module, method) {
        (Family::Python, "asyncpg", "execute" | "fetch" | "fetchrow" | "fetchval") => Passing::Spread,
        (Family::Python, "asyncpg", _) => return None,
        (Family::Python, "django", "raw") | (Family::Python, _, "execute") => Passing::Tuple,
        (Family::JavaScript, "better-sqlite3" | "sqlite", "prepare") => Passing::Chained,
        (Family::JavaScript, "pg" | "mysql", "query")
        | (Family::JavaScript, "pg-promise", "query" | "any" | "one" | "none" | "many")
        | (Family::JavaScript, "mysql2" | "mariadb", "query" | "execute")
        | (Family::JavaScript, "sqlite3" | "sqlite", "get" | "all" | "run" | "each")
        | (Family::JavaScript, "knex", "raw") => Passing::Array,
        (Family::JavaScript, "sequelize", "query") => Passing::Replacements,
        _ => return None,
    };
    Some(Style { placeholder, passing })
}

//! Which placeholders a database driver takes, and how it wants the values.
//!
//! From the drivers' own documentation: sqlite3 `?`; psycopg and the MySQL ones `%s` (DB-API `format`); asyncpg and
//! node-postgres `$1`; mysql2, mariadb, sqlite3 and better-sqlite3 for Node `?`; SQLAlchemy's `text` `:name`.
//!
//! Sure is only what the module that made the handle says, or the file's own imports. A file that says nothing takes the
//! driver of its project: its nearest manifests and the imports of their files, if these can mean only one.

mod handle;
mod manifest;
mod module;
mod packages;
mod project;

use std::collections::BTreeSet;

use super::super::call::Call;
use super::super::place::{Place, Refused};
use crate::language::Family;

pub(in crate::fix) use project::Drivers;

use handle::Origin;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Placeholder {
    /// `?`
    Question,
    /// `%s`
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

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Values {
    /// The column's type decides.
    AsTheyAre,
    /// The value's type counts: what stood in quotes must be text.
    Text,
    /// The same, and an object or a list is written into the SQL part by part.
    Expanded,
    /// The value must have the column's type.
    Typed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Style {
    pub(super) placeholder: Placeholder,
    pub(super) passing: Passing,
    pub(super) values: Values,
    /// Placeholders are filled in by the driver, within strings too.
    fills_in: bool,
    pub(super) has_text_in_double_quotes: bool,
    /// `LIMIT` takes a parameter.
    pub(super) counts: bool,
}

impl Style {
    /// Whether this sign in the text, strings included, would be read by the driver.
    pub(super) fn reads(&self, c: char) -> bool {
        match self.placeholder {
            Placeholder::Question => c == '?' && self.fills_in,
            Placeholder::Percent => c == '%',
            Placeholder::Dollar => c == '$',
            Placeholder::Colon | Placeholder::Named => c == ':',
        }
    }
}

const FEW: &str = "several database drivers could take this call";
const FOREIGN: &str = "the handle comes from a library that is not known";
const UNKNOWN: &str = "the project uses a database library that is not known";

/// The style of the call, and whether the handle's own file or maker says so.
pub(super) fn of_call<'u>(place: &Place<'_, 'u>, call: &Call<'u>) -> Result<(Style, bool), Refused> {
    let family = place.family;
    if call.name.ends_with("sqlalchemy.text") || call.name == "sqlalchemy.sql.text" {
        let style = Style {
            placeholder: Placeholder::Named,
            passing: Passing::Bound,
            values: Values::Typed,
            fills_in: false,
            has_text_in_double_quotes: false,
            counts: true,
        };
        return Ok((style, true));
    }
    let (drivers, path) = (&place.project.drivers, place.facts.unit.path.as_str());
    let method = call.method();
    let by_maker = match handle::origin(place, call) {
        Origin::Module(module) => {
            match (packages::driver(family, &module), drivers.imported_by(family, path, &module)) {
                (Some(driver), _) => Some(BTreeSet::from([driver])),
                (None, Some(uses)) if uses.is_clear() => Some(uses.known).filter(|known| !known.is_empty()),
                (None, Some(_)) => return Err(Refused::Shape(UNKNOWN)),
                (None, None) if packages::is_neutral(&module) => None,
                (None, None) => return Err(Refused::Shape(FOREIGN)),
            }
        }
        Origin::Unknown => None,
    };
    let own = drivers.of_file(path);
    if by_maker.is_none() && !own.is_clear() {
        return Err(Refused::Shape(UNKNOWN));
    }
    if let Some(sure) = by_maker.or_else(|| Some(own.known.clone()).filter(|known| !known.is_empty())) {
        return Ok((only(family, &sure, method)?, true));
    }
    let project = drivers.of_project(family, path);
    if project.known.is_empty() && project.is_clear() {
        return Err(Refused::Shape("the repository names no database driver that is known"));
    }
    if !project.is_clear() {
        return Err(Refused::Shape(if project.is_unreadable {
            "a manifest cannot be read"
        } else {
            UNKNOWN
        }));
    }
    Ok((only(family, &project.known, method)?, false))
}

/// The one style that all these drivers have.
fn only(family: Family, drivers: &BTreeSet<&'static str>, method: &str) -> Result<Style, Refused> {
    let styles: BTreeSet<Style> = drivers.iter().filter_map(|driver| style(family, driver, method)).collect();
    match styles.iter().collect::<Vec<_>>()[..] {
        [only] => Ok(*only),
        [] => Err(Refused::Shape("no known database driver takes this call")),
        _ => Err(Refused::Shape(FEW)),
    }
}

/// How this method of this driver takes values; `None` where it takes none.
fn style(family: Family, module: &str, method: &str) -> Option<Style> {
    let passing = match (family, module, method) {
        (Family::Python, "asyncpg", "execute" | "fetch" | "fetchrow" | "fetchval") => Passing::Spread,
        (Family::Python, "asyncpg", _) => return None,
        (Family::Python, "django.db", "raw") | (Family::Python, _, "execute") => Passing::Tuple,
        (Family::JavaScript, "better-sqlite3", "prepare") => Passing::Chained,
        (Family::JavaScript, "pg" | "mysql", "query")
        | (Family::JavaScript, "pg-promise", "query" | "any" | "one" | "none" | "many")
        | (Family::JavaScript, "mysql2" | "mariadb", "query" | "execute")
        | (Family::JavaScript, "sqlite3" | "sqlite", "get" | "all" | "run" | "each")
        | (Family::JavaScript, "knex", "raw") => Passing::Array,
        (Family::JavaScript, "sequelize", "query") => Passing::Replacements,
        _ => return None,
    };
    let placeholder = match (family, module) {
        (Family::Python, "sqlite3" | "aiosqlite" | "pyodbc" | "duckdb") => Placeholder::Question,
        (Family::Python, "asyncpg") | (Family::JavaScript, "pg" | "pg-promise") => Placeholder::Dollar,
        (Family::Python, "oracledb" | "cx_Oracle") => Placeholder::Colon,
        (Family::Python, _) => Placeholder::Percent,
        (Family::JavaScript, _) => Placeholder::Question,
    };
    let is_prepared = (module, method) == ("mysql2", "execute");
    let is_sqlite = matches!(module, "sqlite3" | "aiosqlite" | "sqlite" | "better-sqlite3");
    let is_mysql = matches!(
        module,
        "mysql"
            | "mysql2"
            | "mariadb"
            | "mysql.connector"
            | "MySQLdb"
            | "pymysql"
            | "aiomysql"
            | "flask_mysqldb"
    );
    let values = match module {
        "asyncpg" => Values::Typed,
        "knex" | "sequelize" | "django.db" => Values::Expanded,
        _ if is_mysql && !is_prepared => Values::Expanded,
        _ if is_sqlite => Values::AsTheyAre,
        _ => Values::Text,
    };
    Some(Style {
        placeholder,
        passing,
        values,
        fills_in: family == Family::JavaScript && values == Values::Expanded,
        has_text_in_double_quotes: is_mysql || is_sqlite,
        counts: !is_prepared,
    })
}

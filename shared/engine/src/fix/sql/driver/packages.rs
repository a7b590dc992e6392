//! Names of database libraries, as code imports them and as manifests list them.

use crate::language::Family;

/// (family, module, package)
const DRIVERS: &[(Family, &str, &str)] = &[
    (Family::Python, "sqlite3", "sqlite3"),
    (Family::Python, "aiosqlite", "aiosqlite"),
    (Family::Python, "pyodbc", "pyodbc"),
    (Family::Python, "duckdb", "duckdb"),
    (Family::Python, "psycopg2", "psycopg2"),
    (Family::Python, "psycopg2", "psycopg2-binary"),
    (Family::Python, "psycopg", "psycopg"),
    (Family::Python, "psycopg", "psycopg-binary"),
    (Family::Python, "MySQLdb", "mysqlclient"),
    (Family::Python, "pymysql", "pymysql"),
    (Family::Python, "mysql.connector", "mysql-connector-python"),
    (Family::Python, "flask_mysqldb", "flask-mysqldb"),
    (Family::Python, "aiomysql", "aiomysql"),
    (Family::Python, "django.db", "django"),
    (Family::Python, "asyncpg", "asyncpg"),
    (Family::Python, "oracledb", "oracledb"),
    (Family::Python, "cx_Oracle", "cx-oracle"),
    (Family::JavaScript, "pg", "pg"),
    (Family::JavaScript, "pg-promise", "pg-promise"),
    (Family::JavaScript, "mariadb", "mariadb"),
    (Family::JavaScript, "mysql", "mysql"),
    (Family::JavaScript, "mysql2", "mysql2"),
    (Family::JavaScript, "sqlite3", "sqlite3"),
    (Family::JavaScript, "sqlite", "sqlite"),
    (Family::JavaScript, "better-sqlite3", "better-sqlite3"),
    (Family::JavaScript, "knex", "knex"),
    (Family::JavaScript, "sequelize", "sequelize"),
];
/// What a name has that may be of a library that takes SQL.
const MARKS: &[&str] = &[
    "sql",
    "postgres",
    "maria",
    "oracle",
    "odbc",
    "database",
    "duckdb",
    "cockroach",
    "snowflake",
    "clickhouse",
    "cassandra",
    "scylla",
    "redshift",
    "bigquery",
    "athena",
    "trino",
    "presto",
    "vertica",
    "firebird",
    "teradata",
    "tedious",
    "neondatabase",
    "planetscale",
    "prisma",
    "drizzle",
    "typeorm",
    "kysely",
    "knex",
    "slonik",
    "objection",
    "mikro-orm",
    "bookshelf",
    "databricks",
    "ibm-db",
    "psycopg",
    "peewee",
    "tortoise",
    "sequelize",
];
/// The same as a whole part of a name.
const PARTS: &[&str] = &["pg", "pg8000", "db", "fdb", "hana", "hive", "impala", "records", "d1", "orm"];
/// Names with such marks that take no SQL.
const HARMLESS: &[&str] = &[
    "pg-hstore",
    "sqlstring",
    "sql-formatter",
    "sqlparse",
    "sqlfluff",
    "pytest-postgresql",
    "connect-pg-simple",
    "express-mysql-session",
];
/// Libraries that hold or close what others make.
const NEUTRAL: &[&str] = &[
    "flask",
    "fastapi",
    "starlette",
    "quart",
    "aiohttp",
    "contextlib",
    "express",
    "koa",
    "fastify",
    "typing",
];

/// The driver that this module is of: `mysql2/promise` is of `mysql2`, `psycopg.rows` of `psycopg`.
pub(super) fn driver(family: Family, module: &str) -> Option<&'static str> {
    let is_of = |name: &str| {
        module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    };
    DRIVERS.iter().find(|(of, name, _)| *of == family && is_of(name)).map(|(_, name, _)| *name)
}

/// The driver that this package brings.
pub(super) fn driver_of_package(family: Family, package: &str) -> Option<&'static str> {
    let package = normal(package);
    DRIVERS.iter().find(|(of, _, name)| *of == family && *name == package).map(|(_, name, _)| *name)
}

/// Whether a library of this name may take SQL.
pub(super) fn is_database(name: &str) -> bool {
    let name = normal(name);
    let is_marked = MARKS.iter().any(|mark| name.contains(mark));
    let has_part = name.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| PARTS.contains(&part));
    (is_marked || has_part) && !HARMLESS.contains(&name.as_str()) && !name.starts_with("@types/")
}

pub(super) fn is_neutral(module: &str) -> bool {
    let top = module.split(['.', '/']).next().unwrap_or(module);
    NEUTRAL.contains(&top)
}

fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

//! Fixes of TypeScript: types, imports and exports on the way, and no compiler.

use super::case::{check_proved, check_proved_beside};

#[track_caller]
fn typescript(cwe: &str, function: &str, frame: &str, weak: &str, fixed: &str) {
    check_proved("src/app.ts", cwe, function, frame, weak, fixed);
}

#[test]
fn sql_in_typescript() {
    typescript(
        "CWE-89",
        "find",
        "import type { Pool } from 'mysql2/promise';
interface User {
  id: number;
}
export async function find(pool: Pool, name: string, limit?: number): Promise<User[]> {
  const [rows] = await pool.query<User[]>(HERE); // SINK
  return rows as unknown as User[];
}
",
        "`SELECT * FROM users WHERE name = '${name}' LIMIT ${limit!}`",
        "'SELECT * FROM users WHERE name = ? LIMIT ?', [name, limit!]",
    );
    typescript(
        "CWE-89",
        "Users.find",
        "import { Pool, QueryResult } from 'pg';
export default class Users<T extends object = {}> {
  private readonly pool: Pool = new Pool();
  public async find(this: Users<T>, name: string): Promise<QueryResult<T>>;
  public async find(name: any): Promise<any> {
    return this.pool.query(HERE); // SINK
  }
}
",
        "\"SELECT * FROM users WHERE name = '\" + name + \"'\"",
        "{ text: 'SELECT * FROM users WHERE name = $1', values: [name] }",
    );
}

#[test]
fn handlers_in_typescript() {
    typescript(
        "CWE-78",
        "",
        "import express, { type Request, Response } from 'express';
import { exec, execFile } from 'node:child_process';

const app = express();
app.get('/ping', (req: Request, res: Response): void => {
  HERE, (error: Error | null, out: string) => res.send(out)); // SINK
});
export { app as default };
",
        "exec('ping ' + (req.query.host as string)",
        "execFile('ping', [req.query.host as string]",
    );
    typescript(
        "CWE-601",
        "after",
        "import { Request, Response } from 'express';
type Handler = (req: Request, res: Response) => void;
export const after: Handler = (req, res) => {
  const to = <string>req.query.next;
  HERE
  res.redirect(to); // SINK
};
",
        "",
        "if (!/^\\/[^/\\\\]/.test(to)) return res.redirect('/');",
    );
}

#[test]
fn weak_functions_and_paths_in_typescript() {
    typescript(
        "CWE-328",
        "slug",
        "import * as crypto from 'crypto';\nexport function slug(text: string): string {\n  return crypto.createHash('HERE').update(text).digest('hex'); // SINK\n}\n",
        "md5",
        "sha256",
    );
    typescript(
        "CWE-22",
        "read",
        "import fs from 'node:fs';
import path = require('node:path');
declare const VERSION: string;
export const read = (name: string): string => {
  const full = path.resolve('/srv/files', name);
  HERE
  return fs.readFileSync(full, 'utf8'); // SINK
};
",
        "",
        "if (!full.startsWith('/srv/files/')) throw new Error('outside');",
    );
}

/// What is imported by its place is run as well, though it is named as it would be once compiled.
#[test]
fn a_file_may_import_others() {
    let rest: [(&str, &str); 2] = [
        ("src/names.ts", "export enum Kind { A }\n"),
        (
            "src/text/index.ts",
            "import type { Kind } from '../names.js';\nexport const trimmed = (text: string, kind?: Kind): string => text.trim();\n",
        ),
    ];
    check_proved_beside(
        &rest,
        "src/app.ts",
        "CWE-89",
        "find",
        "import { trimmed } from './text/index.js';\nexport function find(db: { query: Function }, name: string) {\n  return db.query(HERE); // SINK\n}\n",
        "`SELECT * FROM users WHERE name = '${trimmed(name)}'`",
        "'SELECT * FROM users WHERE name = ?', [trimmed(name)]",
    );
}

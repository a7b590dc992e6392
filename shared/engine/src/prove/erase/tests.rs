//! What becomes of TypeScript: by what is left of a line.

use std::path::Path;

use super::*;
use crate::build::{Verdict, check_syntax};

#[track_caller]
fn check(source: &str, expected: &str) {
    let erased = erase("a.ts", source).unwrap().text;
    assert_eq!(erased.lines().count(), source.lines().count(), "{erased}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&erased), words(expected), "{erased}");
}

#[test]
fn types_become_blanks() {
    check("const a: number = 1;", "const a = 1;");
    check("let a!: Map<string, () => void>, b: string | null = null;", "let a , b = null;");
    check(
        "function f<T extends A>(this: B, a?: T, ...b: T[]): a is T { return a! as any as T; }",
        "function f ( a , ...b ) { return a ; }",
    );
    check(
        "const f = async <T,>(a: T, { b }: { b: T } = c): Promise<T> => g<T>(a, b satisfies T);",
        "const f = async (a , { b } = c) => g (a, b );",
    );
    check("type A = {\n  a: string\n}\n(f)()", "; (f)()");
    check("interface A { a: string }\nenumerate(a ? b : c);", "; enumerate(a ? b : c);");
    check(
        "abstract class A<T> extends B<T> implements C, D {\n  private readonly a?: string = 'x';\n  declare b: T;\n  abstract c(): void;\n  d(a: T): void;\n  public static async d(a?: T) { return this.a!.b; }\n  [key: string]: any;\n}",
        "class A extends B { a = 'x'; b ; ; ; static async d(a ) { return this.a .b; } ; }",
    );
    check("function f(a: string): string;\nfunction f(a) { return a; }", "; function f(a) { return a; }");
    check(
        "declare global { interface A {} }\ndeclare const a: string;\nf(new Map<string, A>(), <A>b);",
        "; ; f(new Map (), b);",
    );
    check(
        "const a = b ? (c as D) : e!;\nconst g = `${h as string}`;",
        "const a = b ? (c ) : e ;\nconst g = `${h }`;",
    );
    check(
        "const é: string = 'ü';\nlabel: for (const a of b as C[]) { continue label; }",
        "const é = 'ü'; label: for (const a of b ) { continue label; }",
    );
}

#[test]
fn modules_become_common_ones() {
    check(
        "import 'a';\nimport b from 'b';\nf(b);",
        "require(\"a\"); const b=quartetDefault(require(\"b\")); f(b);",
    );
    check(
        "import * as a from 'a';\nimport b, {\n  c,\n  d as e,\n  type F,\n  G,\n} from './b';\nf(a, b, c, e as G);",
        "const a=require(\"a\"); const b=quartetDefault(require(\"./b\"));const {c:c,d:e}=require(\"./b\"); f(a, b, c, e );",
    );
    check(
        "import type { A } from 'a';\nimport { B } from 'b';\nimport c = require('c');\nf(c, b as B);",
        "const c=require(\"c\"); f(c, b );",
    );
    check(
        "export const a: string = 'x', { b, c: d } = e;",
        "quartetExport(exports,{a:()=>a,b:()=>b,d:()=>d}); const a = 'x', { b, c: d } = e;",
    );
    check(
        "export async function f(a: A) {}\nexport default class B {}",
        "quartetExport(exports,{f:()=>f}); async function f(a ) {} quartetExport(exports,{default:()=>B}); class B {}",
    );
    check(
        "export default (a: A) => a;\nexport interface C {}\nexport type { D } from 'd';",
        "exports.default = (a ) => a; ; ;",
    );
    check(
        "export { a, b as c };\nexport * from './d';\nexport * as e from 'e';\nexport { f as g } from 'f';",
        "quartetExport(exports,{a:()=>a,c:()=>b}); Object.assign(exports,require(\"./d\")); quartetExport(exports,{e:()=>require(\"e\")}); quartetExport(exports,{g:()=>require(\"f\")['f']});",
    );
    check("export = a;", "module.exports = a;");
}

/// Code as people write it: what it becomes is JavaScript.
#[test]
fn what_is_left_parses() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/flow/tests/cases/script");
    let tree = Tree::read_dir(&folder).unwrap();
    let mut count = 0;
    for (path, bytes) in tree.iter().filter(|(path, _)| is_typed(path)) {
        match erase(path, str::from_utf8(bytes).unwrap()) {
            Ok(made) => {
                let verdict = check_syntax("a.cjs", made.text.as_bytes());
                assert_eq!(verdict, Verdict::Parsed(Vec::new()), "{path}:\n{}", made.text);
                count += 1;
            }
            Err(reason) => assert!(reason.contains("would have to be compiled"), "{path}: {reason}"),
        }
    }
    assert!(count > 3);
}

#[test]
fn what_has_no_javascript_is_refused() {
    #[track_caller]
    fn check(path: &str, source: &str, expected: &str) {
        let refused = erase(path, source).err().unwrap_or_default();
        assert!(refused.contains(expected), "{refused:?} for {source}");
    }
    check("a.ts", "\nenum A { B }", "line 2 has an enumeration");
    check("a.ts", "export const enum A { B }", "an enumeration");
    check("a.ts", "namespace A { export const b = 1; }", "a namespace");
    check("a.ts", "@Injectable()\nclass A {}", "a decorator");
    check("a.ts", "class A { @Input() a: string; }", "a decorator");
    check("a.ts", "class A { constructor(private a: B) {} }", "a field made of a parameter");
    check("a.tsx", "const a = <A b={c} />;", "JSX");
    check("a.ts", "f(import.meta.url);", "import.meta");
}

#[test]
fn what_is_imported_by_its_place_is_runnable_too() {
    let files = [
        ("src/a.ts", "import { b } from '../lib/b.js';\nimport c from './c';\nb(c as string);"),
        ("lib/b.ts", "import './none';\nexport const b = (x: string) => x;"),
        ("src/c/index.ts", "enum C { D }\nexport default C;"),
        ("src/other.ts", "const a: string = '';"),
    ];
    let tree: Tree = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let made = runnable(&tree, "src/a.ts").unwrap();
    let changed: Vec<&str> =
        tree.iter().filter(|(path, bytes)| made.get(path) != Some(*bytes)).map(|f| f.0).collect();
    assert_eq!(changed, ["lib/b.ts", "src/a.ts"]);
    assert!(runnable(&tree, "src/c/index.ts").is_err());
}

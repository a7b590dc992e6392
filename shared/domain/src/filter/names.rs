//! The names that an expression calls: filters, tests, functions.
//!
//! minijinja looks a name up when it comes to it, which one behind an `and` or in a branch may do on the day of its first
//! real event. So they are looked up when they are saved, all of them, in the tree that minijinja itself reads. Its parser
//! is not part of its stable interface: a release that changes it does not build, and cannot pass unseen.

use minijinja::machinery::ast::{BinOpKind, Call, CallArg, CallType, Expr, Stmt};
use minijinja::machinery::{parse, parse_expr};
use minijinja::{Error, context};

use super::{ENVIRONMENTS, Wrong, said};

/// What `loop` of a `for` can be asked for: `cycle` only of something.
const OF_LOOP: [&str; 2] = ["cycle", "changed"];
/// Additions in one expression: each copies the texts or lists on both sides.
const MOST_ADDITIONS: usize = 8;
/// Filters that call the test which is their argument at this place.
const TESTING: [(&str, usize); 4] = [("select", 0), ("reject", 0), ("selectattr", 1), ("rejectattr", 1)];

pub(super) fn check_expression(text: &str) -> Result<(), Wrong> {
    check(vec![&parse_expr(text).map_err(form)?], false)
}

pub(super) fn check_template(text: &str) -> Result<(), Wrong> {
    let whole = parse(text, "template", ENVIRONMENTS[0].syntax().clone()).map_err(form)?;
    let mut expressions = Vec::new();
    // Stacks of our own: what is nested deeply must not fill the process's.
    let mut left = vec![&whole];
    while let Some(statement) = left.pop() {
        match statement {
            Stmt::Template(template) => left.extend(&template.children),
            Stmt::EmitExpr(emitted) => expressions.push(&emitted.expr),
            Stmt::ForLoop(all) => {
                expressions.extend([&all.iter].into_iter().chain(&all.filter_expr));
                left.extend(all.body.iter().chain(&all.else_body));
            }
            Stmt::IfCond(choice) => {
                expressions.push(&choice.expr);
                left.extend(choice.true_body.iter().chain(&choice.false_body));
            }
            // The others were refused before: `STATEMENTS` names those that there are.
            Stmt::EmitRaw(_)
            | Stmt::WithBlock(_)
            | Stmt::Set(_)
            | Stmt::SetBlock(_)
            | Stmt::AutoEscape(_)
            | Stmt::FilterBlock(_)
            | Stmt::Do(_) => {}
        }
    }
    check(expressions, true)
}

fn form(error: Error) -> Wrong {
    Wrong::Form(said(&error))
}

fn check(mut left: Vec<&Expr<'_>>, has_loops: bool) -> Result<(), Wrong> {
    let mut additions = 0;
    while let Some(expression) = left.pop() {
        match expression {
            Expr::Var(_) | Expr::Const(_) => {}
            Expr::Slice(slice) => {
                left.push(&slice.expr);
                left.extend([&slice.start, &slice.stop, &slice.step].into_iter().flatten());
            }
            Expr::UnaryOp(operation) => left.push(&operation.expr),
            Expr::BinOp(operation) => {
                additions += usize::from(matches!(operation.op, BinOpKind::Add));
                if additions > MOST_ADDITIONS {
                    return Err(Wrong::Form(format!("more than {MOST_ADDITIONS} additions")));
                }
                left.extend([&operation.left, &operation.right]);
            }
            Expr::Compare(comparison) => {
                left.push(&comparison.expr);
                left.extend(comparison.ops.iter().map(|part| &part.expr));
            }
            Expr::IfExpr(choice) => {
                left.extend([&choice.test_expr, &choice.true_expr].into_iter().chain(&choice.false_expr));
            }
            Expr::Filter(filter) => {
                is_known("filter", filter.name)?;
                if let Some(test) = test_of(filter.name, &filter.args) {
                    is_known("test", &test)?;
                }
                left.extend(filter.expr.iter().chain(filter.args.iter().map(argument)));
            }
            Expr::Test(test) => {
                is_known("test", test.name)?;
                left.extend([&test.expr].into_iter().chain(test.args.iter().map(argument)));
            }
            Expr::GetAttr(attribute) => left.push(&attribute.expr),
            Expr::GetItem(item) => left.extend([&item.expr, &item.subscript_expr]),
            Expr::Call(call) => {
                called(call, has_loops)?;
                left.extend(call.args.iter().map(argument));
            }
            Expr::List(list) => left.extend(&list.items),
            Expr::Tuple(tuple) => left.extend(&tuple.items),
            Expr::Map(map) => left.extend(map.keys.iter().chain(&map.values)),
        }
    }
    Ok(())
}

/// Nothing in a body can be called, and there are no functions: only `loop` is left.
fn called(call: &Call<'_>, has_loops: bool) -> Result<(), Wrong> {
    let is_loop = |of: &Expr<'_>| has_loops && matches!(of, Expr::Var(of) if of.id == "loop");
    match call.identify_call() {
        CallType::Function("loop") if has_loops => Ok(()),
        CallType::Method(of, "cycle")
            if is_loop(of) && !matches!(call.args.first(), Some(CallArg::Pos(_))) =>
        {
            Err(Wrong::Form("loop.cycle needs something to go through".to_owned()))
        }
        CallType::Method(of, name) if is_loop(of) && OF_LOOP.contains(&name) => Ok(()),
        CallType::Function(name) => Err(Wrong::Unknown("function", name.to_owned())),
        CallType::Method(_, name) => Err(Wrong::Unknown("method", name.to_owned())),
        CallType::Object(_) => Err(Wrong::Form("nothing in a body can be called".to_owned())),
    }
}

/// The test that a filter is told to call, where it is told so in so many words.
fn test_of(filter: &str, arguments: &[CallArg<'_>]) -> Option<String> {
    let (_, place) = TESTING.iter().find(|(name, _)| *name == filter)?;
    let CallArg::Pos(Expr::Const(name)) = arguments.get(*place)? else { return None };
    name.value.as_str().map(str::to_owned)
}

fn argument<'a, 'b>(argument: &'a CallArg<'b>) -> &'a Expr<'b> {
    match argument {
        CallArg::Pos(value)
        | CallArg::Kwarg(_, value)
        | CallArg::PosSplat(value)
        | CallArg::KwargSplat(value) => value,
    }
}

/// minijinja keeps its names to itself, but has a test of each kind that tells whether there is one.
fn is_known(kind: &'static str, name: &str) -> Result<(), Wrong> {
    let question = format!("name is {kind}");
    let answer =
        ENVIRONMENTS[0].compile_expression(&question).and_then(|asked| asked.eval(context! { name }));
    if answer.is_ok_and(|known| known.is_true()) {
        Ok(())
    } else {
        Err(Wrong::Unknown(kind, name.to_owned()))
    }
}

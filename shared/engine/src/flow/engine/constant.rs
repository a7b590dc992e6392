//! Arithmetic and text functions on constants. What could overflow, or differs between languages, is not decided.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most forms of a value or expression have no row of their own"
)]

use std::cmp::Ordering;

use super::super::ir::{Const, Op};

/// Longest text that is put together.
const TEXT: usize = 4_096;

pub(super) fn binary(op: Op, a: &Const, b: &Const) -> Option<Const> {
    match (a, b) {
        (Const::Int(x), Const::Int(y)) => integers(op, *x, *y),
        (Const::Str(x), Const::Str(y)) => texts(op, x, y),
        (Const::Int(_) | Const::Float(_), Const::Int(_) | Const::Float(_)) => {
            let (x, y) = (float(a)?, float(b)?);
            match op {
                Op::Lt => Some(Const::Bool(x < y)),
                Op::Le => Some(Const::Bool(x <= y)),
                Op::Gt => Some(Const::Bool(x > y)),
                Op::Ge => Some(Const::Bool(x >= y)),
                Op::Add => Some(Const::Float(x + y)),
                Op::Sub => Some(Const::Float(x - y)),
                Op::Mul => Some(Const::Float(x * y)),
                Op::Div if y != 0.0 => Some(Const::Float(x / y)),
                _ => None,
            }
        }
        _ => match op {
            Op::Eq => Some(Const::Bool(a == b)),
            Op::Ne => Some(Const::Bool(a != b)),
            Op::Add => {
                let mut text = String::new();
                if !matches!(a, Const::Str(_)) && !matches!(b, Const::Str(_)) {
                    return None;
                }
                show(a, &mut text);
                show(b, &mut text);
                (text.len() <= TEXT).then(|| Const::Str(text.into()))
            }
            _ => None,
        },
    }
}

fn float(c: &Const) -> Option<f64> {
    match c {
        #[expect(clippy::cast_precision_loss, reason = "compared, not counted with")]
        Const::Int(n) => Some(*n as f64),
        Const::Float(x) => Some(*x),
        Const::Str(_) | Const::Bool(_) | Const::Null => None,
    }
}

fn integers(op: Op, x: i64, y: i64) -> Option<Const> {
    let int = |n: Option<i64>| n.map(Const::Int);
    match op {
        Op::Add => int(x.checked_add(y)),
        Op::Sub => int(x.checked_sub(y)),
        Op::Mul => int(x.checked_mul(y)),
        Op::FloorDiv => int(x.checked_div_euclid(y)),
        Op::Div => {
            let (x, y) = (float(&Const::Int(x))?, float(&Const::Int(y))?);
            (y != 0.0).then(|| Const::Float(x / y))
        }
        Op::Mod => int(x.checked_rem_euclid(y)),
        Op::Pow => int(u32::try_from(y).ok().and_then(|y| x.checked_pow(y))),
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => Some(Const::Bool(compare(op, x.cmp(&y)))),
        Op::Bits | Op::In | Op::NotIn | Op::And | Op::Or | Op::Coalesce => None,
    }
}

fn compare(op: Op, order: Ordering) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Ne => order.is_ne(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        _ => order.is_ge(),
    }
}

fn texts(op: Op, x: &str, y: &str) -> Option<Const> {
    match op {
        Op::Add if x.len() + y.len() <= TEXT => Some(Const::Str(format!("{x}{y}").into())),
        Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => Some(Const::Bool(compare(op, x.cmp(y)))),
        Op::In => Some(Const::Bool(y.contains(x))),
        Op::NotIn => Some(Const::Bool(!y.contains(x))),
        Op::Add
        | Op::Sub
        | Op::Mul
        | Op::Div
        | Op::FloorDiv
        | Op::Mod
        | Op::Pow
        | Op::Bits
        | Op::And
        | Op::Or
        | Op::Coalesce => None,
    }
}

pub(super) fn show(c: &Const, out: &mut String) {
    match c {
        Const::Str(text) => out.push_str(text),
        Const::Int(n) => out.push_str(&n.to_string()),
        Const::Float(x) => out.push_str(&x.to_string()),
        Const::Bool(b) => out.push_str(if *b { "True" } else { "False" }),
        Const::Null => out.push_str("None"),
    }
}

/// Characters `from` to `to`, counted from the end where negative.
pub(super) fn slice(text: &str, from: i64, to: i64) -> Option<Const> {
    let count = i64::try_from(text.chars().count()).ok()?;
    let place = |n: i64| usize::try_from(if n < 0 { (count + n).max(0) } else { n.min(count) }).ok();
    let (from, to) = (place(from)?, place(to)?);
    let part: String = text.chars().skip(from).take(to.saturating_sub(from)).collect();
    Some(Const::Str(part.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(op: Op, a: Const, b: Const, want: Option<Const>) {
        assert_eq!(binary(op, &a, &b), want);
    }

    #[test]
    fn operators() {
        let text = |t: &str| Const::Str(t.into());
        check(Op::Add, Const::Int(7), Const::Int(2), Some(Const::Int(9)));
        check(Op::Add, Const::Int(i64::MAX), Const::Int(1), None);
        check(Op::Mod, Const::Int(7), Const::Int(0), None);
        check(Op::In, text("b"), text("abc"), Some(Const::Bool(true)));
        check(Op::Add, text("n"), Const::Int(4), Some(text("n4")));
        check(Op::Lt, Const::Int(1), Const::Float(1.5), Some(Const::Bool(true)));
        check(Op::Bits, Const::Int(1), Const::Int(1), None);
    }

    #[test]
    fn slices() {
        assert_eq!(slice("abcdef", 1, -2), Some(Const::Str("bcd".into())));
        assert_eq!(slice("abc", 2, i64::MAX), Some(Const::Str("c".into())));
        assert_eq!(slice("abc", -9, 9), Some(Const::Str("abc".into())));
    }
}

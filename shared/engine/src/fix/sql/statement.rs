//! SQL text as it is written in the code: constant pieces and holes, in the order of the text.

mod format;

use std::ops::Range;

use crate::analyze::unit::Node;
use crate::language::Family;

use super::super::edit::Edit;

/// Most pieces that one text may have.
const MAX_PIECES: usize = 64;

pub(super) struct Statement<'u> {
    pub(super) pieces: Vec<Piece>,
    /// What [`Piece::Hole`] counts.
    pub(super) holes: Vec<Node<'u>>,
    literals: Vec<Literal>,
    steps: Vec<Step>,
}

/// One expression of the text.
struct Step {
    range: Range<usize>,
    source: String,
    /// Its own among the literals.
    literals: Range<usize>,
    /// The literals stand side by side and stay so; otherwise they become one.
    side_by_side: bool,
    /// The text so far, as `query + `, which stays before the literals.
    before: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is written between the quotes of a literal, that literal's number first.
    Text(usize, String),
    Hole(usize),
}

struct Literal {
    range: Range<usize>,
    /// Prefix and quote, as `f"` or `"""`; the `f` is gone.
    open: String,
    close: String,
}

impl<'u> Statement<'u> {
    /// The text that these expressions make, one added to the next; `name` holds what is there so far.
    pub(super) fn read(steps: &[Node<'u>], name: &str, family: Family) -> Option<Self> {
        let mut statement =
            Self { pieces: Vec::new(), holes: Vec::new(), literals: Vec::new(), steps: Vec::new() };
        for node in steps {
            statement.step(node, name, family)?;
        }
        let is_small = statement.pieces.len() <= MAX_PIECES;
        (is_small && !statement.holes.is_empty()).then_some(statement)
    }

    fn step(&mut self, node: &Node<'u>, name: &str, family: Family) -> Option<()> {
        let mut node = node.clone();
        while node.kind() == "parenthesized_expression" {
            let inner = node.named_children().next();
            node = inner?;
        }
        let (first, pieces) = (self.literals.len(), self.pieces.len());
        match family {
            Family::Python => self.python(&node)?,
            Family::JavaScript => self.javascript(&node)?,
        }
        let side_by_side = node.kind() == "concatenated_string";
        let own = &self.literals[first..];
        let mergeable = own.windows(2).all(|pair| {
            pair[0].close == pair[1].close && pair[0].open == pair[1].open && pair[0].close.len() == 1
        });
        let range = node.range();
        let mut before = String::new();
        // `query = query + "…"`: what is there already, no value.
        if !self.steps.is_empty()
            && is_so_far(&node, name)
            && matches!(self.pieces.get(pieces), Some(Piece::Hole(_)))
        {
            let Some(Piece::Hole(hole)) = self.pieces.get(pieces).cloned() else { return None };
            self.pieces.remove(pieces);
            self.holes.remove(hole);
            for piece in &mut self.pieces[pieces..] {
                if let Piece::Hole(number) = piece {
                    *number -= 1;
                }
            }
            before = format!("{name} + ");
        }
        // A placeholder needs a literal to stand in.
        (!own.is_empty() && (side_by_side || mergeable)).then_some(())?;
        let source = node.text().into_owned();
        self.steps.push(Step { range, source, literals: first..self.literals.len(), side_by_side, before });
        Some(())
    }

    /// The constant text in place of each expression; `texts` is the new content of each literal.
    pub(super) fn with(&self, texts: &[String]) -> Vec<Edit> {
        let edit = |step: &Step| {
            let (literals, texts) = (&self.literals[step.literals.clone()], &texts[step.literals.clone()]);
            let code = match literals.first() {
                Some(first) if !step.side_by_side => {
                    format!("{}{}{}{}", step.before, first.open, texts.concat(), first.close)
                }
                _ => {
                    let mut code = step.source.clone();
                    for (literal, text) in literals.iter().zip(texts).rev() {
                        let start = step.range.start;
                        let range = literal.range.start - start..literal.range.end - start;
                        code.replace_range(range, &format!("{}{text}{}", literal.open, literal.close));
                    }
                    code
                }
            };
            Edit::replace(step.range.clone(), code)
        };
        // A step without values stays as it is written.
        let changed =
            self.steps.iter().map(edit).zip(&self.steps).filter(|(edit, step)| edit.text != step.source);
        changed.map(|(edit, _)| edit).collect()
    }

    pub(super) fn literal_count(&self) -> usize {
        self.literals.len()
    }

    /// Whether backslashes in this literal are text.
    pub(super) fn is_raw(&self, literal: usize) -> bool {
        self.literals.get(literal).is_some_and(|literal| literal.open.contains(['r', 'R']))
    }

    fn python(&mut self, node: &Node<'u>) -> Option<()> {
        match &*node.kind() {
            "string" => self.literal(node),
            "concatenated_string" => node.named_children().try_for_each(|part| self.literal(&part)),
            "binary_operator" => match &*node.field("operator")?.text() {
                "+" => self.sum(node, Family::Python),
                "%" => self.percent(node),
                _ => None,
            },
            "call" => self.format(node),
            _ => None,
        }
    }

    fn javascript(&mut self, node: &Node<'u>) -> Option<()> {
        match &*node.kind() {
            "string" => self.literal(node),
            "template_string" => self.template(node),
            "binary_expression" if node.field("operator")?.text() == "+" => {
                self.sum(node, Family::JavaScript)
            }
            _ => None,
        }
    }

    /// `"a" + b + "c"`, which nests to the left.
    fn sum(&mut self, node: &Node<'u>, family: Family) -> Option<()> {
        let mut operands = Vec::new();
        let mut at = node.clone();
        while at.kind() == node.kind() && at.field("operator").is_some_and(|operator| operator.text() == "+")
        {
            operands.push(at.field("right")?);
            at = at.field("left")?;
        }
        operands.push(at);
        (operands.len() <= MAX_PIECES).then_some(())?;
        for operand in operands.iter().rev() {
            match &*operand.kind() {
                "string" => self.literal(operand)?,
                "template_string" => self.template(operand)?,
                "concatenated_string" | "binary_operator" | "binary_expression" => return None,
                _ => self.hole(unstringed(operand, family)),
            }
        }
        Some(())
    }

    /// A quoted literal, Python's f-strings among them.
    fn literal(&mut self, node: &Node<'u>) -> Option<()> {
        let text = node.text();
        let quote_at = text.find(['"', '\''])?;
        let quote = &text[quote_at..=quote_at];
        let width =
            if text[quote_at..].starts_with(&quote.repeat(3)) && text.len() >= quote_at + 6 { 3 } else { 1 };
        let prefix = &text[..quote_at];
        let is_format = prefix.contains(['f', 'F']);
        let is_text = !prefix.contains(['b', 'B', 't', 'T']);
        // A literal without its end is only there in broken code.
        let is_whole = text.len() >= quote_at + 2 * width && text.ends_with(quote);
        (is_text && is_whole).then_some(())?;
        let close = quote.repeat(width);
        let open = format!("{}{close}", prefix.replace(['f', 'F'], ""));
        self.literals.push(Literal { range: node.range(), open, close });
        let inside = node.range().start + quote_at + width..node.range().end.saturating_sub(width);
        self.between(node, inside, "interpolation", is_format)
    }

    fn template(&mut self, node: &Node<'u>) -> Option<()> {
        self.literals.push(Literal { range: node.range(), open: "`".to_owned(), close: "`".to_owned() });
        let inside = node.range().start + 1..node.range().end.saturating_sub(1);
        self.between(node, inside, "template_substitution", false)
    }

    /// The text of a literal around its holes.
    fn between(&mut self, node: &Node<'u>, inside: Range<usize>, hole: &str, doubled: bool) -> Option<()> {
        let whole = node.text();
        let offset = node.range().start;
        let number = self.literals.len() - 1;
        let mut at = inside.start;
        let add = |this: &mut Self, range: Range<usize>| -> Option<()> {
            let start = range.start.checked_sub(offset)?;
            let text = whole.get(start..range.end.checked_sub(offset)?)?;
            let text = if doubled { text.replace("{{", "{").replace("}}", "}") } else { text.to_owned() };
            this.pieces.push(Piece::Text(number, text));
            Some(())
        };
        for part in node.named_children().filter(|part| part.kind() == hole) {
            add(self, at..part.range().start)?;
            at = part.range().end;
            // `{x=}` writes the name too.
            if part.children().any(|sign| sign.kind() == "=") {
                return None;
            }
            let inner: Vec<_> = part.named_children().collect();
            match &inner[..] {
                [value] => self.hole(value.clone()),
                [value, conversion] if conversion.text() == "!s" => self.hole(value.clone()),
                // A format makes other text of the value than its parameter would be.
                _ => return None,
            }
        }
        add(self, at..inside.end)
    }

    fn hole(&mut self, value: Node<'u>) {
        self.pieces.push(Piece::Hole(self.holes.len()));
        self.holes.push(value);
    }
}

/// Whether the first operand of the sum is the name.
fn is_so_far(node: &Node<'_>, name: &str) -> bool {
    let mut at = Some(node.clone());
    while let Some(sum) =
        at.clone().filter(|at| matches!(&*at.kind(), "binary_operator" | "binary_expression"))
    {
        at = sum.field("left");
    }
    at.is_some_and(|first| first.kind() == "identifier" && first.text() == name)
}

/// `str(x)` and `String(x)` serve only to make text of a value.
fn unstringed<'u>(node: &Node<'u>, family: Family) -> Node<'u> {
    let wrapper = match family {
        Family::Python => "str",
        Family::JavaScript => "String",
    };
    let call = node.field("function").filter(|function| function.text() == wrapper);
    let arguments = call.and_then(|_| node.field("arguments"));
    let only = arguments.map(|list| list.named_children().collect::<Vec<_>>());
    match only.as_deref() {
        Some([value]) if value.kind() != "keyword_argument" => value.clone(),
        _ => node.clone(),
    }
}

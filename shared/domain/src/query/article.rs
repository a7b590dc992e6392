//! Help articles: Markdown, found by full-text search, section by section.
//!
//! An article is a title (`# …`), an opening, and sections (`## …`). What answers is one section.

use super::answer::{Answer, SourceKind};
use super::escalation::SURE;
use super::search::Index;

/// Bytes that an article may have.
pub const LARGEST_ARTICLE: usize = 64 * 1024;
/// What of a hit's weight its title has: a text that only mentions what is asked about is about another thing.
const OF_TITLE: f64 = 0.4;
/// An article never is as sure as a stored fact: words can be shared by chance.
const MOST_SURE: f64 = 0.95;
const PERHAPS: f64 = 0.4;
const HARDLY: f64 = 0.2;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Its file's name, without `.md`.
    pub name: String,
    pub markdown: String,
}

/// Everything that can be looked up.
#[derive(Debug)]
pub struct Library {
    sections: Vec<Section>,
    texts: Index,
    titles: Index,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    article: String,
    /// The article's title, and the section's where it has one.
    title: String,
    text: String,
}

impl Library {
    /// Of articles with the same name the last one counts; one without text takes that of before away.
    pub fn of(articles: &[Article]) -> Self {
        let mut kept: Vec<&Article> = Vec::new();
        for article in articles {
            kept.retain(|one| one.name != article.name);
            if !article.markdown.trim().is_empty() {
                kept.push(article);
            }
        }
        let sections: Vec<Section> = kept.into_iter().flat_map(sections).collect();
        // A title says what a text is about: its words count twice.
        let texts: Vec<String> =
            sections.iter().map(|one| format!("{0}\n{0}\n{1}", one.title, one.text)).collect();
        let titles: Vec<String> = sections.iter().map(|one| one.title.clone()).collect();
        Self { texts: Index::of(&texts), titles: Index::of(&titles), sections }
    }

    pub fn answer(&self, question: &str) -> Answer {
        let found = self.texts.best(question);
        let Some((hit, section)) = found.and_then(|hit| Some((hit, self.sections.get(hit.place)?))) else {
            return Answer::unknown();
        };
        let titled = self.titles.share(hit.place, question);
        let share = ((1.0 - OF_TITLE) * hit.share + OF_TITLE * titled) * MOST_SURE;
        // What is near, and not near enough to be sure, is no answer at all where no title speaks of it.
        let sure = match share {
            share if share >= SURE => share,
            _ if titled > 0.0 => share.min(PERHAPS),
            _ => share.min(HARDLY),
        };
        let text = format!("{}\n\n{}", section.title, section.text);
        let text = if sure < SURE {
            format!("Perhaps this helps, it may be about something else.\n\n{text}")
        } else {
            text
        };
        Answer::of(text, sure).from(SourceKind::Article, &section.title, &section.article)
    }
}

fn sections(article: &Article) -> Vec<Section> {
    let mut title = article.name.clone();
    let mut sections: Vec<Section> = Vec::new();
    let mut opening = String::new();
    for line in article.markdown.lines() {
        if let Some(heading) = line.strip_prefix("# ").filter(|_| sections.is_empty()) {
            heading.trim().clone_into(&mut title);
        } else if let Some(heading) = line.strip_prefix("## ") {
            let title = format!("{title}: {}", heading.trim());
            sections.push(Section { article: article.name.clone(), title, text: String::new() });
        } else {
            let text = sections.last_mut().map_or(&mut opening, |section| &mut section.text);
            text.push_str(line);
            text.push('\n');
        }
    }
    let first = Section { article: article.name.clone(), title, text: opening };
    let all = std::iter::once(first).chain(sections);
    all.map(|one| Section { text: one.text.trim().to_owned(), ..one })
        .filter(|one| !one.text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(name: &str, markdown: &str) -> Article {
        Article { name: name.to_owned(), markdown: markdown.to_owned() }
    }

    const KEYS: &str =
        "# Passwords and keys\n\nThere are no passwords.\n\n## A lost key\n\nReset it: make a new one.\n";

    #[track_caller]
    fn check(articles: &[Article], question: &str, title: Option<&str>, sure: bool) {
        let answer = Library::of(articles).answer(question);
        assert_eq!(answer.sources.first().map(|source| source.title.as_str()), title, "{question}");
        assert_eq!(answer.confidence >= super::super::SURE, sure, "{question}: {}", answer.confidence);
    }

    #[test]
    fn a_section_answers() {
        let all = [article("keys", KEYS), article("limits", "Requests have a limit.")];
        check(&all, "is there a password?", Some("Passwords and keys"), true);
        check(&all, "How do I reset a lost key?", Some("Passwords and keys: A lost key"), true);
        check(&all, "which limits are there", Some("limits"), true);
        check(&all, "a key for the coffee machine downstairs", Some("Passwords and keys: A lost key"), false);
        check(&all, "the weather", None, false);
        check(&[], "keys", None, false);
    }

    #[test]
    fn the_last_one_of_a_name_counts() {
        let ours = article("keys", "# Our keys\n\nAsk Ann.");
        check(&[article("keys", KEYS), ours], "keys", Some("Our keys"), true);
        check(&[article("keys", KEYS), article("keys", " \n")], "keys", None, false);
    }
}

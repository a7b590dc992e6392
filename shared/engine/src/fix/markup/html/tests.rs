//! Where values stand in HTML.

use super::Html;

fn shows(text: &str) -> bool {
    let mut html = Html::new();
    html.read(text);
    html.shows()
}

#[test]
fn references_are_read_in_text_and_in_quoted_attributes() {
    for text in [
        "",
        "<p>",
        "<p>x",
        "<!DOCTYPE html><html lang=en><head><title>",
        "a < b > c",
        "<script></script>",
        "<style>p { }</style><p class='x'>",
        "<a title=\"",
        "<a title='x ",
        "<a href=\"/x?a>b\" ALT = '",
        "<br/>",
        "<input disabled value=\"",
        "<!-- a > b -->",
    ] {
        assert!(shows(text), "{text}");
    }
}

#[test]
fn escaping_does_not_help_elsewhere() {
    for text in [
        "<",
        "</",
        "<a",
        "<a ",
        "<a title=",
        "<a title=x",
        "<a title=\"x\" ",
        "<a href=\"",
        "<a data-x=\"",
        "<a xlink:href=\"",
        "<img onerror='",
        "<a onclick='a(); x=\"",
        "<meta http-equiv=\"refresh\" content=\"0;url=",
        "<iframe sandbox srcdoc=\"<p>",
        "<script>let a = '",
        "<script>/* <b></script */ var a = ",
        "<script><!-- <script></script>",
        "<style>",
        "<p style=\"color: ",
        "<!-- ",
        "<!--> <p>",
        "<svg><title><a href='",
        "<div title=a\"b>",
        "<plaintext><p>",
        "<p aria-x onclick='",
        "<title></title ><script>",
        "</ title='",
    ] {
        assert!(!shows(text), "{text}");
    }
}

#[test]
fn a_value_in_a_tag_may_open_anything() {
    #[track_caller]
    fn check(before: &str, after: &str, expected: bool) {
        let mut html = Html::new();
        html.read(before);
        html.value();
        html.read(after);
        assert_eq!(html.shows(), expected, "{before}…{after}");
    }
    check("<p>", "</p><p title='", true);
    check("<a href='", "'>", true);
    check("<title>", "</title><p>", true);
    check("<p ", "><p>", false);
    check("<h", "><p>", false);
    check("<p id=", "><p>", false);
    check("<script>", "</script><p>", false);
    check("<!-- ", " --><p>", false);
}

//! What expressions and templates are taken, and what they make.

use super::*;
use serde_json::json;

#[track_caller]
fn check(text: &str, expected: Result<bool, ()>) {
    let body = json!({ "data": { "n": 2, "word": "main", "list": ["a"] } });
    let got = holds(text, &body);
    assert_eq!(got.map_err(|_| ()), expected, "{text}");
}

#[test]
fn filters() {
    check("data.n > 1", Ok(true));
    check("data.n > 1 and data.word == 'other'", Ok(false));
    check("'a' in data.list", Ok(true));
    check("data.word is startingwith('ma')", Ok(true));
    check("absent.field.of.this", Ok(false));
    check("not absent", Ok(true));
    check("", Err(()));
    check("data.n >", Err(()));
    check("{{ data.n }}", Err(()));
    check("data.word.upper.upper()", Err(()));
    check(&format!("'{}'", "x".repeat(3000)), Err(()));
    check(&"(".repeat(2000), Err(()));
}

/// minijinja would say so only when it runs, and then perhaps not each time.
#[test]
fn what_there_is_not_cannot_be_saved() {
    #[track_caller]
    fn check(of: &str, expression: &str, missing: Option<&str>) {
        let expected = match missing {
            Some(what) => Err(format!("cannot be worked out: there is no {what} here")),
            None => Ok(()),
        };
        let saved = check_filter(expression).map_err(|wrong| wrong.to_string());
        assert_eq!(saved, expected, "{expression}");
        for template in [
            format!("a {{{{ {expression} }}}}"),
            format!(
                "{{% if 0 %}}{{% for a in {of} %}}\
            {{% if {expression} %}}{{% endif %}}{{% else %}}{{{{ {expression} }}}}{{% endfor %}}{{% endif %}}"
            ),
        ] {
            let saved = check_template(&template).map_err(|wrong| wrong.to_string());
            assert_eq!(saved, expected, "{template}");
        }
    }
    let none = |expression: &str, what: &str| check("b", expression, Some(what));
    none("a|nofilter", "filter nofilter");
    none("a|replace('a', 'aa')", "filter replace");
    none("a and b|nofilter > 1", "filter nofilter");
    none("(1 if a else [b|nofilter])", "filter nofilter");
    none("a[b|nofilter:]", "filter nofilter");
    none("a|default(b|nofilter)", "filter nofilter");
    none("a is notest", "test notest");
    none("not a is not notest", "test notest");
    none("a|select('notest')|length > 0", "test notest");
    none("a|rejectattr('b', 'notest')|length > 0", "test notest");
    none("range(9)", "function range");
    none("a in (range(9), 1)", "function range");
    none("a == namespace(b=1)", "function namespace");
    none("a.b.upper()", "method upper");
    for good in [
        "data.word|upper == 'MAIN'",
        "data.list|select('odd')|length > 1",
        "data.list|selectattr('n', 'ge', 2)|list|length > 1",
        "data.list|select|length",
        "a is defined and b is not none",
        "'x|nofilter(' in data.word",
        "a.range and b['upper()']",
        "a is divisibleby(3)",
    ] {
        check("b|sort", good, None);
    }
    check_template("{% for a in b recursive %}{{ loop.cycle('x', 'y') }}{{ loop(a.b) }}{% endfor %}")
        .expect("what a loop has");
    assert!(check_filter("loop(a)").is_err() && check_filter("loop.cycle(1)").is_err());
    assert!(check_filter("a[0]()").is_err());
    assert!(check_template("{% for a in b|nofilter %}{% endfor %}").is_err());
}

#[test]
fn nothing_is_said_by_null() {
    for blank in ["", " ", "\n\t "] {
        assert_eq!(check_filter(blank), Err(Wrong::Empty), "{blank:?}");
        assert_eq!(check_template(blank), Err(Wrong::Empty), "{blank:?}");
    }
}

#[test]
fn templates_say_what_they_are_given() {
    #[track_caller]
    fn check(template: &str, expected: &str) {
        let body = json!({ "data": { "word": "a \"b\"", "list": [1, 2] } });
        assert_eq!(render(template, &body).as_deref(), Ok(expected), "{template}");
    }
    check("{\"text\": {{ data.word|tojson }}}", r#"{"text": "a \"b\""}"#);
    check("{%- for n in data.list %}{{ n }};{% endfor -%}", "1;2;");
    check("{% if data.absent %}x{%-else%}y{% endif %}", "y");
}

/// Each made a tree that ended the process which walked it. A test's stack is a quarter of a function's.
#[test]
fn what_is_deep_is_refused_or_walked() {
    let body = json!({ "a": 1 });
    let nested = |n: usize| "{% if a %}".repeat(n) + &"{% endif %}".repeat(n);
    for (before, piece, after) in
        [("", "-", "1"), ("a", ".a", ""), ("a", "[0]", ""), ("a", "()", ""), ("", "not ", "a")]
    {
        let expression = |bytes: usize| format!("{before}{}{after}", piece.repeat(bytes / piece.len()));
        for bytes in [1_000, 1_100, 8_000, 16_000] {
            let template = format!("{{{{ {} }}}}", expression(bytes));
            let result = check_template(&template).and_then(|()| render(&template, &body));
            assert!(bytes == 1_000 || result.is_err(), "{piece} {bytes}");
        }
        let _ = check_filter(&expression(1_900));
        let _ = holds(&expression(1_900), &body);
    }
    for n in [10, 100, 700] {
        let result = render(&nested(n), &body);
        assert!(n > 10 || result.is_ok(), "{result:?}");
        assert_eq!(check_template(&nested(n)).is_ok(), result.is_ok(), "{n}");
    }
}

/// Each would fill the memory or never end.
#[test]
fn what_grows_is_refused() {
    let body = json!({ "data": { "word": "main", "list": vec![0; 2000] } });
    for text in [
        "{% for a in data.list %}{% for b in data.list %}x{% endfor %}{% endfor %}",
        "{% include 'x' %}",
        "{% if %}",
        "{% set a = 'xx' %}{{ a }}",
        "{%\tset a = 'xx' %}{{ a }}",
        "{%-with a = 'xx' %}{{ a }}{% endwith %}",
        "{{ 'x' * 100000000 }}",
        "{{ data.word ~ data.word }}",
        "{{ data.word|replace('a', 'aaaaaaaaaa') }}",
        "{{ '%999999999d'|format(1) }}",
        "{{ data.word|indent(999999999) }}",
        "{{ range(99999) }}",
        "{{ '}}' * 100000000 }}",
        "{{ '{{' * 100000000 }}",
        "{% if '%}' * 100000000 %}{% endif %}",
        "{{ {'a': {}}.a * 100000000 }}",
        "{{ '\\'}}' * 100000000 }}",
    ] {
        assert!(render(text, &body).is_err(), "{text}");
    }
    for text in ["'x' * 100000000 == ''", "range(99999)", "data.word|replace('a', 'aa')"] {
        assert!(holds(text, &body).is_err(), "{text}");
    }
}

/// What would end the process ends the run alone, and is not even saved where it can be seen.
#[test]
fn mistakes_of_the_library_are_contained() {
    for (text, expected) in [
        ("1 is divisibleby 0", false),
        ("6 is divisibleby 3", true),
        ("[1]|select('divisibleby', 0)|list", false),
    ] {
        check(text, Ok(expected));
    }
    for cycle in ["loop.cycle()", "loop.cycle(*a)"] {
        assert!(
            check_template(&format!("{{% for a in b %}}{{{{ {cycle} }}}}{{% endfor %}}")).is_err(),
            "{cycle}"
        );
    }
    check_template("{% for a in b %}{{ loop.cycle('odd', 'even') }}{% endfor %}").expect("a cycle");
    assert!(matches!(contained::<()>(|| panic!("a mistake")), Err(Wrong::Run(_))));
}

/// Each step of a run is bounded by what it may make, and their number by what they may look at.
#[test]
fn nothing_grows_without_a_bound() {
    let small = json!({ "text": "\"a\"", "list": ["\""] });
    for filter in ["tojson", "string"] {
        let grown = format!("{}|length > 0", "[".repeat(0) + "text" + &format!("|{filter}").repeat(60));
        let held = holds(&grown, &small);
        match filter {
            "tojson" => assert!(matches!(held, Err(Wrong::Run(_))), "{held:?}"),
            _ => assert_eq!(held, Ok(true)),
        }
    }
    let nested = format!("{}list{}", "[".repeat(40), "]|string".repeat(40));
    assert!(holds(&nested, &small).is_err());
    let long = json!({ "text": "a b\n".repeat(10_000) });
    for parted in ["list", "split", "lines"] {
        assert!(render(&format!("{{{{ text|{parted}|length }}}}"), &long).is_err(), "{parted}");
        assert!(render(&format!("{{{{ text|{parted}|length }}}}"), &json!({ "text": "a b" })).is_ok());
    }
    let sums = |count: usize| check_filter(&format!("a{} > 1", " + a".repeat(count)));
    assert!(sums(8).is_ok() && sums(9).is_err());
    let items = |bytes: usize| json!({ "list": vec![1; 400], "rest": "x".repeat(bytes) });
    let all = "{% for item in list %}{{ item }}{% endfor %}";
    assert!(render(all, &items(100_000)).is_ok());
    assert!(render(all, &items(1_000_000)).is_err());
}

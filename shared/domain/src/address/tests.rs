use super::*;

use Refused::{Credentials, Form, Fragment, Inside, Long, NoPort, Port, Scheme};

#[track_caller]
fn check(allow: &str, url: &str, expected: Result<(), Refused>) {
    let allow: Allow = allow.parse().expect("networks");
    assert_eq!(Destination::judge(url, &allow).map(|_| ()), expected, "{url}");
}

#[test]
fn public_places_are_taken() {
    for url in [
        "https://example.com",
        "https://example.com/hooks?token=a%40b",
        "http://example.com:8080/x@y",
        "https://EXAMPLE.com./a",
        "https://8.8.8.8/",
        "https://example.com:9001/",
        "https://[2606:4700:4700::1111]/",
        "https://[64:ff9b::808:808]/",
        "https://[::ffff:8.8.8.8]/",
        "https://bücher.example/",
        "https://xn--bcher-kva.example/",
        "https://172.32.0.1/",
        "https://100.128.0.1/",
        "https://192.0.1.1/",
        // Their addresses are looked at when they are connected to.
        "https://127.0.0.1.nip.io/",
        "https://localhost.example.com/",
        "https://local.example/",
    ] {
        check("", url, Ok(()));
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn inside_addresses_are_refused_in_every_spelling() {
    for url in [
        // Loopback.
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.255.255.254/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.0.0.1./",
        "http://%31%32%37.0.0.1/",
        "http://１２７.０.０.１/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://ⓛocalhost/",
        "http://a.b.localhost:8080/",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        // Nowhere in particular.
        "http://0/",
        "http://0.0.0.0:80/",
        "http://0.1.2.3/",
        "http://[::]/",
        // Private.
        "http://10.0.0.1/",
        "http://012.0.0.1/",
        "http://167772161/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.1/",
        "http://0xc0a80101/",
        "http://3232235777/",
        "http://100.64.0.1/",
        "http://[fc00::1]/",
        "http://[fd12:3456:789a::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:c0a8:101]/",
        // Metadata.
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://169.254.43518/",
        "http://169.254.170.2/v2/credentials",
        "http://169.254.170.23/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[fd00:ec2::254]/",
        "http://[fd00:ec2::23]/",
        "http://[fd20:ce::254]/",
        "http://[fe80::1]/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://192.0.0.192/",
        "http://metadata.google.internal/",
        // Translated and tunnelled.
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[64:ff9b:1::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2002:a9fe:a9fe::1]/",
        "http://[2001:0:53aa:64c:0:0:80ff:fffe]/",
        // Not for anybody.
        "http://192.0.2.1/",
        "http://198.51.100.7/",
        "http://203.0.113.9/",
        "http://198.18.0.1/",
        "http://192.88.99.1/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://[ff02::1]/",
        "http://[2001:db8::1]/",
        "http://[3fff::1]/",
        "http://[100::1]/",
        "http://[fec0::1]/",
        // Names of the inside.
        "http://intranet/",
        "http://router.local/",
        "http://db.corp/",
        "http://nas.home.arpa/",
        "http://ip-10-0-0-1.ec2.internal/",
        "http://sandbox.localdomain/",
        "http://printer.lan./",
        "http://instance-data/latest/meta-data/",
    ] {
        check("", url, Err(Inside));
    }
}

#[test]
fn what_is_no_plain_url_is_refused() {
    for (url, why) in [
        ("", Form),
        ("example.com/hook", Form),
        ("/hook", Form),
        ("https://example.com:99999/", NoPort),
        ("https://example.com:a/", NoPort),
        ("https:example.com", Form),
        ("https:/example.com", Form),
        ("https://", Form),
        ("https://exa mple.com/", Form),
        (" https://example.com/", Form),
        ("https://example.com/\n", Form),
        ("https://example.com\t/", Form),
        ("https://example.com\\@127.0.0.1/", Form),
        ("https://..example.com/", Form),
        ("https://example..com/", Form),
        ("https://./", Form),
        ("https://example.com../", Form),
        ("https://{tenant}.example.com/", Form),
        ("https://*.example.com/", Form),
        ("https://-a.example.com/", Form),
        ("https://a-.example.com/", Form),
        ("https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com/", Form),
        (&*format!("https://{}example.com/", "long.".repeat(49)), Form),
        ("http://256.256.256.256/", Form),
        ("http://1.2.3.4.5/", Form),
        ("http://127.0.0.0x100000000/", Form),
        ("http://[::1/", Form),
        ("http://[fe80::1%25eth0]/", Form),
        ("http://a%00b.example/", Form),
        ("ftp://example.com/", Scheme),
        ("file:///etc/passwd", Scheme),
        ("gopher://127.0.0.1:25/_x", Scheme),
        ("javascript:alert(1)", Scheme),
        ("ws://example.com/", Scheme),
        ("https://user@example.com/", Credentials),
        ("https://user:password@example.com/", Credentials),
        ("https://@example.com/", Credentials),
        ("https://:@example.com/", Credentials),
        ("https://example.com@127.0.0.1/", Credentials),
        ("https://example.com/#x", Fragment),
        ("https://example.com:0/", Port),
        ("https://8.8.8.8:0/", Port),
    ] {
        check("", url, Err(why));
    }
    check("", &format!("https://example.com/{}", "a".repeat(LONGEST)), Err(Long));
}

#[test]
fn an_allow_list_opens_networks_but_no_credentials() {
    const LOOPBACK: &str = "127.0.0.0/8, ::1/128";
    for url in
        ["http://127.0.0.1:8080/", "http://2130706433/", "http://localhost:1/", "http://[::ffff:127.0.0.1]/"]
    {
        check(LOOPBACK, url, Ok(()));
    }
    check(LOOPBACK, "http://[::1]:8080/", Ok(()));
    check(LOOPBACK, "http://127.0.0.1:9001/", Err(Port));
    check(LOOPBACK, "http://localhost:9001/", Err(Port));
    check(LOOPBACK, "http://[::1]:9001/", Err(Port));
    check(LOOPBACK, "http://10.0.0.1/", Err(Inside));
    const EVERYTHING: &str = "0.0.0.0/0,::/0";
    check(EVERYTHING, "http://10.0.0.1/", Ok(()));
    for url in
        ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://168.63.129.16/", "http://[fe80::1]/"]
    {
        check(EVERYTHING, url, Err(Inside));
    }
    assert!("127.0.0.1".parse::<Allow>().is_err());
}

/// What a name meant when it was registered says nothing about what it means now.
#[test]
fn the_address_connected_to_is_judged_again() {
    let allow = Allow::default();
    for (ip, public) in [
        ("93.184.215.14", true),
        ("2606:4700::1", true),
        ("127.0.0.1", false),
        ("::ffff:169.254.169.254", false),
        ("64:ff9b::a00:1", false),
    ] {
        let ip: IpAddr = ip.parse().expect("an address");
        assert_eq!(is_public(ip), public, "{ip}");
        assert_eq!(allow.permits(ip, 443).is_ok(), public, "{ip}");
    }
}

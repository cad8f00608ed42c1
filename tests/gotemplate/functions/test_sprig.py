"""sprig's functions inside templates: one line each, what they give and how they fail."""

from __future__ import annotations

import re
from typing import Any

import pytest

from istioctl.errors import TemplateError
from istioctl.gotemplate import functions
from istioctl.gotemplate.errors import ExecutionError
from istioctl.gotemplate.template import Dialect, render

DATA: dict[str, Any] = {
    "text": "Hello, World",
    "wide": "é漢 x",
    "list": ["b", "a", "b", ""],
    "numbers": [3, 1, 2],
    "dict": {"a": 1, "b": {"c": "d"}, "e": ""},
    "nothing": None,
}


def run(template: str, dialect: Dialect = "go") -> str:
    return render({"main": template}, "main", DATA, dialect=dialect)


@pytest.mark.parametrize(
    ("template", "output"),
    [
        (
            "{{ trunc 5 .text }} {{ trunc -5 .text }} {{ substr 7 -1 .text }} {{ abbrev 9 .text }}",
            "Hello World World Hello,...",
        ),
        ('{{ trunc 2 .wide | quote }} {{ initials "Ab Cd ef" }} {{ nospace " a b " }}', '"é" ACe ab'),
        ('{{ title "a bc-d_e" }} {{ untitle "Ab Cd" }} {{ swapcase "aB Cd" }}', "A Bc-D_e ab cd Ab cD"),
        (
            '{{ snakecase "HTTPServerX2y" }} {{ camelcase "some_words-here" }} {{ kebabcase "fooBar2" }}',
            "http_server_x_2y SomeWordsHere foo-bar2",
        ),
        ('{{ wrap 5 "aa bb ccccccc d" }}|{{ wrapWith 3 "/" "abcdefg" }}', "aa bb\nccccccc\nd|abc/def/g"),
        (
            '{{ indent 2 "a\\nb" }}|{{ nindent 1 "a" }}|{{ cat "a" nil 1 }}|{{ squote "a" 1 }}',
            "  a\n  b|\n a|a 1|'a' '1'",
        ),
        (
            '{{ split "," "a,b" }} {{ splitn "," 2 "a,b,c" }} {{ splitList "" "ab" }} {{ join "-" .list }}',
            "map[_0:a _1:b] map[_0:a _1:b,c] [a b] b-a-b-",
        ),
        (
            '{{ upper "ß" }} {{ lower "ΑΣ" }} {{ plural "one" "many" 2 }} {{ trimAll "$" "$5$" }}',
            "ß ας many 5".replace("ς", "σ"),
        ),
        (
            '{{ add 1 "2" 3.7 }} {{ sub 1 2 }} {{ div -7 2 }} {{ mod -7 2 }} {{ mul 2 3 }} {{ max 1 "5" }}'
            " {{ min 3 2 }}",
            "6 -1 -3 -1 6 5 2",
        ),
        ('{{ int "12.9" }} {{ int64 "0x10" }} {{ int "08" }} {{ atoi "08" }} {{ toDecimal "777" }}', "12 16 0 8 511"),
        (
            "{{ addf 0.1 0.2 }} {{ divf 1 3 }} {{ mulf 1.1 1.1 }} {{ round 2.5 0 }} {{ round -2.4 0 "
            "}} {{ ceil 1.1 }} {{ floor 1.9 }}",
            "0.3 0.3333333333333333 1.21 3 -3 2 1",
        ),
        (
            "{{ until 3 }} {{ untilStep 5 0 -2 }} {{ seq 1 2 5 }} {{ seq 3 }} {{ seq 2 -1 }}",
            "[0 1 2] [5 3 1] 1 3 5 1 2 3 2 1 0 -1",
        ),
        (
            '{{ uniq .list }} {{ without .list "b" }} {{ compact .list }} {{ reverse .numbers }} {{ sortAlpha .list }}',
            "[b a ] [a ] [b a b] [2 1 3] [ a b b]",
        ),
        (
            "{{ first .numbers }} {{ last .numbers }} {{ rest .numbers }} {{ initial .numbers }} {{ "
            "chunk 2 .numbers }}",
            "3 2 [1 2] [3 1] [[3 1] [2]]",
        ),
        (
            '{{ append .numbers 4 }} {{ prepend .numbers 0 }} {{ concat .numbers (list "x") }}'
            " {{ slice .numbers 1 }} {{ has 3 .numbers }}",
            "[3 1 2 4] [0 3 1 2] [3 1 2 x] [1 2] false",
        ),
        (
            '{{ dict "a" 1 "b" }} {{ get .dict "z" }}| {{ hasKey .dict "e" }} {{ pluck "a" .dict (dict "a" 2) }}'
            ' {{ pick .dict "a" "z" }} {{ omit .dict "b" "e" }}',
            "map[a:1 b:] | true [1 2] map[a:1] map[a:1]",
        ),
        (
            '{{ dig "b" "c" "x" .dict }} {{ dig "b" "z" "x" .dict }} {{ default "d" .dict.e }}'
            ' {{ coalesce nil "" 3 }} {{ ternary 1 2 false }}',
            "d x d 3 2",
        ),
        (
            '{{ merge (dict "a" 1 "m" (dict "x" 1)) (dict "a" 2 "b" 3 "m" (dict "x" 5 "y" 6)) }}',
            "map[a:1 b:3 m:map[x:1 y:6]]",
        ),
        (
            '{{ mergeOverwrite (dict "a" 1 "m" (dict "x" 1)) (dict "a" 0 "l" list "m" (dict "x" "")) }}',
            "map[a:0 l:[] m:map[x:]]",
        ),
        (
            '{{ $d := dict "m" dict }}{{ $c := deepCopy $d }}{{ $_ := set $c.m "k" 1 }}{{ $d }} {{ $c }}',
            "map[m:map[]] map[m:map[k:1]]",
        ),
        (
            '{{ b64enc "é" }} {{ b64dec "w6k=" }} {{ b64dec "a" }} {{ b32enc "a" }} {{ b32dec "ME======" }}',
            "w6k= é illegal base64 data at input byte 0 ME====== a",
        ),
        (
            '{{ sha1sum "a" | trunc 8 }} {{ sha256sum "a" | trunc 8 }} {{ adler32sum "abc" }}',
            "86f7e437 ca978112 38600999",
        ),
        (
            '{{ regexMatch "^a+$" "aa" }} {{ regexFindAll "[a-z]" "a1b2" -1 }}'
            ' {{ regexReplaceAll "(a)(b)" "ab ab" "$2${1}x" }} {{ regexSplit "," "a,b,c" 2 }}',
            "true [a b] bax bax [a b,c]",
        ),
        (
            '{{ regexReplaceAllLiteral "a" "aba" "$0" }} {{ regexQuoteMeta "a.b" }} {{ regexFind "z" "a" }}'
            '|{{ regexReplaceAll "x*" "ab" "-" }}',
            "$0b$0 a\\.b |-a-b-",
        ),
        (
            '{{ semverCompare ">=1.2, <2" "v1.5.0" }} {{ semverCompare "^1.2.3" "1.3.0-beta" }}'
            ' {{ semverCompare "~1.2 || 3.x" "3.9.9" }} {{ (semver "1.2.3-rc.1+b").Prerelease }}',
            "true false true rc.1",
        ),
        (
            '{{ base "/a/b.c" }} {{ dir "/a/b" }} {{ clean "a/../b//c" }} {{ ext "a.b/c" }}| {{ ext "x.tar.gz" }}'
            ' {{ isAbs "/a" }}',
            "b.c /a b/c | .gz true",
        ),
        (
            '{{ (urlParse "http://u:p@h:80/a%20b?q#f").path }}'
            ' {{ urlJoin (dict "scheme" "http" "host" "h" "path" "/a b" "query" "q=1") }}',
            "/a b http://h/a%20b?q=1",
        ),
        (
            '{{ typeOf 1 }} {{ typeOf .dict }} {{ kindOf .list }} {{ kindIs "string" "a" }}'
            ' {{ typeIs "int64" (int64 1) }} {{ deepEqual (list 1) (list 1) }}',
            "int map[string]interface {} slice true true true",
        ),
        (
            '{{ date "2006-01-02" (int64 0) | trunc 3 }}'
            ' {{ dateInZone "Jan _2 15:04 MST" (int64 1000000000) "UTC" }} {{ duration "95" }}'
            ' {{ durationRound "2400h" }}',
            "197 Sep  9 01:46 UTC 1m35s 3mo",
        ),
        (
            '{{ (toDate "2006-01-02" "2024-02-29").Year }}'
            ' {{ unixEpoch (toDate "2006-01-02T15:04:05Z07:00" "2001-09-09T01:46:40Z") }}',
            "2024 1000000000",
        ),
        (
            '{{ toJson (dict "b" 1.0 "a" "<") }} {{ toRawJson "<" }} {{ (fromJson "{\\"a\\":[1]}").a }}'
            " {{ toPrettyJson (list 1) }}",
            '{"a":"\\u003c","b":1} "<" [1] [\n  1\n]',
        ),
        ('{{ derivePassword 1 "long" "password" "user" "example.com" }}', "ZedaFaxcZaso9*"),
        (
            '{{ htpasswd "a:b" "c" }} {{ encryptAES "k" "text" | decryptAES "k" }} {{ uuidv4 | len }}'
            " {{ randAlphaNum 5 | len }}",
            "invalid username: a:b text 36 5",
        ),
    ],
)
def test_what_functions_give(template: str, output: str) -> None:
    assert run(template) == output


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ first 5 }}", "error calling first: Cannot find first on type int"),
        ("{{ first nil }}", "runtime error: invalid memory address or nil pointer dereference"),
        ("{{ slice .numbers 1 9 }}", "reflect.Value.Slice: slice index out of bounds"),
        ("{{ chunk 0 .numbers }}", "makeslice: len out of range"),
        ('{{ dig "a" "x" "d" .dict }}', "interface conversion: interface {} is int64, not map[string]interface {}"),
        ('{{ dig 1 "d" .dict }}', "interface conversion: interface {} is int, not string"),
        ("{{ dig }}", "dig needs at least three arguments"),
        ("{{ div 1 0 }}", "runtime error: integer divide by zero"),
        ("{{ divf 1 0 }}", "decimal division by 0"),
        ('{{ addf (float64 "Inf") }}', "Cannot create a Decimal from +Inf"),
        ("{{ randInt 3 3 }}", "invalid argument to Intn"),
        ('{{ repeat -1 "a" }}', "strings: negative Repeat count"),
        ("{{ substr 5 2 .text }}", "runtime error: slice bounds out of range [5:2]"),
        ('{{ regexFind "a(" "x" }}', "regexp: Compile(`a(`): error parsing regexp: missing closing ): `a(`"),
        ('{{ mustRegexMatch "a(?=b)" "x" }}', "invalid or unsupported Perl syntax: `(?=`"),
        ('{{ semverCompare ">>1" "1" }}', 'improper constraint: ">>1"'),
        ('{{ semver "x" }}', "invalid semantic version"),
        ('{{ mustFromJson "{\\"a\\" 1}" }}', "invalid character '1' after object key"),
        ('{{ mustFromJson "[1" }}', "unexpected end of JSON input"),
        ('{{ mustToDate "2006-01-02" "2023-02-29" }}', 'parsing time "2023-02-29": day out of range'),
        ('{{ mustDateModify "1x" now }}', 'time: unknown unit "x" in duration "1x"'),
        ('{{ urlParse "http://[::1" }}', "unable to parse url: parse \"http://[::1\": missing ']' in host"),
        ('{{ urlJoin (dict "host" 5) }}', "unable to parse host key, must be of type string, but int found"),
        ('{{ decryptAES "k" "!" }}', "illegal base64 data at input byte 0"),
        ('{{ buildCustomCert "YQ==" "YQ==" }}', "unable to decode certificate"),
        ('{{ genSelfSignedCert "a" (list "x") nil 1 }}', "error parsing ip: x"),
        ('{{ fail "no" }}', "error calling fail: no"),
        ('{{ getHostByName "x" }}', "invalid argument to Intn"),
        ("{{ deepCopy nil }}", "reflect: call of reflect.Value.Type on zero Value"),
    ],
)
def test_how_functions_fail(template: str, problem: str) -> None:
    with pytest.raises(ExecutionError) as caught:
        run(template)
    assert problem in str(caught.value)
    assert caught.value.category == "call"


@pytest.mark.parametrize(
    "template",
    [
        '{{ repeat 1000000000 "abc" }}',
        "{{ until 1000000000000 }}",
        "{{ untilStep 0 9000000000000000000 1 }}",
        "{{ seq 1 100000000000 }}",
        '{{ indent 100000000 "a\\nb" }}',
        '{{ nindent 9000000000000000000 "a" }}',
        '{{ $x := repeat 1000000 "a" }}{{ replace "a" $x $x }}',
        '{{ $x := repeat 10000 "a," | splitList "," }}{{ join (repeat 1000000 "b") $x }}',
        '{{ $x := repeat 10000 "a" }}{{ regexReplaceAll "a" $x $x }}',
        '{{ $x := repeat 1000000 "a" }}{{ wrapWith 1 $x $x }}',
        "{{ randAlpha 1000000000000 }}",
        "{{ randBytes 1000000000000 }}",
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}',
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d }}',
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ merge $d $e }}',
        '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ deepEqual $d $e }}',
        "{{ $l := list 1 2 3 4 5 6 7 8 9 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}",
    ],
)
def test_hostile_templates_meet_a_limit(template: str) -> None:
    with pytest.raises(ExecutionError) as caught:
        run(template)
    assert caught.value.category == "limit"
    assert "limit exceeded" in str(caught.value)


def test_patterns_match_in_linear_time() -> None:
    assert run('{{ regexMatch "^(a|a)*$" (cat (repeat 100000 "a") "b") }}') == "false"
    with pytest.raises(ExecutionError, match="improper constraint"):
        run('{{ semverCompare (printf "1%s!" (repeat 400 " ")) "1" }}')


def test_certificates_are_real() -> None:
    template = """\
{{- $ca := genCA "my-ca" 10 }}{{ $cert := genSignedCert "svc" (list "10.0.0.1") (list "svc.ns") 5 $ca -}}
{{ $ca.Cert }}{{ $cert.Cert }}{{ $cert.Key }}"""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    blocks = re.findall(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----\n", text := run(template), re.DOTALL)
    assert blocks == ["CERTIFICATE", "CERTIFICATE", "RSA PRIVATE KEY"]
    authority, certificate = x509.load_pem_x509_certificates(text.encode())
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["svc.ns"]
    key = load_pem_private_key(text[text.index("-----BEGIN RSA") :].encode(), None)
    assert key.public_key() == certificate.public_key()
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


@pytest.mark.parametrize(
    ("kind", "block"),
    [("ecdsa", "EC PRIVATE KEY"), ("ed25519", "PRIVATE KEY"), ("x", "Unknown type x")],
)
def test_private_keys(kind: str, block: str) -> None:
    assert block in run(f'{{{{ genPrivateKey "{kind}" }}}}')


def test_bcrypt_hashes_verify() -> None:
    import bcrypt

    assert bcrypt.checkpw(b"secret", run('{{ bcrypt "secret" }}').encode())


@pytest.mark.parametrize("dialect", ["go", "helm"])
def test_the_environment_is_not_for_charts(dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTIOCTL_TEST_NAME", "here")
    if dialect == "go":
        assert run('{{ env "ISTIOCTL_TEST_NAME" }} {{ expandenv "${ISTIOCTL_TEST_NAME}!" }}') == "here here!"
    else:
        with pytest.raises(TemplateError, match='function "env" not defined'):
            run('{{ env "ISTIOCTL_TEST_NAME" }}', dialect)


def test_the_index_of_names_is_that_of_the_modules() -> None:
    for module, names in functions._NAMES.items():
        assert names.split() == list(functions._table(module)), module

"""The PHP frontend."""

from __future__ import annotations

import random

import pytest

from lk_audit import frontends
from lk_audit.source import Source
from lk_audit.syntax import Call, Document, Function, Import, Literal, Module, Name, walk
from tests.outlines import outline

CLASS = """<?php
namespace App\\Services;

use Agence104\\LiveKit\\{AccessToken, VideoGrant as Grant};

final class Tokens extends Base
{
    const HOUR = 3600;

    public function __construct(private string $key, ?Clock $clock = null) {}

    #[Route('/token', methods: ['POST'])]
    public function make(string $room): string
    {
        $time = time();
        $token = (new AccessToken($this->key, self::HOUR))->setGrant($grant)->toJwt();
        return $token;
    }
}
"""

SITUATIONS = {
    "positional arguments": ("f($a, 2);", "(Call (Name 'f') (Argument (Name 'a')) (Argument (Literal 2)))"),
    "an argument by name": ("f(ttl: 'x');", "(Call (Name 'f') (Argument 'ttl' (Literal 'x')))"),
    "spread arguments": ("f(...$xs);", "(Call (Name 'f') (Argument (Name 'xs') True))"),
    "a chain of builder calls": (
        "(new T())->a(1)->b();",
        "(Call (Member (Call (Member (Call (Name 'T')) 'a') (Argument (Literal 1))) 'b'))",
    ),
    "a nullsafe call": ("$a?->b();", "(Call (Member (Name 'a') 'b'))"),
    "a property that is set": ("$at->ttl = 5;", "(Assign (Member (Name 'at') 'ttl') (Literal 5))"),
    "an item that is set": ("$g['room'] = $r;", "(Assign (Index (Name 'g') (Literal 'room')) (Name 'r'))"),
    "an item that is appended": ("$g[] = $r;", "(Call (Member (Name 'g') 'push') (Argument (Name 'r')))"),
    "a map with a spread": (
        "$x = ['a' => 1, ...$more];",
        "(Record (Entry (Literal 'a') (Literal 1)) (Entry (Name 'more')))",
    ),
    "a list": ("$x = array(1, 2);", "(Sequence (Literal 1) (Literal 2))"),
    "merged maps": ("$x = array_merge($a, $b);", "(Record (Entry (Name 'a')) (Entry (Name 'b')))"),
    "a constant with arithmetic": (
        "const TTL = 60 * 60;",
        "(Assign (Name 'TTL') (Binary '*' (Literal 60) (Literal 60)))",
    ),
    "a constant that is defined": ("define('A', 'x');", "(Assign (Name 'A') (Literal 'x'))"),
    "concatenated text": ("$x = 'a' . $b;", "(Binary '+' (Literal 'a') (Name 'b'))"),
    "text with a value in it": ('$x = "room-{$n}!";', "(Template (Literal 'room-') (Name 'n') (Literal '!'))"),
    "formatted text": ("$x = sprintf('room-%s', $n);", "(Template (Literal 'room-') (Name 'n'))"),
    "a heredoc": ("$x = <<<END\n  a $b\n  END;", "(Template (Literal '  a ') (Name 'b'))"),
    "a nowdoc": ("$x = <<<'END'\na $b\nEND;", "(Literal 'a $b')"),
    "escapes in double quotes": ('$x = "\\t\\u{e9}\\$";', "(Literal '\\té$')"),
    "escapes in single quotes": ("$x = '\\t\\'\\\\';", '(Literal "\\\\t\'\\\\")'),
    "spellings of numbers": ("$x = [3_600, 0x10, 1e3];", "(Sequence (Literal 3600) (Literal 16) (Literal 1000.0))"),
    "words of the language": ("$x = [TRUE, False, null];", "(Sequence (Literal True) (Literal) (Literal))"),
    "a short conditional": ("$x = f() ?: 'x';", "(Binary 'or' (Call (Name 'f')) (Literal 'x'))"),
    "what is not there": ("$x = $a['k'] ?? 1;", "(Binary '??' (Index (Name 'a') (Literal 'k')) (Literal 1))"),
    "whether something is there": ("f(isset($a));", "(Binary '!=' (Name 'a') (Literal))"),
    "whether something is empty": ("f(empty($a));", "(Unary 'not' (Name 'a'))"),
    "a cast": ("$x = (int) $a;", "(Call (Name 'intval') (Argument (Name 'a')))"),
    "a match": (
        "$x = match($r) { 'a', 'b' => 1, default => 2 };",
        "(Conditional (Binary 'or' (Binary '==' (Name 'r') (Literal 'a')) (Binary '==' (Name 'r') (Literal 'b')))",
    ),
    "a switch": (
        "switch ($r) { case 'a': f(); break; default: g(); }",
        "(If (Binary '==' (Name 'r') (Literal 'a')) (Block (Evaluate (Call (Name 'f')))) (Block (Evaluate (Call",
    ),
    "branches in the other notation": (
        "if ($a): f(); elseif ($b): g(); endif;",
        "(If (Name 'a') (Block (Evaluate (Call (Name 'f')))) (Block (If (Name 'b') (Block (Evaluate (Call (Name 'g'",
    ),
    "a loop over a list": (
        "foreach ($xs as $x) { f($x); }",
        "(Loop (Assign (Name 'x') (Each (Name 'xs'))) (Block (Evaluate (Call (Name 'f') (Argument (Name 'x'))))))",
    ),
    "destructuring": ("['a' => $x] = $o;", "(Assign (Name 'x') (Index (Name 'o') (Literal 'a')))"),
    "a closure": ("$f = fn ($x) => $x;", "(Assign (Name 'f') (Function (Parameter 'x') (Block (Return (Name 'x')))))"),
    "a failure that is handled": (
        "try { f(); } catch (E $e) { g(); } finally { h(); }",
        "(Try (Block (Evaluate (Call (Name 'f')))) (Block (Assign (Name 'e') (Opaque)) (Evaluate (Call (Name 'g'))))",
    ),
    "a script that ends": ("if ($a) { exit('no'); }", "(Block (Raise (Literal 'no')))"),
    "a refusal of Laravel's": ("abort_unless($a, 403);", "(If (Unary 'not' (Name 'a')) (Block (Raise (Call"),
    "a file that is included": ("require __DIR__ . '/a.php';", "(Import './a.php' (ImportedName '*' '*'))"),
    "what a file returns": ("return ['a' => 1];", "(Export 'default' (Record"),
    "an augmented assignment": ("$x .= 'a';", "(Assign (Name 'x') (Literal 'a') '+')"),
}


def parse(text: str) -> Module:
    (module, *_) = frontends.parse(Source.from_text("a.php", text))
    assert isinstance(module, Module)
    return module


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_situation_is_the_syntax_that_other_languages_have_for_it(name: str) -> None:
    code, expected = SITUATIONS[name]

    module = parse(f"<?php\n{code}\n")

    assert expected in outline(module), outline(module)
    assert not module.errors


def test_a_class_has_its_properties_its_constructor_and_its_attributes() -> None:
    shown = outline(parse(CLASS))

    assert "(Class 'Tokens' (Name 'Base')" in shown
    assert (
        "(Function 'constructor' (Parameter 'key') (Parameter 'clock' (Literal)) (Block (Assign (Member (Name 'this'"
        in shown
    )
    assert (
        "(Call (Name 'Route') (Argument (Literal '/token')) (Argument 'methods' (Sequence (Literal 'POST'))))" in shown
    )
    assert "(Member (Name 'this') 'HOUR')" in shown


def test_imports_are_dotted_and_a_namespace_opens_its_own_names() -> None:
    imports = [node for node in walk(parse(CLASS)) if isinstance(node, Import)]

    assert [(node.module, [(item.local, item.member) for item in node.names]) for node in imports] == [
        ("App.Services", [("*", "*")]),
        ("Agence104.LiveKit", [("AccessToken", "AccessToken")]),
        ("Agence104.LiveKit", [("Grant", "VideoGrant")]),
    ]


def test_a_variable_keeps_its_sign_where_a_function_has_its_name() -> None:
    names = {node.id for node in walk(parse("<?php $time = time(); $now = $time;")) if isinstance(node, Name)}

    assert names == {"$time", "time", "now"}


def test_annotations_in_comments_are_decorators_too() -> None:
    module = parse('<?php class C { /**\n * @Route("/token")\n */ public function make() {} }')

    (function,) = [node for node in walk(module) if isinstance(node, Function)]
    assert [outline(item) for item in function.decorators] == ["(Call (Name 'Route') (Argument (Literal '/token')))"]


def test_the_code_of_a_script_that_answers_requests_is_a_function() -> None:
    module = parse("<?php function f() {} $room = $_GET['room']; echo $room;")

    assert [node.name for node in walk(module) if isinstance(node, Function)] == ["f", "{main}"]


def test_the_code_of_a_file_that_only_defines_stays_where_it_is() -> None:
    module = parse("<?php function f() { return $_GET['room']; } $hour = 3600;")

    assert [node.name for node in walk(module) if isinstance(node, Function)] == ["f"]


def test_html_around_the_code_does_no_harm() -> None:
    module = parse("<html><?php if ($a): ?><b><?= mint($room) ?></b><?php endif; ?></html>\n")

    assert "(Call (Name 'mint') (Argument (Name 'room')))" in outline(module)
    assert not module.errors


def test_scripts_of_the_page_around_the_code_are_modules_of_their_own() -> None:
    source = Source.from_text("a.php", "<?php $x = 1; ?>\n<script>\nconst room = <?= $x ?>;\nmint(room);\n</script>\n")

    code, script = frontends.parse(source)

    assert isinstance(code, Module)
    assert isinstance(script, Module)
    assert (code.language, script.language, script.container) == ("php", "javascript", "html")
    (call,) = [node for node in walk(script) if isinstance(node, Call)]
    assert source.place(call.start, call.end).line == 4


def test_a_file_without_php_in_it_is_text() -> None:
    (parsed,) = frontends.parse(Source.from_text("a.php", "LIVEKIT_API_SECRET=x\n"))

    assert isinstance(parsed, Document)


def test_positions_are_bytes_of_the_file() -> None:
    source = Source.from_text("a.php", "<?php $é = '«»';\n")
    (module,) = frontends.parse(source)

    (literal,) = [node for node in walk(module) if isinstance(node, Literal)]
    assert source.data[literal.start : literal.end] == "'«»'".encode()


def test_a_call_survives_a_syntax_error_beside_it() -> None:
    module = parse("<?php\nfunction broken(( {\n}\nf(1, $secret);\n")

    assert module.errors
    assert "f" in [node.callee.id for node in walk(module) if isinstance(node, Call) and isinstance(node.callee, Name)]


@pytest.mark.parametrize("seed", range(40))
def test_broken_code_never_raises(seed: int) -> None:
    chance = random.Random(seed)
    text = "<?php\n" + CLASS.removeprefix("<?php") + "\n".join(code for code, _ in SITUATIONS.values())
    letters = list(text)
    for _ in range(chance.randrange(1, 30)):
        letters[chance.randrange(6, len(letters))] = chance.choice("(){}[]'\"$;,=>\n?")

    parse("".join(letters[: chance.randrange(10, len(letters))]))


def test_deep_nesting_is_no_limit() -> None:
    parse("<?php $x = " + "f(" * 3000 + ")" * 3000 + ";")

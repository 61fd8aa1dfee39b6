"""What the data-file frontends read: pairs with their key paths, exact spans, comments."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.extractors.secrets import documents
from lk_audit.facts import FileRole
from lk_audit.frontends import frontend_for
from lk_audit.frontends.text import pairs_in
from lk_audit.source import Source
from lk_audit.syntax import Pair
from tests.documents import document


def pairs(path: str, text: str) -> list[tuple[tuple[str, ...], str]]:
    return [(pair.path, pair.value) for pair in document(path, text)[1].pairs]


def find(path: str, text: str, *keys: str) -> Pair:
    return next(pair for pair in document(path, text)[1].pairs if pair.path == keys)


@pytest.mark.parametrize(
    ("path", "frontend"),
    [
        ("a/.env", "dotenv"),
        (".env.local", "dotenv"),
        ("prod.env", "dotenv"),
        ("app.env.example", "dotenv"),
        ("env.example", "dotenv"),
        (".envrc", "dotenv"),
        (".dev.vars", "dotenv"),
        ("a.yml", "yaml"),
        ("a.code-workspace", "json"),
        ("livekit.yaml.example", "yaml"),
        ("settings.json.dist", "json"),
        (".env.bak", "dotenv"),
        ("server.py.old", "text"),
        ("page.html.template", "text"),
        ("package-lock.json.bak", None),
        ("main.example", "text"),
        ("a.ts", "javascript"),
        ("environment.env.ts", "javascript"),
        ("a.pyi", "python"),
        ("Dockerfile", "text"),
        ("a.dart", "dart"),
        ("a.swift", "swift"),
        ("a.lua", "text"),
        ("README", "text"),
        ("package-lock.json", None),
        ("sub/pnpm-lock.yaml", None),
        ("go.sum", None),
    ],
)
def test_the_file_name_chooses_the_frontend(path: str, frontend: str | None) -> None:
    assert frontend_for(path) == frontend


class TestDotenv:
    @pytest.mark.parametrize(
        ("line", "value"),
        [
            ("A=x", "x"),
            ("export A=x", "x"),
            ("A = x ", "x"),
            ("A='x # y'", "x # y"),
            ('A="x" # y', "x"),
            ("A=`x`", "x"),
            ("A=x # y", "x"),
            ("A=x#y", "x#y"),
            ("A: x", "x"),
            ("A=", ""),
            ("A=x\r", "x"),
            ('A="one\ntwo"', "one\ntwo"),
            ('A="unclosed', '"unclosed'),
            ("A=ä ö", "ä ö"),
        ],
    )
    def test_a_line_in_any_dialect(self, line: str, value: str) -> None:
        text = f"B=1\n{line}\nC=2\n"

        assert find(".env", text, "A").value == value
        assert find(".env", text, "C").value == "2"

    def test_a_commented_out_pair_is_marked(self) -> None:
        assert find(".env", "# A=x\n", "A").commented
        assert not find(".env", "A=x\n", "A").commented

    @pytest.mark.parametrize("space", [" ", "\t", "\f", "\v", "\xa0", "\ufeff"], ids=ascii)
    def test_what_node_takes_for_space_may_stand_before_a_name(self, space: str) -> None:
        """A byte order mark stands there where files were put together."""
        assert find(".env", f"B=y\n{space}A=x\n", "A").value == "x"


class TestYaml:
    def test_paths_of_mappings_lists_and_documents(self) -> None:
        text = "a: {b: 1}\nl:\n  - x\n  - k: v\n---\nc: 'it''s'\n"

        assert pairs("a.yml", text) == [
            (("a", "b"), "1"),
            (("l", "0"), "x"),
            (("l", "1", "k"), "v"),
            (("c",), "it's"),
        ]

    def test_items_of_the_form_key_value_are_pairs(self) -> None:
        assert (("environment", "A"), "b=c") in pairs("a.yml", 'environment:\n  - "A=b=c"\n')

    def test_a_name_and_its_value_beside_it_are_a_pair(self) -> None:
        assert (("env", "A"), "x") in pairs("a.yml", "env:\n  - name: A\n    value: x\n")

    def test_a_flag_and_the_next_item_are_a_pair(self) -> None:
        assert (("args", "--api-secret"), "x") in pairs("a.yml", "args: [--api-secret, x]\n")

    def test_a_configuration_inside_a_block_scalar_is_read_at_its_place(self) -> None:
        text = "é: 1\nbody: |\n  keys:\n    devkey: secret\n  # no: comment\n"
        source, parsed = document("a.yml", text)

        pair = next(item for item in parsed.pairs if item.path == ("body", "keys", "devkey"))

        assert source.data[pair.start : pair.end] == b"secret"

    def test_a_reference_tag_stays_with_the_value_and_a_standard_one_does_not(self) -> None:
        assert find("a.yml", "a: !Ref Secret", "a").value == "!Ref Secret"
        assert find("a.yml", "a: !!str x", "a").value == "x"
        assert find("a.yml", "a: &anchor x", "a").value == "x"

    def test_commented_lines_are_marked(self) -> None:
        assert find("a.yml", "a: b\n# keys:\n#   devkey: secret\n", "keys", "devkey").commented

    def test_what_is_no_yaml_is_read_as_text_and_the_mistake_recorded(self) -> None:
        source, parsed = document("t.yaml", "keys:\n  devkey: secret\n wrong: [\n")

        assert parsed.errors
        assert any(pair.path == ("keys", "devkey") and pair.value == "secret" for pair in parsed.pairs)
        assert all(0 <= start <= end <= len(source.data) for start, end in parsed.errors)

    def test_aliases_are_not_expanded(self) -> None:
        bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))

        assert len(pairs("a.yml", bomb)) == 2


class TestJson:
    def test_paths_comments_and_trailing_commas(self) -> None:
        text = """{"a": {"b": "x"}, // LK_API_SECRET=old
          'q': [1, {"k": true,},], bare: "\\u0041", }"""

        found = pairs("a.jsonc", text)

        assert (("a", "b"), "x") in found
        assert (("LK_API_SECRET",), "old") in found
        assert (("q", "1", "k"), "true") in found
        assert (("bare",), "A") in found

    def test_named_values_flags_and_command_lines(self) -> None:
        text = '{"env": [{"name": "A", "value": "x"}], "args": ["--api-secret", "y"], "run": "B=z node a.js"}'

        found = pairs("a.json", text)

        assert (("env", "A"), "x") in found
        assert (("args", "--api-secret"), "y") in found
        assert (("run", "B"), "z") in found


class TestText:
    @pytest.mark.parametrize(
        ("path", "line", "name", "value"),
        [
            ("a.sh", "export A=x", "A", "x"),
            ("a.sh", "docker run -e A=x image", "A", "x"),
            ("a.sh", 'docker run -e "A=x y" image', "A", "x y"),
            ("a.sh", "lk token --api-secret x --join", "--api-secret", "x"),
            ("a.sh", "lk token --api-secret=x", "--api-secret", "x"),
            ("a.sh", "livekit-server --keys 'k: s'", "--keys", "k: s"),
            ("a.fish", "set -gx A x", "A", "x"),
            ("Dockerfile", "ENV A x", "A", "x"),
            ("Dockerfile", "ENV A=x B=y", "B", "y"),
            ("a.scala", 'a := "x"', "a", "x"),
            ("a.scala", 'var a string = "x"', "a", "x"),
            ("a.scala", 'os.Setenv("A", "x")', "A", "x"),
            ("a.scala", 'getEnv("A", "x")', "A", "x"),
            ("a.lua", "static const String a = 'x';", "a", "x"),
            ("a.lua", "String.fromEnvironment('A', defaultValue: 'x')", "A", "x"),
            ("a.scala", 'val a: String = "x"', "a", "x"),
            ("a.php", "$a = getenv('A') ?: 'x';", "A", "x"),
            ("a.php", "'a' => 'x',", "a", "x"),
            ("a.pl", "ENV['A'] || 'x'", "A", "x"),
            ("a.properties", "livekit.api.secret=x", "livekit.api.secret", "x"),
            ("a.xml", '<string name="a">x</string>', "a", "x"),
            ("a.plist", "<key>A</key>\n  <string>x</string>", "A", "x"),
            ("a.tf", 'name = "A"\n  value = "x"', "A", "x"),
            ("a.ipynb", '"os.environ[\\"A\\"] = \\"x\\"\\n",', "A", "x"),
            ("a.md", "Set `A=x` first.", "A", "x"),
            ("a.md", "A: <your secret>", "A", "<your secret>"),
            ("a.ps1", "$env:A = 'x'", "A", "x"),
            ("a.ps1", "docker run -e A=x image", "A", "x"),
        ],
    )
    def test_a_pair_in_any_language(self, path: str, line: str, name: str, value: str) -> None:
        assert find(path, line, name).value == value

    @pytest.mark.parametrize(
        "text",
        ["9. MY_SECRET\n%s\n", "MY_SECRET\r\n%s\r\n", "### `MY_SECRET`\n```\n%s\n```\n", "- **MY_SECRET**\n  `%s`\n"],
        ids=["list", "line feeds of Windows", "block", "quoted"],
    )
    def test_in_prose_a_value_may_stand_below_its_name(self, text: str) -> None:
        value = "one-of-24-characters-abc"

        assert find("notes.txt", text % value, "MY_SECRET").value == value

    @pytest.mark.parametrize("text", ["MY_SECRET\nMY_KEY\n", "MY_SECRET\n\nsome-words-that-go-on-and-on\n"])
    def test_another_name_and_another_paragraph_are_no_value(self, text: str) -> None:
        assert not [value for path, value in pairs("notes.txt", text) if value and path[-1] == "MY_SECRET"]

    def test_a_cmdlet_is_no_value(self) -> None:
        assert not pairs("a.ps1", "$apiSecret = Read-Host 'Secret'\n$env:API_SECRET = Get-Content secret.txt\n")

    def test_a_keys_block_gives_its_entries_the_path(self) -> None:
        text = "cat <<EOF\nkeys:\n  devkey: secret\nport: 7880\nEOF\n"

        assert find("a.sh", text, "keys", "devkey").value == "secret"
        assert find("a.sh", text, "port").value == "7880"

    def test_sections_are_part_of_the_path(self) -> None:
        assert find("a.toml", '[livekit]\napi_secret = "x"\n', "livekit", "api_secret").value == "x"

    def test_unquoted_code_is_no_value(self) -> None:
        assert not pairs("a.scala", "secret := config.Secret\n")

    def test_a_comment_is_read_as_one(self) -> None:
        source = Source.from_text("a.ts", "x(); // LIVEKIT_API_SECRET='y'")

        (pair,) = pairs_in(source, 5, len(source.data), commented=True)

        assert (pair.path, pair.value, pair.commented) == (("LIVEKIT_API_SECRET",), "y", True)

    def test_of_a_very_long_line_the_interesting_parts_are_read(self) -> None:
        text = "a=1;" * 20_000 + "LIVEKIT_API_SECRET='x';" + "b=2;" * 20_000

        found = document("a.txt", text)[1].pairs

        assert any(pair.path == ("LIVEKIT_API_SECRET",) for pair in found)
        assert len(found) < 500


ANY_TEXT = st.text(max_size=300) | st.text(alphabet="aA_=:-\"'`#{}[],\\/\n\r\t $<>|&*!%ékeys", max_size=300)
PATHS = [".env", "a.yaml", "a.json", "a.sh", "a.md", "a.scala", "a.toml", "a.xml", "Dockerfile"]


@pytest.mark.parametrize("path", PATHS)
@given(text=ANY_TEXT)
def test_no_text_makes_parsing_or_extraction_raise(path: str, text: str) -> None:
    source, parsed = document(path, text)

    for pair in parsed.pairs:
        assert 0 <= pair.start <= pair.end <= len(source.data)
        assert 0 <= pair.key_start <= len(source.data)
    for role in (FileRole.PRODUCTION, FileRole.EXAMPLE):
        list(documents.credentials(source, parsed, role))
        list(documents.exposures(source, parsed, role))
        list(documents.insecure_urls(source, parsed, role))


PLAIN = st.text(alphabet="abcXYZ0189éß_.+/", min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("path", "form"),
    [(".env", "KEY='{}'"), ("a.yaml", 'KEY: "{}"'), ("a.json", '{{"KEY": "{}"}}'), ("a.sh", 'KEY="{}"')],
)
@given(before=PLAIN, value=PLAIN)
def test_a_span_slices_to_the_value(path: str, form: str, before: str, value: str) -> None:
    source, parsed = document(path, f"# {before}\n" + form.format(value))

    pair = next(item for item in parsed.pairs if item.path[-1] == "KEY")

    assert source.data[pair.start : pair.end].decode() == pair.value == value
    assert source.data[pair.key_start :].lstrip(b'"').startswith(b"KEY")


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("a.yaml", "["),
        ("a.yaml", "{a: "),
        ("a.yaml", "- "),
        ("a.yaml", "# a: b\nc: d\n"),
        ("a.json", '{"a":'),
        ("a.json", "/*"),
        ("a.json", '"'),
        (".env", 'A="\n'),
        (".env", "A='\\\"\n"),
        ("a.sh", 'secret="'),
        ("a.sh", "secret="),
        ("a.sh", "keys:\n"),
        ("a.sh", "secret   "),
        ("a.xml", "<key>"),
    ],
)
def test_hostile_text_costs_linear_time(path: str, unit: str) -> None:
    started = time.perf_counter()
    document(path, unit * (200_000 // len(unit)))

    assert time.perf_counter() - started < 6

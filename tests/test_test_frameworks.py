"""Files of tests that neither their names nor their folders tell."""

from __future__ import annotations

import pytest

from lk_audit.extractors.test_frameworks import is_test
from tests.languages.minting import found_in

TESTS = [
    ("javascript", "import { describe, it } from 'vitest';"),
    ("javascript", "import {\n  expect,\n  test,\n} from '@playwright/test';"),
    ("javascript", "const test = require('node:test');"),
    ("javascript", "describe('tokens', () => {"),
    ("javascript", "Deno.test('a token', () => {"),
    ("javascript", "beforeAll(() => {\n  vi.stubEnv('LIVEKIT_API_SECRET', 'secret');"),
    ("python", "import pytest\n\n@pytest.fixture\ndef token():"),
    ("python", "from rest_framework.test import APIClient\n\nclass Tokens(django.test.TestCase):"),
    ("python", "import unittest\nasync def test_token():"),
    ("python", "def test_token():\n    token = mint()\n    assert token"),
    ("go", 'import "testing"\n\nfunc TestToken(t *testing.T) {'),
    ("jvm", "import org.junit.jupiter.api.Test;"),
    ("jvm", "import io.kotest.core.spec.style.StringSpec"),
    ("csharp", "using Xunit;\n"),
    ("csharp", "global using NUnit.Framework;"),
    ("php", "use PHPUnit\\Framework\\TestCase;"),
    ("php", "final class Tokens extends TestCase\n{"),
    ("ruby", "require 'rails_helper'"),
    ("ruby", "class TokenTest < ActiveSupport::TestCase"),
    ("elixir", "defmodule Tokens do\n  use ExUnit.Case, async: true"),
    ("rust", "use super::*;\n\n#[tokio::test]\nasync fn makes_a_token() {}"),
    ("swift", "@testable import Rooms\nimport XCTest"),
    ("dart", "import 'package:flutter_test/flutter_test.dart';"),
]
CODE = [
    ("javascript", "import { test } from './latest';\nconst described = describe(room);"),
    ("javascript", "export function run() {\n  describe(room);\n}"),
    ("python", "import pytest\n\ndef tested():"),
    ("python", "def test_connection():\n    mint()"),
    ("python", "from unittest import mock\n\ndef main():"),
    ("python", '@router.get("/test")\nasync def test_token():\n    assert KEY\n    return mint()'),
    ("python", "app = FastAPI()\n\ndef test_connection():\n    assert KEY"),
    ("go", "func TestMode(t *Config) {"),
    ("jvm", "import org.springframework.stereotype.Service;"),
    ("php", "class Test extends Model"),
    ("ruby", "require 'livekit'"),
    ("rust", "pub fn mint() {}\n\n#[test]\nfn works() {}"),
    ("rust", "#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() {}\n}"),
    ("cobol", "import pytest"),
]


@pytest.mark.parametrize(("family", "text"), TESTS)
def test_the_framework_tells_a_file_of_tests(family: str, text: str) -> None:
    assert is_test(text.encode(), family)


@pytest.mark.parametrize(("family", "text"), CODE)
def test_other_code_is_no_file_of_tests(family: str, text: str) -> None:
    assert not is_test(text.encode(), family)


PYTHON = """import pytest
from livekit.api import AccessToken, VideoGrants

KEY, SECRET = "devkey", "secret"
BEFORE
def made():
    grants = VideoGrants(room_join=True, room="lobby", room_admin=True)
    return AccessToken(KEY, SECRET).with_identity("ana").with_grants(grants).to_jwt()
"""


@pytest.mark.parametrize("rule", ["LK102", "LK302", "LK401"])
def test_what_tests_make_is_for_nobody(rule: str) -> None:
    in_tests = PYTHON.replace("BEFORE", "@pytest.fixture")
    in_code = PYTHON.replace("import pytest", "import time").replace("BEFORE", "")

    assert found_in({"checks/tokens.py": in_tests}, rule) == []
    assert found_in({"checks/tokens.py": in_code}, rule) != []

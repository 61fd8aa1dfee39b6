"""What client code takes along of a file that makes tokens: by name, and through files that hand it on."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

TOKENS = """import { AccessToken } from 'livekit-server-sdk';
export const mint = () => {
  const at = new AccessToken(process.env.KEY, process.env.SECRET, { identity: 'a', ttl: '10m' });
  at.addGrant({ roomJoin: true, room: 'hall' });
  return at.toJwt();
};
export const other = 1;
export default mint;
"""


def is_taken(client: str, **files: str) -> bool:
    """Whether the token is made in the browser, where a page holds `client` beside `lib/mint.ts` and other files."""
    page = f"'use client';\n{client}\nexport default function Page() {{ return <b/>; }}\n"
    beside = {f"src/lib/{name}.ts": text for name, text in files.items()}
    return bool(found_in({"src/lib/mint.ts": TOKENS, "src/app/page.tsx": page, **beside}, "LK201"))


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("import { mint } from '../lib/mint'; mint();", True),
        ("import make from '../lib/mint'; make();", True),
        ("import * as tokens from '../lib/mint'; tokens.mint();", True),
        ("const tokens = await import('../lib/mint'); tokens.mint();", True),
        ("import { other } from '../lib/mint'; other;", False),
        ("import { type mint, other } from '../lib/mint'; other;", False),
        ("import type { mint } from '../lib/mint';", False),
    ],
)
def test_a_name_is_taken_along_by_who_imports_it(client: str, *, expected: bool) -> None:
    assert is_taken(client) is expected


@pytest.mark.parametrize(
    ("barrel", "exported"),
    [
        ("export { mint } from './mint';", "{ mint }"),
        ("export { mint as make } from './mint';", "{ make }"),
        ("export { default as make } from './mint';", "{ make }"),
        ("export * from './mint';", "{ mint }"),
        ("export * as tokens from './mint';", "{ tokens }"),
        ("import { mint } from './mint'; export { mint };", "{ mint }"),
        ("import { mint } from './mint'; export { mint as make };", "{ make }"),
        ("import { mint } from './mint'; export default mint;", "make"),
        ("import { mint } from './mint'; export const make = () => mint();", "{ make }"),
    ],
)
def test_a_name_is_handed_on_as_it_is_exported(barrel: str, exported: str) -> None:
    index = f"{barrel} export {{ other }} from './mint';"

    assert is_taken(f"import {exported} from '../lib'; show({exported});", index=index)
    assert not is_taken("import { other } from '../lib'; show(other);", index=index)


def test_what_a_file_runs_as_it_is_loaded_is_taken_along_by_everybody() -> None:
    index = "import { mint } from './mint'; export const at = mint(); export { other } from './mint';"

    assert is_taken("import { other } from '../lib'; show(other);", index=index)

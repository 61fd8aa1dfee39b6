"""Pages of Next that are made on the server for each request, with a token in them: who gets one."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

PAGE = "app/(calls)/rooms/[room]/page.tsx"
HEAD = "import { AccessToken } from 'livekit-server-sdk';\n"
MINT = """
  const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity, ttl: '10m' });
  at.addGrant({ roomJoin: true, room });
"""
SHOWN = f"""{HEAD}import {{ redirect, notFound }} from 'next/navigation';
import {{ auth, cookies }} from '@/server';
export default async function Page({{ params, searchParams }}) {{
  const {{ room }} = await params;
  CHECK
  const identity = IDENTITY;{MINT}
  return <Call token={{await at.toJwt()}} />;
}}
"""
PROPS = f"""{HEAD}import {{ getServerSession, withPageAuthRequired }} from '@/server';
export const getServerSideProps = WRAP(async ({{ query, req, res }}) => {{
  CHECK
  const {{ room, identity }} = query;{MINT}
  return {{ props: {{ token: await at.toJwt() }} }};
}});
"""
LAYOUT = """import { redirect } from 'next/navigation';
import { auth } from '@/server';
export default async function Layout({ children }) {
  CHECK
  return <main>{children}</main>;
}
"""


def page(check: str = "", identity: str = "(await searchParams).name", **others: str) -> bool:
    return bool(found_in({PAGE: SHOWN.replace("CHECK", check).replace("IDENTITY", identity), **others}, "LK601"))


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("", True),
        ("const session = await auth();", True),
        ("const session = await auth(); if (!session?.user) redirect('/login');", False),
        ("const session = await auth(); if (!session) notFound();", False),
        ("if (!room) notFound();", True),
    ],
)
def test_a_page_with_a_token_asks_who_is_there(check: str, *, expected: bool) -> None:
    assert page(check) is expected


def test_a_page_of_client_code_answers_no_requests() -> None:
    files = {PAGE: "'use client';\n" + SHOWN.replace("CHECK", "").replace("IDENTITY", "'me'")}

    assert not found_in(files, "LK601")
    assert found_in(files, "LK201")


@pytest.mark.parametrize(
    ("folder", "check", "expected"),
    [
        ("app/(calls)", "const session = await auth(); if (!session) redirect('/login');", False),
        ("app", "const session = await auth(); if (!session) redirect('/login');", False),
        ("app/(calls)", "const session = await auth();", True),
        ("app/(calls)", "", True),
        ("app/admin", "const session = await auth(); if (!session) redirect('/login');", True),
    ],
)
def test_a_layout_may_ask_for_its_pages(folder: str, check: str, *, expected: bool) -> None:
    assert page(**{f"{folder}/layout.tsx": LAYOUT.replace("CHECK", check)}) is expected


@pytest.mark.parametrize(
    ("check", "wrapper", "expected"),
    [
        ("", "", True),
        (
            "const session = await getServerSession(req, res); if (!session) return { notFound: true };",
            "",
            False,
        ),
        ("const session = await getServerSession(req, res);", "", True),
        ("", "withPageAuthRequired", False),
        ("", "withTranslations", True),
    ],
)
def test_a_page_may_be_given_its_token_as_a_property(check: str, wrapper: str, *, expected: bool) -> None:
    text = PROPS.replace("CHECK", check).replace("WRAP", wrapper)

    assert bool(found_in({"pages/rooms/[room].tsx": text}, "LK601")) is expected

"""Settings by a schema: what it reads, and what it takes where nothing is set."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in

TOKEN = """import { AccessToken } from 'livekit-server-sdk';
import { env } from './env';
export async function token(identity, room) {
  const at = new AccessToken(env.LIVEKIT_API_KEY, env.LIVEKIT_API_SECRET, { identity, ttl: env.TTL });
  at.addGrant({ roomJoin: true, room });
  return at.toJwt();
}
"""
HEAD = """import { z } from 'zod';
import { createEnv } from '@t3-oss/env-nextjs';
import { cleanEnv, str } from 'envalid';
"""
ZOD = "const schema = z.object({ LIVEKIT_API_SECRET: z.string(), TTL: FIELD });\n"
DAYS, MINUTES = "z.string().default('30d')", "z.string().default('10m')"


@pytest.mark.parametrize(
    ("schema", "field", "expected"),
    [
        (f"{ZOD}export const env = schema.parse(process.env);", DAYS, True),
        (f"{ZOD}export const env = schema.parse(process.env);", MINUTES, False),
        (f"{ZOD}export const env = schema.parse(process.env);", "z.string()", False),
        (
            f"{ZOD}export const env = schema.parse(process.env);",
            "z.coerce.number().int().default(86400).optional()",
            True,
        ),
        (f"{ZOD}export const env = schema.strict().parse({{ ...process.env }});", DAYS, True),
        (f"{ZOD}export const env = schema.extend({{ TTL: {DAYS} }}).parse(process.env);", MINUTES, True),
        (f"{ZOD}const read = schema.safeParse(process.env);\nexport const env = read.data;", DAYS, True),
        (f"{ZOD}export const env = schema.parse(body);", DAYS, False),
        ("export const env = createEnv({ server: { TTL: FIELD }, runtimeEnv: process.env });", DAYS, True),
        ("export const env = createEnv({ server: { TTL: FIELD }, runtimeEnv: process.env });", MINUTES, False),
        ("export const env = cleanEnv(process.env, { TTL: FIELD });", "str({ default: '30d' })", True),
        ("export const env = cleanEnv(process.env, { TTL: FIELD });", "str()", False),
    ],
)
def test_a_lifetime_may_be_the_default_of_a_schema(schema: str, field: str, *, expected: bool) -> None:
    files = {"src/env.ts": HEAD + schema.replace("FIELD", field), "src/token.ts": TOKEN}

    assert bool(found_in(files, "LK301")) is expected


def test_what_a_schema_reads_is_a_variable() -> None:
    text = HEAD + ZOD.replace("FIELD", MINUTES) + "const env = schema.parse(process.env);\n"

    assert found_in({"src/env.ts": text + "console.log(env.LIVEKIT_API_SECRET);"}, "LK103")
    assert not found_in({"src/env.ts": text + "console.log(env.TTL);"}, "LK103")


NEST = """import { Inject } from '@nestjs/common';
import { AccessToken } from 'livekit-server-sdk';
import livekit from './livekit.config';
class Tokens {
  constructor(@Inject(MARK) private readonly config: ConfigType<typeof livekit>) {}
  issue(identity, room) {
    const at = new AccessToken(this.config.key, this.config.secret, { identity, ttl: this.config.ttl });
    at.addGrant({ roomJoin: true, room });
    return at.toJwt();
  }
}
"""
FACTORY = """import { registerAs } from '@nestjs/config';
export default registerAs('livekit', () => ({ key: process.env.LIVEKIT_API_KEY, ttl: TTL }));
"""


@pytest.mark.parametrize(
    ("mark", "ttl", "expected"),
    [
        ("livekit.KEY", "process.env.LIVEKIT_TTL ?? '7d'", True),
        ("livekit.KEY", "'10m'", False),
        ("livekit.KEY", "process.env.LIVEKIT_TTL", False),
        ("'livekit'", "'7d'", False),
    ],
)
def test_a_framework_may_pass_what_a_factory_makes(mark: str, ttl: str, *, expected: bool) -> None:
    factory = FACTORY.replace("ttl: TTL", f"ttl: {ttl}")
    files = {"src/livekit.config.ts": factory, "src/tokens.ts": NEST.replace("MARK", mark)}

    assert bool(found_in(files, "LK301")) is expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("const { values } = parseArgs({ options: { ttl: { type: 'string', default: '30d' } } });", True),
        ("const { values } = parseArgs({ options: { ttl: { type: 'string', default: '10m' } } });", False),
        ("const { values } = parseArgs({ options: { ttl: { type: 'string' }, age: { default: '30d' } } });", False),
        ("program.option('-t, --ttl <span>', 'lifetime', '30d');\nconst values = program.opts();", True),
        ("program.option('-t, --ttl <span>', 'lifetime of 30d');\nconst values = program.opts();", False),
        ("program.option('--other-ttl <span>', 'lifetime', '30d');\nconst values = program.opts();", False),
    ],
)
def test_a_lifetime_may_be_the_default_of_an_option(read: str, *, expected: bool) -> None:
    text = f"""import {{ parseArgs }} from 'node:util';
import {{ program }} from 'commander';
import {{ AccessToken }} from 'livekit-server-sdk';
{read}
const at = new AccessToken(process.env.K, process.env.S, {{ identity: 'guest', ttl: values.ttl }});
at.addGrant({{ roomJoin: true, room: 'lobby' }});
process.stdout.write(await at.toJwt());
"""
    assert bool(found_in({"scripts/invite.mjs": text}, "LK301")) is expected

"""Development credentials in the stages of a Dockerfile: those of a stage that only builds run nowhere."""

from __future__ import annotations

import pytest

from tests.languages.minting import found_in
from tests.samples import SECRET


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ("FROM node AS build\nSET\nRUN npm run build\nFROM node\nCOPY --from=build /app .\n", []),
        ("FROM node\nSET\nRUN npm start\n", [2]),
        ("FROM node AS build\nRUN make\nFROM node AS run\nSET\n", [4]),
        ("FROM node AS base\nSET\nFROM base AS build\nRUN make\nFROM base\nCMD start\n", [2]),
        ("FROM node AS base\nSET\nFROM base AS build\nRUN make\nFROM node\nCMD start\n", []),
    ],
    ids=["a builder", "the only one", "the last", "its base", "the base of a builder"],
)
@pytest.mark.parametrize("path", ["Dockerfile", "docker/api.Dockerfile"])
def test_a_development_secret_of_a_stage_that_only_builds_runs_nowhere(
    path: str, stages: str, expected: list[int]
) -> None:
    weak, strong = (stages.replace("SET", f"ENV LIVEKIT_API_SECRET={secret}") for secret in ("secret", SECRET))

    assert [line.rpartition(":")[2] for line in found_in({path: weak}, "LK102")] == [str(line) for line in expected]
    assert len(found_in({path: strong}, "LK101")) == 1


@pytest.mark.parametrize("path", ["Dockerfile", "docker/api.Dockerfile"])
def test_a_guessable_secret_that_servers_accept_is_no_word_to_build_with(path: str) -> None:
    stages = "FROM node AS build\nENV LIVEKIT_API_SECRET=Acme_meeting_platform_very_safe_2024\nFROM node\n"

    assert len(found_in({path: stages}, "LK102")) == 1

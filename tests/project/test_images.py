"""Which files a Dockerfile copies into an image."""

from __future__ import annotations

import pytest

from lk_audit.project.files import Files
from lk_audit.project.images import Images
from lk_audit.source import Source


def copied(path: str, **contents: str) -> list[tuple[str, int]]:
    """Where a file is copied; the keys of `contents` stand for paths, with `__` for a slash."""
    files = Files([Source.from_text(name.replace("__", "/"), text) for name, text in contents.items()])
    return [(place.path, place.line) for place in Images(files).copies(path)]


@pytest.mark.parametrize(
    "instruction",
    [
        "COPY . .",
        "COPY ./ /app/",
        "ADD . /app",
        "copy --chown=node:node . .",
        "COPY --link --chown=app . /srv",
        'COPY ["." , "/app"]',
        "COPY package.json \\\n  .env ./",
        "COPY .env* ./",
        "COPY * ./",
    ],
)
def test_a_file_of_the_context_is_copied(instruction: str) -> None:
    assert copied(".env", Dockerfile=f"FROM node\nWORKDIR /app\n{instruction}\n") == [("Dockerfile", 3)]


@pytest.mark.parametrize(
    "instruction",
    ["COPY src ./src", "COPY package.json ./", "COPY --from=build /app .", "COPY <<EOF /x\n.\nEOF", "RUN cp . /app"],
)
def test_a_file_that_no_instruction_names_is_not(instruction: str) -> None:
    assert copied(".env", Dockerfile=f"FROM node\n{instruction}\n") == []


@pytest.mark.parametrize("ignored", [".env", ".env*", "*", "**/.env", "/.env", "./.env", "*.md\n.env"])
def test_a_dockerignore_leaves_it_out(ignored: str) -> None:
    files = {"Dockerfile": "FROM node\nCOPY . .\n", ".dockerignore": f"{ignored}\n"}

    assert copied(".env", **files) == []


@pytest.mark.parametrize("ignored", ["# .env", "node_modules", "*.log", ".env\n!.env", "config/.env"])
def test_a_dockerignore_that_does_not_name_it_changes_nothing(ignored: str) -> None:
    files = {"Dockerfile": "FROM node\nCOPY . .\n", ".dockerignore": f"{ignored}\n"}

    assert copied(".env", **files) == [("Dockerfile", 2)]


def test_patterns_of_a_dockerignore_count_from_its_root() -> None:
    files = {"Dockerfile": "FROM node\nCOPY . .\n", ".dockerignore": ".env\n"}

    assert copied("api/.env", **files) == [("Dockerfile", 2)]


def test_the_ignore_file_of_a_wider_context_counts_too() -> None:
    files = {"api__Dockerfile": "FROM node\nCOPY . .\n", ".dockerignore": "**/.env\n"}

    assert copied("api/.env", **files) == []


def test_a_file_outside_the_folder_of_the_dockerfile_is_not_its_business() -> None:
    assert copied(".env", api__Dockerfile="FROM node\nCOPY . .\n") == []


@pytest.mark.parametrize("name", ["Dockerfile.prod", "web.Dockerfile", "Containerfile", "dockerfile"])
def test_dockerfiles_have_many_names(name: str) -> None:
    assert copied(".env", **{name: "FROM node\nCOPY . .\n"}) == [(name, 2)]


def test_its_own_ignore_file_is_no_dockerfile() -> None:
    files = {"Dockerfile": "FROM node\nCOPY . .\n", "Dockerfile.dockerignore": ".env\n"}

    assert copied(".env", **files) == []


BUILD = "FROM golang AS build\nWORKDIR /src/api\nCOPY . .\n"


@pytest.mark.parametrize(
    "last",
    [
        "FROM scratch\nCOPY --from=build /rooms /rooms",
        "FROM scratch\nCOPY --from=0 /src/api/bin /bin",
        "FROM scratch\nCOPY --chown=app --from=Build /src/apis /srv",
        "FROM build AS checked\nRUN make\nFROM scratch\nCOPY --from=build /rooms /rooms\nCOPY --from=checked /log /log",
        "FROM scratch AS first\nCOPY --from=build /rooms /rooms\nFROM scratch AS second\nCOPY --from=build /bots /bots",
    ],
)
def test_what_only_builds_something_stays_behind(last: str) -> None:
    assert copied(".env", Dockerfile=f"{BUILD}{last}\n") == []


@pytest.mark.parametrize(
    "last",
    [
        "FROM build\nRUN make",
        "FROM scratch\nCOPY --from=build /src /srv",
        "FROM scratch\nCOPY --from=build /src/api/ .",
        "FROM scratch\nCOPY --from=build /src/api/.en* ./",
        "FROM scratch\nCOPY --from=build / /",
        "FROM scratch\nCOPY --from=build $HOME /srv",
        "FROM build AS made\nRUN make\nFROM scratch\nCOPY --from=made /src/api /srv",
        "FROM scratch\nCOPY rooms.txt /",
    ],
)
def test_what_a_later_stage_takes_along_gets_into_the_image(last: str) -> None:
    assert copied(".env", Dockerfile=f"{BUILD}{last}\n") == [("Dockerfile", 3)]


@pytest.mark.parametrize(
    ("copy", "is_taken"),
    [
        ("WORKDIR /\nCOPY api /src", True),
        ("WORKDIR /\nCOPY api/.env /src/", True),
        ("WORKDIR /\nCOPY api/.env /src", True),
        ("WORKDIR /\nCOPY api/.env /srcs", False),
        ("WORKDIR /\nCOPY api /other", False),
        ("WORKDIR /src\nCOPY api ./", True),
        ("WORKDIR /usr\nWORKDIR src\nCOPY api ./", False),
        ("COPY api ./", True),
        ("WORKDIR $HOME\nCOPY api ./", True),
    ],
)
def test_a_file_lies_where_its_stage_puts_it(copy: str, *, is_taken: bool) -> None:
    text = f"FROM node AS build\n{copy}\nFROM scratch\nCOPY --from=build /src /srv\n"

    assert bool(copied("api/.env", Dockerfile=text)) is is_taken


def test_a_stage_that_everybody_uses_is_not_looked_into() -> None:
    takers = "".join(f"FROM build AS s{number}\n" for number in range(101))

    assert copied(".env", Dockerfile=f"{BUILD}{takers}FROM scratch\nCOPY --from=s0 /x /x\n") == [("Dockerfile", 3)]

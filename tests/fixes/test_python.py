"""Fixes in Python, as text before and after."""

from __future__ import annotations

import pytest

from tests.samples import SECRET, fixed

HEAD = "from datetime import timedelta\nfrom livekit import api\n\n"
BUILT = 'api.AccessToken().with_identity("x")'
GRANTS = "with_grants(api.VideoGrants(room_join=True, room=room))"


def lifetime(expr: str, above: str = "") -> str:
    return f"{HEAD}{above}def mint(room):\n    return {BUILT}.with_ttl({expr}).{GRANTS}.to_jwt()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("timedelta(days=7)", "timedelta(hours=1)"),
        ("timedelta(hours=6, minutes=30)", "timedelta(hours=1)"),
        ("timedelta(seconds=60 * 60 * 24)", "timedelta(hours=1)"),
        ("timedelta(hours=6) * 4", "timedelta(hours=1)"),
    ],
)
def test_a_lifetime_is_shortened_where_it_stands(before: str, after: str) -> None:
    assert fixed("a.py", lifetime(before)) == lifetime(after)


def test_the_name_that_the_file_has_for_timedelta_stays() -> None:
    text = lifetime("dt.timedelta(days=7)").replace("from datetime import timedelta", "import datetime as dt")

    assert fixed("a.py", text) == text.replace("days=7", "hours=1")


def test_a_constant_of_this_token_alone_is_changed_where_it_is_set() -> None:
    text = lifetime("TTL", "TTL = timedelta(days=1)\n\n")

    assert fixed("a.py", text) == text.replace("days=1", "hours=1")


def test_a_constant_that_others_read_is_left_as_it_is_and_only_an_unsafe_fix_goes_past_it() -> None:
    above = "TTL = timedelta(days=1)\nCOOKIE = TTL\n\n"

    assert fixed("a.py", lifetime("TTL", above)) == lifetime("TTL", above)
    assert fixed("a.py", lifetime("TTL", above), unsafe=True) == lifetime("timedelta(hours=1)", above)


def test_a_constant_that_another_file_imports_is_left_as_it_is() -> None:
    text = lifetime("TTL", "TTL = timedelta(days=1)\n\n")

    assert fixed("a.py", text, ("b.py", "from a import TTL\nprint(TTL)\n")) == text


def test_a_lifetime_that_callers_may_choose_is_left_to_a_person() -> None:
    text = lifetime("timedelta(hours=hours)").replace("mint(room)", "mint(room, hours=24)")

    assert fixed("a.py", text, unsafe=True) == text


def test_a_default_is_shortened_only_by_an_unsafe_fix() -> None:
    text = lifetime("ttl").replace("mint(room)", "mint(room, ttl=timedelta(days=1))")

    assert fixed("a.py", text) == text
    assert fixed("a.py", text, unsafe=True) == text.replace("days=1", "hours=1")


def test_the_limit_is_the_one_that_was_asked_for() -> None:
    assert fixed("a.py", lifetime("timedelta(days=7)"), max_ttl=900.0) == lifetime("timedelta(minutes=15)")


def test_a_missing_lifetime_goes_into_the_chain_with_its_import_above_the_others() -> None:
    text = (
        '"""Tokens."""\nfrom __future__ import annotations\n\nfrom livekit import api\n\n\n'
        "def mint(room):\n    return (\n"
        f'        api.AccessToken()\n        .with_identity("x")  # who\n        .{GRANTS}\n        .to_jwt()\n    )\n'
    )

    assert fixed("a.py", text) == text.replace("from livekit", "from datetime import timedelta\nfrom livekit").replace(
        "api.AccessToken()\n", "api.AccessToken()\n        .with_ttl(timedelta(hours=1))\n"
    )


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        (
            "import os\n\nfrom livekit import api\n",
            "import os\nfrom datetime import timedelta\n\nfrom livekit import api\n",
        ),
        ("import os\nimport time\nfrom livekit import api\n", "import os\nimport time\nNEW\nfrom livekit import api\n"),
        (
            "import os\nfrom typing import Any\n\nfrom livekit import api\n",
            "import os\nNEW\nfrom typing import Any\n\n",
        ),
        ("from collections import abc\nfrom livekit import api\n", "from collections import abc\nNEW\nfrom livekit"),
        ("from livekit import api\nimport os\n", "NEW\nfrom livekit import api\nimport os\n"),
    ],
)
def test_an_import_is_sorted_among_those_of_the_standard_library(imports: str, expected: str) -> None:
    text = f'{imports}\ntoken = api.AccessToken().with_identity("x").{GRANTS}.to_jwt()\n'

    assert fixed("a.py", text).startswith(expected.replace("NEW", "from datetime import timedelta"))


def test_an_import_goes_below_the_lines_that_an_interpreter_reads() -> None:
    head = "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n"
    text = f'{head}livekit_api_secret = "{SECRET}"\n'

    assert fixed("a.py", text, unsafe=True).startswith(f"{head}import os\n")


def test_line_breaks_stay_those_of_the_file() -> None:
    text = lifetime("X").replace(".with_ttl(X)", "").removeprefix("from datetime import timedelta\n")
    text = text.replace("\n", "\r\n")

    new = fixed("a.py", text)

    assert new.startswith("from datetime import timedelta\r\nfrom livekit")
    assert new.count("\n") == new.count("\r\n") == text.count("\r\n") + 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('os.getenv("LIVEKIT_API_SECRET", "{}")', 'os.environ["LIVEKIT_API_SECRET"]'),
        ('os.environ.get("LIVEKIT_API_SECRET", "{}")', 'os.environ["LIVEKIT_API_SECRET"]'),
        ('os.environ.get("LIVEKIT_API_SECRET") or "{}"', 'os.environ["LIVEKIT_API_SECRET"]'),
        ('config("LIVEKIT_API_SECRET", default="{}")', 'config("LIVEKIT_API_SECRET")'),
        ('"{}"', 'os.environ["LIVEKIT_API_SECRET"]'),
    ],
)
def test_a_secret_is_read_from_the_environment_by_an_unsafe_fix(before: str, after: str) -> None:
    head = "import os\nfrom decouple import config\nfrom livekit import api\n\nLIVEKIT_API_SECRET = "
    text = f"{head}{before.format(SECRET)}\n"

    assert fixed("a.py", text) == text
    assert fixed("a.py", text, unsafe=True) == f"{head}{after}\n"


def test_what_sets_the_variable_is_not_made_to_read_it() -> None:
    text = f'import os\nos.environ["LIVEKIT_API_SECRET"] = "{SECRET}"\n'

    assert fixed("a.py", text, unsafe=True) == text


def test_data_messages_are_denied_below_an_assignment_too() -> None:
    text = lifetime("timedelta(minutes=5)").replace(
        "    return",
        "    grants = api.VideoGrants(room_join=True, room=room)\n    grants.can_publish = False\n    return",
    )
    text = text.replace("api.VideoGrants(room_join=True, room=room))", "grants)")

    assert fixed("a.py", text) == text.replace(
        "can_publish = False\n", "can_publish = False\n    grants.can_publish_data = False\n"
    )


def test_a_room_is_named_only_where_there_is_one() -> None:
    head = 'import os, time, jwt\n\ndef mint(user, {}):\n    video = {{"roomJoin": True{}}}\n'
    end = (
        '    claims = {"exp": int(time.time()) + 600, "video": video}\n    return jwt.encode(claims, os.environ["S"])\n'
    )
    without = head.format("who", "") + end

    assert fixed("a.py", head.format("room_name", "") + end, unsafe=True) == (
        head.format("room_name", ', "room": room_name') + end
    )
    assert fixed("a.py", head.format("room", ', "room": ""') + end, unsafe=True) == (
        head.format("room", ', "room": room') + end
    )
    assert fixed("a.py", without, unsafe=True) == without


def test_a_file_with_a_syntax_error_elsewhere_is_fixed_too() -> None:
    text = lifetime("timedelta(days=7)") + "\ndef broken(:\n"

    assert fixed("a.py", text) == text.replace("days=7", "hours=1")


def test_an_empty_list_of_sources_gives_way_to_what_it_was_meant_to_say() -> None:
    text = (
        f"{HEAD}def mint(room):\n"
        "    grants = api.VideoGrants(room_join=True, room=room, can_publish_sources=[])\n"
        f"    return {BUILT}.with_ttl(timedelta(hours=1)).with_grants(grants).to_jwt()\n"
    )

    assert fixed("a.py", text) == text
    assert fixed("a.py", text, unsafe=True) == text.replace(
        "can_publish_sources=[]", "can_publish=False, can_publish_data=False"
    )

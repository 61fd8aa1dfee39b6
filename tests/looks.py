"""What the bytes of a file tell before it is parsed for a question, switched off: what tests compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.extractors.requests import endpoints
from lk_audit.project import usage
from lk_audit.project.linking import ModuleLinker
from lk_audit.project.spelled import Spelled
from lk_audit.project.visibility import Visibility

if TYPE_CHECKING:
    import pytest


def look_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse files for questions whatever their bytes say."""
    monkeypatch.setattr(Spelled, "may_hand_out", lambda _self, _path, _name: True)
    monkeypatch.setattr(Visibility, "knowing", lambda _self, _source, _function, _word, users, _forms, **_kind: users)
    monkeypatch.setattr(usage, "method_called", lambda _family: ())
    monkeypatch.setattr(usage, "constructed", lambda _family: ())
    monkeypatch.setattr(usage, "is_kept", lambda _module, _function: False)
    mentioning = ModuleLinker.mentioning
    monkeypatch.setattr(ModuleLinker, "mentioning", lambda self, word, _forms=(): mentioning(self, word))
    monkeypatch.setattr(endpoints, "may_register", lambda _data, **_about: True)

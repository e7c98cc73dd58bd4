"""Who is let into the console, and what nobody else learns or does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from console_lab import Desk, console, pressed_lab
from lab_files import write_settings

from pressloop.flows.engine.doorstep import LINK_S
from pressloop.flows.operator_console.door import Keys
from pressloop.flows.operator_console.question import Questions
from pressloop.flows.operator_console.serve import TOKEN_VARIABLE, greet, serve_console, token_for
from pressloop.flows.operator_console.source import Source
from pressloop.trials import BadInput

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    pressed_lab(tmp_path, 1)
    with console(tmp_path) as desk:
        yield desk


def test_a_link_is_good_once_and_not_for_ever() -> None:
    now = [0.0]
    keys = Keys(clock=lambda: now[0])
    first, second = keys.link(), keys.link()
    browser = keys.enter(first)
    assert browser is not None and keys.knows(f"Bearer {browser}")
    assert keys.enter(first) is None
    assert not keys.knows("Bearer ") and not keys.knows(f"Bearer {first}")
    now[0] = LINK_S + 1.0
    assert keys.enter(second) is None


def test_a_token_lets_in_each_time_and_an_empty_one_never() -> None:
    keys = Keys("a secret of the lab that is long")
    assert keys.enter("a secret of the lab that is long") is not None
    assert keys.enter("a secret of the lab that is long") is not None
    assert keys.enter("a secret of the lab that is lonG") is None
    assert Keys().enter("") is None


PRIVATE = ("part/cards", "part/rows?campaign=night", "page/now?campaign=night", "photo",
           "form/start", "part/recommendation?campaign=night")


@pytest.mark.parametrize("path", PRIVATE)
def test_nothing_of_a_campaign_is_told_without_a_key(desk: Desk, path: str) -> None:
    for key in ("", "Bearer wrong", f"bearer {desk.key}x"):
        answer = desk.web.get(f"/{path}", headers={"Authorization": key} if key else {})
        assert answer.status_code == 401
        assert "night" not in answer.text


def test_nothing_is_done_without_a_key(desk: Desk) -> None:
    body = {"campaign": "night", "by": "eve", "values": {"text": "I was here"}}
    assert desk.web.post("/do/note", json=body).status_code == 401
    assert desk.ledger().noted("night") == ()


@pytest.mark.parametrize("headers", [
    {"Host": "evil.test"}, {"Host": "127.0.0.1:1"}, {"Origin": "http://evil.test"},
    {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}])
def test_rebound_names_and_pages_of_other_origins_are_sent_away(
        desk: Desk, headers: dict[str, str]) -> None:
    for path in ("", "part/cards", "assets/console.js"):
        assert desk.get(path, **headers).status_code == 403


def test_its_own_origin_is_served(desk: Desk) -> None:
    assert desk.get("part/cards", Origin=str(desk.web.base_url).rstrip("/")).status_code == 200


def test_the_browser_is_told_to_take_nothing_from_outside(desk: Desk) -> None:
    for path in ("", "part/cards", "assets/console.css"):
        answer = desk.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "script-src" not in policy, "scripts come from this computer's files alone"
        assert "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers


def test_the_shell_has_no_script_of_its_own_and_names_no_other_place(desk: Desk) -> None:
    shell = desk.web.get("/").text
    assert "<script>" not in shell and " onclick" not in shell
    assert "http" not in shell.replace("http-equiv", "")


@pytest.mark.parametrize("path", ["assets/../app.py", "assets/%2e%2e/page.py", "assets/style.css",
                                  "page/../../etc", "part/nothing", "do/nothing", "form/nothing"])
def test_there_is_nothing_beside_what_is_there(desk: Desk, path: str) -> None:
    answer = desk.web.post(f"/{path}", json={}, headers={"Authorization": f"Bearer {desk.key}"}) \
        if path.startswith("do") else desk.get(path)
    assert answer.status_code in (404, 405)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(desk: Desk, body: bytes) -> None:
    answer = desk.web.post("/do/note", content=body,
                           headers={"Authorization": f"Bearer {desk.key}"})
    assert answer.json()["error"].startswith("request = ")


def test_a_stranger_s_nonsense_is_refused_too(desk: Desk) -> None:
    for body in (b"", b"[]", b"{", b'{"key": 7}', b'{"key": null}'):
        assert desk.web.post("/enter", content=body).status_code in (403, 422)
    assert desk.get("photo?campaign=nobody&note=x").status_code == 404


def test_another_address_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    os.environ.pop(TOKEN_VARIABLE, None)
    assert token_for("127.0.0.1") == ""
    for token in ("", "short"):
        os.environ[TOKEN_VARIABLE] = token
        with pytest.raises(BadInput, match=TOKEN_VARIABLE):
            token_for("192.168.1.20")
    os.environ[TOKEN_VARIABLE] = "0123456789abcdef0123456789abcdef"
    assert token_for("192.168.1.20") == "0123456789abcdef0123456789abcdef"
    for host in ("0.0.0.0", "::", "8.8.8.8", "lab.example.org", ""):
        with pytest.raises(BadInput, match="--host"):
            token_for(host)


def test_bad_orders_are_one_line(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    pressloop("console", "--ledger", "sqlite:///x.db", "--host", "0.0.0.0").refused("--host")
    pressloop("console", "--ledger", "nonsense").refused("ledger")
    pressloop("console", "--ledger", "sqlite:///x.db", "--folder", "nowhere").refused("--folder")
    (tmp_path / "text.db").write_text("no database at all, but some words")
    pressloop("console", "--ledger", "sqlite:///text.db").refused("ledger")


def test_an_address_of_another_computer_is_no_busy_port(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(TOKEN_VARIABLE, "a" * 32)
    with pytest.raises(BadInput, match="must be an address of this computer"):
        serve_console("sqlite:///lab.db", tmp_path, "192.0.2.1", 0)


@pytest.mark.parametrize(("named", "told"), [
    ("lab.db", "To be started: lab.toml."), ("lba.db", "No settings file in")])
def test_a_ledger_that_is_not_there_is_told_at_once(
        tmp_path: Path, named: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    write_settings(tmp_path)
    greet(Source(f"sqlite:///{tmp_path / named}", tmp_path, Questions()), "http://here", Keys())
    said = " ".join(capsys.readouterr().err.split())
    assert "There is no such ledger yet" in said and told in said

"""The console as an ASGI app: pages, their parts, forms and what they do."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pressloop.flows.console import one_line
from pressloop.flows.operator_console.actions.all import ACTIONS
from pressloop.flows.operator_console.actions.base import Asked
from pressloop.flows.operator_console.door import Keys
from pressloop.flows.operator_console.models import ModelDesk
from pressloop.flows.operator_console.parts import PAGES, PARTS
from pressloop.flows.operator_console.side_process import Job
from pressloop.flows.operator_console.source import Source
from pressloop.flows.operator_console.wanted import Wanted
from pressloop.trials.errors import BadInput, PressloopError
from pressloop.trials.people import photo_kind
from pressloop.trials.provenance import acting
from pressloop.views.console.form import Field, Form
from pressloop.views.console.history import ALL, CHOICES
from pressloop.views.page import asset, render

FOREVER = {"Cache-Control": "max-age=86400"}
ASSETS = {"console.css": "text/css", "console.js": "text/javascript"}
SLIDERS = ("pressure_mpa", "dwell_s", "temperature_c")
MOST_NAME = 80
KEPT = 48
"""Parts of pages that are not made again while nothing has changed."""


class Console:
    """The endpoints; whatever they know is read anew from the ledger."""

    def __init__(self, source: Source, keys: Keys, desk: ModelDesk, home: str) -> None:
        self._source, self._keys, self._desk, self._home = source, keys, desk, home
        self._readings = ModelDesk()
        self._secret = secrets.token_bytes(32)
        self._made_before = dict[tuple[str, str, str], str]()

    def app(self) -> Starlette:
        """All routes."""
        return Starlette(routes=[
            Route("/", self.shell), Route("/enter", self.shell),
            Route("/enter", self.enter, methods=["POST"]),
            Route("/assets/{name}", self.asset), Route("/page/{name}", self.page),
            Route("/part/{name}", self.part), Route("/form/{name}", self.form),
            Route("/do/{name}", self.do, methods=["POST"]), Route("/photo", self.photo)],
            exception_handlers={PressloopError: _told})

    def shell(self, request: Request) -> Response:
        """The empty page."""
        return HTMLResponse(render("console/index.html"))

    async def enter(self, request: Request) -> Response:
        """A browser's key for that of a link."""
        given = await _json(request)
        key = self._keys.enter(str(given.get("key", "")))
        if key is None:
            return PlainTextResponse("This link was used, or is too old; or the token is another "
                                     "one.", 403)
        return PlainTextResponse(key)

    def asset(self, request: Request) -> Response:
        """Style sheet, script, and plotly's own script as it comes with the package."""
        name = request.path_params["name"]
        if name == "plotly.js":
            from plotly.offline import get_plotlyjs

            return Response(get_plotlyjs(), media_type="text/javascript", headers=FOREVER)
        if name not in ASSETS:
            return PlainTextResponse("There is no such file.", 404)
        return Response(str(asset(name)), media_type=ASSETS[name],
                        headers={"Cache-Control": "no-cache"})

    def page(self, request: Request) -> Response:
        """The frame of a page; its parts are asked for one by one."""
        name, query = request.path_params["name"], dict(request.query_params)
        if name not in PAGES:
            return PlainTextResponse("There is no such page.", 404)
        shown = query.get("shown", ALL)
        return HTMLResponse(render(
            f"console/{PAGES[name]}.html", campaign=query.get("campaign", ""),
            trial=query.get("trial", ""), before=query.get("before", ""), choices=CHOICES,
            shown=shown if shown in CHOICES else ALL))

    async def part(self, request: Request) -> Response:
        """A part of a page; 304 where the browser has it already."""
        name, query = request.path_params["name"], dict(request.query_params)
        wanted = Wanted(self._source, query)
        try:
            if name in ("recommendation", "sliders", "map", "suggestions"):
                return await self._modelled(name, wanted, request)
            if name == "reading":
                return await self._reading(wanted, request)
            if name not in PARTS:
                return PlainTextResponse("There is no such part.", 404)
            return await run_in_threadpool(self._made, name, wanted, request)
        except PressloopError as error:
            return _trouble(error)

    def _made(self, name: str, wanted: Wanted, request: Request) -> Response:
        part = PARTS[name](wanted)
        tag = _tag(name, part.tag)
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        key = name, request.url.query, tag
        if (made := self._made_before.get(key)) is None:
            made = part.made()
            # Several browsers look at the same page.
            self._made_before = {**dict(list(self._made_before.items())[-(KEPT - 1):]), key: made}
        return HTMLResponse(made, headers={"ETag": tag})

    async def _modelled(self, name: str, wanted: Wanted, request: Request) -> Response:
        stand = await run_in_threadpool(lambda: wanted.stand)
        waits = await run_in_threadpool(lambda: self._source.ledger.queue(stand.name).waiting)
        version = f"{stand.models_version} {sorted(waits)}" if name == "suggestions" \
            else stand.models_version
        tag = _tag(name, version)
        if name != "map" and request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        at = tuple((n, _number(n, wanted.query[n])) for n in SLIDERS if n in wanted.query)
        found = await self._desk.answer(Job(self._source.url, stand.name, name, version, at))
        if isinstance(found, Mapping):
            return HTMLResponse(render("console/trouble.html", words=found["error"]),
                                headers={"ETag": tag})
        if name == "suggestions":
            found = render("console/suggestions.html", rows=found, campaign=stand.name, why="")
        return HTMLResponse(found, headers={"ETag": tag})

    async def _reading(self, wanted: Wanted, request: Request) -> Response:
        """A spectrum with its circuit: a fit of a second, in a process that fits no models."""
        stand, number = await run_in_threadpool(lambda: wanted.stand), wanted.whole("trial") or 0
        trial = next((t for t in stand.trials if t.number == number), None)
        version = "" if trial is None else f"{trial.sweeps} {trial.readings} {trial.state}"
        tag = _tag("reading", f"{number} {version}")
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        found = await self._readings.answer(Job(self._source.url, stand.name, "reading", version,
                                                (("trial", float(number)),)))
        if isinstance(found, Mapping):
            found = render("console/trouble.html", words=found["error"])
        return HTMLResponse(found, headers={"ETag": tag})

    async def form(self, request: Request) -> Response:
        """What is asked before an action."""
        name, query = request.path_params["name"], dict(request.query_params)
        if name == "invite":
            return HTMLResponse(render("console/invite.html",
                                       link=f"{self._home}/enter#{self._keys.link()}"))
        if name not in ACTIONS:
            return PlainTextResponse("There is no such action.", 404)
        asked = Asked(self._source, query.get("campaign", ""), query)
        try:
            found = await run_in_threadpool(ACTIONS[name].form, asked)
        except PressloopError as error:
            return PlainTextResponse(one_line(error), 422)
        return HTMLResponse(render("console/form.html", form=_lettered(found)))

    async def do(self, request: Request) -> Response:
        """Reads back what was filled in, with a seal; with that seal, does it."""
        name = request.path_params["name"]
        if name not in ACTIONS:
            return PlainTextResponse("There is no such action.", 404)
        try:
            return JSONResponse(await run_in_threadpool(self._done, name, await _json(request)))
        except PressloopError as error:
            return JSONResponse({"error": one_line(error)})
        except OSError as error:
            return JSONResponse({"error": f"{error.strerror or error}. Nothing was done."})

    def _done(self, name: str, given: Mapping[str, Any]) -> dict[str, str]:
        by = _operator(given.get("by"))
        values = {str(k): str(v) for k, v in dict(given.get("values") or {}).items()}
        asked = Asked(self._source, str(given.get("campaign", "")), values, by)
        plan = ACTIONS[name].plan(asked)
        seal = self._seal(name, asked, plan.confirmed or plan.sentence)
        if not hmac.compare_digest(str(given.get("confirmed", "")).encode(), seal.encode()):
            return {"confirm": f"{plan.sentence} As {by}.", "seal": seal}
        with acting(by):
            return {"done": plan.do()}

    def _seal(self, name: str, asked: Asked, sentence: str) -> str:
        """What was read back, and nothing else, is confirmed by it."""
        told = json.dumps([name, asked.campaign, asked.by, sorted(asked.values.items()), sentence])
        return hmac.new(self._secret, told.encode(), hashlib.sha256).hexdigest()

    def photo(self, request: Request) -> Response:
        """The photo of a note."""
        campaign, number = (request.query_params.get(n, "") for n in ("campaign", "note"))
        found = self._source.ledger.photo(campaign, int(number)) if _counts(number) else None
        if found is None:
            return PlainTextResponse("There is no such photo.", 404)
        return Response(found.tobytes(), media_type=photo_kind(found))


def _counts(given: str) -> bool:
    """True for a number that a note may have."""
    return given.isdecimal() and given.isascii() and len(given) < 10


def _lettered(form: Form) -> Form:
    """Every field has what the template asks for."""
    return form._replace(fields=[Field(*f) for f in form.fields])


def _operator(given: object) -> str:
    """Who acts. Raises BadInput for no name, and for one that is none."""
    name = " ".join(str(given or "").split())
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise BadInput("Operator", repr(name), f"a name of 1 to {MOST_NAME} characters",
                       "Write yours at the top of the page: each action is recorded with it.")
    return name


def _number(name: str, given: str) -> float:
    try:
        return float(given)
    except ValueError:
        raise BadInput(name, given, "a number", "Drag the slider.") from None


def _tag(name: str, told: str) -> str:
    return f'"{hashlib.sha256(f"{name} {told}".encode()).hexdigest()[:24]}"'


def _told(_request: Request, error: Exception) -> Response:
    """Whatever is refused on purpose is a sentence."""
    return PlainTextResponse(one_line(error), 422)


def _trouble(error: PressloopError) -> Response:
    told = one_line(error)
    return HTMLResponse(render("console/trouble.html", words=told),
                        headers={"ETag": _tag("trouble", told)})


async def _json(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises BadInput for anything else."""
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError, ClientDisconnect):
        found = None
    if not isinstance(found, dict):
        raise BadInput("request", "of another kind", "a JSON object of at most 12 MB",
                       "Load the page again.")
    return found

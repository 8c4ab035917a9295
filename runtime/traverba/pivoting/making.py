"""From a pair of languages to the way between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from traverba.bundle import Manifest, Route
from traverba.call import Call
from traverba.call_making import CallMaker, Leg, ModelInto
from traverba.call_options import CallOptions
from traverba.decoding import Control, DecodeOptions
from traverba.errors import LanguageError
from traverba.identification import Detection
from traverba.identification.documents import SURE
from traverba.pivoting.between import LegProgress, first_leg_options
from traverba.pivoting.detected import Detected
from traverba.pivoting.pivot import Pivot
from traverba.pivoting.routes import AUTO, check_via, choose_route, routes_into
from traverba.pivoting.ways import Straight, Way
from traverba.text import TextOptions


@dataclass(frozen=True)
class Asked:
    """What a caller asks for, complete."""

    models: ModelInto
    target: str
    given: CallOptions
    options: DecodeOptions
    reading: TextOptions


@dataclass(frozen=True)
class WayMaker:
    """What the ways of a translator have in common."""

    calls: CallMaker
    manifest: Manifest
    detect: Callable[[str], Detection]
    can_detect: Callable[[], bool]
    """Whether `detect` knows any of the languages; asked only where it matters."""

    def way(self, asked: Asked) -> Way:
        """A LanguageError if there is none."""
        given = asked.given
        check_via(given.via)
        if given.source is not None and given.source != AUTO:
            return self._along(asked, choose_route(self.manifest, given.source, asked.target, given.via))
        routes = routes_into(self.manifest, asked.target, given.via)
        if given.source is None and not (routes and (given.via != AUTO or self.can_detect())):
            return Straight(self._call(asked, Leg(None, asked.target)))

        def make(source: str | None, control: Control) -> Way:
            one = replace(asked, given=replace(given, control=control))
            if source is None:
                return Straight(self._call(one, Leg(None, asked.target)))
            return self._along(one, routes[source])

        sure = SURE if given.via == AUTO else 0.0
        return Detected(self.detect, make, routes, sure, given.control)

    def straight(self, asked: Asked) -> Call:
        """The call of a pair that goes straight; a LanguageError for another."""
        given = asked.given
        if given.source is None or given.source == AUTO:
            routes_into(self.manifest, asked.target)
            return self._call(asked, Leg(None, asked.target))
        route = choose_route(self.manifest, given.source, asked.target, given.via)
        if route.via:
            raise LanguageError(
                f"{route} takes two steps, and one is scored at a time: ask about one, or give via='none'"
            )
        return self._call(asked, Leg(route.source, route.target, trained=route.trained))

    def _along(self, asked: Asked, route: Route) -> Way:
        if route.via is None:
            return Straight(self._call(asked, Leg(route.source, route.target, trained=route.trained)))
        given = asked.given
        first, second = _controls(given.control)
        plain = replace(given, prefix="", require=(), suppress=(), control=first)
        last = replace(given, glossary=None, control=second)
        return Pivot(
            self._call(
                replace(asked, given=plain, options=first_leg_options(asked.options)),
                Leg(route.source, route.via, final_target=route.target),
            ),
            self._call(
                replace(
                    asked, given=last, reading=replace(asked.reading, only_foreign=False, fix_spelling=False)
                ),
                Leg(route.via, route.target),
            ),
        )

    def _call(self, asked: Asked, leg: Leg) -> Call:
        return self.calls.call(asked.models, leg, asked.given, asked.options, asked.reading)


def _controls(control: Control | None) -> tuple[Control | None, Control | None]:
    """For two legs, whose progress is that of one."""
    if control is None or control.on_progress is None:
        return control, control
    legs = LegProgress(control.on_progress)
    return replace(control, on_progress=legs.of_first), replace(control, on_progress=legs.of_second)

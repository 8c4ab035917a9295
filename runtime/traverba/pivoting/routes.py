"""Which way a text takes from one language into another."""

from __future__ import annotations

from traverba.bundle import Manifest, Route
from traverba.errors import LanguageError, OptionError

AUTO = "auto"
"""As the bundle has it."""
NONE = "none"
"""Straight, trained or not."""


def choose_route(manifest: Manifest, source: str, target: str, via: str = AUTO) -> Route:
    """The route that ``via`` asks for; a LanguageError that lists all there are if there is none."""
    routes = {(route.source, route.target): route for route in manifest.routes}
    found = routes.get((source, target))
    if via == AUTO:
        if found is None:
            raise _no_route(manifest, f"{source} to {target}")
        return found
    if via == NONE:
        if source == target or source not in manifest.languages or target not in manifest.target_tokens:
            raise _no_route(manifest, f"{source} to {target}")
        return Route(source, target, trained=found is not None and found.trained)
    legs = [routes.get((source, via)), routes.get((via, target))]
    if source == target or not all(leg and leg.trained for leg in legs):
        raise _no_route(manifest, f"{source} to {target} via {via}")
    return Route(source, target, via, trained=False)


def routes_into(manifest: Manifest, target: str, via: str = AUTO) -> dict[str, Route]:
    """Source language -> route, for those languages that must be known to translate into ``target``.

    Their texts do not go straight, or the bundle has a list of their words to read them with. Empty if the
    model can be asked for ``target`` whatever it reads.
    """
    if not any(route.target == target for route in manifest.routes):
        raise _no_route(manifest, target if via in (AUTO, NONE) else f"{target} via {via}")
    if via in (AUTO, NONE):
        known = [route for route in manifest.routes if route.target == target]
        known = [route for route in known if route.via or route.source in manifest.words]
        return {route.source: route for route in known} if via == AUTO else {}
    others = [language for language in manifest.languages if language not in (via, target)]
    found = {}
    for source in others:
        try:
            found[source] = choose_route(manifest, source, target, via)
        except LanguageError:
            continue
    if not found:
        raise _no_route(manifest, f"{target} via {via}")
    return found


def check_via(via: object) -> None:
    """Refuse what is no name."""
    if not isinstance(via, str) or not via:
        raise OptionError(f"via must be {AUTO!r}, {NONE!r} or a language to go through, not {via!r}")


def _no_route(manifest: Manifest, asked: str) -> LanguageError:
    return LanguageError(f"{manifest.name} does not translate {asked}; it translates {_offered(manifest)}")


def _offered(manifest: Manifest) -> str:
    """Every pair; of a model that has them all, its languages, or nobody would read it to the end."""
    routes = manifest.routes
    languages = sorted({route.source for route in routes} | {route.target for route in routes})
    if len(routes) == len(languages) * (len(languages) - 1) > 2:
        return f"between any two of {', '.join(languages)}"
    return ", ".join(map(str, routes))

"""Which configured route a request takes, told by its path, its headers and the model that it asks for."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filterproxy.config import DEFAULT, RouteConfig
from filterproxy.dialects.routes import plain_path


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a request must be like to take a route; None: whatever it is."""

    name: str
    path: re.Pattern[str] | None
    model: re.Pattern[str] | None
    headers: tuple[tuple[str, re.Pattern[str]], ...]

    def fits(self, path: str, headers: Mapping[str, str], model: str | None) -> bool:
        return (
            (self.path is None or self.path.match(path) is not None)
            and (self.model is None or (model is not None and self.model.match(model) is not None))
            and all(
                (value := headers.get(name)) is not None and glob.match(value) for name, glob in self.headers
            )
        )


class Routing:
    """The table of an operator's routes; the first that fits counts."""

    def __init__(self, routes: Sequence[RouteConfig]) -> None:
        self._wanted = tuple(map(_wanted, routes))

    def of(self, path: str, headers: Mapping[str, str], model: str | None = None) -> str:
        """
        The name of the route that a request takes, DEFAULT where none fits.

        path: decoded, however many slashes and dots it is written with. headers: by lower-case name. model:
        None where no dialect says which one is asked for; a route for some model does not fit then.
        """
        if not self._wanted:
            return DEFAULT
        plain = plain_path(path)
        return next((wanted.name for wanted in self._wanted if wanted.fits(plain, headers, model)), DEFAULT)


def _wanted(route: RouteConfig) -> _Wanted:
    path = re.compile(fnmatch.translate(route.path)) if route.path else None
    model = re.compile("|".join(map(fnmatch.translate, route.model))) if route.model else None
    headers = tuple(
        (name.lower(), re.compile(fnmatch.translate(glob))) for name, glob in route.header.items()
    )
    return _Wanted(route.name, path, model, headers)

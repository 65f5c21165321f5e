"""Who is written to: from where each child lives to a team of Children's Social Care.

One document per team, each about only the children who live in its area (procedure, 2.d). Nobody is guessed
at: an area that the directory doesn't know is an error with near names, an area that the case doesn't give
means the subject's area, and the document says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from forms.domain.case import Case, resolve
from forms.domain.explain import near
from forms.domain.nodes import ordinal
from forms.domain.normal import normal
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place, Problem

AREA_UNKNOWN_NOTE = (
    "We do not know where one or more of the children live. "
    "This is sent to the area where the person named lives."
)
_PLAIN = pattern(
    r"^(the )?((london|royal|metropolitan) borough (council )?of|city of|county of|county borough of|lb|rb)\b ?"
    r"|( (london|metropolitan|county) borough)?( city| county| borough| district)?( council| corporation)?$"
)


class Authority(Struct, frozen=True):
    """A local authority of the directory; `hubs` are its teams, as in the directory's schema.

    `own_forms` are the forms that it wants in place of ours, by our paper's id.
    """

    code: str
    name: str
    formal_name: str
    hubs: tuple[Mapping[str, Any], ...] = ()
    own_forms: Mapping[str, str] = field(default_factory=dict)


class Authorities(Struct, frozen=True):
    """The directory, ready to be asked: `find` takes a name, an old name, a synonym or an ONS code."""

    by_code: Mapping[str, Authority]
    by_name: Mapping[str, str]
    run_by: Mapping[str, str] = field(default_factory=dict)

    def find(self, area: str) -> Authority | None:
        """Give the authority that is responsible for an area (one may run the services of another)."""
        code = area.strip().upper()
        if code not in self.by_code:
            key = normal(area.replace("&", " and "))
            code = self.by_name.get(key) or self.by_name.get(_PLAIN.sub("", key), "")
        return self.by_code.get(self.run_by.get(code, code))

    def near(self, area: str) -> list[str]:
        """Give the names that a mistyped one may have meant."""
        names = {authority.name for authority in self.by_code.values()}
        return near(_PLAIN.sub("", normal(area.replace("&", " and "))), names)


class Route(Struct, frozen=True):
    """One document's recipient, and what it is about.

    `authority` is None where nobody is known to write to, and without a code where its name is only what
    was typed. `children` are positions in `/children`, None for all. `note` is a sentence that the document
    must print. `recipient` has the raw values `name`, `team`, `address`, `telephone`, `fax` (only if
    verified), `email`, `out_of_hours` and `person`, as far as there are any.
    """

    authority: Authority | None = None
    hub: str = ""
    recipient: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[int, ...] | None = None
    note: str = ""

    @property
    def area(self) -> str:
        """The area in file names: the authority's name, and the hub where it has several."""
        if self.authority is None or not self.authority.code:
            return ""  # an area typed by hand is a value of the case, and no file name repeats one
        return self.hub if len(self.authority.hubs) > 1 and self.hub else self.authority.name


class Routing(Struct, frozen=True):
    """All routes of a case, in the order of its children, and what the author should know."""

    routes: tuple[Route, ...]
    problems: tuple[Problem, ...] = ()


def load_authorities(directory: Mapping[str, Any]) -> Authorities:
    """Read `directories/local-authorities.json` (checked before against its schema)."""
    by_code: dict[str, Authority] = {}
    by_name: dict[str, str] = {}
    run_by: dict[str, str] = {}
    for item in directory["authorities"]:
        code = item["code"]
        own_forms = item.get("own_forms", {})
        formal_name = item.get("formal_name", item["name"])
        by_code[code] = Authority(code, item["name"], formal_name, tuple(item["hubs"]), own_forms)
        if "children_services_by" in item:
            run_by[code] = item["children_services_by"]
    # Synonyms never hide another authority's own name.
    for part in ("synonyms", "formal_name", "name"):
        for item in directory["authorities"]:
            names = item.get(part, ())
            for name in names if isinstance(names, list) else (names,) if names else ():
                key = normal(name.replace("&", " and "))
                by_name[key] = by_name[_PLAIN.sub("", key) or key] = item["code"]
    return Authorities(by_code, by_name, run_by)


def route(case: Case, authorities: Authorities, urgent: bool = False) -> Routing:
    """Find out whom a case's papers are written to.

    A recipient typed in the case is taken as it is, for all children; the directory fills in what it leaves
    out. Errors: an area's name that the directory doesn't have. Warnings: an area not given, an authority
    without a team, a team chosen among several without a postcode to tell. For an urgent paper an unknown
    area is a warning, and the paper goes to the area as typed, without an address.
    """
    finder = _Finder(case, authorities, urgent)
    typed = case.data.get("recipient")
    if isinstance(typed, Mapping) and typed:
        return Routing((finder.typed(typed),), tuple(finder.problems))
    children = case.data.get("children")
    if not isinstance(children, list) or not children:
        return Routing((finder.subjects(None, ""),), tuple(finder.problems))
    groups: dict[tuple[str, str], list[int]] = {}
    places: dict[tuple[str, str], tuple[Authority | None, Mapping[str, Any]]] = {}
    unknown = False
    for index, child in enumerate(children):
        place = finder.place_of(child if isinstance(child, Mapping) else {}, f"/children/{index}")
        if place is None:
            unknown = True
            place = finder.subject_place()
        key = _key(*place)
        places.setdefault(key, place)
        groups.setdefault(key, []).append(index)
    subject = _key(*finder.subject_place()) if unknown else None
    routes = [
        _route(*places[key], tuple(indexes), AREA_UNKNOWN_NOTE if key == subject != ("", "") else "")
        for key, indexes in groups.items()
    ]
    return Routing(tuple(routes), tuple(dict.fromkeys(finder.problems)))


class _Finder:
    """Looks areas up; `problems` fill on the way."""

    def __init__(self, case: Case, authorities: Authorities, urgent: bool) -> None:
        self._urgent = urgent
        self._case = case
        self._authorities = authorities
        self.problems: list[Problem] = []

    def typed(self, recipient: Mapping[str, Any]) -> Route:
        """Give the route to a recipient that the case names."""
        named = recipient.get("local_authority")
        authority = self._authorities.find(named) if isinstance(named, str) else None
        hub = authority.hubs[0] if authority and authority.hubs else {}
        found = _route(authority, hub, None, "")
        own = {key: value for key, value in recipient.items() if key != "local_authority"}
        if authority is None and isinstance(named, str):
            own["name"] = named
        if "team" in own or "address" in own:  # another team than the directory's: nothing of that one's
            found = Route(authority, "", {"name": found.recipient.get("name", "")})
        kept = {key: value for key, value in {**found.recipient, **own}.items() if value}
        return Route(found.authority, found.hub, kept)

    def subjects(self, children: tuple[int, ...] | None, note: str) -> Route:
        """Give the route to the area where the subject lives."""
        return _route(*self.subject_place(), children, note)

    def subject_place(self) -> tuple[Authority | None, Mapping[str, Any]]:
        """Give authority and team for where the subject lives, or None and nothing."""
        area = resolve(self._case.data, "/offender/local_authority")
        pointer = "/offender/local_authority"
        if not isinstance(area, str):
            self._warn(
                "no-area",
                "It is not known which area the papers go to",
                "Give the offender's or the child's `local_authority`",
                pointer,
            )
            return None, {}
        return self._look_up(area, pointer, _postcode(resolve(self._case.data, "/offender/home_address")))

    def place_of(
        self, child: Mapping[str, Any], pointer: str
    ) -> tuple[Authority | None, Mapping[str, Any]] | None:
        """Give authority and team for where a child lives, or None if the case doesn't say."""
        area, address = child.get("local_authority"), child.get("address")
        as_above = isinstance(address, Mapping) and address.get("as_above") is True
        if isinstance(area, str):
            where = resolve(self._case.data, "/offender/home_address") if as_above else address
            return self._look_up(area, f"{pointer}/local_authority", _postcode(where))
        if as_above:
            return self.subject_place()
        self._warn(
            "no-area",
            "It is not known where this child lives; the paper goes to the subject's area",
            "Give the child's `local_authority` as soon as it is known",
            f"{pointer}/local_authority",
        )
        return None

    def _look_up(self, area: str, pointer: str, postcode: str) -> tuple[Authority, Mapping[str, Any]]:
        authority = self._authorities.find(area)
        if authority is None:
            names = self._authorities.near(area)
            hint = f"Did you mean {' or '.join(names)}?" if names else "Write the authority's name or ONS code"
            self.problems.append(
                Problem(
                    "warning" if self._urgent else "error",
                    "unknown-area",
                    "The directory has no authority of this name",
                    hint,
                    self._place(pointer),
                )
            )
            return Authority("", area, area), {}
        return authority, self._hub(authority, postcode, pointer)

    def _hub(self, authority: Authority, postcode: str, pointer: str) -> Mapping[str, Any]:
        hubs = authority.hubs
        if not hubs:
            self._warn(
                "no-team",
                f"The directory has no team for {authority.name}",
                "Look up the contact, and add it to the directory",
                pointer,
            )
            return {}
        serving = [hub for hub in hubs if postcode and postcode in hub.get("serves", ())]
        if serving or len(hubs) == 1:
            return serving[0] if serving else hubs[0]
        self._warn(
            "team-not-certain",
            f"{authority.name} has more than one team, and the postcode doesn't tell which",
            f"It is sent to {hubs[0]['team']}; look whether that is right",
            pointer,
        )
        return next((hub for hub in hubs if not hub.get("serves")), hubs[0])

    def _warn(self, code: str, message: str, hint: str, pointer: str) -> None:
        self.problems.append(Problem("warning", code, message, hint, self._place(pointer)))

    def _place(self, pointer: str) -> Place:
        return Place(self._case.source, pointer, _label(pointer))


def _label(pointer: str) -> str:
    """Give the few places that routing speaks of in words; the schema is not at hand here."""
    parts = pointer.split("/")
    if parts[1] == "children":
        return f"Children, {ordinal(int(parts[2]) + 1)}: Area (local authority)"
    return "Offender: Area (local authority)"


def _postcode(address: object) -> str:
    """Give the postcode district of an address (SE1 of SE1 0ZZ), or nothing."""
    if not isinstance(address, Mapping):
        return ""
    squeezed = re.sub(r"\s", "", str(address.get("postcode", ""))).upper()
    return squeezed[:-3] if len(squeezed) >= 5 else ""


def _key(authority: Authority | None, hub: Mapping[str, Any]) -> tuple[str, str]:
    return ((authority.code or authority.name) if authority else "", str(hub.get("id", "")))


def _route(
    authority: Authority | None, hub: Mapping[str, Any], children: Sequence[int] | None, note: str
) -> Route:
    recipient: dict[str, Any] = {"name": authority.formal_name} if authority else {}
    for key in ("team", "address", "telephone", "email", "out_of_hours"):
        if hub.get(key):
            recipient[key] = hub[key]
    if hub.get("fax") and isinstance(hub.get("fax_verified_on"), str):
        recipient["fax"] = hub["fax"]
    return Route(
        authority, str(hub.get("id", "")), recipient, None if children is None else tuple(children), note
    )

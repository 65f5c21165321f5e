"""The program's main job: a case becomes documents.

`render` is pure: the library is read before, the date comes in with the options, nothing is written, and
equal input gives equal bytes. Every other way of making documents is a way of calling it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.context import Identity, Replaced, context_of, identity_of, marking_of
from forms.application.copies import Copy, Plan, addressee, others_of, plan
from forms.application.steps import next_steps
from forms.domain.artefact import Edition, Manifest
from forms.domain.audience import View, annex_rows, view
from forms.domain.case import Case, strings
from forms.domain.digest import content_digest
from forms.domain.explain import GAPS
from forms.domain.leaks import Readings, leaks
from forms.domain.marks import marks_of
from forms.domain.presentation import Rows, Style
from forms.domain.reference import document_reference, file_name, issue_number
from forms.domain.support import DIRECTORY, choose
from forms.domain.wording import date_words
from forms.formats.word.compiled import PrintSize
from forms.formats.word.docprops import Properties
from forms.formats.word.package import write as write_docx
from forms.formats.word.parts import RenderedWord
from forms.foundation.errors import InputError, UsageError
from forms.foundation.problems import Place, Problem, errors_in

FORMATS = ("docx", "pdf")
BLANK_REFERENCE = "blank"
NO_REFERENCE = "no-reference"
PRINTS: Mapping[PrintSize, str] = {"standard": "", "clear": "clear-print", "large": "large-print"}
"""How file names tell the sizes of print."""


class RenderOptions(Struct, frozen=True):
    """How to make documents.

    `formats` are `docx` and `pdf`; `audiences` the readers, all that the case is cleared for if empty;
    `issued` the date of issue, today if None; `edition` another one than that in force then. `draft` marks
    every page. `blank` makes a form to be filled in: nothing is required, what is missing prints nothing, and
    lists have empty rows. `print_size` is `standard`, `clear` (12 pt) or `large` (18 pt, tables as labels over
    values). `archive` makes the PDF for the case record: PDF/A-2a beside PDF/UA-1, its fields as plain text.
    `impositions` are ways of folding that the manifest has; each gives another PDF, to be printed and folded.
    `replaces` is the version that these documents take the place of; their heads say so, to professionals why.
    """

    formats: tuple[str, ...] = FORMATS
    audiences: tuple[str, ...] = ()
    issued: date | None = None
    edition: str | None = None
    draft: bool = False
    blank: bool = False
    print_size: PrintSize = "standard"
    archive: bool = False
    impositions: tuple[str, ...] = ()
    replaces: Replaced | None = None


class Document(Struct, frozen=True):
    """A document as bytes, with the name its file is to have and what it is."""

    name: str
    format: str
    data: bytes
    identity: Identity
    imposition: str = ""

    def as_json(self) -> dict[str, str]:
        """What `--json` says of it; of the case only the document reference."""
        identity = self.identity
        return {
            "name": self.name,
            "format": self.format,
            "artefact": identity.artefact,
            "edition": identity.edition,
            "audience": identity.reader,
            "reference": identity.reference,
            "issued": identity.issued.isoformat(),
            "digest": identity.digest,
            "print_size": identity.print_size,
            "imposition": self.imposition,
        }


class Product(Struct, frozen=True):
    """What became of a case: its documents, warnings for the author, and what to do next."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    next_steps: tuple[str, ...]


class _Job(Struct, frozen=True):
    """All that is the same for every copy of one call."""

    case: Case
    manifest: Manifest
    edition: Edition
    issued: date
    style: Style
    options: RenderOptions
    catalogue: Catalogue


class _Views:
    """What readers may have of a case; copies of the same view share it."""

    def __init__(self, job: _Job) -> None:
        """Find the case's marks, once for all."""
        self._job = job
        self._root = job.catalogue.vocabulary.case
        self._made: dict[tuple[object, ...], View] = {}
        self.marks = marks_of(job.case, self._root)

    def of(self, copy: Copy) -> View:
        """What the reader of a copy may have of the case."""
        only = self._only(copy)
        about = (copy.reader.name, copy.names, only)
        if about not in self._made:
            part = None if only is None else {"/children": only}
            self._made[about] = view(
                self._job.case, self._root, copy.reader, self._job.manifest.id, copy.names, part, self.marks
            )
        return self._made[about]

    def _only(self, copy: Copy) -> tuple[int, ...] | None:
        """The children that a copy is about; None if it is about all."""
        given, children = copy.route.children, self._job.case.data.get("children")
        if given is None or (isinstance(children, list) and set(given).issuperset(range(len(children)))):
            return None
        return tuple(given)


class Prepared(Struct, frozen=True):
    """A case that may be rendered: checked, its copies planned, each reader's view searched for leaks.

    `copies` and `views` go together. Documents are made of it one copy at a time, by `make`.
    """

    copies: tuple[Copy, ...]
    views: tuple[View, ...]
    problems: tuple[Problem, ...]
    _job: _Job
    _plan: Plan
    _views: _Views


def render(
    case: Case, artefact: str, options: RenderOptions | None = None, catalogue: Catalogue | None = None
) -> Product:
    """Make a paper of a case, for each reader, in each format.

    Args:
        case: The case.
        artefact: The paper's id.
        options: How to make it.
        catalogue: The library; the program's own if not given.

    Returns:
        The documents, in the order of the manifest's readers; warnings; next steps.

    Raises:
        UsageError: There is no such paper, reader, edition or format.
        InputError: The case has errors, a reader asked for is refused, or a value would reach a reader who
            must not have it; with every problem found.
        ArtefactError: The manifest, schema or template is broken.
    """
    prepared = prepare(case, artefact, options, catalogue)
    job = prepared._job
    warnings = prepared.problems
    documents: list[Document] = []
    for index in range(len(prepared.copies)):
        made, problems = make(prepared, index)
        warnings += problems
        documents += made
    return Product(_distinct(documents), _once(warnings), next_steps(job.manifest, case, job.catalogue))


def _distinct(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Number documents that would have the same file name: two areas that the directory doesn't know."""
    times: Counter[str] = Counter()
    named = []
    for document in documents:
        times[document.name] += 1
        if (number := times[document.name]) > 1:
            stem, _, suffix = document.name.rpartition(".")
            named.append(replace(document, name=f"{stem}_{number}.{suffix}"))
        else:
            named.append(document)
    return tuple(named)


def prepare(
    case: Case, artefact: str, options: RenderOptions | None = None, catalogue: Catalogue | None = None
) -> Prepared:
    """Do everything of `render` that may refuse a case, but render nothing; raises as `render` does."""
    job = _job(case, artefact, options or RenderOptions(), catalogue or open_catalogue())
    warnings = _check(job)
    planned = _plan(job)
    seen = _Views(job)
    views = tuple(map(seen.of, planned.copies))
    warnings += planned.problems + _check_views(job, views)
    return Prepared(planned.copies, views, warnings, job, planned, seen)


def make(
    prepared: Prepared, index: int, replaces: Replaced | None = None
) -> tuple[list[Document], tuple[Problem, ...]]:
    """Make the documents of one copy, in each format asked for, and give warnings beside them.

    `replaces` is the version of this very copy that they take the place of.
    """
    job, planned, copy = prepared._job, prepared._plan, prepared.copies[index]
    if replaces is not None:
        job = replace(job, options=replace(job.options, replaces=replaces))
    filled, problems = _fill(job, prepared.views[index])
    several = _several(planned)
    own, more = _own_form(job, copy, filled, several=several)
    extra = {} if own else _extra(prepared, copy)
    documents = [own] if own else _documents(job, copy, filled, extra, several=several)
    return documents, problems + more


def _own_form(
    job: _Job, copy: Copy, seen: View, *, several: bool
) -> tuple[Document | None, tuple[Problem, ...]]:
    """The form that the copy's authority wants in place of this paper, filled; None where it is ours."""
    authority = copy.route.authority
    if authority is None or job.manifest.id not in authority.own_forms:
        return None, ()
    from forms.application.own_forms import Wanted, fill_own_form  # few authorities have one

    options = job.options
    wanted = Wanted(options.formats, job.issued, options.print_size, options.archive, options.draft)
    standing = fill_own_form(copy, seen, job.manifest, _identity(job, copy, seen), wanted, job.catalogue)
    made = standing.document
    if made is None:
        return None, standing.problems
    kind, area, variant = made.edition.format, copy.area if several else "", "draft" if options.draft else ""
    name = file_name(made.form.id, made.identity.reference, "", job.issued, kind, area, variant)
    return Document(name, kind, made.data, made.identity), standing.problems


def _job(case: Case, artefact: str, options: RenderOptions, catalogue: Catalogue) -> _Job:
    manifest = catalogue.artefact(artefact)
    _check_options(options, manifest)
    issued = options.issued or date.today()
    edition = manifest.edition(options.edition) if options.edition else manifest.edition_on(issued)
    style = Style(blank=options.blank, urgent=manifest.urgent, on=issued, rows=manifest.blank_rows)
    return _Job(case, manifest, edition, issued, style, options, catalogue)


def _check_options(options: RenderOptions, manifest: Manifest) -> None:
    """Refuse what there is not; the type checker sees it in Python, but options also come from outside."""
    if unknown := [name for name in options.formats if name not in FORMATS]:
        raise UsageError.of("unknown-format", f"There is no format {unknown[0]}", "Choose docx or pdf")
    if options.print_size not in PRINTS:
        raise UsageError.of(
            "unknown-print-size", "There is no such size of print", f"Choose one of {', '.join(PRINTS)}"
        )
    if unknown := [name for name in options.impositions if name not in manifest.impositions]:
        known = ", ".join(manifest.impositions)
        hint = f"It can be folded as: {known}" if known else "Print its plain pages"
        raise UsageError.of("unknown-imposition", f"{manifest.title} is not made as {unknown[0]}", hint)
    if options.impositions and "pdf" not in options.formats:
        raise UsageError.of("no-pdf", "Only a PDF can be folded", "Add pdf to the formats")


def _check(job: _Job) -> tuple[Problem, ...]:
    """Refuse a case with errors; give the warnings. A blank form needs nothing of a case."""
    vocabulary = job.catalogue.vocabulary
    problems = vocabulary.check(job.case, job.manifest.id, job.manifest.urgent)
    if job.options.blank:
        problems = tuple(problem for problem in problems if problem.code not in GAPS)
    if errors := errors_in(problems):
        raise InputError(*errors)
    if job.options.blank:
        return problems
    return problems + vocabulary.check_oddities(job.case, job.issued)


def _plan(job: _Job) -> Plan:
    """Which copies to make; a blank form is made once for its first reader."""
    asked = job.options.audiences
    if job.options.blank and not asked:
        asked = (job.manifest.audiences[0].reader,)
    return plan(job.case, job.manifest, asked, job.catalogue, blank=job.options.blank)


def _check_views(job: _Job, views: Iterable[View]) -> tuple[Problem, ...]:
    """Refuse a document whose remaining text repeats what was removed, or holds what no font can draw."""
    root = job.catalogue.vocabulary.case
    problems: list[Problem] = []
    survey = job.case.survey
    readings = Readings(survey.texts, survey.characters)
    undrawable = "pdf" in job.options.formats and job.catalogue.undrawable(survey.characters)
    for seen in views:
        problems += leaks(seen, root, job.case.source, readings)
        if undrawable:
            problems += _uncovered(job, seen)
    if errors := errors_in(problems):
        raise InputError(*_once(errors))
    return tuple(problems)


def _uncovered(job: _Job, seen: View) -> list[Problem]:
    """Characters that no font draws, by their place and code point."""
    problems: list[Problem] = []
    for pointer, text in strings(seen.data):
        if missing := job.catalogue.fonts.uncovered(text):
            codes = ", ".join(f"U+{ord(char):04X}" for char in missing)
            place = seen.origin(pointer)
            problems.append(
                Problem(
                    "error",
                    "no-font",
                    f"No font here can draw a character of this text ({codes})",
                    "Write it another way, make only the Word document (--format docx), or add a font",
                    Place(job.case.source, place, job.catalogue.vocabulary.label(place)),
                )
            )
    return problems


def _fill(job: _Job, seen: View) -> tuple[View, tuple[Problem, ...]]:
    """Fill the lists of the paper that come from a directory, unless the case gives its own."""
    papers: Any = seen.data.get("papers") or {}
    part: Mapping[str, Any] = papers.get(job.manifest.id) or {}
    name = job.manifest.support
    if not name or part.get(name):
        return seen, ()
    audiences = part.get(job.manifest.support_audiences) or ()
    region = str(part.get("region") or job.catalogue.profile.get("region", ""))
    line = (job.catalogue.profile.get("crisis_line") or {}).get("telephone")
    directory = job.catalogue.directory(DIRECTORY)
    entries, problems = choose(directory, audiences, region, job.issued, own_line=bool(line))
    if errors := errors_in(problems):
        raise InputError(*errors)
    filled = {**papers, job.manifest.id: {**part, name: entries}}
    return replace(seen, data={**seen.data, "papers": filled}, plain=False), problems


def _extra(prepared: Prepared, copy: Copy) -> dict[str, Rows]:
    """What is computed beside the view: the chair's annex, from what all other readers may not see."""
    if not copy.rule.annex:
        return {}
    job, seen = prepared._job, prepared._views
    others = [seen.of(other) for other in others_of(job.case, job.manifest, copy, job.catalogue)]
    root = job.catalogue.vocabulary.case
    return {"annex": annex_rows(job.case, root, copy.reader, others, job.style, seen.marks)}


def _documents(
    job: _Job, copy: Copy, seen: View, extra: Mapping[str, Rows], *, several: bool
) -> list[Document]:
    """Render one copy, in each format asked for."""
    identity = _identity(job, copy, seen)
    rendered = _render(job, copy, seen, identity, extra)
    made = {
        "docx": lambda: write_docx(rendered),
        "pdf": lambda: _pdf(job, copy, rendered, identity),
    }
    documents = [
        Document(_name(job, copy, identity, kind, several=several), kind, made[kind](), identity)
        for kind in FORMATS
        if kind in job.options.formats
    ]
    if copy.rule.template:
        return documents  # ways of folding are for the paper itself, not for what goes with it
    return documents + [
        Document(
            _name(job, copy, identity, "pdf", several=several, imposition=imposition),
            "pdf",
            _folded(job, copy, rendered, identity, imposition),
            identity,
            imposition,
        )
        for imposition in job.options.impositions
    ]


def _identity(job: _Job, copy: Copy, seen: View) -> Identity:
    manifest, catalogue = job.manifest, job.catalogue
    files = catalogue.digests(manifest, _template_name(job, copy), job.options.print_size)
    replaces = job.options.replaces
    if replaces is not None and copy.reader.lay:
        replaces = replace(replaces, reason="")  # it is written for colleagues
    addressed = addressee(copy, seen, catalogue)
    if replaces is not None:
        addressed["replaces"] = replaces.line
    digest = content_digest(seen, job.issued, files, addressed)
    language = str(catalogue.profile.get("language", "en-GB"))
    reference = _reference(job, copy, digest)
    size = job.options.print_size
    return identity_of(manifest, job.edition, copy, reference, job.issued, digest, language, size, replaces)


def _reference(job: _Job, copy: Copy, digest: str) -> str:
    """The document reference; an issue number for a paper that does not show the case's."""
    own = str(job.case.data.get("reference") or "")
    if job.options.blank:
        return document_reference(own, job.catalogue.key) if own else BLANK_REFERENCE
    if not own:
        return f"{NO_REFERENCE}-{digest[:8]}"
    if job.manifest.shows_case_reference:
        return document_reference(own, job.catalogue.key)
    return issue_number(own, job.manifest.id, "", job.issued, job.catalogue.key)


def _render(job: _Job, copy: Copy, seen: View, identity: Identity, extra: Mapping[str, Rows]) -> RenderedWord:
    """Render the Word template of a copy."""
    template = job.catalogue.template(job.manifest, _template_name(job, copy), job.options.print_size)
    context = context_of(
        seen,
        copy,
        job.manifest,
        identity,
        job.catalogue,
        style=job.style,
        draft=job.options.draft,
        extra=extra,
    )
    return template.render(context, _properties(job, copy, identity))


def _properties(job: _Job, copy: Copy, identity: Identity) -> Properties:
    return Properties(
        title=_full_title(identity),
        author=_author(job),
        subject=marking_of(copy, job.manifest, job.catalogue),
        created=f"{identity.issued.isoformat()}T00:00:00Z",
        custom=identity.custom,
        language=identity.language,
    )


def _full_title(identity: Identity) -> str:
    """The title that a reader opens with: headers are passed over by screen readers, the title is not."""
    if identity.replaces is None:
        return identity.title
    day = date_words(identity.replaces.issued.isoformat())
    return f"{identity.title} (replaces version {identity.replaces.version} of {day})"


def _author(job: _Job) -> str:
    """The organisation; nothing on a paper that is not to show what it is about."""
    return str(job.catalogue.profile["name"]) if job.manifest.shows_case_reference else ""


def _pdf(job: _Job, copy: Copy, rendered: RenderedWord, identity: Identity) -> bytes:
    # Imported here: who wants only the Word document needs neither fonts nor layout to start up.
    from forms.application.printing import print_pdf

    properties = _properties(job, copy, identity)
    return print_pdf(
        rendered,
        properties,
        job.catalogue.fonts,
        fillable=job.manifest.fillable,
        archive=job.options.archive,
        required=job.catalogue.required_fields(job.manifest),
    )


def _folded(job: _Job, copy: Copy, rendered: RenderedWord, identity: Identity, imposition: str) -> bytes:
    from forms.application.printing import print_folded  # as above

    properties = _properties(job, copy, identity)
    fonts = job.catalogue.fonts
    return print_folded(rendered, properties, fonts, imposition, archive=job.options.archive)


def _name(job: _Job, copy: Copy, identity: Identity, kind: str, *, several: bool, imposition: str = "") -> str:
    area = copy.area if several else ""
    neutral = copy.reader.lay and not job.manifest.shows_case_reference
    reader = copy.label if len(job.manifest.audiences) > 1 and not neutral else ""
    archive = "archive" if job.options.archive and kind == "pdf" else ""
    marks = (PRINTS[job.options.print_size], imposition, archive)
    variant = "_".join(mark for mark in marks if mark)
    return file_name(job.manifest.stem, identity.reference, reader, identity.issued, kind, area, variant)


def _template_name(job: _Job, copy: Copy) -> str:
    return copy.rule.template or job.edition.template


def _several(planned: Plan) -> bool:
    return len({copy.area for copy in planned.copies}) > 1


def _once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))

"""Runs the workers: fresh cases for each pass, one tool after the other, none ever sees a case twice."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import cases
from tools import HERE, ROOT, Tools

WORKERS = HERE / "workers"
OURS = ("render", "docx", "pdf", "both", "real-docx", "real-pdf", "real-both")
WARM_UP = 12
SAMPLE = ROOT / "samples" / "conference-report" / "valid" / "full.json"


@dataclass
class Measured:
    """What one tool took: milliseconds for each document by pass, bytes, the first one, peak memory in MiB."""

    passes: list[list[float]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    first: float = 0.0
    peak: float = 0.0

    @property
    def median(self) -> float:
        return median(time for one in self.passes for time in one)

    @property
    def count(self) -> int:
        return sum(map(len, self.passes))

    def ratio_to(self, other: Measured) -> float:
        """How many times as long as `other`: the median of the passes' ratios, as slow spells hit both."""
        pairs = zip(self.passes, other.passes, strict=True)
        return median(median(own) / median(its) for own, its in pairs)


class Worker:
    """A process that makes documents, alive for the whole run."""

    def __init__(self, name: str, tools: Tools, folder: Path) -> None:
        self.name = name
        if name in OURS:
            command = [str(tools.python), str(WORKERS / "ours.py"), name]
        elif name.startswith("fill") and name != "fill-pdf-lib":
            command = [str(tools.python), str(WORKERS / "fillers.py"), name, str(folder)]
        elif name in ("docxtemplater", "carbone", "fill-pdf-lib"):
            command = [tools.node, str(WORKERS / "node_peers.js"), name, str(folder)]
        else:
            command = [str(tools.python), str(WORKERS / "python_peers.py"), name, str(folder)]
        self._command, self._environment = command, tools.environment
        self._started: subprocess.Popen[str] | None = None

    @property
    def _process(self) -> subprocess.Popen[str]:
        """The process, started when it is first wanted: all at once would slow each other's first documents."""
        if self._started is None:
            pipe = subprocess.PIPE
            command, environment = self._command, self._environment
            self._started = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        return self._started

    def run(self, file: Path, out: Path | None = None) -> dict[str, object]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"cases": str(file), "out": str(out) if out else None}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended")
        answer: dict[str, object] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def write_cases(folder: Path, seed: object, count: int, **shape: int) -> dict[str, Path]:
    """Write the same fresh cases as each kind of worker takes them."""
    plain = [cases.plain_case((seed, index), **shape) for index in range(count)]
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))
    kinds = {
        "peer": [cases.peer_case(case) for case in plain],
        "ours": [cases.our_case(case) for case in plain],
        "real": [cases.real_case(sample, (seed, index)) for index in range(count)],
    }
    files = {}
    for kind, values in kinds.items():
        files[kind] = folder / f"{kind}.json"
        files[kind].write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    return files


def kind_of(name: str) -> str:
    if name.startswith("real-"):
        return "real"
    return "ours" if name in OURS else "peer"


def alternate(
    tools: Tools, folder: Path, passes: int, count: int
) -> tuple[dict[str, Measured], dict[str, Path]]:
    """Measure every tool: `passes` rounds of `count` documents each, after one round that warms up.

    Gives what was measured, and for some tools the folder with the last round's documents.
    """
    others = (name for name in tools.peers if not name.startswith("fill"))  # these fill forms in: `filling.py`
    names = [*OURS, *(name for name in others if name != "libreoffice")]
    workers = {name: Worker(name, tools, folder) for name in names}
    measured = {name: Measured() for name in names}
    outputs = {name: folder / f"out-{name}" for name in names}
    for path in outputs.values():
        path.mkdir(exist_ok=True)
    if tools.soffice:
        measured["libreoffice"] = Measured()
        outputs["libreoffice"] = folder / "out-libreoffice"
    for number in range(passes + 1):
        files = write_cases(folder, ("pass", number), count if number else WARM_UP)
        for name, worker in workers.items():
            keep = number == passes or name == "docxtpl"
            answer = worker.run(files[kind_of(name)], outputs[name] if keep else None)
            if number:
                measured[name].passes.append(answer["ms"])  # type: ignore[arg-type]
                measured[name].sizes += answer["sizes"]  # type: ignore[operator]
            measured[name].first, measured[name].peak = answer["first_ms"], answer["peak_mb"]  # type: ignore[assignment]
        if tools.soffice and "docxtpl" in outputs:
            took = convert(tools, folder, outputs["docxtpl"], outputs["libreoffice"])
            if number:
                measured["libreoffice"].passes.append([took])
        print(f"  pass {number} of {passes}", flush=True)
    for worker in workers.values():
        worker.close()
    if "libreoffice" in measured:
        measured["libreoffice"].sizes = [path.stat().st_size for path in outputs["libreoffice"].glob("*.pdf")]
        measured["libreoffice"].peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return measured, outputs


def soffice_command(tools: Tools, folder: Path, out: Path) -> list[str]:
    profile = f"-env:UserInstallation={(folder / 'soffice-profile').as_uri()}"
    return [tools.soffice, "--headless", profile, "--convert-to", "pdf", "--outdir", str(out)]


def convert(tools: Tools, folder: Path, source: Path, out: Path) -> float:
    """One soffice over a folder; milliseconds for each document."""
    files = sorted(map(str, source.glob("*.docx")))
    start = time.perf_counter()
    subprocess.run([*soffice_command(tools, folder, out), *files], check=True, capture_output=True)
    return 1000 * (time.perf_counter() - start) / len(files)


@dataclass(frozen=True)
class Command:
    """A whole process: its words, and what is added to the environment."""

    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def whole_processes(commands: dict[str, Command], tools: Tools, runs: int) -> dict[str, float]:
    """The median wall time of each command in milliseconds; they take turns, so that a slow spell hits all."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            environment = {**tools.environment, **command.environment}
            start = time.perf_counter()
            subprocess.run(command.words, check=True, capture_output=True, env=environment)
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: median(found) for name, found in times.items()}


def cold_starts(tools: Tools, folder: Path, runs: int) -> dict[str, float]:
    """Whole processes for one document each, in milliseconds."""
    files = write_cases(folder, "cold", 2)
    one = folder / "one.json"
    one.write_text(json.dumps(json.loads(files["ours"].read_text(encoding="utf-8"))[0]), encoding="utf-8")
    first = folder / "first.json"
    first.write_text(json.dumps(json.loads(files["peer"].read_text(encoding="utf-8"))[:1]), encoding="utf-8")
    python = str(tools.python)
    forms = [python, "-c", "from forms.cli import main; main()", "render", cases.ARTEFACT, str(one)]
    forms += ["-o", str(folder / "cold"), "--library", str(HERE / "library"), "--date", "2026-11-21"]
    kept = {"FORMS_CACHE": str(folder / "cache")}
    commands = {
        "bare Python": Command([python, "-c", "pass"]),
        "forms render, both formats": Command(forms, kept),
        "forms render, DOCX alone": Command([*forms, "--format", "docx"], kept),
    }
    for name in ("docxtpl", "typst"):
        if name in tools.peers:
            request = json.dumps({"cases": str(first), "out": str(folder / f"out-{name}")})
            code = f"import sys,io,runpy; sys.stdin=io.StringIO({request!r}+chr(10));"
            code += f"sys.path.insert(0,{str(WORKERS)!r}); sys.argv=['x',{name!r},{str(folder)!r}];"
            code += f"runpy.run_path({str(WORKERS / 'python_peers.py')!r}, run_name='__main__')"
            commands[f"{name}, one document"] = Command([python, "-c", code])
    if tools.soffice:
        source = next(iter(sorted((folder / "out-docxtpl").glob("*.docx"))))
        words = [*soffice_command(tools, folder, folder / "cold"), str(source)]
        commands["LibreOffice, one conversion"] = Command(words)
    nothing_kept = {"forms render, both formats, first run (nothing kept yet)": Command(forms, kept)}
    return {**whole_processes(nothing_kept, tools, 1), **whole_processes(commands, tools, runs)}


def bulk(tools: Tools, folder: Path, count: int, workers: int = 2) -> dict[str, float]:
    """`forms bulk`: both formats of `count` cases, in as many processes; starting them counts."""
    source, out = folder / f"bulk-{count}.jsonl", folder / f"bulk-{count}"
    with source.open("w", encoding="utf-8") as lines:
        for index in range(count):
            case = cases.our_case(cases.plain_case(("bulk", count, index)))
            case["reference"] = f"X{index:06d}"
            lines.write(json.dumps(case, ensure_ascii=False) + "\n")
    command = [str(tools.python), str(WORKERS / "bulk.py"), str(source), str(out), str(workers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=tools.environment)
    answer: dict[str, float] = json.loads(done.stdout)
    if answer["cases"] != count:
        raise RuntimeError(f"forms bulk made {answer['cases']} of {count} cases")
    shutil.rmtree(out)
    return answer


def growth(tools: Tools, folder: Path, *, quick: bool) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Milliseconds per document over the rows of a table and over pages, the quickest of a few."""
    rows = (1, 10, 50, 100, 200, 400)
    paragraphs = (1, 10, 30, 60, 120) if quick else (1, 10, 30, 60, 120, 210)
    names = ["docx", "pdf", *(name for name in ("docxtpl", "typst") if name in tools.peers)]
    workers = {name: Worker(name, tools, folder) for name in names}
    series: dict[str, dict[str, list[tuple[int, float]]]] = {"rows": {}, "paragraphs": {}}
    repeat = 3 if quick else 7
    for worker in workers.values():
        worker.run(write_cases(folder, ("growth", worker.name), 3)[kind_of(worker.name)])
    for what, steps in (("rows", rows), ("paragraphs", paragraphs)):
        for step in steps:
            shape = {"rows": step} if what == "rows" else {"paragraphs": step}
            files = write_cases(folder, ("growth", what, step), repeat, **shape)
            for name, worker in workers.items():
                answer = worker.run(files[kind_of(name)])
                size = step if what == "rows" else 3 * step
                series[what].setdefault(name, []).append((size, min(answer["ms"])))  # type: ignore[arg-type]
    for worker in workers.values():
        worker.close()
    return series

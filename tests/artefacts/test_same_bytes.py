"""Bytes don't depend on what was made before: 50 cases in two orders, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import copy, hashlib, json, sys
import forms
from samples import ISSUED, VALID

names = ["Łukasz", "Zoë", "Nguyễn", "Αλέξανδρος", "Сергей", "محمد", "דוד", "राहुल", "রহিম", "ਸਿਮਰਨ", "கவிதா"]
papers = ("check-notification", "conference-report", "referral")
samples = [sample for sample in VALID if sample.artefact in papers and sample.path.stem != "forty-children"]
jobs = []
for number in range(50):
    sample = samples[number % len(samples)]
    case = copy.deepcopy(dict(sample.case.data))
    name = {"given": names[number % len(names)], "family": f"Example{number}"}
    case.setdefault("offender", {})["name"] = name
    jobs.append((number, sample.artefact, json.dumps(case).encode()))
if sys.argv[1] == "backwards":
    jobs.reverse()
found = {}
for number, artefact, case in jobs:
    product = forms.render(forms.load_case(case, "case"), artefact, forms.RenderOptions(issued=ISSUED))
    found[number] = [hashlib.sha256(document.data).hexdigest() for document in product.documents]
print(json.dumps(found, sort_keys=True))
"""


def digests(order: str) -> dict[str, list[str]]:
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(root / "src"), str(root / "tests")])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "random"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, order], capture_output=True, text=True, check=True, env=environment
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_fifty_cases_in_two_orders_and_fresh_processes() -> None:
    forwards = digests("forwards")
    assert len(forwards) == 50
    assert len({digest for case in forwards.values() for digest in case}) > 100
    assert digests("backwards") == forwards
    assert digests("forwards") == forwards

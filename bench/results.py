"""Keeps what a run saw: as JSON, as a table and as a plot, with commit and date."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import plot
from bench.figures import PRODUCT, Figure, shown, table
from bench.sizes import Size

FOLDER = Path(__file__).parent / "results"


def tell(
    name: str, size: Size, figures: Sequence[Figure], tables: str = "", more: Any = None
) -> None:
    """Print what a measurement saw, and keep it if that is wished."""
    lines = "\n".join(line for figure in figures for line in figure.lines())
    print(lines, tables, sep="\n\n")
    if size.keeps:
        ran = f"{size.orders:,} orders, {size.rounds} rounds"
        seen = f"```text\n{lines}\n```" if lines else ""
        whole = "\n\n".join(part for part in (f"{ran}.", seen, tables) if part)
        keep(name, figures, whole, more)


def keep(name: str, figures: Sequence[Figure], tables: str, more: Any = None) -> None:
    """Write what one measurement saw, and the table and the plot of all of them."""
    FOLDER.mkdir(exist_ok=True)
    kept = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "figures": [_told(figure) for figure in figures],
        "tables": tables,
        "more": more,
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n")
    write()


def write() -> None:
    """Write RESULTS.md and results.svg from what is kept."""
    all_ = {
        path.stem: json.loads(path.read_text())
        for path in sorted(FOLDER.glob("*.json"))
    }
    parts = ["# Results", _ABOUT, _summary(all_)]
    for name, kept in all_.items():
        told = f"{kept['at'][:16].replace('T', ' ')} UTC, {kept['machine']}"
        parts += [f"## {name}", f"Commit `{kept['commit']}`, {told}.", kept["tables"]]
    text = "\n\n".join(part for part in parts if part) + "\n"
    (FOLDER.parent / "RESULTS.md").write_text(text)
    bars = [bar for kept in all_.values() for bar in kept["figures"]]
    (FOLDER.parent / "results.svg").write_text(plot.svg(_bars(bars)))


def _summary(all_: dict[str, Any]) -> str:
    rows = [
        [figure["what"], party["name"], party["ratio"], party["owed"], party["verdict"]]
        for kept in all_.values()
        for figure in kept["figures"]
        for party in figure["parties"]
        if party["owed"]
    ]
    head = ["work", "beside", "ratio: middle (least to most)", "floor, aim", "reached"]
    return table(head, rows) if rows else ""


def _told(figure: Figure) -> dict[str, Any]:
    return {
        "what": figure.what,
        "unit": figure.unit,
        "samples": {name: list(seen) for name, seen in figure.samples.items()},
        "parties": [_party(figure, name) for name in figure.others],
    }


def _party(figure: Figure, name: str) -> dict[str, Any]:
    if PRODUCT not in figure.samples:
        return {"name": name, "ratio": "", "owed": "", "verdict": "", "numbers": None}
    ratio, aim = figure.ratio(name), figure.aims.get(name)
    numbers = {"middle": ratio.middle, "least": ratio.least, "most": ratio.most}
    if aim is None:
        return {
            "name": name,
            "ratio": str(ratio),
            "owed": "",
            "verdict": "",
            "numbers": numbers,
        }
    return {
        "name": name,
        "ratio": str(ratio),
        "owed": str(aim),
        "verdict": _verdict(ratio.middle, aim.floor, aim.aim),
        "numbers": {**numbers, "aim": aim.aim, "floor": aim.floor},
    }


def _verdict(ratio: float, floor: float | None, aim: float) -> str:
    if ratio >= aim:
        return "aim"
    if floor is not None and ratio >= floor:
        return "floor"
    return f"no: {shown(ratio / (floor or aim) * 100)} % of it"


def _bars(figures: Sequence[dict[str, Any]]) -> list[plot.Bar]:
    return [
        plot.Bar(label=f"{figure['what']}, {party['name']}", **party["numbers"])
        for figure in figures
        for party in figure["parties"]
        if party["owed"]
    ]


def _commit() -> str:
    shown_ = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown_.stdout.strip() or "unknown"


_ABOUT = """Written by `make bench`; [README.md](README.md) says how figures are made.
A ratio tells how many times better the product is than another in the same round.

![the ratios beside what is owed](results.svg)"""

"""Builds that are broken on purpose: each must be found out by its own checker."""

from collections import Counter

from tests.chaos import broken
from tests.chaos.clients import at_work
from tests.chaos.judging import judge
from tests.chaos.nemesis import harms
from tests.chaos.report import Report, by_checker
from tests.chaos.scene import Say, started

QUIET_WITHIN = 20.0  # some are never
ENOUGH = 400  # acknowledged commands, for the defect to show


def try_broken(report: Report, only: str, *, say: Say) -> list[str]:
    """Run each under the load that shows it; return a sentence for each not found."""
    missed = []
    for build in broken.BUILDS:
        if only in {"", build.module}:
            found = _found_in(build, report.seed, say)
            told = ", ".join(f"{name} {number}" for name, number in found.items())
            report.broken_builds[build.name] = told or "nothing was found"
            say(f"{build.name}: {report.broken_builds[build.name]}")
            if not found[build.found_by]:
                missed.append(f"not found out by {build.found_by!r}: {build.name}")
    return missed


def _found_in(build: broken.Build, seed: int, say: Say) -> Counter[str]:
    say(f"broken on purpose: {build.name}")
    settings = f"tests.chaos.broken.{build.module}"
    with started(settings, seed=seed, say=say) as scene:
        build.prepare(scene.system)
        with at_work(scene.works()):
            for name, harm in harms(disk=None).items():
                if name in build.harms:
                    harm(scene.system)
            # Not before there are orders to harm.
            build.arm(scene.system)
            scene.wait_for(ENOUGH - scene.history.acknowledged)
        scene.system.disarm()
        verdict = judge(scene.system, scene.history, quiet_within=QUIET_WITHIN)
        scene.is_kept = False
    return by_checker(verdict.wrong)

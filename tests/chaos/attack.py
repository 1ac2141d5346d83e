"""A run against the sound build: cells, harms under load, many kills, the verdict."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.chaos.cells import cells, try_out
from tests.chaos.clients import at_work
from tests.chaos.contest import contest
from tests.chaos.judging import judge
from tests.chaos.nemesis import KILLS, QUICK, Harm, harms, storm
from tests.chaos.rebuilds import endings, try_ending
from tests.chaos.report import Report
from tests.chaos.scene import SOUND, Say, Scene, started

CALM_SECONDS = 1.0  # at most, between kills of the storm
WORKING = 10  # commands that are acknowledged again, before the next harm
STORM_WITHIN = 1500.0
STRIKES_WITHIN = 15.0


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much a run shall do at least."""

    acknowledged: int
    kills: int
    contested: int
    contestants: int
    is_quick: bool = False


@dataclass
class Attack:
    """Does everything that its sizes ask for, and fills in the report."""

    report: Report
    sizes: Sizes
    say: Say
    wrong: list[str] = field(default_factory=list)
    harmed: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        began = time.monotonic()
        with started(SOUND, seed=self.report.seed, say=self.say) as scene:
            works = scene.works()
            self._try_cells(scene)
            self._end_rebuilds(scene)
            with at_work(works), self._contest(scene):
                self._harm(scene)
                self._storm(scene)
            self._judge(scene)
            scene.is_kept = bool(self.wrong)
        self.report.seconds = time.monotonic() - began

    def _try_cells(self, scene: Scene) -> None:
        for together in cells(quick=self.sizes.is_quick):
            wrong = try_out(scene.system, scene.another, together)
            self.wrong += wrong
            self.report.cells += len(together)
            for complaint in wrong:
                self.say(complaint)
        scene.system.disarm()
        self.say(f"{self.report.cells} cells, {len(self.wrong)} wrong")

    def _end_rebuilds(self, scene: Scene) -> None:
        client = scene.another()
        for ending in endings(quick=self.sizes.is_quick):
            self.wrong += try_ending(scene.system, client, ending)
            self.report.rebuilds_ended += 1
        self.say(f"{self.report.rebuilds_ended} rebuilds, {len(self.wrong)} wrong")

    def _harm(self, scene: Scene) -> None:
        for name, harm in harms(disk=scene.disk).items():
            if self.sizes.is_quick and name not in QUICK:
                continue
            self.say(name)
            if name in KILLS:
                _until_struck(scene, harm)
            else:
                harm(scene.system)
                self.harmed[name] += 1
            scene.wait_for(WORKING)

    @contextmanager
    def _contest(self, scene: Scene) -> Iterator[None]:
        """Let many writers fight for orders, whatever is done meanwhile."""
        orders, writers = self.sizes.contested, self.sizes.contestants
        self.report.contested = f"{orders} by {writers}"
        fight = contest(scene.client, orders=orders, writers=writers)
        with ThreadPoolExecutor(1) as pool:
            fighting = pool.submit(fight)
            yield
            fighting.result()

    def _storm(self, scene: Scene) -> None:
        chance = random.Random(self.report.seed)
        told, deadline = 0, time.monotonic() + STORM_WITHIN
        for name in storm(chance):
            done, killed = scene.history.acknowledged, scene.system.killed.total()
            enough = done >= self.sizes.acknowledged and killed >= self.sizes.kills
            if enough or time.monotonic() > deadline:
                break
            if not self.sizes.is_quick:
                KILLS[name](scene.system)
            if done > told + 1000:
                told = done
                self.say(f"{done} commands acknowledged, {killed} kills")
            is_over = killed >= self.sizes.kills  # now for the commands, above all
            time.sleep(chance.uniform(0.1, CALM_SECONDS) * (5 if is_over else 1))
            scene.wait_for(WORKING)

    def _judge(self, scene: Scene) -> None:
        verdict = judge(scene.system, scene.history)
        self.wrong += verdict.wrong
        self.report.count(scene.history.operations(), verdict)
        self.report.kills = dict(scene.system.killed)
        self.report.harms = dict(self.harmed)
        self.report.broken_promises = self.wrong
        if self.report.acknowledged < self.sizes.acknowledged:
            self.wrong.append(f"size: only {self.report.acknowledged} acknowledged")


def _until_struck(scene: Scene, kill: Harm) -> None:
    """Kill one, even if the first one chosen has just gone or is not up again yet."""
    before, deadline = scene.system.killed.total(), time.monotonic() + STRIKES_WITHIN
    while scene.system.killed.total() == before and time.monotonic() < deadline:
        kill(scene.system)
        time.sleep(0.1)

"""A part of the file, in one transaction: looked up, decided, compared and saved."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import uuid_utils.compat as uuids
from django.db import connection, transaction

from customers import directory
from customers.directory import Holder, Newcomer
from orders_command import faults, store
from orders_command.importing.checking import Candidate
from orders_command.importing.comparing import differences
from orders_command.importing.deciding import decided
from orders_command.importing.problems import Problem, Refused
from orders_command.store import Past

ACTOR = "system:import"
NAME = "import_orders"
LOCK = "select pg_try_advisory_xact_lock(hashtext('import_orders'))"


class LostRace(Exception):
    """Somebody else was first; the part is to be decided anew."""


@dataclass(kw_only=True)
class Plan:
    """What becomes of a part of the file."""

    new: list[Past] = field(default_factory=list)
    newcomers: dict[str, Newcomer] = field(default_factory=dict)
    already_there: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)


def checked(candidates: Sequence[Candidate]) -> Plan:
    """Return what would become of them, and store nothing."""
    return _planned(candidates)


def saved(candidates: Sequence[Candidate]) -> Plan:
    """
    Save what is new of them, all of it or nothing.

    :raises LostRace: if another import is at work, or if a reference, a number or an
        address was taken, or a customer erased, in between
    """
    with transaction.atomic(durable=True):
        if not _is_alone():
            raise LostRace
        plan = _planned(candidates)
        if plan.new:
            _save(plan)
            faults.reach("command.after_append", NAME)
    if plan.new:
        faults.reach("command.after_commit", NAME)
    return plan


def _is_alone() -> bool:
    """Two imports take turns: else each would wait for what the other has written."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        return bool(cursor.fetchone()[0])


def _planned(candidates: Sequence[Candidate]) -> Plan:
    known = store.of_references(c.reference for c in candidates)
    holders = directory.of_emails({c.email for c in candidates})
    plan = Plan()
    for candidate in candidates:
        holder = holders[candidate.email]
        there = known.get(candidate.reference)
        try:
            if there is None:
                _add(plan, candidate, holder)
            else:
                _compare(candidate, there, holder)
                plan.already_there += 1
        except Refused as refused:
            plan.refused += 1
            plan.problems += refused.problems
    return plan


def _add(plan: Plan, candidate: Candidate, holder: Holder) -> None:
    newcomer = plan.newcomers.get(holder.key)
    customer_id = holder.customer_id or (newcomer.customer_id if newcomer else None)
    past = decided(candidate, customer_id or uuids.uuid7())
    if customer_id is None:
        plan.newcomers[holder.key] = Newcomer(
            customer_id=past.state.customer_id,
            name=candidate.name,
            email=candidate.email,
            at=candidate.times[0][1],
        )
    plan.new.append(past)


def _compare(candidate: Candidate, there: store.Known, holder: Holder) -> None:
    past = decided(candidate, there.customer_id)
    found = list(differences(candidate, past, there, customer_id=holder.customer_id))
    if found:
        raise Refused(found)


def _save(plan: Plan) -> None:
    new = {n.customer_id for n in plan.newcomers.values()}
    others = {past.state.customer_id for past in plan.new} - new
    if others - directory.hold_living(others):
        raise LostRace
    if plan.newcomers:
        directory.register_all(list(plan.newcomers.values()), actor=ACTOR)
    faults.reach("command.before_append", NAME)
    store.append_many(plan.new, actor=ACTOR)

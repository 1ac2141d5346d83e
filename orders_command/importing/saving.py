"""A part of the file, in one transaction: looked up, decided, compared and saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

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
NOBODY: Mapping[str, Newcomer] = MappingProxyType({})
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


def planned(
    candidates: Sequence[Candidate], *, pending: Mapping[str, Newcomer] = NOBODY
) -> Plan:
    """
    Return what becomes of them, and store nothing.

    `pending` are customers who are just being registered, by the key of their address.
    """
    known = store.of_references(c.reference for c in candidates)
    holders = directory.of_emails({c.email for c in candidates})
    plan = Plan()
    for candidate in candidates:
        holder = holders[candidate.email]
        there = known.get(candidate.reference)
        try:
            if there is not None:
                _compare(candidate, there, holder)
                plan.already_there += 1
            else:
                _add(plan, candidate, holder, pending)
        except Refused as refused:
            plan.refused += 1
            plan.problems += refused.problems
    return plan


def save(plan: Plan) -> None:
    """
    Save what is new, all of it or nothing.

    :raises LostRace: if another import is at work, or a customer has been erased
    :raises EmailTaken: if an address has been taken
    :raises IntegrityError: if a reference or a number has been taken
    """
    if plan.new:
        faults.reach("command.before_append", NAME)
        with transaction.atomic(durable=True):
            _take_turn()
            _save(plan)
        faults.reach("command.after_commit", NAME)


def saved(candidates: Sequence[Candidate]) -> Plan:
    """
    Plan and save while no other import can; else like `save`.

    An order that was placed, or a customer who was changed, can still be in the way.
    """
    with transaction.atomic(durable=True):
        _take_turn()
        plan = planned(candidates)
        if plan.new:
            _save(plan)
    return plan


def _take_turn() -> None:
    """Imports take turns: else each would wait for what the other has written."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            raise LostRace


def _add(
    plan: Plan, candidate: Candidate, holder: Holder, pending: Mapping[str, Newcomer]
) -> None:
    newcomer = plan.newcomers.get(holder.key) or pending.get(holder.key)
    customer_id = newcomer.customer_id if newcomer else holder.customer_id
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
    store.append_many(plan.new, actor=ACTOR)
    faults.reach("command.after_append", NAME)

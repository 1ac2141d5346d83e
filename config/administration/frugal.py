"""Lists that neither count a table nor scan it for its dates."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core import paginator
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import cached_property

MOST = 1_000  # rows that a list counts and turns through; whoever needs more, filters


class Paginator(paginator.Paginator):  # type: ignore[type-arg]
    """Counts up to MOST, and says whether there are more."""

    @cached_property
    def _bounded(self) -> int:
        rows: Any = self.object_list
        return int(rows[: MOST + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self._bounded, MOST)

    @property
    def has_more(self) -> bool:
        return self._bounded > MOST


class Spanned(QuerySet[Any]):
    """Answers which years, months or days there are from the first and the last."""

    def datetimes(  # type: ignore[override]
        self, field_name: str, kind: str, *_: Any, **__: Any
    ) -> list[datetime]:
        """
        Return the beginnings of all years, months or days between first and last.

        Django asks `select distinct` of every row, which takes the longer the more
        there are; the ends come from an index. One without a row may be among them.
        """
        ends = self.order_by().aggregate(first=Min(field_name), last=Max(field_name))
        if ends["first"] is None:
            return []
        first, last = map(timezone.localtime, (ends["first"], ends["last"]))
        return units(first, last, kind)


def units(first: datetime, last: datetime, kind: str) -> list[datetime]:
    """Return the beginning of each "year", "month" or "day" from one to another."""
    at, found = _began(first, kind), []
    while at <= last:
        found.append(at)
        at = _began(at + _LONGER[kind], kind)
    return found


_LONGER = {
    "year": timedelta(days=367),
    "month": timedelta(days=32),
    "day": timedelta(hours=26),  # also when the clock is put back
}


def _began(at: datetime, kind: str) -> datetime:
    month = 1 if kind == "year" else at.month
    day = at.day if kind == "day" else 1
    return at.replace(month=month, day=day, hour=0, minute=0, second=0, microsecond=0)


class Frugal(admin.ModelAdmin):  # type: ignore[type-arg]
    """What every list of this site does, whatever its own class says."""

    paginator = Paginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: Any = super().get_queryset(request)
        using = found._db  # noqa: SLF001 - it may not be set, and has to stay so then
        return Spanned(model=found.model, query=found.query.chain(), using=using)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *more: Any, **how: Any
    ) -> HttpResponse | None:
        """Let an action take only what was ticked, which somebody has seen."""
        if request.POST.get("select_across", "0") not in {"", "0"}:
            self.message_user(
                request,
                "An action takes the ticked rows of one page: nothing was done.",
                messages.ERROR,
            )
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset, *more, **how)

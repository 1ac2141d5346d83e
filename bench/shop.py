"""Pages, requests and a renaming on one system: its many orders are loaded once."""

from collections.abc import Sequence

from bench import loading, paging, renaming, results, serving, sizes
from bench.running import running_system


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("shop", arguments)
    of_one = size.orders // paging.BIG_SHARE
    with running_system() as system:
        loading.import_into(system, size.orders, of_one=of_one)
        print(f"{size.orders:,} orders are there", flush=True)
        with system.superuser("query") as server:
            server.execute("vacuum analyze")
        results.tell("paging", size, [], paging.told(paging.paged(system, size.orders)))
        served = serving.served(system, size)
        more = served.rounds()
        results.tell("serving", size, served.figures(), served.tables(), more=more)
        results.tell("rename", size, renaming.renamed(system, size, of_one))

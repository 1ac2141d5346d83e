"""The projector, the rebuild and growth on one stage whose orders are loaded once."""

from collections.abc import Sequence

from bench import growth, projecting, rebuilding, results, sizes
from bench.loading import loaded
from bench.stage import stage


def main(arguments: Sequence[str]) -> None:
    size = sizes.parsed("bulk", arguments)
    with stage() as made:
        shop = loaded(made, size.orders)
        print(f"{size.orders:,} orders are there", flush=True)
        results.tell("projector", size, projecting.projected(made, shop, size))
        results.tell("rebuild", size, rebuilding.rebuilt(made, shop, size.rounds))
        results.tell("growth", size, growth.grown(made, shop, size))

from bench.reckoning import Costs, cores, lanes, needs, reckoned

COSTS = Costs(
    life_web=10,
    life_command=5,
    read_web=1,
    read_replica=1,
    event_worker=0.125,
    event_primary=0.05,
    life_replay=0.5,
    events_per_second=5_000,
    life_command_wal=5_000,
    life_query_wal=6_000,
    order_command_disk=2_000,
    order_query_disk=4_000,
)


def test_needs_grow_with_the_orders() -> None:
    needed = needs(COSTS, 1_000)

    assert needed["cores for web processes"] == "50"  # 10 s and 20 s of work, 60 % busy
    assert needed["cores of the command primary"] == "8.4"
    assert needed["of each replica's one replaying core"] == "50%"
    assert needed["WAL, read side, to each replica"] == "6 MB/s"
    assert needed["log and state, a day"] == "173 GB"


def test_a_projector_that_is_as_fast_as_the_events_is_too_slow() -> None:
    assert lanes(3_000, 5_000) == 1
    assert lanes(5_000, 5_000) == 2


def test_a_core_is_not_used_to_its_end() -> None:
    assert cores(600) == "1"


def test_there_is_a_column_for_each_rate() -> None:
    head = reckoned(COSTS).splitlines()[0]

    assert head == "| needed for | 100 orders/s | 1,000 orders/s | 10,000 orders/s |"

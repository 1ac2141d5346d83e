from bench import sizes


def test_quick_is_what_nobody_has_to_ask_for() -> None:
    size = sizes.parsed("projector", [])

    assert size == sizes.QUICK


def test_each_part_of_a_size_can_be_chosen() -> None:
    size = sizes.parsed("projector", ["--full", "--rounds", "3"])

    assert (size.orders, size.rounds) == (1_000_000, 3)

from bench import growth


def test_a_shop_grows_tenfold_up_to_the_size_that_is_asked_for() -> None:
    assert growth.steps(1_000_000) == [10_000, 100_000, 1_000_000]
    assert growth.steps(50_000) == [50_000]

"""When a breaker opens, whom it lets try, and when it closes."""

from ingest.breaker import Breaker


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(most=3, window=60, rest=30, clock=clock)
    for _ in range(3):
        assert breaker.wait() == 0
        breaker.failed()
        clock.now += 10
    return breaker


def test_it_opens_with_the_third_failure_and_says_how_long_it_stays_open() -> None:
    clock = Clock()
    breaker = opened(clock)
    assert breaker.wait() == 20  # 10 of the 30 seconds are over


def test_failures_further_apart_than_the_window_do_not_add_up() -> None:
    clock = Clock()
    breaker = Breaker(most=3, window=60, rest=30, clock=clock)
    for _ in range(6):
        breaker.failed()
        clock.now += 31
        assert breaker.wait() == 0


def test_a_success_starts_the_count_anew() -> None:
    breaker = Breaker(most=2, clock=Clock())
    breaker.failed()
    breaker.served()
    breaker.failed()
    assert breaker.wait() == 0


def test_after_its_rest_one_caller_tries_and_the_others_wait() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 20
    assert breaker.wait() == 0
    assert breaker.wait() == 30
    breaker.failed()  # one is enough now
    clock.now += 10
    assert breaker.wait() == 20
    clock.now += 20
    assert breaker.wait() == 0
    breaker.served()
    assert [breaker.wait(), breaker.wait()] == [0, 0]

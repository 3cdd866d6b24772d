import threading
import time
from collections.abc import Callable

import pytest

from ingest import hosts
from ingest.hosts import Host, Pace, host
from warehouse.errors import SourceSkipped


def at_once(number: int, ask: Callable[[], None]) -> None:
    threads = [threading.Thread(target=ask) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_no_more_than_the_pace_allows_at_once() -> None:
    at, most, now, lock = Host(Pace(at_once=2)), 0, 0, threading.Lock()

    def ask() -> None:
        nonlocal most, now
        with at.slot():
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.02)
            with lock:
                now -= 1

    at_once(8, ask)
    assert most == 2


def test_requests_begin_apart_and_a_pause_holds_for_everyone() -> None:
    at, began = Host(Pace(apart=0.05)), time.monotonic()
    for _ in range(3):
        with at.slot():
            pass
    assert time.monotonic() - began >= 0.1
    at.pause(0.2)
    with at.slot():
        assert time.monotonic() - began >= 0.3


def test_a_pause_holds_for_those_who_wait_already() -> None:
    at, turns = Host(Pace(apart=0.05)), []
    with at.slot():
        pass

    def ask() -> None:
        with at.slot() as began:
            turns.append(began)

    waiting = threading.Thread(target=ask)
    waiting.start()
    at.pause(0.3)
    paused = time.monotonic()
    waiting.join()
    assert turns[0] - paused >= 0.25


def silence(at: Host, backoff: float = 0.0) -> None:
    with at.slot() as began:
        at.silent(began, "https://a.example cannot be reached.", backoff)


def test_a_host_that_is_silent_three_times_is_left_alone() -> None:
    at = Host(Pace())
    for _ in range(3):
        silence(at)
    with pytest.raises(SourceSkipped, match=r"a\.example cannot be reached") as caught:
        silence(at)
    assert 50 < caught.value.until - time.monotonic() <= 60


def test_an_answer_ends_the_silence() -> None:
    at = Host(Pace())
    for _ in range(5):
        silence(at)
        at.answered()


def test_requests_side_by_side_meet_one_silence() -> None:
    at, together = Host(Pace(at_once=4)), threading.Barrier(4)

    def ask() -> None:
        with at.slot() as began:
            together.wait()
            at.silent(began, "silent", 0.0)

    at_once(4, ask)
    silence(at)


def test_each_silence_is_given_longer() -> None:
    at, began = Host(Pace()), time.monotonic()
    for _ in range(3):
        silence(at, backoff=0.05)
    assert time.monotonic() - began >= 0.05 + 0.1


def test_one_region_that_fails_again_and_again_closes_nothing() -> None:
    at = Host(Pace())
    for _ in range(50):
        at.failed("https://a.example/one-region", "answered 500")
    silence(at)


def test_ten_regions_that_fail_in_a_row_do() -> None:
    at = Host(Pace())
    for number in range(9):
        at.failed(f"https://a.example/{number}", "answered 500")
    at.served()
    for number in range(10):
        with at.slot():
            at.failed(f"https://a.example/{number}", "answered 500")
    with pytest.raises(SourceSkipped, match="answered 500"):
        silence(at)


def test_no_host_can_ask_to_be_left_alone_for_ever() -> None:
    error = Host(Pace()).leave_alone(float("inf"), "asks to wait")
    assert error.until - time.monotonic() <= 3600


def test_a_host_is_one_for_the_whole_process() -> None:
    hosts.forget_all()
    found, together = [], threading.Barrier(16)

    def ask() -> None:
        together.wait()
        found.append(host("prices.azure.com"))

    at_once(16, ask)
    assert len(set(map(id, found))) == 1
    assert host("prices.azure.com") is not host("example.org")

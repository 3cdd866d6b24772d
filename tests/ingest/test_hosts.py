import threading
import time

from ingest.hosts import Host, Pace, host


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

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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


def test_a_host_is_one_for_the_whole_process() -> None:
    assert host("prices.azure.com") is host("prices.azure.com")
    assert host("prices.azure.com") is not host("example.org")

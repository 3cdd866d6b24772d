"""The deployments of prefect.yaml on a real Prefect server: registered, scheduled, and run by a worker."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from warehouse import snapshots

ROOT = Path(__file__).resolve().parents[2]
SCHEDULES = {
    "release": "15 3 * * *",
    "hourly": "20 * * * *",
    "daily": "45 3 * * *",
    "weekly": "15 5 * * 5",
    "publish": "5 0 * * *",
    "deliver": "*/10 * * * *",
    "collect": None,
    "maintain": "30 4 * * 0",
    "backup": "0 5 * * *",
    "drill": "0 6 * * 0",
}
PREFECT = (sys.executable, "-m", "prefect")
POOL = "cloud-pricing"

pytestmark = pytest.mark.slow


class Prefect:
    """A server and a worker in processes of their own, with their home in a temporary folder."""

    def __init__(self, home: Path, store: Path, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.log = (home / "log.txt").open("w+")
        self._started: list[subprocess.Popen[str]] = []
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PREFECT_", "CLOUD_"))
            },
            "PREFECT_HOME": str(home),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "2",
            "CLOUD_PRICING_STORE": str(store),
            "CLOUD_PRICING_DATA": str(data),
            "PYTHONPATH": str(ROOT),
            "DO_NOT_TRACK": "1",
        }

    def run(self, *arguments: str) -> None:
        done = subprocess.run(
            [*PREFECT, "--no-prompt", *arguments], cwd=ROOT, env=self.environment,
            capture_output=True, text=True, check=False, timeout=90,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, *arguments: str) -> None:
        """A program that goes on until `stop`, with its children in a group of its own."""
        self._started.append(
            subprocess.Popen(
                [*PREFECT, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=self.log,
                stderr=self.log,
                text=True,
                start_new_session=True,
            )
        )

    def stop(self) -> None:
        for process in reversed(self._started):
            process.terminate()
        for process in reversed(self._started):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()

    def ask(self, path: str, **body: Any) -> Any:
        with httpx.Client(trust_env=False, timeout=10) as client:
            answer = client.post(f"{self.api}/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def wait_for(self, what: Callable[[], Any], seconds: float) -> Any:
        """What `what` returns once it is something."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if found := what():
                    return found
            except httpx.TransportError:
                pass
            time.sleep(0.3)
        self.log.seek(0)
        raise AssertionError(f"nothing after {seconds:g} seconds\n{self.log.read()[-4000:]}")

    def healthy(self) -> bool:
        with httpx.Client(trust_env=False, timeout=5) as client:
            return client.get(f"{self.api}/health").is_success


@pytest.fixture(scope="module")
def prefect(
    tmp_path_factory: pytest.TempPathFactory, small_store: Path, small_data: Path, prefect_database: Path
) -> Iterator[Prefect]:
    home = tmp_path_factory.mktemp("prefect")
    shutil.copy(prefect_database, home / "prefect.db")
    made = Prefect(home, small_store, small_data)
    try:
        made.start("server", "start", "--host", "127.0.0.1", "--port", str(made.port), "--no-ui")
        made.wait_for(made.healthy, 60)
        made.run("work-pool", "create", POOL, "--type", "process")
        made.run("deploy", "--all")
        yield made
    finally:
        made.stop()


def deployments(prefect: Prefect) -> dict[str, Any]:
    return {one["name"]: one for one in prefect.ask("deployments/filter")}


def crons(schedules: Sequence[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(one["schedule"]["cron"], one["schedule"]["timezone"]) for one in schedules if one["active"]]


def test_every_deployment_is_registered_with_its_schedule(prefect: Prefect) -> None:
    found = deployments(prefect)
    assert found.keys() == SCHEDULES.keys()
    for name, cron in SCHEDULES.items():
        assert crons(found[name]["schedules"]) == ([(cron, "UTC")] if cron else []), name
        assert found[name]["work_pool_name"] == POOL
    assert found["release"]["parameters"] == {"schedule": "release"}
    assert found["daily"]["parameters"] == {"schedule": "daily"}


def test_deployments_and_sources_know_the_same_schedules() -> None:
    from ingest import registry

    written = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert {one["name"] for one in written} == SCHEDULES.keys()
    scheduled = {one["parameters"]["schedule"] for one in written if "schedule" in one.get("parameters", {})}
    assert scheduled == {info.schedule for info in registry.SOURCES}


def test_the_server_plans_the_next_runs(prefect: Prefect) -> None:
    def planned() -> Any:
        runs = prefect.ask(
            "flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}}, limit=200
        )
        by_deployment = {run["deployment_id"]: run for run in runs if run["auto_scheduled"]}
        wanted = {one["id"] for name, one in deployments(prefect).items() if SCHEDULES[name]}
        return by_deployment if by_deployment.keys() >= wanted else None

    for run in prefect.wait_for(planned, 30).values():
        assert datetime.fromisoformat(run["expected_start_time"]) > datetime.now(UTC)


def test_a_worker_completes_a_scheduled_run(prefect: Prefect, small_store: Path) -> None:
    prefect.start("worker", "start", "--pool", POOL, "--type", "process")
    maintain = deployments(prefect)["maintain"]["id"]
    run = prefect.ask(
        f"deployments/{maintain}/create_flow_run", state={"type": "SCHEDULED"}, parameters={"save": False}
    )

    def ended() -> Any:
        (now,) = prefect.ask("flow_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})
        return now if now["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

    done = prefect.wait_for(ended, 60)
    assert done["state"]["type"] == "COMPLETED", done["state"]
    assert done["run_count"] == 1
    assert snapshots.verify(snapshots.load(small_store)) == []

"""The deployment that delivers between refreshes what failed to arrive."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow

from flows.alerts import Delivered, deliver_due
from warehouse.alert_rules import read
from warehouse.settings import settings


@flow(name="deliver", persist_result=False, retries=2, retry_delay_seconds=120)
def deliver() -> Delivered:
    """Deliver the alerts that are due. Raises DeliveryFailed, so that the run is seen to have failed."""
    limits = settings()
    return deliver_due(limits, read(limits), datetime.now(UTC)).require_all()

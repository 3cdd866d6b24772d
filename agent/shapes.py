"""Classes of machines that every provider has under names of its own, by the memory of each vCPU."""

from __future__ import annotations

# GiB a vCPU, at least and at most: C, F and highcpu; M, D and standard; R, X, E and highmem.
_GIB: dict[str, tuple[float | None, float | None]] = {
    "compute": (None, 2.5),
    "general": (3.0, 5.0),
    "memory": (6.5, None),
}


def gib_per_vcpu(shape: str | None) -> dict[str, float | None]:
    """What `find_offers` filters by."""
    least, most = _GIB[shape] if shape else (None, None)
    return {"min_gib_per_vcpu": least, "max_gib_per_vcpu": most}

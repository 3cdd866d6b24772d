"""Who makes a language model, among those who sell it."""

from __future__ import annotations



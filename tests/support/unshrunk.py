"""A pytest plugin for mutation tests: they only need to know that a property fails, not the smallest example."""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate], derandomize=True, database=None)
settings.load_profile("unshrunk")

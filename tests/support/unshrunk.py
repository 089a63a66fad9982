"""A pytest plugin for mutation tests: that a property fails is enough there, the smallest example is of no interest."""

from __future__ import annotations

from hypothesis import Phase, settings

settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate], derandomize=True, database=None)
settings.load_profile("unshrunk")

"""Property tests run the same examples every time; `FUZZ_EXAMPLES=` (at night) lets them choose new ones."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same examples", derandomize=not os.environ.get("FUZZ_EXAMPLES"), deadline=None)
settings.load_profile("same examples")

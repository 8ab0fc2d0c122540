"""A damaged photo gives an answer or a refusal, and never takes more memory than it was granted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from damaged_photos import SPEC, corpus
from imagemodel.errors import ImageError
from imagemodel.preprocess import preprocess

ROOT = Path(__file__).parents[4]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "50"))
PHOTOS = max(2000, 20 * EXAMPLES)
"""100,000 with the 5000 examples of `make test-fuzz`."""
SEED = int(os.environ.get("FUZZ_SEED", "1"))

edits = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 40)), min_size=1, max_size=6
)


def test_damaged_photos_are_answered_or_refused(tmp_path) -> None:
    """Damaged files of all formats crash no process with the memory of a pod's decodes, and give no 5xx."""
    path = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}", "MALLOC_ARENA_MAX": "1"}
    command = [sys.executable, "-X", "faulthandler", "-m", "damaged_photos", str(PHOTOS), str(SEED)]
    done = subprocess.run(command, env={**os.environ, **path}, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert sum(found.values()) == PHOTOS
    assert min(found.values()) > PHOTOS // 20


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(photo=st.sampled_from(range(len(corpus()))), changes=edits)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_changed_photo_is_decoded_or_refused(photo: int, changes: list[tuple[float, bytes, int]]) -> None:
    """Any bytes at any place of a photo give an array or an ImageError of one line with a hint."""
    data = bytearray(corpus()[photo])
    for place, new, removed in changes:
        start = int(place * len(data))
        data[start : start + removed] = new
    refusal = ""
    try:
        assert preprocess(bytes(data), SPEC).shape == SPEC.shape
    except ImageError as error:
        refusal = f"{error.message}{'' if error.hint else ' without a hint'}"
    assert "\n" not in refusal
    assert "without a hint" not in refusal

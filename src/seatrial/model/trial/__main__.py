"""`python -m seatrial.model.trial MODEL GOLDEN SHA256 ROUNDS`: the trial's outcome as JSON on stdout."""

import sys
from pathlib import Path

from seatrial.model.trial.attempt import attempt

model, golden, rounds = sys.argv[1:]
print(attempt(Path(model), Path(golden), int(rounds)).model_dump_json())

"""`python -m seatrial.model.inference MODEL GOLDEN ROUNDS`: print the InferenceResult as JSON on stdout."""

import sys
from pathlib import Path

from seatrial.model.inference.worker import predict_golden_set

model, golden, rounds = sys.argv[1:]
print(predict_golden_set(Path(model), Path(golden), int(rounds)).model_dump_json())

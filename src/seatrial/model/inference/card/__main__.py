"""`python -m seatrial.model.inference.card TASK`: print the Confinement, then the TrialResult, a line each.

The task and the lines are JSON.
"""

import sys

from seatrial.model.inference.card.task import TrialResult, TrialTask
from seatrial.model.inference.confinement import confine

task = TrialTask.model_validate_json(sys.argv[1])
confinement = confine([task.model, *([task.photo] if task.photo else [])], task.cpu_seconds)
print(confinement.model_dump_json(), flush=True)
if task.require_isolation and not confinement.complete:
    print(TrialResult(fault="the network was not run").model_dump_json())
else:
    # Imports numpy, which starts threads.
    from seatrial.model.inference.card.worker import carry_out

    print(carry_out(task).model_dump_json())

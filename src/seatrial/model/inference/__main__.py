"""`python -m seatrial.model.inference TASK`: print the Confinement, then the InferenceResult, a line each.

Between them are lines of Progress. The task and the lines are JSON.
"""

import sys

from seatrial.model.inference.confinement import confine
from seatrial.model.inference.task import InferenceResult, Task

task = Task.model_validate_json(sys.argv[1])
confinement = confine(task.readable, task.cpu_seconds)
print(confinement.model_dump_json(), flush=True)
if task.require_isolation and not confinement.complete:
    print(InferenceResult(fault="the model was not run").model_dump_json())
else:
    # Imports numpy, which starts threads.
    from seatrial.model.inference.worker import carry_out

    result = carry_out(task, lambda progress: print(progress.model_dump_json(), flush=True))
    print(result.model_dump_json())

"""`python -m seatrial.model.inference.publication TASK`: print the Confinement and the PublicationResult.

The task and both lines are JSON.
"""

import sys

from seatrial.model.inference.confinement import confine
from seatrial.model.inference.publication.task import PublicationResult, PublicationTask

if __name__ == "__main__":
    task = PublicationTask.model_validate_json(sys.argv[1])
    confinement = confine(task.readable, task.cpu_seconds)
    print(confinement.model_dump_json(), flush=True)
    if task.require_isolation and not confinement.complete:
        print(PublicationResult(fault="the model was not run").model_dump_json())
    else:
        # Imports numpy, which starts threads.
        from seatrial.model.inference.publication.worker import carry_out

        print(carry_out(task).model_dump_json())

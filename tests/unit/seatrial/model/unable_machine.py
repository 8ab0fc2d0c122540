"""A machine whose kernel refuses seccomp filters and Landlock: validate a model on it.

`python unable_machine.py MODEL GOLDEN REQUIRE_ISOLATION`: print the checks as JSON. The refusals are
real ones: this process has a filter of its own, which its children inherit.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from seatrial.model.inference import seccomp
from seatrial.model.inference.system_calls import PR_SET_NO_NEW_PRIVS, set_process_flag
from seatrial.model.validation.checks import examine
from seatrial.model.validation.live import NoLiveModel
from seatrial.settings import Validate

if __name__ == "__main__":
    model, golden, required = sys.argv[1:]
    set_process_flag(PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(["seccomp", "landlock_create_ruleset"])
    limits = Validate(require_isolation=required == "true")
    checks = examine(Path(model), Path(golden), NoLiveModel("there is no other"), limits).checks
    sys.stdout.write(json.dumps([check.model_dump() for check in checks]))

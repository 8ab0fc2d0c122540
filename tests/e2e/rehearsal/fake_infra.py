"""Stand-ins for OpenTofu, whose state names another local cloud, and for kubelogin."""

from __future__ import annotations

from pathlib import Path

from github_settings_cli import write_program
from infra_checkout import RECORDED

# It creates nothing. Before `apply` there are no outputs, as with the real program.
TOFU = """#!/bin/sh
echo "$*" >> {folder}/tofu.log
case "$2" in
  init) ;;
  plan) touch infra/seatrial.tfplan ;;
  apply) touch {folder}/applied ;;
  output) [ -f {folder}/applied ] && cat {folder}/outputs.json || echo '{{}}' ;;
  *) echo "tofu: $2 is not known here" >&2; exit 2 ;;
esac
"""
KUBELOGIN = '#!/bin/sh\necho "kubelogin $*" >> {folder}/az.log\n'


def write_infra(folder: Path, names: dict[str, str]) -> Path:
    """Write `tofu`, `kubelogin` and `gh` to `folder/bin`; return the file with what GitHub has.

    `names` replaces the recorded names of Azure by those of the cloud that is there.
    """
    text = RECORDED.read_text()
    for recorded, own in names.items():
        text = text.replace(recorded, own)
    (folder / "outputs.json").write_text(text)
    for name, script in (("tofu", TOFU), ("kubelogin", KUBELOGIN)):
        program = folder / "bin" / name
        program.write_text(script.format(folder=folder))
        program.chmod(0o755)
    return write_program(folder / "bin")

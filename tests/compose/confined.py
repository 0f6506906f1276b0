"""Commands as the composition confines its services: nobody, without a right to gain, on a read-only file system."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

NOBODY = 10_001
# It may read everything, as tests lie in folders of root's. It may write the folders of $WRITABLE, each a mount of its
# own; all others become read-only.
SCRIPT = """
set -euo pipefail
IFS=: read -ra writable <<< "$WRITABLE"
for folder in "${writable[@]}"; do mount --bind "$folder" "$folder"; done
findmnt --noheadings --raw --output TARGET --types ext4,xfs,btrfs,overlay,tmpfs | while read -r target; do
  [[ ":$WRITABLE:" == *":$target:"* || "$target" == /dev/* ]] || mount --options remount,bind,ro "$target"
done
rights=-all,+dac_read_search
exec setpriv --reuid="$NOBODY" --clear-groups --no-new-privs --bounding-set="$rights" --inh-caps="$rights" \\
  --ambient-caps="$rights" "$@"
"""


@cache
def is_possible() -> bool:
    """True if this process may mount, and become another user."""
    try:
        return os.geteuid() == 0 and not subprocess.run(["unshare", "--mount", "true"], check=False).returncode
    except FileNotFoundError:
        return False


def words(writable: Iterable[Path], command: Sequence[str]) -> list[str]:
    """The command, confined; it can write these folders, and owns them."""
    for folder in writable:
        folder.mkdir(exist_ok=True)
        os.chown(folder, NOBODY, NOBODY)
    variables = (f"WRITABLE={':'.join(map(str, writable))}", f"NOBODY={NOBODY}")
    return ["env", *variables, "unshare", "--mount", "bash", "-c", SCRIPT, "-", *command]

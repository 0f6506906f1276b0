"""Passes in processes of their own, for killing."""

import json
import signal
import sys
import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tests import forked
from tests.scene import Scene
from tokenshare.errors import TokenshareError

KILLED = -signal.SIGKILL


def run_pass(scene: Scene, as_of: str, world: Path, kill_at: str = "") -> int:
    """Run `refresh` in a process of its own; return its exit code, or minus the signal ending it."""
    variables = {**scene.variables, "TOKENSHARE_KILL_AT": kill_at}
    return forked.run(refresh, variables, as_of, world, log_of(scene))


def log_of(scene: Scene) -> Path:
    """The log of the scene's newest pass."""
    return scene.root.with_name(f"{scene.root.name}.log")


def refresh(variables: Mapping[str, str], as_of: str, world: Path, log: Path) -> None:
    """The command without its command line; runs in the forked process."""
    from flows import settings
    from flows.cli.output import silence_libraries
    from flows.orchestration import runner

    silence_libraries()
    with log.open("w") as said:
        sys.stdout = sys.stderr = said
        try:
            report = runner.run_once(settings.load(variables), datetime.fromisoformat(as_of), world, (), lambda _: None)
        except BaseException as error:
            traceback.print_exc(file=said)
            if isinstance(error, TokenshareError):
                sys.exit(int(error.exit_code))
            raise
        said.write(json.dumps(report.document(), default=str))
    sys.exit(int(report.exit_code))

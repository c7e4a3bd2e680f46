"""nbgrader's own commands, run in this process to save their imports."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from jupyter_core.application import NoStart
from nbgrader.apps.nbgraderapp import NbGraderApp


def nbgrader(course: Path, *arguments: str) -> None:
    """Run a command in the folder ``course``; a failure of the command is a failure here."""
    handlers = list(logging.getLogger("traitlets").handlers)
    app = NbGraderApp.instance()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course)
        patch.setenv("JUPYTER_CONFIG_DIR", str(course / ".jupyter"))  # nobody's own settings
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        try:
            app.initialize(list(arguments))
            with suppress(NoStart):  # how an application says that its command has run
                app.start()
        finally:
            # each is a singleton, and so would be that command's application for the next folder
            for application in filter(None, (app.subapp, app)):
                type(application).clear_instance()
            logging.getLogger("traitlets").handlers = handlers

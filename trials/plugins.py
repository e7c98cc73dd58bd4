"""Finds a module by its file name in one of our folders, or by a dotted name outside this project.

Adding a driver or an acquisition is adding a file: the file name is the name in the settings.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from pressloop.trials.errors import BadInput


def file_names(package: ModuleType) -> tuple[str, ...]:
    """Names of the files of a folder that is a package; `_name.py` holds what they share."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(package.__path__)
                        if not found.name.startswith("_")))


def named_module(key: str, name: str, package: ModuleType, what: str, function: str
                 ) -> ModuleType:
    """The module of that name, which must have `function`, given with its arguments.

    Raises BadInput, under the settings key, where there is no such module (`what` names what was
    looked for) or it lacks the function.
    """
    outside = "." in name and not name.startswith(".")
    path = name if outside else f"{package.__name__}.{name}"
    known = ", ".join(file_names(package))
    remedy = f"Use one of {known}, or the dotted name of a module that can be imported."
    try:
        module = importlib.import_module(path)
    except ModuleNotFoundError as error:
        # A module that exists but lacks a library of its own is another trouble.
        if error.name is None or not path.startswith(error.name):
            raise
        raise BadInput(key, name, f"{what} that exists", remedy) from None
    if not hasattr(module, function.partition("(")[0]):
        raise BadInput(key, name, f"a module with a function {function}", remedy)
    return module

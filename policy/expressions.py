"""CEL's compiled engine without the command line that its package imports along with it."""

from __future__ import annotations

import importlib
import sys
import threading
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType

_PACKAGE, _NATIVE = "cel", "cel.cel"
_LOCK = threading.Lock()


@cache
def cel() -> ModuleType:
    """The module with `compile`, `Context` and `Program`; the whole package where its layout is another one."""
    with _LOCK:
        return _loaded()


def _loaded() -> ModuleType:
    if _NATIVE in sys.modules:
        return sys.modules[_NATIVE]
    if _PACKAGE in sys.modules:
        return importlib.import_module(_PACKAGE)
    package = find_spec(_PACKAGE)
    folders = package.submodule_search_locations if package else None
    native = PathFinder.find_spec(_NATIVE, folders) if folders else None
    if native is None or native.loader is None:
        return importlib.import_module(_PACKAGE)
    module = module_from_spec(native)
    native.loader.exec_module(module)
    sys.modules[_NATIVE] = module  # a later `import cel` finds it, because the engine can be loaded only once
    return module

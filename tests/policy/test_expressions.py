"""CEL's engine comes without its command line, and does not stand in the way of the whole package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from policy.expressions import cel

ROOT = Path(__file__).parents[2]


def _said(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_engine_loads_no_terminal_toolkit() -> None:
    program = (
        "import sys; from policy.expressions import cel; assert cel().compile('1 < 2').execute({})\n"
        "print({'prompt_toolkit', 'rich', 'pygments', 'cel.cli'} & set(sys.modules))"
    )
    assert _said(program) == "set()"


def test_the_whole_package_may_be_imported_before_and_after() -> None:
    after = "from policy.expressions import cel; own = cel(); import cel as whole; print(own.compile is whole.compile)"
    before = "import cel as whole; from policy.expressions import cel; print(cel().compile is whole.compile)"
    assert (_said(after), _said(before)) == ("True", "True")


def test_it_is_loaded_once() -> None:
    assert cel() is cel()

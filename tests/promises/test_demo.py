"""The demonstration: python -m skbackprop."""

import inspect
import re
from functools import partial

import pytest
from effort import FULL

from skbackprop import BackpropClassifier
from skbackprop import __main__ as demo


def test_the_code_that_is_shown_is_what_runs():
    source = [line.strip() for line in inspect.getsource(demo.main).splitlines()]
    shown = [line.strip() for line in demo.CODE.splitlines()]
    assert len(shown) == 3
    first = source.index(shown[0])
    assert source[first : first + 3] == shown


def test_help_explains_the_demonstration(capsys):
    with pytest.raises(SystemExit) as ended:
        demo.main(["--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert demo.CODE in printed
    assert demo.NEXT in printed


def test_digits_are_read(capsys, monkeypatch):
    if not FULL:  # the quick start fits the defaults to the same digits
        monkeypatch.setattr(demo, "BackpropClassifier", partial(BackpropClassifier, recipe="fast"))
    demo.main([])
    printed = capsys.readouterr().out
    assert demo.CODE in printed
    assert printed.rstrip().endswith(demo.NEXT.rstrip())
    accuracy = float(re.search(r"never seen: ([0-9.]+)%", printed)[1])
    assert accuracy > 95

"""The wheel holds the package alone, the source distribution the whole checkout, and both all licenses."""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import skbackprop

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
# What builds of the package and of the site leave behind.
LEFT_BEHIND = (
    *("build", "dist", "*.egg-info", "PKG-INFO", "__pycache__", "*.pyc"),
    *("_build", "gallery", "reference", "sg_execution_times.rst"),
)
BUILD = "import sys; from setuptools import build_meta; build_meta.build_{kind}(sys.argv[1])"


def files(folder):
    """Return the paths of all files in a folder, as text."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Return a copy of the checkout without hidden files and what builds leave behind."""
    copy = tmp_path_factory.mktemp("checkout") / "skbackprop"
    return shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", *LEFT_BEHIND))


@pytest.fixture(scope="module")
def build(checkout, tmp_path_factory):
    """Return a function that builds the wheel or the sdist of the copy, and returns its path."""
    try:
        version = metadata.version("setuptools")
    except metadata.PackageNotFoundError:
        version = "0"
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    oldest = re.fullmatch(r"setuptools>=(\d+)", required[0]).group(1)
    if int(version.partition(".")[0]) < int(oldest):
        pytest.skip(f"setuptools {oldest} or newer builds the distributions")

    def run(kind):
        folder = tmp_path_factory.mktemp(kind)
        copy = shutil.copytree(checkout, folder / "copy")
        command = [sys.executable, "-W", "ignore", "-c", BUILD.format(kind=kind), str(folder)]
        subprocess.run(command, cwd=copy, check=True, capture_output=True)
        return next(path for path in folder.iterdir() if path.is_file())

    return run


@pytest.fixture(scope="module")
def wheel(build):
    """Return {path: content} of the wheel."""
    with zipfile.ZipFile(build("wheel")) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def sdist(build):
    """Return the paths of the files in the source distribution, below its only folder."""
    with tarfile.open(build("sdist")) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


def test_the_wheel_holds_the_package_alone(wheel, checkout):
    info = f"skbackprop-{skbackprop.__version__}.dist-info/"
    package = {path for path in files(checkout) if path.startswith("skbackprop/")}
    assert {"skbackprop/py.typed", "skbackprop/network/textbook.pyi"} < package
    assert {path for path in wheel if not path.startswith(info)} == package


def test_the_source_distribution_holds_the_checkout(sdist, checkout):
    made_by_setuptools = {"PKG-INFO"} | {path for path in sdist if path.startswith("skbackprop.egg-info/")}
    assert sdist - made_by_setuptools == files(checkout)


def test_the_metadata_name_every_license_file(wheel, sdist):
    info = f"skbackprop-{skbackprop.__version__}.dist-info/"
    lines = wheel[info + "METADATA"].decode().splitlines()
    named = {line.removeprefix("License-File: ") for line in lines if line.startswith("License-File: ")}
    licenses = {path for path in sdist if re.search("licen[cs]e", Path(path).name, re.IGNORECASE)}
    assert named == licenses
    assert all(wheel[f"{info}licenses/{path}"] for path in named)
    assert f"License-Expression: {PROJECT['license']}" in lines


def test_one_version_everywhere():
    version = skbackprop.__version__
    assert re.search("^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE).group(1) == version
    assert f"\n## {version} (" in (ROOT / "CHANGELOG.md").read_text()
    assert (ROOT / "tests" / "saved" / version).is_dir()


def test_the_classifiers_are_true():
    classifiers = PROJECT["classifiers"]
    assert ("Typing :: Typed" in classifiers) == (ROOT / "skbackprop" / "py.typed").exists()
    assert ("Development Status :: 4 - Beta" in classifiers) == ("rc" in skbackprop.__version__)
    assert not [each for each in classifiers if each.startswith("License ::")]  # `license` says it


def test_the_page_on_installation_has_the_oldest_versions():
    page = (ROOT / "docs" / "installation.rst").read_text()
    shown = {name.lower(): version for name, version in re.findall(r"\* - ([\w-]+)\n +- ([\d.]+)\n", page)}
    required = dict(requirement.split(">=") for requirement in PROJECT["dependencies"])
    assert shown == {"python": PROJECT["requires-python"].removeprefix(">="), **required}

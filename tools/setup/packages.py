"""Pinned packages: reads lock files, fetches an archive through its registry's own client, checks its SHA-256."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


class SetupError(Exception):
    """Something the user can mend; the text says how."""


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    file: str
    sha256: str
    group: str

    def __str__(self):
        return f"{self.name} {self.version}"


def data_lines(path):
    """The lines of a text file that are neither empty nor comments, with their numbers."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.split()


def read_lock(path):
    packages = []
    for number, fields in data_lines(path):
        if len(fields) != 5 or len(fields[3]) != 64:
            raise SetupError(f"{path}:{number}: expected 'name version file sha256 group', found {len(fields)} fields")
        packages.append(Package(*fields))
    return packages


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def pip_command(package, folder, requirements):
    """`pip download` of exactly this file, whatever Python runs it: the tags come from the file's name."""
    python, abi, platforms = package.file[: -len(".whl")].split("-")[-3:]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    command += ["--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", str(folder), "-r", str(requirements)]
    if platforms != "any":
        version = python[2:] if python.startswith("cp") else "311"
        command += ["--implementation", "cp", "--python-version", f"{version[0]}.{version[1:]}"]
        for platform in platforms.split("."):
            command += ["--platform", platform]
    return command


def fetch_with_pip(package, folder):
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        raise SetupError(f"{sys.executable} has no pip; install it with: apt-get install python3-pip")
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
    beside = dict(os.environ, TMPDIR=str(folder))  # /tmp may be too small for torch
    return subprocess.run(pip_command(package, folder, requirements), stdin=subprocess.DEVNULL, env=beside).returncode


def fetch_with_npm(package, folder):
    if not shutil.which("npm"):
        raise SetupError("there is no npm, which fetches the packages that npm carries; install it with: apt-get install npm")
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode


def fetch(package, downloads):
    """The path of the package's archive in `downloads`, fetched unless a complete, unaltered copy is there already."""
    target = downloads / package.file
    if target.exists() and sha256_of(target) == package.sha256:
        return target
    downloads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=downloads) as name:
        folder = Path(name)
        client = fetch_with_pip if package.file.endswith(".whl") else fetch_with_npm
        if client(package, folder) != 0:
            raise SetupError(f"{package} could not be downloaded (no network, a full disk, or the registry "
                             f"refused): the client's own words are above. Run the same command again to go on.")
        arrived = folder / package.file
        if not arrived.exists():
            found = sorted(path.name for path in folder.iterdir())
            raise SetupError(f"expected {package.file} for {package}, the registry sent {found}")
        if sha256_of(arrived) != package.sha256:
            raise SetupError(f"{package.file} does not have the pinned SHA-256; it was not used")
        arrived.replace(target)
    return target

"""Unpacks archives so that a kill at any moment can be mended by running again.

Files are written to a temporary folder and renamed into place one by one; a stamp naming every file and its size is removed
before the first rename and written after the last. Without a matching stamp the package counts as absent.
"""

import filecmp
import json
import os
import shutil
import tarfile
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path


class Target:
    """A folder that holds the wanted files of several packages side by side, and the stamps of what is complete."""

    def __init__(self, root, stamps, temporary):
        self.root, self.stamps, self.temporary = Path(root), Path(stamps), Path(temporary)

    def _stamp(self, package):
        return self.stamps / (package.name.replace("/", "+") + ".json")

    def _read_stamp(self, package):
        try:
            return json.loads(self._stamp(package).read_text())
        except (OSError, ValueError):
            return None

    def is_complete(self, package, patterns):
        stamp = self._read_stamp(package)
        if not stamp or stamp["sha256"] != package.sha256 or stamp["patterns"] != patterns:
            return False
        return all(size_of(self.root / name) == size for name, size in stamp["files"].items())

    def install(self, package, archive, patterns):
        """Puts the archive's matching files in place and removes those an older version left."""
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(parents=True)
        extract(archive, patterns, self.temporary, package.group)
        fresh = {name: size_of(self.temporary / name) for name in files_below(self.temporary)}
        older = (self._read_stamp(package) or {"files": {}})["files"]
        self._stamp(package).unlink(missing_ok=True)
        for name in fresh:
            move_into_place(self.temporary / name, self.root / name)
        for name in set(older) - set(fresh):
            (self.root / name).unlink(missing_ok=True)
        self._write_stamp(package, patterns, fresh)
        shutil.rmtree(self.temporary)
        return len(fresh)

    def _write_stamp(self, package, patterns, files):
        self.stamps.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"sha256": package.sha256, "patterns": patterns, "files": files})
        partial = self.stamps / ".partial"
        partial.write_text(text)
        partial.replace(self._stamp(package))


def size_of(path):
    try:
        return os.stat(path).st_size
    except OSError:
        return -1


def files_below(folder):
    for parent, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(parent, name), folder)


def move_into_place(source, destination):
    """Renames, but leaves an identical file alone: its age tells the build that nothing changed."""
    if size_of(destination) == size_of(source) and filecmp.cmp(source, destination, shallow=False):
        return
    destination.parent.mkdir(parents=True, exist_ok=True)
    source.replace(destination)


def extract(archive, patterns, folder, group):
    """A wheel keeps its folders; of an npm tarball only the files' names count, and its group is their folder."""
    wanted = lambda name: any(fnmatchcase(name, pattern) for pattern in patterns)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            file.extractall(folder, [name for name in file.namelist() if wanted(name) and not name.endswith("/")])
        return
    with tarfile.open(archive) as file:
        for member in file.getmembers():
            if member.isfile() and wanted(member.name):
                write_member(file, member, folder / group)


def write_member(file, member, folder):
    folder.mkdir(parents=True, exist_ok=True)
    with file.extractfile(member) as source, open(folder / Path(member.name).name, "wb") as target:
        shutil.copyfileobj(source, target)

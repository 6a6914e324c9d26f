"""Files that headline.py reads and writes, and what it says where one is not as it should be."""

import json
import tomllib


class Missing(Exception):
    """What ends the work, in one line."""


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Missing(f"{path} is not there") from error
    except ValueError as error:
        raise Missing(f"{path} is no JSON ({error})") from error


def write_json(path, content):
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def read_toml(path):
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Missing(f"the plan cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise Missing(f"{path} is no TOML: {error}") from error

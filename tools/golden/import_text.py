"""Python literals and HTML references as Python itself reads them: tests/golden/import_text.json.

    python3 tools/golden/import_text.py [FILE]          # the standard library alone

`literals`: a line as Amazon's catalogues of 2014 have it and, as JSON, what `ast.literal_eval` makes of it. `refused`: lines that
it refuses too. `html`: a text and what `html.unescape` makes of it, for references that end in a semicolon (ours reads no others).
"""

import ast
import html
import json
import platform
import sys
from pathlib import Path

LITERALS = [
    r"{'asin': '0001048791', 'salesRank': {'Books': 6334800}, 'categories': [['Books']], 'title': 'The Crucible'}",
    r"""{'asin': 'B0', 'title': "Men's 3/4\" wrench", 'price': 12.99, 'brand': ''}""",
    r"{'a': 'tab\tnew\nline', 'b': 'quote\'s', 'c': '\\ back', 'd': 'bell\a'}",
    r"{u'unicode': u'caf\xe9 \u2019 \U0001f600', 'x': None, 'y': True, 'z': False}",
    r"{'octal': '\101\60', 'unknown': '\q', 'joined': 'one' 'two' " + '"three"}',
    r"{'numbers': [1, -2, +3, 2.5, 1e3, -1.5e-3, 18446744073709551615], 'tuple': (1, 2), 'one': (1,), 'none': ()}",
    "{'trailing': [1, 2,], 'nested': {'a': {'b': [[['c']]]}},}",
    "  { 'spaces' :  'around' ,\t'tab' : 'x' }  ",
    "{'direct': 'na\u00efve \u6f22\u5b57'}",
    "{1: 'number as key', 'empty': {}, 'list': []}",
]
REFUSED = ["{'a': }", "{'a' 1}", "{'a': 1", "{'a': 'open}", "{'a': 1} tail", "{'a': nan}", "{'a': 1 2}", "{'a': [1, 2}", "{,}",
           r"{'a': '\x4'}", r"{'a': u'\u12'}", "{'a': open('f')}", "{'a': --}", "{'a': 1.2.3}", "{", "", "'"]
HTML = ["Tom &amp; Jerry", "&quot;Hi&quot; &lt;b&gt;", "caf&eacute; &copy; &reg; &trade; &hellip;", "&#39;a&#39; &#x27;b&#X27; &#8217;",
        "&#128; &#150; &#153;", "&#0; &#xD800; &#x110000; &#99999999999;", "AT&T; R&D; & ; &;", "&amp;amp; &amp;lt;", "&nosuch; &Eacute;",
        "no reference", "&thetasym; &apos;", "&#xZ; &#; &#x;", "&&amp;&"]


def as_json(value):
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): as_json(entry) for key, entry in value.items()}
    return [as_json(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def refuses(line):
    try:
        ast.literal_eval(line)
    except (ValueError, SyntaxError):
        return True
    return False


def main():
    target = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/import_text.json")
    assert all(refuses(line) for line in REFUSED)
    values = {
        "python": platform.python_version(),
        "literals": [[line, as_json(ast.literal_eval(line.strip()))] for line in LITERALS],
        "refused": REFUSED,
        "html": [[text, html.unescape(text)] for text in HTML],
    }
    target.write_text(json.dumps(values, indent=1) + "\n")
    print(f"{target}: {len(LITERALS)} literals, {len(REFUSED)} refused, {len(HTML)} texts, Python {values['python']}")


if __name__ == "__main__":
    main()

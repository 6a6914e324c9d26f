"""Draws growth.json as one SVG: a panel for each thing that grows, both axes logarithmic."""

import math
from html import escape

import svg

WIDTH, HEIGHT, MARGIN, COLUMNS = 300, 220, 46, 3
TITLES = {"candidates": "K, candidates", "rationales": "G, rationales", "rationale_tokens": "T, rationale tokens",
          "history_tokens": "H, history tokens", "vocabulary": "V, a training pass, 29M",
          "model": "weights, a step", "model_prefill": "weights, the prompt"}
LETTERS = {"--candidates": "K", "--rationales": "G", "--rationale-tokens": "T", "--history-tokens": "H"}


def short(value):
    for size, letter in ((1e9, "B"), (1e6, "M")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def base_of(points):
    """What does not grow in a series, as far as its flags say: " (K 10, G 2)"."""
    flags = [dict(zip(point.get("flags", [])[::2], point.get("flags", [])[1::2])) for point in points.values()]
    same = [f"{LETTERS[name]} {size}" for name, size in flags[0].items()
            if name in LETTERS and (len(flags) == 1 or flags[1].get(name) == size)]
    return f" ({', '.join(same)})" if same else ""


def panel(title, points, slopes, left, top):
    """slopes: (fitted to all points, between the last two)."""
    right, bottom = left + WIDTH - 16, top + HEIGHT - MARGIN
    x = svg.scale([size for size, _ in points], left + MARGIN, right - 12)
    y = svg.scale([seconds for _, seconds in points], bottom - 26, top + 52)
    places = [(x(size), y(seconds), size, seconds) for size, seconds in points]
    lines = [f'<text class="title" x="{left + MARGIN - 8}" y="{top + 18}">{escape(title)}</text>',
             f'<text x="{left + MARGIN - 8}" y="{top + 32}">exponent {slopes[0]:.2f}, last two points {slopes[1]:.2f}</text>',
             f'<path class="axis" d="M{left + MARGIN - 8} {top + 40}V{bottom}H{right}"/>', svg.line([place[:2] for place in places])]
    for index, (px, py, size, seconds) in enumerate(places):
        lines.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3"/>')
        lines.append(f'<text class="size" x="{px:.1f}" y="{bottom + 16}">{short(size)}</text>')
        side = f'x="{px - 3:.1f}" y="{py + 16:.1f}"' if index == 0 else f'class="value" x="{px - 7:.1f}" y="{py - 6:.1f}"'
        lines.append(f"<text {side}>{short(seconds)} s</text>")
    return lines


def draw(document, points_of):
    drawn = [series for series in TITLES if series in document.get("exponents", {})]
    rows = math.ceil(len(drawn) / COLUMNS)
    lines = []
    for index, series in enumerate(drawn):
        lines += panel(TITLES[series] + base_of(document["series"][series]), points_of(document, series),
                       (document["exponents"][series], document["last_exponents"][series]), index % COLUMNS * WIDTH, index // COLUMNS * HEIGHT)
    return svg.frame(COLUMNS * WIDTH, rows * HEIGHT, lines)

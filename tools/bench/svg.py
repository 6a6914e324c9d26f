"""What the plots of measurements share: places on an axis, and the frame of an SVG file."""

import math

STYLE = ("text{font-size:11px;fill:#333}.title{font-size:12px;font-weight:bold}.size{text-anchor:middle}.value{text-anchor:end}"
         ".axis{stroke:#999;fill:none}.line{stroke:#2b6cb0;stroke-width:1.5;fill:none}.interval{stroke:#90b4d8}circle{fill:#2b6cb0}")


def scale(values, low, high, by=math.log):
    """A function from a value to its place between low and high; by logarithm unless told otherwise."""
    first, last = by(min(values)), by(max(values))
    span = (last - first) or 1
    return lambda value: low + (by(value) - first) / span * (high - low)


def line(places):
    return '<path class="line" d="M' + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + '"/>'


def frame(width, height, lines):
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
                      f"<style>{STYLE}</style>", '<rect width="100%" height="100%" fill="white"/>', *lines, "</svg>", ""])

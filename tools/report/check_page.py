"""Opens a page of `r2rank report` from disk in a headless Chromium and checks it as a reader would meet it:

    check_page.py report.html [--screenshots FOLDER] [--axe axe.min.js]

* no error on the console, nothing asked of the network, no script that data brought in;
* axe-core finds nothing serious: light, dark, narrow, every <details> open;
* the keyboard alone reaches and works search, list and tables; focus is visible;
* nothing makes the page scroll sideways at 320 pixels;
* the filter answers at once, and it prints.
The exit status is 1 where a check fails, 77 where there is no Chromium.
"""

import argparse
import json
import sys
from pathlib import Path

from browser import Browser, find_browser

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / ".deps" / "page" / "axe" / "axe.min.js"
DESKTOP, NARROW, NARROWEST = (1280, 900), (390, 844), (320, 700)
SERIOUS = {"serious", "critical"}
SLOWEST_FILTER = 250  # milliseconds, median: with two other jobs beside it 1,000 slates take 50 to 70

OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
CLOSE_ALL = "document.querySelectorAll('details').forEach(each => { each.open = false; })"
FOUND = "Number(document.querySelector('#slates [role=status]').textContent.replace(/ of .*/, '').replace(/,/g, ''))"
RUN_AXE = """axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(found =>
  found.violations.map(each => ({id: each.id, impact: each.impact, help: each.help, nodes: each.nodes.length,
    first: each.nodes[0].target.join(" "), why: each.nodes[0].failureSummary})))"""
TIME_FILTER = """(async () => {
  const search = document.querySelector('#slates input[type=search]');
  const times = [];
  for (const text of ["", "a", "ti", "title 1", "zzzz", "the 2", "", "e", "u1", "title"]) {
    const start = performance.now();
    search.value = text;
    search.dispatchEvent(new Event("input"));
    document.querySelector(".slates").getBoundingClientRect();
    times.push(performance.now() - start);
  }
  search.value = "";
  search.dispatchEvent(new Event("input"));
  return times;
})()"""


class Checks:
    """Runs every check; what fails is collected, so that one run tells all."""

    def __init__(self, page, axe, screenshots):
        self.page, self.axe, self.screenshots = page, axe, screenshots
        self.failures, self.figures = [], {}

    def expect(self, holds, text):
        if not holds:
            self.failures.append(text)

    def shot(self, name, whole=True):
        if self.screenshots:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(self.screenshots / f"{name}.png", whole)

    def has_slates(self):
        return self.page.evaluate("document.querySelector('#slates .slates') !== null")

    # ---- what the page brings along ----

    def quiet(self):
        self.expect(not self.page.troubles(), f"errors: {self.page.troubles()[:3]}")
        self.expect(not self.page.requests(), f"asked the network for {self.page.requests()[:3]}")
        self.expect(self.page.evaluate("window.hacked === undefined"), "a script from the data ran")
        self.expect(self.page.evaluate("document.querySelectorAll('script').length === 3"), "there are more scripts than the page's own")
        self.expect(self.page.evaluate("document.querySelectorAll('img, iframe, object').length === 0"), "data became elements")

    def structure(self):
        self.expect(self.page.evaluate("document.querySelectorAll('h1').length === 1"), "expected one h1")
        self.expect(self.page.evaluate("document.querySelectorAll('main').length === 1"), "expected one main")
        unlabelled = self.page.evaluate("[...document.querySelectorAll('figure svg')].filter(svg => !svg.getAttribute('aria-label')).length")
        self.expect(unlabelled == 0, f"{unlabelled} plots without a text for those who do not see them")
        self.figures["plots"] = self.page.evaluate("document.querySelectorAll('figure svg').length")
        self.expect(self.page.evaluate("[...document.querySelectorAll('figure')].every(each => each.querySelector('details'))"),
                    "a plot without its table")

    # ---- accessibility ----

    def accessible(self, name):
        if not self.axe:
            return
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(self.axe + "; true")
        found = self.page.evaluate(RUN_AXE, 300)
        self.figures.setdefault("axe", {})[name] = {f"{each['impact']}: {each['id']}": each["nodes"] for each in found}
        for each in found:
            self.expect(each["impact"] not in SERIOUS, f"axe ({name}): {each['impact']}: {each['help']}, {each['nodes']} places, first "
                        f"{each['first']}: {each['why']}")

    # ---- widths ----

    def fits(self, name):
        over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        widest = self.page.evaluate("""[...document.querySelectorAll('main *')].filter(each => !each.closest('.scroll, pre, .choices, svg, nav') &&
          each.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(each => each.tagName + '.' + each.className).slice(0, 3)""")
        self.expect(over <= 0, f"{name}: the page scrolls sideways by {over} pixels ({widest})")

    # ---- keyboard ----

    def focused(self, expression):
        return self.page.evaluate(f"document.activeElement !== null && (each => {expression})(document.activeElement)")

    def keyboard(self):
        self.page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        self.page.press("Tab")
        self.expect(self.focused("each.classList.contains('skip')"), "the first stop of the tabulator is not the skip link")
        self.expect(self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "focus is not visible")
        self.page.press("Enter")
        self.expect(self.focused("each.id === 'content'"), "the skip link does not lead to the content")
        self.sorts_by_keyboard()
        if self.has_slates():
            self.browses_by_keyboard()

    def sorts_by_keyboard(self):
        first = "document.querySelector('#results tbody th')?.textContent"
        if self.page.evaluate("document.querySelectorAll('#results table tbody tr').length > 1"):
            before = self.page.evaluate(first)
            self.page.evaluate("document.querySelector('#results th[aria-sort] button').focus()")
            self.page.press("Enter")
            if self.page.evaluate(first) == before:
                self.page.press("Enter")
            self.expect(self.page.evaluate(first) != before, "Enter on a head of the table does not sort it")

    def browses_by_keyboard(self):
        chosen = "document.querySelector('.slates [aria-selected=true]')?.id"
        self.page.evaluate("document.activeElement.blur()")
        self.page.press("/")
        self.expect(self.focused("each.type === 'search'"), "'/' does not lead to the search")
        self.page.press("ArrowDown")
        self.expect(self.focused("each.getAttribute('role') === 'listbox'"), "the arrow does not lead from the search to the list")
        before = self.page.evaluate(chosen)
        self.page.press("ArrowDown")
        after = self.page.evaluate(chosen)
        self.expect(after != before and after == self.page.evaluate("document.querySelector('.slates').getAttribute('aria-activedescendant')"),
                    f"the arrow does not move in the list ({before}, {after})")
        self.page.press("k")
        self.expect(self.page.evaluate(chosen) == before, "'k' does not move back")
        self.page.press("End")
        last = "(each => each && each.getAttribute('aria-posinset') === each.getAttribute('aria-setsize'))(document.querySelector('.slates [aria-selected=true]'))"
        self.expect(self.page.evaluate(last), "End does not lead to the last slate")
        self.expect(self.page.evaluate("document.querySelector('#slate-title') !== null"), "no slate is shown")
        self.page.press("Home")

    def search(self):
        self.page.evaluate("document.querySelector('#slates input[type=search]').focus()")
        count = FOUND
        everything = self.page.evaluate(count)
        user = self.page.evaluate("document.querySelector('.slates li:last-child .name').textContent")
        self.page.type(user)
        found = self.page.evaluate(count)
        self.expect(0 < found <= everything, f"searching for the user '{user}' finds {found} of {everything} slates")
        self.expect(self.page.evaluate(f"[...document.querySelectorAll('.slates li .name')].some(each => each.textContent === {json.dumps(user)})"),
                    f"searching for the user '{user}' does not find them")
        self.page.press("Escape")
        self.expect(self.page.evaluate(count) == everything, "Escape does not empty the search")

    def wins_and_losses(self):
        """The filter's counts are those of its status line."""
        choose = """value => { const select = [...document.querySelectorAll('#slates select')].find(each => [...each.options].some(o => o.value === 'win'));
          select.value = value; select.dispatchEvent(new Event('change')); return FOUND; }""".replace("FOUND", FOUND)
        counts = {value: self.page.evaluate(f"({choose})('{value}')") for value in ("win", "loss", "same", "all")}
        self.figures["outcomes"] = counts
        self.expect(counts["win"] + counts["loss"] + counts["same"] == counts["all"], f"wins, losses and equals do not add up: {counts}")

    def quick(self):
        times = sorted(self.page.evaluate(TIME_FILTER))
        self.figures["filter_ms"] = {"median": round(times[len(times) // 2], 1), "slowest": round(times[-1], 1)}
        self.expect(times[len(times) // 2] < SLOWEST_FILTER, f"filtering takes {times[len(times) // 2]:.0f} ms in the median")

    def prints(self):
        self.page.media(media="print")
        self.shot("print")
        size = len(self.page.pdf())
        self.figures["pdf_kb"] = size // 1000
        self.expect(size > 5000, "printing gives next to nothing")
        self.page.media()

    def all(self):
        self.structure()
        self.shot("desktop")
        self.accessible("light")
        self.page.evaluate(OPEN_ALL)
        self.page.settle()
        self.shot("desktop-open")
        self.accessible("light, all open")
        self.page.media(prefers_color_scheme="dark")
        self.page.settle()
        self.accessible("dark, all open")
        self.page.evaluate(CLOSE_ALL)
        self.page.settle()
        self.shot("dark")
        self.page.media()
        self.keyboard()
        if self.has_slates():
            self.page.evaluate("document.querySelector('#slates').scrollIntoView({behavior: 'instant'})")
            self.page.settle()
            self.shot("slates", whole=False)
            self.search()
            self.wins_and_losses()
            self.quick()
        self.prints()
        for name, size in (("narrow", NARROW), ("narrowest", NARROWEST)):
            self.page.resize(*size)
            self.page.settle()
            self.fits(name)
            self.shot(name)
        self.accessible("narrow")
        self.page.resize(*DESKTOP)
        self.quiet()


def check(path, axe=AXE, screenshots=None):
    """(failures, figures) of the page at `path`."""
    with Browser() as browser:
        page = browser.open(Path(path).resolve().as_uri(), *DESKTOP)
        checks = Checks(page, Path(axe).read_text(encoding="utf-8") if axe and Path(axe).exists() else None, screenshots)
        checks.figures["megabytes"] = round(Path(path).stat().st_size / 1e6, 2)
        checks.figures["load_ms"] = round(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
        checks.figures["slates"] = page.evaluate(f"document.querySelector('.slates') ? {FOUND} : 0")
        checks.all()
        if checks.axe is None:
            checks.failures.append(f"there is no axe in {axe}: python3 tools/setup/fetch.py page axe")
        return checks.failures, checks.figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--axe", type=Path, default=AXE)
    parser.add_argument("--screenshots", type=Path)
    arguments = parser.parse_args()
    if not find_browser():
        print("SKIPPED: there is no Chromium (apt-get install chromium, or R2RANK_CHROMIUM)", file=sys.stderr)
        return 77
    failures, figures = check(arguments.page, arguments.axe, arguments.screenshots)
    print(json.dumps(figures, indent=1))
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

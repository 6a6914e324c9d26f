"""The page of `report` in a real browser, 1,000 slates of it; skipped without one: `page_test.py PATH/r2rank [unittest arguments]`."""

import json
import sys
from pathlib import Path

import report_world
import tiny_world
from tiny_world import Case

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "report"))

import browser  # noqa: E402
import check_page  # noqa: E402

SKIPPED = 77  # ctest then lists the test as one that did not run
MOST_BYTES = 5_000_000


class Page(Case):
    def checked(self, page):
        failures, figures = check_page.check(page)
        print(json.dumps(figures), file=sys.stderr)
        self.assertEqual(failures, [])

    def test_of_a_thousand_slates_is_small_quick_and_accessible(self):
        page = self.folder / "report.html"
        self.accepts("report", *report_world.make_sources(self.folder, users=1000, items=400, events=12), "--text", "outside", "--hybrid", "model",
                     "--output", page)
        self.assertLess(page.stat().st_size, MOST_BYTES)
        self.checked(page)

    def test_of_a_run_alone_stands_too(self):
        page = self.folder / "report.html"
        report_world.write_run(self.folder / "run", "absent", "absent")
        self.accepts("report", self.folder / "run", "--output", page)
        self.checked(page)


if __name__ == "__main__":
    if not browser.find_browser():
        print("SKIPPED: no Chromium here, so the report's page is not checked in one (apt-get install chromium)", file=sys.stderr)
        sys.exit(SKIPPED)
    tiny_world.main()

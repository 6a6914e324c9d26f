"""The pure parts of tools/bench/growth.py: `growth_test.py PATH/r2rank [unittest arguments]`."""

import sys
import unittest
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "bench"))
import growth  # noqa: E402
import growth_plot  # noqa: E402


def measured(points):
    return {str(size): {"median_seconds": seconds, "flags": ["--candidates", 10, "--rationales", size]} for size, seconds in points}


class Exponent(unittest.TestCase):
    def test_is_the_power_that_points_follow(self):
        self.assertAlmostEqual(growth.exponent([(x, 3 * x ** 1.5) for x in (1, 2, 7)]), 1.5)
        self.assertAlmostEqual(growth.exponent([(1, 5), (100, 5)]), 0)


class Document(unittest.TestCase):
    def setUp(self):
        self.document = {"series": {"rationales": measured([(1, 2), (2, 4)]), "model": measured([("29m", 1)])}}
        growth.summarise(self.document)

    def test_has_an_exponent_where_there_are_two_points(self):
        self.assertEqual(list(self.document["exponents"]), ["rationales"])
        self.assertAlmostEqual(self.document["exponents"]["rationales"], 1)

    def test_tells_the_end_from_the_whole(self):
        self.document["series"]["rationales"] = measured([(1, 2), (2, 2), (4, 4)])
        growth.summarise(self.document)
        self.assertLess(self.document["exponents"]["rationales"], 0.6)
        self.assertAlmostEqual(self.document["last_exponents"]["rationales"], 1)

    def test_counts_a_model_by_its_weights(self):
        self.assertEqual(growth.points_of(self.document, "model"), [(29e6, 1)])

    def test_is_drawn_as_valid_svg_with_every_point(self):
        root = ElementTree.fromstring(growth_plot.draw(self.document, growth.points_of))
        self.assertIn("G, rationales (K 10)", "".join(root.itertext()))
        self.assertEqual(sum(element.tag.endswith("circle") for element in root.iter()), 2)


class Points(unittest.TestCase):
    def test_name_each_series_and_size_once(self):
        points = [(series, size) for series, size, _, _ in growth.wanted_points()]
        self.assertEqual(len(points), len(set(points)))
        self.assertNotIn(("model", "1.2b"), points)


if __name__ == "__main__":
    sys.argv.pop(1)
    unittest.main(verbosity=1)

"""Golden scores of EASE (Steck 2019) from numpy, in double by the paper's formula and in f32 as RecBole 1.2.1 computes it.

Usage, from the project's root: python tools/golden/ease.py
Needs: numpy, scipy.
"""

import json
import random
import sys

import numpy as np
import scipy
import scipy.sparse as sp

USERS, ITEMS = 80, 30


def scores(histories, regularisation, dtype):
    matrix = sp.dok_matrix((USERS, ITEMS), dtype=dtype)
    for user, history in enumerate(histories):
        for item in history:
            matrix[user, item] = 1
    matrix = matrix.tocsr()
    gram = (matrix.T @ matrix + regularisation * sp.identity(ITEMS, dtype=dtype)).toarray()
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return np.asarray(matrix @ weights, dtype=np.float64)


def main():
    rng = random.Random(11)
    histories = [rng.sample(range(ITEMS - 1), rng.randint(2, 12)) for _ in range(USERS)]  # nobody had the last item
    cases = []
    for regularisation in (0.5, 20.0, 250.0):
        exact = scores(histories, regularisation, np.float64)
        as_recbole = scores(histories, regularisation, np.float32)
        cases.append({"regularisation": regularisation, "scores": exact.round(9).tolist(),
                      "largest_difference_of_recbole": float(np.abs(exact - as_recbole).max())})
    golden = {"made_by": "tools/golden/ease.py",
              "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__},
              "items": ITEMS, "histories": histories, "cases": cases}
    with open("tests/golden/ease.json", "w", encoding="utf-8") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()

"""Golden values for the text baselines and item-knn, from scikit-learn, bm25s and RecBole's own similarity class.

Usage, from the project's root: python tools/golden/baselines.py [FOLDER]   (the unpacked recbole package; default .deps/wheels/recbole)
Needs: numpy, scipy, scikit-learn, bm25s.
"""

import ast
import json
import pathlib
import random
import sys

import bm25s
import numpy as np
import scipy
import scipy.sparse as sp
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

WORDS = (
    "steel Relay caffè Größe ΑΘΗΝΑΙ СТАЛЬ болт naïve 1/2-inch #8 pack of 100 x_y A I 12V 3M ½ Élan ñandú ŽLUŤOUČKÝ "
    "日本語 テープ 접착 bolt nut washer HEX o'ring half-inch USB-C e.g. 5.0 ①② Ⅷ blade saw tape glue the and for with set"
).split()


def catalogue(rng, count):
    items = []
    for i in range(count):
        def text(low, high):
            return " ".join(rng.choice(WORDS) for _ in range(rng.randint(low, high)))
        item = {"id": f"i{i}", "title": text(1, 8), "brand": text(0, 2), "categories": [text(1, 2) for _ in range(rng.randint(0, 3))],
                "description": text(0, 25)}
        items.append(item)
    items[7] = {"id": "i7", "title": "", "brand": "", "categories": [], "description": ""}
    items[8] = {"id": "i8", "title": "A 1 - !", "brand": "", "categories": [], "description": "?"}
    return items


def joined(item):
    return " ".join([item["title"], item["brand"], *item["categories"], item["description"]])


def queries(rng, items, count):
    return [[rng.randrange(items) for _ in range(rng.randint(1, 14))] for _ in range(count)]


def tfidf(items, histories, **options):
    matrix = TfidfVectorizer(ngram_range=(1, 2), **options).fit_transform([joined(item) for item in items])
    result = []
    for history in histories:
        query = np.asarray(matrix[history[-10:]].mean(axis=0)).ravel()
        length = np.linalg.norm(query)
        result.append((matrix @ query / length if length else np.zeros(len(items))).tolist())
    return result


def bm25(items, histories):
    words = TfidfVectorizer().build_analyzer()
    documents = [words(joined(item)) for item in items]
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(documents, show_progress=False)
    result = []
    for history in histories:
        query = [word for item in history[-10:] for word in words(items[item]["title"])]
        result.append([float(x) for x in index.get_scores(query)] if query else [0.0] * len(items))
    return result


def similarity_class(folder):
    """RecBole's ComputeSimilarity alone: importing the package would need torch and a dozen others."""
    source = (pathlib.Path(folder) / "model/general_recommender/itemknn.py").read_text()
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ComputeSimilarity"]
    scope = {"np": np, "sp": sp}
    exec(compile(tree, "itemknn.py", "exec"), scope)
    return scope["ComputeSimilarity"]


def item_knn(rng, folder):
    """Scores of every (user, item), and for k = 6 only of items whose sixth neighbour is not tied with the seventh."""
    users, items, k = 60, 24, 6
    histories = [sorted(rng.sample(range(items), rng.randint(2, 12))) for _ in range(users)]
    dense = np.zeros((users, items), dtype=np.float32)
    for user, history in enumerate(histories):
        dense[user, history] = 1
    matrix = sp.csr_matrix(dense)
    scores, clear = {}, []
    for neighbours in (1000, k):
        _, weights = similarity_class(folder)(matrix, topk=neighbours, shrink=0, method="item").compute_similarity()
        scores[neighbours] = np.asarray((matrix @ weights).todense())
    norms = np.sqrt(dense.sum(axis=0))
    cosine = dense.T @ dense / np.outer(norms, norms)
    np.fill_diagonal(cosine, 0)
    for item in range(items):
        ordered = np.sort(cosine[:, item])[::-1]
        if ordered[k - 1] - ordered[k] > 1e-5:
            clear.append(item)
    assert len(clear) >= 8, clear
    return {"histories": histories, "items": items, "all": scores[1000].tolist(), "few": k,
            "untied_items": clear, "scores_few": scores[k][:, clear].tolist()}


def rounded(value):
    if isinstance(value, float):
        return round(value, 8)
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return value


def main():
    rng = random.Random(7)
    items = catalogue(rng, 60)
    histories = queries(rng, len(items), 12) + [[7], [8, 7]]
    folder = sys.argv[1] if len(sys.argv) > 1 else ".deps/wheels/recbole"
    recbole_version = next(pathlib.Path(folder).parent.glob("recbole-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    golden = {
        "made_by": "tools/golden/baselines.py",
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__,
                     "scikit-learn": sklearn.__version__, "bm25s": bm25s.__version__, "recbole": recbole_version},
        "items": items,
        "histories": histories,
        "tfidf": rounded(tfidf(items, histories)),
        "tfidf_chosen_terms": rounded(tfidf(items, histories, sublinear_tf=True, min_df=2, max_df=0.25)),
        "bm25": rounded(bm25(items, histories)),
        "item_knn": {key: rounded(value) for key, value in item_knn(rng, folder).items()},
    }
    with open("tests/golden/baselines.json", "w", encoding="utf-8") as file:
        json.dump(golden, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()

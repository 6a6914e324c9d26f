"""Which rows a comparison should have, and which of them are not there: the best baseline may be among those."""

from headline_files import Missing, read_json, read_toml

SEED = 7  # of a plan that names none
ROW_FILES = ("row.json", "test.parquet")  # of a finished row; one that failed has none


def finished_rows(comparison, data_set):
    """{(name, seed)} of the rows that are finished."""
    found = set()
    for folder in (comparison / data_set / "rows").glob("*/seed-*"):
        seed = folder.name.removeprefix("seed-")
        if seed.isdigit() and all((folder / name).is_file() for name in ROW_FILES):
            found.add((folder.parent.name, int(seed)))
    return found


def seeds_that_differ(comparison, data_set, name, seeds):
    """Those of the seeds, in their order, that `r2rank compare` makes: it stops at one that ranks as an earlier one did."""
    met, made = set(), []
    for seed in seeds:
        made.append(seed)
        card = comparison / data_set / "rows" / name / f"seed-{seed}" / "row.json"
        ranks = read_json(card).get("scores_hash") if card.is_file() else None
        if ranks is not None and ranks in met:
            return made
        met.add(ranks)
    return made


def planned_rows(comparison, plan, data_set):
    """{(name, seed)} that a plan of `r2rank compare` asks for on a data set; None for one that it does not have."""
    if data_set not in (one.get("name") for one in plan.get("dataset", ())):
        return None
    usual = plan.get("seeds") or [plan.get("seed", SEED)]
    rows = [row for row in plan.get("row", ()) if data_set in (row.get("datasets") or [data_set])]
    seeds_of = {row.get("name", row.get("method")): [int(seed) for seed in row.get("seeds") or usual] for row in rows}
    return {(name, seed) for name, seeds in seeds_of.items() for seed in seeds_that_differ(comparison, data_set, name, seeds)}


def missing_rows(comparison, data_set, plan_path):
    """Names of rows that are missing or failed: by the plan, or without one of those that any data set of the comparison has."""
    found = finished_rows(comparison, data_set)
    if plan_path:
        expected = planned_rows(comparison, read_toml(plan_path), data_set)
        if expected is None:
            raise Missing(f"{plan_path} has no data set '{data_set}': name the comparison's own plan with --comparison-plan")
        return sorted({name for name, _ in expected - found})
    everywhere = {path.name for path in comparison.glob("*/rows/*") if path.is_dir() and not path.name.startswith(".")}
    return sorted(everywhere - {name for name, _ in found})


def check_rows(comparison, data_sets, plan_path):
    """Refuses data sets of which the comparison has not all rows."""
    for data_set in data_sets:
        if missing := missing_rows(comparison, data_set, plan_path):
            raise Missing(f"the comparison lacks rows of {data_set}: {', '.join(missing)}; without them the best baseline may be another one. "
                          "Finish them (`r2rank compare` goes on), name other --data-sets, or another --comparison-plan")

// Ours against the best of each kind of baseline: a line a target and data set.

function headlineSection(model) {
  if (!model.headline) return null;
  const sets = Object.entries(model.headline);
  const everySet = sets.flatMap(([name, set]) => [[name, set], ...(set.details.others ?? []).map((other) => [`${name}, ${slatesName(other.details)}`, other])]);
  const rows = everySet.flatMap(([name, set]) => ["text", "hybrid"].filter((kind) => set[kind]).flatMap((kind) =>
    set.details[kind].targets.map((target) => ({ name, kind, own: set.details[kind], value: set[kind].ours, target, best: target.best }))));
  const { metric, intervals, tests } = sets[0][1].details;
  return el("section", { id: "headline", "aria-labelledby": "headline-title" },
    el("h2", { id: "headline-title" }, "Headline"),
    el("p", null, `${metric}: ours against the best of each kind, the one with the smallest paired difference over the users that both have. `
      + "Met: of every baseline of the kind the whole interval of that difference is above 0 and the corrected p under .05."),
    el("p", { class: "muted small" }, `Intervals: ${intervals}. p: ${tests}.`),
    dataTable(headlineColumns(metric), rows, { label: "Headline" }),
    budgets(sets));
}

/// The language model that comes closest, with its budget beside ours.
function budgets(sets) {
  const known = sets.filter(([, set]) => set.text)
    .map(([name, set]) => [name, set.details.text, set.details.text.baselines.find((baseline) => baseline.family === "language model")])
    .filter(([, , closest]) => closest);
  return known.length === 0 ? null : el("ul", { class: "muted small" }, known.map(([name, own, closest]) => el("li", null, bdi(name), ": ", bdi(own.scorer),
    ` was trained for ${duration(own.training_seconds)}, `, bdi(closest.scorer), `, the closest language model, for ${duration(closest.training_seconds)}`)));
}

/// "loo-hard19-sasrec-seed7, recall 0.412"
function slatesName({ protocol, recall }) {
  return recall === undefined ? protocol : `${protocol}, recall ${fixed(recall)}`;
}

function headlineColumns(metric) {
  return [
    { title: "data set", header: true, cell: (row) => bdi(row.name), sort: (row) => row.name },
    { title: "ours", cell: (row) => [row.kind, " ", el("span", { class: "muted" }, bdi(row.own.scorer)),
      row.own.seeds > 1 ? [" ", el("span", { class: "mark" }, `${row.own.seeds} seeds`)] : null], sort: (row) => row.kind },
    { title: metric, right: true, cell: ownValue, sort: (row) => row.value },
    { title: "against the best", cell: (row) => [row.target.title, el("span", { class: "range" }, row.best ? bdi(row.best.scorer) : "none was measured")] },
    { title: "its value", right: true, cell: (row) => fixed(row.best?.value), sort: (row) => row.best?.value },
    { title: "users", right: true, cell: (row) => whole(row.best?.users), sort: (row) => row.best?.users },
    { title: "difference", right: true, sort: (row) => row.best?.mean, cell: differenceToBest },
    { title: "p (Holm)", right: true, cell: (row) => pValue(row.best?.p_holm), sort: (row) => row.best?.p_holm },
    { title: "training", right: true, cell: (row) => [duration(row.own.training_seconds), row.best ? el("span", { class: "range" }, `against ${duration(row.best.training_seconds)}`) : null],
      sort: (row) => row.own.training_seconds },
    { title: "target: above all", cell: verdictCell, sort: (row) => Number(row.target.met ?? -1) },
  ];
}

/// Where the pair is over fewer users, what ours is over these stands below.
function ownValue(row) {
  const fewer = row.best && row.best.users !== row.own.users;
  return [withRange([row.value, row.own.lo, row.own.hi]),
    fewer ? el("span", { class: "range" }, `${fixed(row.best.ours)} on the ${whole(row.best.users)}`) : null];
}

function differenceToBest({ best }) {
  if (!best) return "–";
  const look = { above: "gain best", below: "loss best" }[best.verdict];
  return [el("span", { class: look }, signed(best.mean)), el("span", { class: "range" }, `${signed(best.lo)} to ${signed(best.hi)}`)];
}

const MOST_NAMED = 3;

/// The first of them, and how many more.
function firstNames(names) {
  const more = names.length - MOST_NAMED;
  return [names.slice(0, MOST_NAMED).map((name, at) => [at > 0 ? ", " : null, bdi(name)]), more > 0 ? ` and ${more} more` : null];
}

function verdictCell({ target, best }) {
  if (!best) return "–";
  if (target.met) return `met: above all ${target.count}`;
  const reason = (text, names) => (names.length === 0 ? null : el("span", { class: "range" }, text, firstNames(names)));
  const below = best.verdict === "below" ? [best.scorer] : [];
  return ["missed", reason("below ", below), reason("not above ", target.not_above.filter((name) => !below.includes(name))),
    reason("p of .05 or more against ", target.not_significant)];
}

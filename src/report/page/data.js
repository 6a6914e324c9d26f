// Data sets and their splits.

function dataSection(model) {
  if (model.data.length === 0) return null;
  return el("section", { id: "data", "aria-labelledby": "data-title" }, el("h2", { id: "data-title" }, "Data"), model.data.map(dataBlock));
}

const binName = (bin) => (bin.low === bin.high ? whole(bin.low) : `${whole(bin.low)}–${whole(bin.high)}`);
const named = (bins) => bins.map((bin) => ({ name: binName(bin), count: bin.count }));

function dataBlock(data) {
  const d = data.description;
  const open = el("div", null);
  const fill = () => {
    if (open.childElementCount > 0) return;
    open.append(
      el("div", { class: "columns" },
        histogram("Events of a user", named(d.history.bins), "events"), histogram("Events of an item", named(d.popularity.bins), "events"),
        d.time ? histogram("Events over time", d.time.spans.map(([begin, count]) => ({ name: timeName(begin), count })), "from") : null,
        d.ratings.length > 0 && d.ratings.length <= 12 ? histogram("Ratings", d.ratings.map(([rating, count]) => ({ name: String(rating), count })), "rating") : null),
      coverageTable(d), countsTable("What the import read and dropped", data.import));
  };
  const details = el("details", { ontoggle: () => details.open && fill() }, el("summary", null, "Distributions, texts and import"), open);
  return el("div", { class: "block" }, el("h3", null, bdi(data.name)), keyFacts(data, d), findingsList(data.findings), splitsTable(data.splits), details);
}

const timeName = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 7);

function keyFacts(data, d) {
  const span = (time) => `${day(Math.floor(time.first / 86400))} to ${day(Math.floor(time.last / 86400))}`;
  return el("dl", { class: "facts" },
    fact("users", whole(d.users)), fact("items", whole(d.items)), fact("interactions", whole(d.interactions)), fact("density", percent(d.density, 3)),
    fact("events of a user, median", whole(d.history.median)), fact("events of an item, Gini", fixed(d.popularity.gini)),
    fact("head: share of the top 10 %", percent(d.head_share["10"])), fact("events at equal times", data.time_kind === "real" ? whole(d.tied_events) : "order only"),
    d.time ? fact("time", span(d.time)) : null, fact("mean rating", d.mean_rating === null ? "none" : fixed(d.mean_rating, 2)),
    fact("hash", el("code", null, d.hash)));
}

function splitsTable(splits) {
  if (splits.length === 0) return null;
  const share = (part, of) => `${whole(part)} (${percent(part / Math.max(1, of))})`;
  return dataTable([
    { title: "protocol", header: true, cell: (split) => el("code", null, split.protocol) },
    { title: "targets", right: true, cell: (split) => whole(split.cold.targets) },
    { title: "with a new item", right: true, cell: (split) => share(split.cold.cold_items, split.cold.targets) },
    { title: "of a new user", right: true, cell: (split) => share(split.cold.cold_users, split.cold.targets) },
    { title: "counts", cell: (split) => el("span", { class: "small" }, split.counts.map(([what, count]) => `${what}: ${whole(count)}`).join("; ")) },
    { title: "hash of the test slates", cell: (split) => el("code", null, split.test_hash) },
  ], splits, { caption: "Splits: test targets, and how many training never saw" });
}

function coverageTable(d) {
  return dataTable([
    { title: "text", header: true, cell: (field) => field.field },
    { title: "items that have it", right: true, cell: (field) => percent(field.items / Math.max(1, d.items)) },
    { title: "events with such items", right: true, cell: (field) => percent(field.events / Math.max(1, d.interactions)) },
    { title: "mean words", right: true, cell: (field) => fixed(field.mean_words, 1) },
  ], d.text, { caption: `Texts of items; ${whole(d.shared_titles)} share their title with another` });
}

function countsTable(caption, counts) {
  if (counts.length === 0) return null;
  return dataTable([{ title: "what", header: true, cell: ([what]) => what }, { title: "count", right: true, cell: ([, count]) => whole(count) }], counts, { caption });
}

/// Verdicts above "ok" of `data check`.
function findingsList(findings) {
  const worth = (findings ?? []).filter((finding) => finding.verdict !== "ok");
  if (worth.length === 0) return findings ? el("p", { class: "small" }, "data check found nothing to mend.") : null;
  return el("details", null, el("summary", null, `data check: ${plural(worth.length, "note")}`),
    el("ul", { class: "small" }, worth.map((finding) => el("li", null, el("span", { class: "mark" }, finding.verdict), " ", el("code", null, finding.name),
      finding.of > 0 ? ` (${whole(finding.count)} of ${whole(finding.of)}) ` : " ", finding.text))));
}

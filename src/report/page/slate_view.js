// One slate: who, what they did before, the candidates with each method's rank and score, and why.

function slateView(data, slate, wanted) {
  const user = data.group.slates.user[slate];
  return el("article", { "aria-labelledby": "slate-title" },
    el("h3", { id: "slate-title" }, "User ", bdi(user)),
    el("p", { class: "muted small" }, `Slate ${data.group.slates.id[slate]}, ${plural(data.candidates(slate).length, "candidate")}, history of ${plural(data.group.slates.history[slate], "event")}`,
      traitMarks(data, slate)),
    verdict(data, slate, wanted),
    el("h4", null, "Candidates"), candidateTable(data, slate, wanted),
    el("h4", null, historyTitle(data, slate)), historyList(data, slate),
    el("h4", null, "The chosen item's rank by every method"), rankTable(data, slate));
}

const TRAITS = { tied: "equal times decide", cold: "new item", repeated: "taken before", missed: "not retrieved" };

function traitMarks(data, slate) {
  return Object.entries(TRAITS).filter(([trait]) => (data.group.slates.flags[slate] & FLAGS[trait]) !== 0)
    .map(([, text]) => [" ", el("span", { class: "mark" }, text)]);
}

function ordinal(rank) {
  const last = rank % 100 > 10 && rank % 100 < 14 ? 0 : rank % 10;
  return `${rank}${["th", "st", "nd", "rd"][last] ?? "th"}`;
}

function verdict(data, slate, wanted) {
  const name = (method) => bdi(data.methods[method].name);
  const place = (method) => `${ordinal(data.bestRank(method, slate))} (NDCG@10 ${fixed(shareOf(data.methods[method].ndcg[slate]))})`;
  const difference = gain(data, slate, wanted.ours, wanted.theirs);
  const chosen = data.relevant[slate].length === 1 ? "the chosen item" : "the best of the chosen items";
  if (wanted.ours === wanted.theirs) return el("p", null, name(wanted.ours), ` ranks ${chosen} `, el("strong", null, place(wanted.ours)), ".");
  return el("p", null, name(wanted.ours), ` ranks ${chosen} `, el("strong", null, place(wanted.ours)), ", ", name(wanted.theirs), " ",
    el("strong", null, place(wanted.theirs)), ": ", difference > 0 ? el("strong", { class: "gain" }, "▲ a win") : difference < 0 ? el("strong", { class: "loss" }, "▼ a loss") : "no difference", ".");
}

// ---- candidates ----

function candidateTable(data, slate, wanted) {
  const offset = data.offsets[slate];
  const labels = new Map(data.relevant[slate].map(({ place, label }) => [place, label]));
  const rows = data.candidates(slate).map((index, place) => ({ ...data.item(index), place, at: offset + place, label: labels.get(place) ?? 0 }));
  const shown = [...new Set([wanted.ours, wanted.theirs, ...wanted.more])];
  const columns = [
    { title: "item", header: true, sort: (row) => row.title, cell: (row) => itemCell(data, slate, row, wanted.ours) },
    ...shown.map((method) => ({
      title: data.methods[method].name, right: true, sort: (row) => data.methods[method].ranks[row.at], cell: (row) => rankCell(data, slate, method, row),
    })),
  ];
  const table = dataTable(columns, rows, {
    wide: true, label: "Candidates with ranks and scores", caption: "Rank, and the score below it. “=” marks ranks that are shared.",
    sortBy: 1, rowClass: (row) => (row.label > 0 ? "relevant" : null),
  });
  table.firstChild.classList.add("candidates");
  return table;
}

function itemCell(data, slate, row, method) {
  const about = [row.brand, row.category].filter(Boolean).join(" · ");
  return [el("span", { title: row.id }, bdi(row.title)), row.label > 0 ? [" ", el("span", { class: "mark" }, row.label === 1 ? "chosen" : `chosen, ${brief(row.label)}`)] : null,
    about ? el("span", { class: "range" }, bdi(about)) : null, rationales(data.methods[method], slate, row.place)];
}

function rankCell(data, slate, method, row) {
  return [rankText(data, method, slate, row.at), el("span", { class: "range" }, brief(data.methods[method].scores[row.at]))];
}

/// "3", or "3 =" where several candidates share it.
function rankText(data, method, slate, at) {
  const { ranks } = data.methods[method];
  const own = ranks.subarray(data.offsets[slate], data.offsets[slate + 1]);
  return own.filter((rank) => rank === ranks[at]).length > 1 ? `${ranks[at]} =` : String(ranks[at]);
}

/// What a method wrote about a candidate, where the evaluation kept it.
function rationales(method, slate, place) {
  const kept = method.rationales?.[slate];
  const texts = kept?.texts[place] ?? [];
  return texts.map((text, g) => el("blockquote", null, bdi(text || "(nothing)"), el("span", { class: "range" }, `${method.name}: score after it ${brief(kept.scores[place][g])}`)));
}

// ---- history and all methods ----

function historyTitle(data, slate) {
  const all = data.group.slates.history[slate], shown = data.group.slates.shown[slate];
  return shown < all ? `History: the latest ${shown} of ${all} events, oldest first` : "History, oldest first";
}

function historyList(data, slate) {
  const events = data.history(slate);
  if (events.length === 0) return el("p", null, "None: the user is new.");
  const more = (event) => [event.day === undefined ? null : day(event.day), isNumber(event.rating) ? `rated ${event.rating}` : null].filter(Boolean).join(", ");
  return el("ol", { class: "history", start: data.group.slates.history[slate] - events.length + 1 }, events.map((event) => el("li", null, bdi(event.title), more(event) ? el("span", { class: "muted small" }, ` ${more(event)}`) : null)));
}

function rankTable(data, slate) {
  const rows = data.methods.map((method, index) => ({ name: method.name, seeds: method.seeds, rank: data.bestRank(index, slate), ndcg: shareOf(method.ndcg[slate]) }));
  return dataTable([
    { title: "method", header: true, sort: (row) => row.name, cell: (row) => [bdi(row.name), row.seeds > 1 ? el("span", { class: "range" }, `the first of ${row.seeds} seeds`) : null] },
    { title: "rank", right: true, sort: (row) => row.rank, cell: (row) => row.rank },
    { title: "NDCG@10", right: true, sort: (row) => row.ndcg, cell: (row) => fixed(row.ndcg) },
  ], rows, { label: "Ranks by every method", sortBy: 1 });
}

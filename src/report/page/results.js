// Tables of scorers on one set of slates, and of one metric over all sets.

const SHOWN_METRICS = 7;

function resultsSection(model) {
  if (model.tables.length === 0) return null;
  return el("section", { id: "results", "aria-labelledby": "results-title" },
    el("h2", { id: "results-title" }, "Results"),
    comparisonBlock(model.comparison),
    model.tables.map(tableBlock));
}

function protocolLine(table) {
  return el("p", { class: "muted small" },
    "Protocol ", el("code", null, table.protocol), `, ${plural(table.users, "user")}, ${plural(table.slates, "slate")}, slates `,
    el("code", null, table.slates_hash), table.training_hash ? [", trained on ", el("code", null, table.training_hash)] : null,
    `. Intervals: ${table.intervals}.`, table.tests ? ` ${table.tests}.` : null);
}

function tableBlock(table) {
  const plotPlace = el("div");
  const metricChooser = chooser("Plotted metric", table.metrics.map((name) => [name]), table.main,
    (metric) => plotPlace.replaceChildren(metricPlot(table, metric)));
  plotPlace.append(metricPlot(table, table.main));
  return el("div", { class: "block" },
    el("h3", null, bdi(table.title)),
    protocolLine(table),
    resultTable(table),
    el("div", { class: "controls" }, metricChooser),
    plotPlace,
    costBlock(table));
}

function metricPlot(table, metric) {
  const at = table.metrics.indexOf(metric);
  const rows = table.rows.map((row) => ({
    name: row.scorer, mean: row.values[at][0], lo: row.values[at][1], hi: row.values[at][2], strong: row.scorer === table.reference,
  })).sort((a, b) => b.mean - a.mean);
  const reference = rows.find((row) => row.strong);
  return intervalPlot(`${metric}[${table.protocol}] with intervals`, rows, metric, reference);
}

const bestOf = (table, at) => Math.max(...table.rows.map((row) => row.values[at][0]));

function scorerCell(table, row) {
  return [bdi(row.scorer), row.scorer === table.reference ? [" ", el("span", { class: "mark" }, "reference")] : null,
    row.seeds > 1 ? [" ", el("span", { class: "mark" }, `${row.seeds} seeds`)] : null];
}

function resultTable(table) {
  const main = table.metrics.indexOf(table.main);
  const metrics = table.metrics.slice(0, SHOWN_METRICS).map((metric, at) => {
    const best = bestOf(table, at);
    return { title: metric, right: true, sort: (row) => row.values[at][0],
      cell: (row) => el("span", { class: row.values[at][0] === best ? "best" : null }, withRange(row.values[at])) };
  });
  const costs = [
    { title: "tokens", right: true, sort: (row) => row.tokens, cell: (row) => brief(row.tokens), note: "a slate" },
    { title: "ms", right: true, sort: (row) => row.ms, cell: (row) => (row.ms < 0.01 && row.ms !== null ? "< 0.01" : brief(row.ms)), note: "a slate" },
  ];
  const difference = !table.reference ? [] : [{
    title: `${table.main} − reference`, right: true, sort: (row) => row.against?.[main][0], cell: (row) => differenceCell(row.against?.[main]),
  }, {
    title: "p (Holm)", right: true, sort: (row) => row.against?.[main][4], cell: (row) => (row.against ? pValue(row.against[main][4]) : ""),
  }];
  const columns = [{ title: "scorer", header: true, sort: (row) => row.scorer, cell: (row) => scorerCell(table, row) },
    ...metrics.slice(main, main + 1), ...difference, ...metrics.filter((_, at) => at !== main), ...costs];
  return dataTable(columns, table.rows, {
    label: `Results on ${table.title}`, sortBy: 1, descending: true, rowClass: (row) => (row.scorer === table.reference ? "reference" : null),
  });
}

function differenceCell(values) {
  if (!values) return "";
  const [mean, lo, hi, , holm] = values;
  const sure = holm <= 0.05;
  return [el("span", { class: sure ? (mean > 0 ? "gain best" : "loss best") : null }, signed(mean)),
    el("span", { class: "range" }, `${signed(lo)} to ${signed(hi)}`)];
}

/// How each scorer came to its figures, as far as its source says it.
function costBlock(table) {
  const rows = table.rows.filter((row) => Object.keys(row.facts).length > 0);
  if (rows.length === 0) return null;
  const settings = (row) => Object.entries(row.facts.settings ?? {}).map(([name, value]) => `${name} = ${value}`).join(", ");
  const notes = (row) => Object.entries(row.facts.notes ?? {}).map(([name, value]) => `${name} ${brief(value)}`).join(", ");
  const cut = (row) => (row.facts.trials_cut > 0 || row.facts.trials_not_begun > 0 ? [" ", el("span", { class: "mark" }, "cut by the clock")] : null);
  const columns = [
    { title: "scorer", header: true, cell: (row) => bdi(row.scorer), sort: (row) => row.scorer },
    { title: "method", cell: (row) => row.facts.method ?? "", sort: (row) => row.facts.method },
    { title: "training", right: true, cell: (row) => duration(row.facts.training_seconds), sort: (row) => row.facts.training_seconds },
    { title: "scoring", right: true, cell: (row) => duration(row.facts.scoring_seconds), sort: (row) => row.facts.scoring_seconds },
    { title: "trials", right: true, cell: (row) => [whole(row.facts.trials), cut(row)], sort: (row) => row.facts.trials },
    { title: "validation NDCG@10", right: true, cell: (row) => fixed(row.facts.valid_ndcg), sort: (row) => row.facts.valid_ndcg },
    { title: "settings and notes", cell: (row) => el("span", { class: "small" }, settings(row), notes(row) ? ` ${notes(row)}` : null) },
  ];
  return el("details", null, el("summary", null, "Time, trials and settings of each scorer"),
    dataTable(columns, rows, { label: `Time, trials and settings on ${table.title}` }));
}

// ---- over data sets ----

function comparisonBlock(comparison) {
  if (!comparison) return null;
  const columns = [{ title: "scorer", header: true, cell: (row) => bdi(row.scorer), sort: (row) => row.scorer },
    ...comparison.columns.map((column, at) => comparisonColumn(comparison, column, at))];
  return el("div", { class: "block" },
    el("h3", null, `${comparison.metric} over data sets`),
    comparison.reference ? el("p", { class: "muted small" }, "▲ and ▼: above and below ", bdi(comparison.reference),
      " after Holm's correction within the column (p ≤ .05).") : null,
    dataTable(columns, comparison.rows, { label: `${comparison.metric} over data sets`, sortBy: 1, descending: true }),
    comparisonPlot(comparison));
}

function comparisonColumn(comparison, column, at) {
  const best = Math.max(...comparison.rows.map((row) => row.cells[at]?.mean ?? -Infinity));
  return {
    title: column.name, right: true, note: `${column.protocol}, ${plural(column.users, "user")}`, sort: (row) => row.cells[at]?.mean,
    cell: (row) => {
      const cell = row.cells[at];
      if (!cell) return "–";
      return [el("span", { class: cell.mean === best ? "best" : null }, fixed(cell.mean)), significance(cell.to_reference),
        el("span", { class: "range" }, `${fixed(cell.lo)} to ${fixed(cell.hi)}`)];
    },
  };
}

function significance(test) {
  if (!test || test.p_holm > 0.05) return null;
  const above = test.mean > 0;
  return [" ", el("span", { class: above ? "gain" : "loss" }, el("span", { "aria-hidden": "true" }, above ? "▲" : "▼"),
    el("span", { class: "unseen" }, above ? "above the reference" : "below the reference"))];
}

function comparisonPlot(comparison) {
  const names = comparison.columns.map((column) => column.name);
  const points = comparison.rows.flatMap((row) => row.cells.flatMap((cell, at) => (cell ? [{ scorer: row.scorer, set: names[at], at, mean: cell.mean }] : [])));
  const mean = (scorer) => { const own = points.filter((point) => point.scorer === scorer); return own.reduce((sum, point) => sum + point.mean, 0) / own.length; };
  const scorers = comparison.rows.map((row) => row.scorer).sort((a, b) => mean(b) - mean(a));
  const symbols = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "times"];
  const shown = figure({
    title: `${comparison.metric} of every scorer on every data set`,
    label: `${comparison.metric} of ${plural(scorers.length, "scorer")} on ${names.join(", ")}; the table above has the values`,
    draw: (width) => {
      const marginLeft = labelMargin(scorers, width);
      return {
        height: 56 + 22 * scorers.length, marginLeft, marginRight: 20, insetLeft: 8, insetRight: 8,
        x: { grid: true, label: comparison.metric, ticks: width < 500 ? 4 : 8 },
        y: { domain: scorers, label: null, tickSize: 0, tickFormat: tickText(marginLeft) },
        symbol: { domain: names, range: symbols },
        marks: [
          Plot.ruleY(scorers, { stroke: "var(--line)" }),
          Plot.dot(points, { x: "mean", y: "scorer", symbol: "set", fill: (point) => seriesColor(point.at), r: 4.5,
            title: (point) => `${point.scorer} on ${point.set}: ${fixed(point.mean)}` }),
        ],
        color: { type: "identity" },
      };
    },
    table: () => dataTable([{ title: "scorer", header: true, cell: (point) => bdi(point.scorer), sort: (point) => point.scorer },
      { title: "data set", cell: (point) => bdi(point.set), sort: (point) => point.set },
      { title: comparison.metric, right: true, cell: (point) => fixed(point.mean, 4), sort: (point) => point.mean }], points, { label: "Means" }),
  });
  const legend = el("p", { class: "small" }, names.map((name, at) => [
    el("span", { style: `color: ${seriesColor(at)}`, "aria-hidden": "true" }, ["●", "■", "▲", "◆", "★", "✚", "Y", "✖"][at % 8]), " ", bdi(name), at + 1 < names.length ? "   " : ""]));
  shown.querySelector(".plot").before(legend);
  return shown;
}

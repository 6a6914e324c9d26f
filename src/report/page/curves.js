// What runs and baselines logged, against steps or wall-clock.

function curvesSection(model) {
  if (model.curves.length === 0) return null;
  const runs = model.curves.map((curve, index) => ({ ...curve, index, shown: index < 8 }));
  const names = [...new Set(runs.flatMap((run) => run.columns))].filter((name) => !["step", "epoch", "clock"].includes(name));
  const first = ["ndcg", "ndcg_silent", "valid_ndcg@10"].find((name) => names.includes(name)) ?? names[0];
  const second = ["valid_ndcg@10", "utility", "utility_silent", "loss", "gradient_norm"].find((name) => names.includes(name) && name !== first);
  const state = { runs, names, axis: "clock", window: 1, redraw: [] };
  const again = () => state.redraw.forEach((draw) => draw());
  return el("section", { id: "curves", "aria-labelledby": "curves-title" },
    el("h2", { id: "curves-title" }, "Training"),
    el("div", { class: "controls" },
      chooser("Along", [["clock", "wall-clock"], ["step", "steps or epochs"]], state.axis, (axis) => { state.axis = axis; again(); }),
      chooser("Smoothed over", [["1", "nothing"], ["5", "5 points"], ["20", "20 points"]], "1", (window) => { state.window = Number(window); again(); })),
    runChoices(state, again),
    el("div", { class: "columns" }, [first, second].filter((name) => name !== undefined).map((name) => valuePanel(state, name))));
}

/// Its colour and dash stand for a run in every plot.
function runChoices(state, again) {
  return el("fieldset", null, el("legend", null, "Runs"),
    el("div", { class: "choices", tabindex: "0", role: "group", "aria-label": "Runs shown" }, state.runs.map((run) => el("label", null,
      el("input", { type: "checkbox", checked: run.shown, onchange: (event) => { run.shown = event.target.checked; again(); } }),
      el("span", { class: "swatch", style: swatch(run.index) }), bdi(run.name), stretchNote(run)))));
}

const swatch = (index) => `border-color: ${seriesColor(index)}; border-top-style: ${["solid", "dashed", "dotted", "double"][Math.floor(index / SERIES.length) % 4]}`;
const stretchNote = (run) => (run.stretch > 1 ? el("span", { class: "muted small" }, `${whole(run.steps)} steps, a point is the mean of ${run.stretch}`) : null);

/// One plot of a value that can be chosen.
function valuePanel(state, name) {
  const place = el("div");
  let chosen = name;
  const draw = () => place.replaceChildren(valueFigure(state, chosen));
  state.redraw.push(draw);
  draw();
  return el("div", null, el("div", { class: "controls" },
    chooser("Value", state.names.map((each) => [each, loggedName(each)]), name, (value) => { chosen = value; draw(); })), place);
}

function column(run, name) {
  const at = run.columns.indexOf(name);
  return at < 0 ? null : run.values[at];
}

/// Means over the last `window` points that have a value.
function smoothed(values, window) {
  if (window === 1) return values;
  const recent = [];
  return values.map((value) => {
    if (value === null) return null;
    recent.push(value);
    if (recent.length > window) recent.shift();
    return recent.reduce((sum, each) => sum + each, 0) / recent.length;
  });
}

/// Only where there is a value: what is measured now and then is joined, not lost between steps that did not log it.
function pointsOf(run, name, state) {
  const values = column(run, name);
  if (!values) return [];
  const axis = state.axis === "clock" ? column(run, "clock").map((seconds) => seconds / 60) : column(run, "step") ?? column(run, "epoch");
  return smoothed(values, state.window).map((y, i) => ({ x: axis[i], y, run: run.name, index: run.index })).filter((point) => point.y !== null);
}

const CLOCK_NOTE = "Minutes count, of a run, its steps and measurements after those of the runs it goes on from (where their folders are there), but no time of "
  + "rankers that give it signals; of a baseline, the epochs of its chosen trial, but not its other trials";

function valueFigure(state, name) {
  const runs = state.runs.filter((run) => run.shown && column(run, name));
  const lines = runs.map((run) => pointsOf(run, name, state)).filter((line) => line.length > 0);
  const all = lines.flat();
  const axis = state.axis === "clock" ? "minutes" : "step or epoch";
  return figure({
    title: loggedName(name),
    note: [loggedNote(name), state.axis === "clock" ? CLOCK_NOTE : null].filter(Boolean).join(". "),
    label: `${loggedName(name)} of ${plural(runs.length, "run")} against ${axis}; its table has the last and the best values`,
    draw: (width) => ({
      height: 280, marginLeft: 56, marginRight: 16,
      x: { label: axis, nice: true, ticks: width < 450 ? 4 : 7, tickFormat: (value) => brief(value) },
      y: { grid: true, label: null, nice: true, ticks: 6, tickFormat: (value) => brief(value) },
      marks: all.length === 0 ? [Plot.text(["nothing logged it"], { frameAnchor: "middle", fill: "var(--muted)" })] : [
        lines.map((line) => Plot.lineY(line, { x: "x", y: "y", stroke: seriesColor(line[0].index), strokeDasharray: seriesDash(line[0].index), strokeWidth: 2 })),
        all.length <= 60 ? Plot.dot(all, { x: "x", y: "y", r: 2.5, fill: (point) => seriesColor(point.index),
          title: (point) => `${point.run}\n${axis} ${brief(point.x)}: ${brief(point.y)}` }) : null,
      ],
      color: { type: "identity" },
    }),
    table: () => lastValues(runs, name, state),
  });
}

function lastValues(runs, name, state) {
  const rows = runs.map((run) => {
    const points = pointsOf(run, name, state);
    const values = points.map((point) => point.y);
    return { name: run.name, count: points.length, last: values.at(-1), low: Math.min(...values), high: Math.max(...values), x: points.at(-1)?.x };
  });
  const number = (title, key) => ({ title, right: true, cell: (row) => brief(row[key]), sort: (row) => row[key] });
  return dataTable([{ title: "run", header: true, cell: (row) => bdi(row.name), sort: (row) => row.name }, number("points", "count"),
    number("last", "last"), number("lowest", "low"), number("highest", "high"), number(state.axis === "clock" ? "minutes" : "steps", "x")], rows,
  { label: loggedName(name) });
}

// Studies: one question each, a plot of its arms with intervals and their table. And benchmarks.

function studiesSection(model) {
  if (model.studies.length === 0) return null;
  return el("section", { id: "studies", "aria-labelledby": "studies-title" }, el("h2", { id: "studies-title" }, "Studies"), model.studies.map(studyBlock));
}

function studyBlock(study) {
  return el("div", { class: "block" }, el("h3", null, study.title),
    study.question ? el("p", null, study.question) : null,
    el("p", { class: "muted small" }, study.protocol, ", slates ", el("code", null, study.slates_hash)),
    study.axis.scale === "category" ? categoryPlot(study) : axisPlot(study),
    armsTable(study),
    study.one_training ? el("p", { class: "muted small" }, "One training each; the noise of training is not in the interval.") : null,
    pairsTable(study),
    notesTable(study),
    study.slices.map(sliceBlock));
}

/// Arms that the plan tests against each other, beside those against the reference.
function pairsTable(study) {
  if (study.pairs.length === 0) return null;
  return [el("h4", null, "Further pairs"), dataTable([
    { title: "arm", header: true, cell: (pair) => pair.arm, sort: (pair) => pair.arm },
    { title: "minus", cell: (pair) => pair.to, sort: (pair) => pair.to },
    { title: study.metric, right: true, cell: (pair) => differenceCell([pair.mean, pair.lo, pair.hi, pair.p, pair.p_holm]), sort: (pair) => pair.mean },
    { title: "p (Holm)", right: true, cell: (pair) => pValue(pair.p_holm), sort: (pair) => pair.p_holm },
  ], study.pairs, { label: `Further pairs of ${study.title}` })];
}

/// How the rationales of the arms read, where that was noted.
function notesTable(study) {
  const arms = study.arms.filter((arm) => arm.notes.length > 0);
  if (arms.length === 0) return null;
  const names = [...new Set(arms.flatMap((arm) => arm.notes.map(([name]) => name)))];
  const value = (arm, name) => arm.notes.find(([own]) => own === name)?.[1] ?? null;
  return [el("h4", null, "What the rationales are like"), dataTable([
    { title: "arm", header: true, cell: (arm) => arm.name, sort: (arm) => arm.name },
    ...names.map((name) => ({ title: name, right: true, cell: (arm) => brief(value(arm, name)), sort: (arm) => value(arm, name) })),
  ], arms, { label: `Rationales of ${study.title}` })];
}

/// A slice has the shape of a comparison: its parts are the columns.
function sliceBlock(slice) {
  const columns = [{ title: "arm", header: true, cell: (row) => bdi(row.scorer), sort: (row) => row.scorer },
    ...slice.columns.map((column, at) => comparisonColumn(slice, column, at))];
  return [el("h4", null, `By ${slice.title}`), dataTable(columns, slice.rows, { label: `${slice.metric} by ${slice.title}` })];
}

function categoryPlot(study) {
  const rows = study.arms.map((arm) => ({ name: arm.name, mean: arm.mean, lo: arm.lo, hi: arm.hi, strong: false }));
  return intervalPlot(`${study.metric} by ${study.axis.label}`, rows, study.metric, null);
}

function axisPlot(study) {
  const arms = study.arms.filter((arm) => isNumber(arm.x)).sort((a, b) => a.x - b.x);
  const others = study.arms.filter((arm) => !isNumber(arm.x));
  const places = [...new Set(arms.map((arm) => arm.x))];
  return figure({
    title: `${study.metric} against ${study.axis.label}`,
    note: others.length === 0 ? null : `Beside the line: ${others.map((arm) => `${arm.name} ${fixed(arm.mean)} (${fixed(arm.lo)} to ${fixed(arm.hi)})`).join(", ")}`,
    label: `${study.metric} against ${study.axis.label}: ${arms.slice(0, 6).map((arm) => `${arm.name} ${fixed(arm.mean)}`).join(", ")}`,
    draw: () => ({
      height: 300, marginLeft: 56, marginRight: 24, insetLeft: 12, insetRight: 12,
      x: { type: study.axis.scale, label: study.axis.label, ticks: places.length <= 8 ? places : undefined, tickFormat: (value) => brief(value) },
      y: { grid: true, label: null, nice: true, tickFormat: (value) => brief(value) },
      color: { type: "identity" },
      marks: [
        Plot.lineY(arms, { x: "x", y: "mean", stroke: seriesColor(0), strokeWidth: 2 }),
        Plot.ruleX(arms, { x: "x", y1: "lo", y2: "hi", stroke: seriesColor(0), strokeWidth: 1.5 }),
        Plot.dot(arms, { x: "x", y: "mean", r: 4, fill: seriesColor(0), title: (arm) => `${arm.name}: ${fixed(arm.mean)}` }),
      ],
    }),
    table: () => armsTable(study),
  });
}

function armsTable(study) {
  return dataTable([
    { title: "arm", header: true, cell: (arm) => arm.name, sort: (arm) => arm.name },
    ...(study.arms.every((arm) => arm.x === arm.name) ? [] : [{ title: study.axis.label, right: true, cell: (arm) => (isNumber(arm.x) ? brief(arm.x) : "–"), sort: (arm) => (isNumber(arm.x) ? arm.x : null) }]),
    { title: study.metric, right: true, cell: (arm) => withRange([arm.mean, arm.lo, arm.hi]), sort: (arm) => arm.mean },
    { title: "difference", right: true, cell: (arm) => (arm.paired ? [differenceCell([arm.paired.mean, arm.paired.lo, arm.paired.hi, arm.paired.p, arm.paired.p_holm]), el("span", { class: "range" }, `to ${arm.paired.to}`)] : "") },
    { title: "p (Holm)", right: true, cell: (arm) => (arm.paired ? pValue(arm.paired.p_holm) : "") },
    { title: "tokens a slate", right: true, cell: (arm) => brief(arm.tokens_per_slate), sort: (arm) => arm.tokens_per_slate },
    { title: "training", right: true, cell: (arm) => duration(arm.seconds), sort: (arm) => arm.seconds },
  ], study.arms, { label: `Arms of ${study.title}` });
}

function benchSection(model) {
  if (model.benches.length === 0) return null;
  return el("section", { id: "speed", "aria-labelledby": "speed-title" }, el("h2", { id: "speed-title" }, "Speed"), model.benches.map(benchBlock));
}

function benchBlock(bench) {
  return el("div", { class: "block" }, el("h3", null, bdi(bench.model || bench.name)),
    el("p", { class: "muted small" }, `${bench.dtype} on ${bench.device}; the fastest product reached ${brief(bench.peak_gflops)} GFLOP/s, of which the shares are.`),
    dataTable([
      { title: "operation", header: true, cell: (row) => row.name, sort: (row) => row.name },
      { title: "ms", right: true, cell: (row) => brief(row.ms), sort: (row) => row.ms },
      { title: "a second", right: true, cell: (row) => (row.rate === null ? "–" : `${whole(row.rate)} ${row.unit}`), sort: (row) => row.rate },
      { title: "GFLOP/s", right: true, cell: (row) => brief(row.gflops), sort: (row) => row.gflops },
      { title: "of the peak", right: true, cell: (row) => percent(row.share, 0), sort: (row) => row.share },
      { title: "GiB", right: true, cell: (row) => brief(row.gib), sort: (row) => row.gib },
      { title: "work", cell: (row) => row.work },
    ], bench.rows, { label: `Speed of ${bench.model || bench.name}` }));
}

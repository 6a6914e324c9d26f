// Figures: a plot drawn by Observable Plot as SVG that follows the page's colours and width, and its values as a table.

const SERIES = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6", "--s7", "--s8"].map((name) => `var(${name})`);
const DASHES = ["", "6 3", "2 3", "8 3 2 3"];
const seriesColor = (index) => SERIES[index % SERIES.length];
const seriesDash = (index) => DASHES[Math.floor(index / SERIES.length) % DASHES.length];

/// spec: {title, label (what the plot shows, for those who do not see it), draw(width) -> options of Plot.plot, table() -> element}.
function figure(spec) {
  const holder = el("div", { class: "plot" });
  const details = el("details", { ontoggle: () => details.open && details.childElementCount === 1 && details.append(spec.table()) },
    el("summary", null, "As a table"));
  const caption = el("figcaption", null, spec.title);
  const shown = el("figure", null, caption, holder, spec.note ? el("p", { class: "muted small" }, spec.note) : null, details);
  let drawn = 0;

  function draw() {
    const width = Math.floor(holder.clientWidth);
    if (width < 50 || width === drawn) return;
    drawn = width;
    const svg = Plot.plot({ ...PLAIN, ...spec.draw(width), width, figure: false });
    for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");  // of an image its parts have none
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", spec.label);
    holder.replaceChildren(svg);
  }
  new ResizeObserver(draw).observe(holder);
  return shown;
}

const PLAIN = { style: { background: "transparent", color: "var(--text)" }, marginTop: 20, marginBottom: 40 };

/// The width that labels of a left axis take, at most a share of the plot.
function labelMargin(texts, width) {
  const longest = Math.max(0, ...texts.map((text) => text.length));
  return Math.round(Math.min(7.2 * longest + 16, Math.max(90, 0.42 * width)));
}

const clipped = (text, characters) => (text.length > characters ? `${text.slice(0, Math.max(1, characters - 1))}…` : text);

/// Tick labels of a band axis that fit its margin.
const tickText = (margin) => (text) => clipped(String(text), Math.floor((margin - 14) / 7.2));

/// Bars of counts, one a bin.
function histogram(title, bins, label) {
  const longest = Math.max(...bins.map((bin) => bin.name.length));
  const turned = (width) => bins.length * (7.5 * longest + 8) > width - 56;
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  return figure({
    title,
    label: `${title}: bars of ${bins.length} bins, most in ${bins.reduce((a, b) => (b.count > a.count ? b : a)).name}`,
    draw: (width) => ({
      height: 220,
      marginLeft: 56,
      marginBottom: turned(width) ? 24 + Math.ceil(5.5 * longest) : 44,
      x: { domain: bins.map((bin) => bin.name), label, tickRotate: turned(width) ? -45 : 0, tickSize: 0 },
      y: { grid: true, label: "count", tickFormat: "~s", ticks: 5 },
      marks: [
        Plot.barY(bins, { x: "name", y: "count", fill: "var(--s1)", insetLeft: 1, insetRight: 1, title: (bin) => `${bin.name}: ${whole(bin.count)}` }),
        Plot.ruleY([0], { stroke: "var(--edge)" }),
      ],
    }),
    table: () => dataTable([
      { title: label, cell: (bin) => bin.name, header: true },
      { title: "count", cell: (bin) => whole(bin.count), sort: (bin) => bin.count, right: true },
      { title: "share", cell: (bin) => percent(bin.count / Math.max(1, total)), right: true },
    ], bins, { label: title }),
  });
}

/// Means with intervals, one a row: rows [{name, mean, lo, hi, strong}].
function intervalPlot(title, rows, label, reference) {
  const names = rows.map((row) => row.name);
  return figure({
    title,
    label: `${title}: ${rows.slice(0, 5).map((row) => `${row.name} ${fixed(row.mean)}`).join(", ")}${rows.length > 5 ? ", and more" : ""}`,
    draw: (width) => {
      const marginLeft = labelMargin(names, width);
      return {
        height: 56 + 24 * rows.length,
        insetLeft: 8,
        insetRight: 8,
        marginLeft,
        marginRight: 20,
        x: { grid: true, label, nice: true, ticks: width < 500 ? 4 : 8 },
        y: { domain: names, label: null, tickSize: 0, tickFormat: tickText(marginLeft) },
        marks: [
          reference ? Plot.ruleX([reference.mean], { stroke: "var(--edge)", strokeDasharray: "4 3" }) : null,
          Plot.ruleY(rows, { y: "name", x1: "lo", x2: "hi", stroke: (row) => (row.strong ? "var(--s2)" : "var(--s1)"), strokeWidth: 2 }),
          Plot.dot(rows, { y: "name", x: "mean", r: 5, fill: (row) => (row.strong ? "var(--s2)" : "var(--s1)"),
            title: (row) => `${row.name}: ${fixed(row.mean)} [${fixed(row.lo)}, ${fixed(row.hi)}]` }),
        ],
      };
    },
    table: () => dataTable([
      { title: "scorer", cell: (row) => bdi(row.name), sort: (row) => row.name, header: true },
      { title: label, cell: (row) => fixed(row.mean, 4), sort: (row) => row.mean, right: true },
      { title: "low", cell: (row) => fixed(row.lo, 4), right: true },
      { title: "high", cell: (row) => fixed(row.hi, 4), right: true },
    ], rows, { label: title }),
  });
}

// Tables that sort by their columns.

/// columns: [{title, cell(row) -> text or nodes, sort(row) -> number or text (none: cannot be sorted by), right, header, note}];
/// options: {caption, sortBy (index), descending, rowClass(row), wide}.
function dataTable(columns, rows, options = {}) {
  const body = el("tbody");
  const heads = columns.map((column, index) => el("th", { scope: "col", class: column.right ? "right" : null, title: column.note },
    column.sort ? el("button", { type: "button", onclick: () => sortBy(index) }, column.title) : column.title));
  let sorted = options.sortBy ?? -1;
  let down = options.descending ?? false;

  function sortBy(index) {
    down = index === sorted ? !down : Boolean(columns[index].right);
    sorted = index;
    fill();
  }
  function fill() {
    heads.forEach((head, index) => {
      if (index === sorted) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    body.replaceChildren(...orderedRows(rows, columns[sorted]?.sort, down).map((row) => tableRow(columns, row, options)));
  }
  fill();
  const table = el("table", { class: options.wide ? "wide" : null }, options.caption ? el("caption", null, options.caption) : null,
    el("thead", null, el("tr", null, heads)), body);
  return scrolled(table, options.label ?? options.caption ?? "Table");
}

function orderedRows(rows, key, down) {
  if (!key) return rows;
  const missing = (value) => value === null || value === undefined || Number.isNaN(value);
  return [...rows].sort((a, b) => {
    const x = key(a), y = key(b);
    if (missing(x) || missing(y)) return missing(x) - missing(y);
    const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
    return down ? -order : order;
  });
}

function tableRow(columns, row, options) {
  return el("tr", { class: options.rowClass?.(row) }, columns.map((column) => el(column.header ? "th" : "td",
    { scope: column.header ? "row" : null, class: column.right ? "right" : null }, column.cell(row))));
}

/// What is too wide scrolls by itself, by keyboard as well.
function scrolled(content, label) {
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, content);
}

/// "0.541" with its interval below.
const withRange = ([mean, lo, hi], digits = 3) => [fixed(mean, digits),
  el("span", { class: "range" }, `${fixed(lo, digits)} to ${fixed(hi, digits)}`)];

// Elements, and numbers as people read them. Texts from data become text nodes: nothing here parses HTML.

/// An element with attributes and children; null children are left out, functions under "on..." listen.
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/// A text of unknown direction that cannot turn what stands around it.
const bdi = (text) => el("bdi", null, text);

const grouping = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

const whole = (value) => (isNumber(value) ? grouping.format(value) : "–");
const fixed = (value, digits = 3) => (isNumber(value) ? value.toFixed(digits).replace("-", "−") : "–");
const signed = (value, digits = 3) => (isNumber(value) ? (value > 0 ? "+" : "") + fixed(value, digits) : "–");
const percent = (share, digits = 1) => (isNumber(share) ? `${fixed(100 * share, digits)} %` : "–");

/// Three significant digits, without an exponent where that can be.
function brief(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isNaN(value)) return "no number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return value.toExponential(1).replace("e+", "e").replace(/-/g, "−");
  if (size >= 1000) return whole(value).replace("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

function pValue(p) {
  if (!isNumber(p)) return "–";
  return p < 0.001 ? "< .001" : p.toFixed(3).replace(/^0/, "");
}

function duration(seconds) {
  if (!isNumber(seconds)) return "–";
  if (seconds < 60) return `${brief(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

const day = (days) => new Date(days * 86400000).toISOString().slice(0, 10);
const plural = (count, one, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;

/// A label with a choice of values; `choose` is called with the chosen one.
function chooser(label, options, chosen, choose) {
  const select = el("select", { onchange: () => choose(select.value) },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text ?? value)));
  return el("label", null, label, select);
}

const fact = (name, ...value) => el("div", null, el("dt", null, name), el("dd", null, ...value));

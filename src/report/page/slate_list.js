// The slates of one group: unpacked, searched, filtered, sorted, and listed.

const FLAGS = { tied: 1, cold: 2, repeated: 4, missed: 8 };

/// A group of the model with its columns unpacked and asked by slate.
function openGroup(group) {
  const count = group.slates.id.length;
  const offsets = prefixSums(group.slates.candidates);
  const historyOffsets = prefixSums(group.slates.shown);
  const relevant = Array.from({ length: count }, () => []);
  for (const [slate, place, label] of group.relevant) relevant[slate].push({ place, label });
  const methods = group.methods.map((method) => ({ ...method, ranks: wholes(method.ranks), scores: briefs(method.scores), ndcg: shares(method.ndcg) }));
  const item = (index) => ({ index, id: group.items.id[index], title: group.items.title[index] || group.items.id[index], brand: group.items.brand[index], category: group.items.category[index] });
  const candidates = (slate) => group.candidates.slice(offsets[slate], offsets[slate + 1]);
  const history = (slate) => range(historyOffsets[slate], historyOffsets[slate + 1]).map((at) => ({
    ...item(group.history.item[at]), day: group.history.day[at], rating: group.history.rating[at] }));
  const bestRank = (method, slate) => Math.min(...relevant[slate].map(({ place }) => methods[method].ranks[offsets[slate] + place]));
  const target = (slate) => item(group.candidates[offsets[slate] + relevant[slate][0].place]);
  return { group, count, offsets, relevant, methods, item, candidates, history, bestRank, target, texts: null };
}

const range = (begin, end) => Array.from({ length: end - begin }, (_, i) => begin + i);

function prefixSums(counts) {
  const sums = [0];
  for (const count of counts) sums.push(sums[sums.length - 1] + count);
  return sums;
}

/// Small letters without accents: what is typed and what is looked through alike.
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/// The searchable text of each slate: ids, titles of history and candidates, rationales. Made when first asked for.
function searchTexts(data) {
  if (data.texts) return data.texts;
  const titles = data.group.items.title.map((title, index) => folded(`${title} ${data.group.items.id[index]}`));
  data.texts = range(0, data.count).map((slate) => {
    const items = [...data.history(slate).map((entry) => entry.index), ...data.candidates(slate)];
    const rationales = data.methods.flatMap((method) => method.rationales?.[slate]?.texts ?? []).flat();
    return [folded(`${data.group.slates.user[slate]} ${data.group.slates.id[slate]}`), ...items.map((index) => titles[index]), folded(rationales.join(" "))].join("\n");
  });
  return data.texts;
}

const gain = (data, slate, ours, theirs) => shareOf(data.methods[ours].ndcg[slate]) - shareOf(data.methods[theirs].ndcg[slate]);

const OUTCOMES = {
  all: () => true,
  win: (difference) => difference > 0,
  loss: (difference) => difference < 0,
  same: (difference) => difference === 0,
};

/// The slates that pass every filter, in the order asked for.
function foundSlates(data, wanted) {
  const terms = folded(wanted.text).split(/\s+/).filter(Boolean);
  const texts = terms.length > 0 ? searchTexts(data) : null;
  const flag = FLAGS[wanted.trait] ?? 0;
  const differences = range(0, data.count).map((slate) => gain(data, slate, wanted.ours, wanted.theirs));
  const found = range(0, data.count).filter((slate) => OUTCOMES[wanted.outcome](differences[slate]) &&
    (flag === 0 || (data.group.slates.flags[slate] & flag) !== 0) && terms.every((term) => texts[slate].includes(term)));
  if (wanted.sort === "gain") found.sort((a, b) => differences[b] - differences[a]);
  if (wanted.sort === "loss") found.sort((a, b) => differences[a] - differences[b]);
  if (wanted.sort === "history") found.sort((a, b) => data.group.slates.history[a] - data.group.slates.history[b]);
  return found;
}

const GROWTH = 120;  // options made at once: a list of thousands would be laid out at every letter of a search

/// A list box of slates: one stop of the tabulator, arrows move in it. `show(slate)` is called for the chosen one. Options are made as far
/// as somebody scrolls or moves.
function slateList(show) {
  const list = el("ul", { class: "slates", role: "listbox", tabindex: "0", "aria-label": "Slates" });
  let slates = [], options = [], at = -1, make = null;

  function grow(count) {
    const end = Math.min(slates.length, count);
    const fresh = range(options.length, Math.max(options.length, end)).map((place) => make(slates[place], place));
    options.push(...fresh);
    list.append(...fresh);
  }
  function choose(place, scroll = true) {
    if (slates.length === 0) return;
    options[at]?.setAttribute("aria-selected", "false");
    at = Math.max(0, Math.min(slates.length - 1, place));
    grow(at + GROWTH / 2);
    options[at].setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", options[at].id);
    if (scroll) scrollWithin(list, options[at]);
    show(slates[at]);
  }
  const moves = { ArrowDown: () => at + 1, ArrowUp: () => at - 1, Home: () => 0, End: () => slates.length - 1, PageDown: () => at + 8, PageUp: () => at - 8 };
  list.addEventListener("keydown", (event) => {
    if (!moves[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(moves[event.key]());
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) choose(options.indexOf(option), false);
  });
  list.addEventListener("scroll", () => {
    if (list.scrollTop + 3 * list.clientHeight > list.scrollHeight) grow(options.length + GROWTH);
  }, { passive: true });
  function fill(data, found, wanted) {
    slates = found;
    options = [];
    make = (slate, place) => slateOption(data, slate, wanted, place, found.length);
    list.replaceChildren();
    list.removeAttribute("aria-activedescendant");
    list.scrollTop = 0;
    at = -1;
    grow(GROWTH);
    choose(0, false);
  }
  return { list, fill, move: (by) => choose(at + by), empty: () => slates.length === 0 };
}

/// "3", or "3=" where other candidates share the rank of the best relevant one.
function bestRankText(data, method, slate) {
  const rank = data.bestRank(method, slate);
  const shared = data.methods[method].ranks.subarray(data.offsets[slate], data.offsets[slate + 1]).filter((each) => each === rank).length > 1;
  return shared ? `${rank}=` : String(rank);
}

/// Scrolls the list alone, not the page.
function scrollWithin(list, option) {
  const above = option.offsetTop - list.offsetTop;
  if (above < list.scrollTop) list.scrollTop = above;
  const below = above + option.offsetHeight - list.clientHeight;
  if (below > list.scrollTop) list.scrollTop = below;
}

function slateOption(data, slate, wanted, place, count) {
  const ours = bestRankText(data, wanted.ours, slate), theirs = bestRankText(data, wanted.theirs, slate);
  const difference = gain(data, slate, wanted.ours, wanted.theirs);
  const outcome = difference > 0 ? ["gain", "▲"] : difference < 0 ? ["loss", "▼"] : ["muted", "="];
  return el("li", { role: "option", id: `slate-${slate}`, "aria-selected": "false", "aria-posinset": place + 1, "aria-setsize": count },
    el("span", { class: "name" }, bdi(data.group.slates.user[slate])),
    el("span", { class: `number ${outcome[0]}` }, wanted.ours === wanted.theirs ? `rank ${ours}` : `rank ${ours} / ${theirs} ${outcome[1]}`),
    el("span", { class: "what" }, bdi(data.target(slate).title)));
}

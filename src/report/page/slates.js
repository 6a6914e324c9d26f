// The browser of slates: filters, list, and the slate that is looked at.

function slatesSection(model) {
  if (model.slates.length === 0 && model.without_slates.length === 0) return null;
  const section = el("section", { id: "slates", "aria-labelledby": "slates-title" }, el("h2", { id: "slates-title" }, "Slates"));
  if (model.slates.length > 0) section.append(slateBrowser(model.slates));
  if (model.without_slates.length > 0)
    section.append(el("p", { class: "muted small" }, "Not here: ", model.without_slates.map((group, at) => [at > 0 ? "; " : "", bdi(group.title), ` (${group.why})`])));
  return section;
}

function slateBrowser(groups) {
  const place = el("div");
  const opened = new Map();
  const open = (index) => {
    if (!opened.has(index)) opened.set(index, browserOf(groups[index]));
    place.replaceChildren(opened.get(index));
  };
  open(0);
  if (groups.length === 1) return place;
  return el("div", null, el("div", { class: "controls" },
    chooser("Slates of", groups.map((group, index) => [String(index), group.title]), "0", (index) => open(Number(index)))), place);
}

/// Ours: the reference, or else the first; against it the first other one.
function firstChoice(data) {
  const found = data.methods.findIndex((method) => method.name === data.group.reference);
  const kept = data.methods.findIndex((method) => method.rationales);
  const ours = kept >= 0 ? kept : Math.max(0, found);
  const best = strongestOther(data, ours);
  return { ours, theirs: best < 0 ? ours : best };
}

/// The other method with the highest mean NDCG@10.
function strongestOther(data, ours) {
  let best = -1, highest = -1;
  data.methods.forEach((method, index) => {
    const sum = method.ndcg.reduce((total, value) => total + value, 0);
    if (index !== ours && sum > highest) [best, highest] = [index, sum];
  });
  return best;
}

function browserOf(group) {
  const data = openGroup(group);
  const wanted = { ...firstChoice(data), outcome: "all", trait: "any", sort: "file", text: "", more: [] };
  const view = el("div", { class: "view" });
  const status = el("p", { class: "muted small", role: "status" });
  const key = el("p", { class: "muted small" });
  let current = -1;
  const showSlate = (slate) => { current = slate; view.replaceChildren(slateView(data, slate, wanted)); };
  const list = slateList(showSlate);
  const search = el("input", { type: "search", placeholder: "user, title, word of a rationale", autocomplete: "off", spellcheck: "false" });

  function refresh() {
    const found = foundSlates(data, wanted);
    list.fill(data, found, wanted);
    status.textContent = `${whole(found.length)} of ${plural(data.count, "slate")}${outcomeText(data, wanted)}`;
    key.replaceChildren("Rank of the chosen item by ", bdi(data.methods[wanted.ours].name), ...(wanted.ours === wanted.theirs ? [] : [" / ", bdi(data.methods[wanted.theirs].name)]));
    if (found.length === 0) view.replaceChildren(el("p", null, "No slate passes these filters."));
  }
  search.addEventListener("input", () => { wanted.text = search.value; refresh(); });
  search.addEventListener("keydown", (event) => { if (event.key === "ArrowDown") { event.preventDefault(); list.list.focus(); } });

  const browser = el("div", null, sampleNote(group),
    filters(data, wanted, search, refresh), methodChoices(data, wanted, () => current >= 0 && showSlate(current)),
    el("div", { class: "browser" }, el("div", { class: "list" }, status, key, list.list), view), rationaleSamples(data));
  keyboard(browser, search, list);
  refresh();
  return browser;
}

function sampleNote(group) {
  const part = group.part === "test" ? "" : ` (${group.part})`;
  return el("p", { class: "muted small" }, `Protocol ${group.protocol}${part}. `,
    group.shown < group.total ? `${whole(group.shown)} of ${plural(group.total, "slate")}, whole users drawn with seed ${group.seed}.` : `All ${plural(group.total, "slate")}.`,
    " Ranks are exact; scores have two to three digits. Keys: ", el("kbd", null, "/"), " search, ", el("kbd", null, "j"), " and ", el("kbd", null, "k"), " next and previous slate.");
}

/// How the chosen pair does over all slates that are shown.
function outcomeText(data, wanted) {
  if (wanted.ours === wanted.theirs) return "";
  const counts = { win: 0, loss: 0, same: 0 };
  for (let slate = 0; slate < data.count; slate++) {
    const difference = gain(data, slate, wanted.ours, wanted.theirs);
    counts[difference > 0 ? "win" : difference < 0 ? "loss" : "same"]++;
  }
  return ` (over all: ${whole(counts.win)} wins, ${whole(counts.loss)} losses, ${whole(counts.same)} equal)`;
}

function filters(data, wanted, search, refresh) {
  const methods = data.methods.map((method, index) => [String(index), method.name]);
  const set = (key, number) => (value) => { wanted[key] = number ? Number(value) : value; refresh(); };
  return el("div", { class: "controls" },
    el("label", null, "Search", search),
    chooser("Method", methods, String(wanted.ours), set("ours", true)),
    chooser("Against", methods, String(wanted.theirs), set("theirs", true)),
    chooser("Show", [["all", "all slates"], ["win", "where the method wins"], ["loss", "where it loses"], ["same", "without a difference"]], "all", set("outcome")),
    chooser("Kind", [["any", "any"], ...Object.entries(TRAITS)], "any", set("trait")),
    chooser("Order", [["file", "as in the file"], ["gain", "largest win first"], ["loss", "largest loss first"], ["history", "shortest history first"]], "file", set("sort")));
}

/// Further methods whose ranks stand in the table of candidates.
function methodChoices(data, wanted, redraw) {
  if (data.methods.length < 3) return null;
  const toggle = (index) => (event) => {
    wanted.more = event.target.checked ? [...wanted.more, index] : wanted.more.filter((each) => each !== index);
    redraw();
  };
  return el("details", null, el("summary", null, "More methods in the table of candidates"),
    el("fieldset", null, el("legend", null, "Methods"), el("div", { class: "choices", tabindex: "0", role: "group", "aria-label": "Methods" }, data.methods.map((method, index) => el("label", null,
      el("input", { type: "checkbox", onchange: toggle(index) }), bdi(method.name))))));
}

/// "/" searches, "j" and "k" move, wherever the reader is in the browser; Escape empties the search.
function keyboard(browser, search, list) {
  const typing = (target) => target.closest("input, select, textarea") !== null;
  document.addEventListener("keydown", (event) => {
    if (!browser.isConnected || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && event.target === search && search.value) {
      search.value = "";
      search.dispatchEvent(new Event("input"));
    }
    if (typing(event.target)) return;
    if (event.key === "/") {
      event.preventDefault();
      browser.scrollIntoView({ block: "start" });
      search.focus();
    }
    if ((event.key === "j" || event.key === "k") && !list.empty()) list.move(event.key === "j" ? 1 : -1);
  });
}

// A sample of what a method wrote, to be read as it stands, and how much it repeats itself.

const SAMPLED = 50;

/// Everything kept of a method's rationales: {slate, place, text, score}.
function keptRationales(data, method) {
  return Object.entries(method.rationales).flatMap(([slate, kept]) => kept.texts.flatMap((texts, place) =>
    texts.map((text, g) => ({ slate: Number(slate), place, text, score: kept.scores[place][g] }))));
}

/// Equal steps through all of them, beginning within the first: no luck is involved, and none is chosen.
function evenly(list, count) {
  const step = Math.max(1, list.length / count);
  return range(0, Math.min(count, list.length)).map((i) => list[Math.floor(i * step + step / 2)]);
}

/// Distinct triples of words over all triples: near 1 nothing is repeated, near 0 one phrase is everywhere.
function distinctTriples(texts) {
  const seen = new Set();
  let all = 0;
  for (const text of texts) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (let i = 0; i + 2 < words.length; i++) {
      seen.add(`${words[i]} ${words[i + 1]} ${words[i + 2]}`);
      all++;
    }
  }
  return all === 0 ? null : seen.size / all;
}

function rationaleSamples(data) {
  const methods = data.methods.filter((method) => method.rationales);
  return methods.map((method) => {
    const place = el("div");
    const details = el("details", { ontoggle: () => details.open && place.childElementCount === 0 && place.append(rationaleSample(data, method)) },
      el("summary", null, `${SAMPLED} rationales of `, bdi(method.name)), place);
    return details;
  });
}

function rationaleSample(data, method) {
  const all = keptRationales(data, method);
  const labels = data.relevant.map((list) => new Map(list.map(({ place, label }) => [place, label])));
  const empty = all.filter((one) => one.text === "").length;
  return el("div", null,
    el("p", { class: "muted small" }, `${whole(all.length)} are in this page, of which these stand at equal distances. Distinct triples of words over all of them: ${fixed(distinctTriples(all.map((one) => one.text)))}; empty: ${percent(empty / Math.max(1, all.length))}.`),
    dataTable([
      { title: "rationale", header: true, cell: (one) => bdi(one.text || "(nothing)") },
      { title: "item", cell: (one) => [bdi(data.item(data.group.candidates[data.offsets[one.slate] + one.place]).title), labels[one.slate].has(one.place) ? [" ", el("span", { class: "mark" }, "chosen")] : null] },
      { title: "score after it", right: true, cell: (one) => brief(one.score), sort: (one) => one.score },
      { title: "user", cell: (one) => bdi(data.group.slates.user[one.slate]) },
    ], evenly(all, SAMPLED), { label: `Rationales of ${method.name}`, wide: true }));
}

// Puts the page together from its model.

const SECTIONS = [
  ["headline", "Headline", headlineSection], ["results", "Results", resultsSection], ["studies", "Studies", studiesSection], ["curves", "Training", curvesSection],
  ["slates", "Slates", slatesSection], ["data", "Data", dataSection], ["speed", "Speed", benchSection], ["provenance", "How it was made", provenanceSection],
];

/// Light, dark, or as the system has it; nothing is stored.
function themeButton(button) {
  const themes = ["", "light", "dark"];
  let at = 0;
  const show = () => {
    if (themes[at]) document.documentElement.dataset.theme = themes[at];
    else delete document.documentElement.dataset.theme;
    button.textContent = `Colours: ${themes[at] || "as the system"}`;
  };
  button.addEventListener("click", () => { at = (at + 1) % themes.length; show(); });
  button.hidden = false;
  show();
}

/// Marks the section that is read in the list of sections.
function followReader(links) {
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const [id, link] of links) {
        if (id === entry.target.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "-15% 0px -80% 0px" });
  for (const [id] of links) observer.observe(document.getElementById(id));
}

function start() {
  const model = JSON.parse(document.getElementById("model").textContent);
  document.getElementById("heading").append(bdi(model.title));
  document.getElementById("summary").textContent = [plural(model.tables.length, "table"), plural(model.curves.length, "training curve"), plural(model.data.length, "data set"),
    plural(model.slates.reduce((sum, group) => sum + group.shown, 0), "slate"), plural(model.studies.length, "study", "studies")].filter((text) => !text.startsWith("0 ")).join(" · ");
  themeButton(document.getElementById("theme"));
  const content = document.getElementById("content");
  content.replaceChildren();
  const links = [];
  for (const [id, title, make] of SECTIONS) {
    const section = make(model);
    if (section === null) continue;
    content.append(section);
    links.push([id, el("a", { href: `#${id}` }, title)]);
  }
  document.getElementById("sections").append(el("ul", null, links.map(([, link]) => el("li", null, link))));
  document.getElementById("footer").append(el("p", { class: "small" }, "Made by ", bdi(model.program),
    " with Observable Plot and d3 (ISC licence, in the source of this page). Nothing on it is fetched from elsewhere."));
  followReader(links);
}

start();

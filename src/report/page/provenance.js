// Commands, configurations, versions.

/// A command with a button that copies it.
function command(text) {
  const button = el("button", { type: "button", class: "quiet" }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? "Copied" : "Copy by hand";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return el("div", { class: "command" }, el("pre", { tabindex: "0", "aria-label": "Command" }, el("code", null, text)), button);
}

/// A page opened from disk may not be let at the clipboard.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function provenanceSection(model) {
  return el("section", { id: "provenance", "aria-labelledby": "provenance-title" },
    el("h2", { id: "provenance-title" }, "How it was made"),
    el("p", null, "This page: ", bdi(model.program)), command(model.command),
    model.provenance.map(sourceBlock),
    versions(model));
}

function sourceBlock(source) {
  return el("div", { class: "block" }, el("h3", null, `${source.kind}: `, el("code", null, source.path)),
    source.command ? command(source.command) : null,
    source.details.length > 0 ? el("dl", { class: "facts long" }, source.details.map(([what, value]) => fact(what, value))) : null,
    source.text ? el("details", null, el("summary", null, "Configuration"), el("pre", { class: "long", tabindex: "0", "aria-label": `Configuration of ${source.path}` }, source.text)) : null);
}

function versions(model) {
  return el("details", null, el("summary", null, "Versions"),
    el("dl", { class: "facts" }, fact("program", model.program), model.libraries.map(([name, version]) => fact(name, version)),
      fact("Observable Plot", Plot.version ?? "?"), fact("d3", d3.version ?? "?")));
}

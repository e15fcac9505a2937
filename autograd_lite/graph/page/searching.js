// The search: every word must be found in what a node or module is called, or in the line that made it.

const search = byId("search"), found = byId("found");
const MOST = 50;
let results = [];

// What an item is called and where it is; and after that, the line that made it.
function textsOf(item) {
  if (item.texts === undefined) {
    const name = item.isGroup ? [item.t, item.path] : [item.t, item.o, item.n, item.k, `n${item.index}`, item.parent.path, item.s.join(" "), item.m];
    const line = item.l === undefined ? [] : [data.lines[item.l][3], `${data.lines[item.l][0]}:${data.lines[item.l][1]}`];
    item.texts = [name, [...name, ...line]].map((parts) => parts.filter(Boolean).join("\n").toLowerCase());
  }
  return item.texts;
}

// 0 for what is called exactly so, 1 for what has all words in its name, 2 with its line; 3 is no result.
function distance(item, words, wanted) {
  if (item.t.toLowerCase() === words || `n${item.index}` === words) return 0;
  const [name, all] = textsOf(item);
  return wanted.every((word) => name.includes(word)) ? 1 : wanted.every((word) => all.includes(word)) ? 2 : 3;
}

function lookFor(text) {
  const words = text.trim().toLowerCase(), wanted = words.split(/\s+/).filter(Boolean);
  if (!wanted.length) return [];
  const ranked = [[], [], [], []];
  for (const item of [...calls.filter((group) => group.parent && group.children.length), ...nodes]) ranked[distance(item, words, wanted)].push(item);
  return ranked.slice(0, 3).flat();
}

function showResults() {
  results = lookFor(search.value);
  found.replaceChildren(...results.slice(0, MOST).map((item, i) => {
    const entry = html("li", { role: "option", id: `result-${i}`, "aria-selected": String(i === 0) }, titleOf(item),
      html("span", { class: "where" }, item.isGroup ? item.path : [`n${item.index}`, item.s.join(" "), item.parent.path].filter(Boolean).join(" · ")));
    entry.onmousedown = (event) => { event.preventDefault(); choose(i); };
    return entry;
  }));
  if (results.length > MOST) found.append(html("li", { class: "where" }, `and ${results.length - MOST} more`));
  found.hidden = !results.length;
  if (search.value.trim()) say(results.length ? `${results.length} found` : "nothing found");
}

function choose(i) {
  if (!results[i]) return;
  found.hidden = true;
  goTo(results[i]);
  stage.focus();
}

function move(by) {
  const entries = [...found.querySelectorAll("[role=option]")];
  const at = entries.findIndex((entry) => entry.getAttribute("aria-selected") === "true");
  const next = Math.min(Math.max(at + by, 0), entries.length - 1);
  entries.forEach((entry, i) => entry.setAttribute("aria-selected", String(i === next)));
  entries[next]?.scrollIntoView({ block: "nearest" });
  search.setAttribute("aria-activedescendant", `result-${next}`);
}

search.oninput = showResults;
search.onfocus = showResults;
search.onblur = () => { found.hidden = true; };
search.onkeydown = (event) => {
  event.stopPropagation();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { move(event.key === "ArrowDown" ? 1 : -1); event.preventDefault(); }
  if (event.key === "Enter") choose([...found.querySelectorAll("[role=option]")].findIndex((entry) => entry.getAttribute("aria-selected") === "true"));
  if (event.key === "Escape") { found.hidden = true; stage.focus(); }
};

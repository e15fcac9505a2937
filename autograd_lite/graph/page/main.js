// Selecting, moving, and the keys.

function say(text) { byId("status").textContent = text; }

function markSelected() {
  for (const element of picture.querySelectorAll(".selected")) element.classList.remove("selected");
  const shown = selected === null ? null : placeOf(selected) ? selected : selected.isGroup ? null : shownFor(selected);
  placeOf(shown)?.element.classList.add("selected");
}

function select(item) {
  selected = item;
  markSelected();
  inspect(item);
  if (item !== null) say(describe(item));
}

function goTo(item) {
  reveal(item);
  draw();
  select(item);
  center(item);
}

const EXPANDED = 2500; // boxes that "Expand all" opens at most

function expandAll() {
  if (!setAll(true, EXPANDED)) say("the graph is too large to open at once; open its modules one by one");
  draw();
  fit();
}

function collapseAll() {
  setAll(false, Infinity);
  draw();
  fit();
}

function switchTheme() {
  const page = document.documentElement;
  page.dataset.theme = page.dataset.theme === "dark" ? "light" : "dark";
  colour();
}

// To what is above, below or beside the selection, along the edges.
function walk(key) {
  if (selected === null) { const last = drawn.order[drawn.order.length - 1]; select(key === "ArrowUp" ? nodes[nodes.length - 1] : drawn.order[0] ?? last); keepInSight(selected); return; }
  const here = placeOf(selected) ? selected : shownFor(selected);
  const near = new Set();
  for (const { link } of drawn.pieces) {
    const from = shownFor(link.source);
    for (const target of link.targets) {
      const to = shownFor(target);
      if (key === "ArrowUp" && to === here && from !== here) near.add(from);
      if (key === "ArrowDown" && from === here && to !== here) near.add(to);
    }
  }
  let next = [...near][0];
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const boxes = [...drawn.boxes.keys()].sort((a, b) => drawn.boxes.get(a).y - drawn.boxes.get(b).y || drawn.boxes.get(a).x - drawn.boxes.get(b).x);
    next = boxes[boxes.indexOf(here) + (key === "ArrowLeft" ? -1 : 1)];
  }
  if (next) { select(next); keepInSight(next); }
}

const KEYS = {
  "/": () => search.focus(),
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => fit(),
  c: collapseAll, e: expandAll, t: switchTheme,
  ",": () => byId("back").click(), ".": () => byId("next").click(), " ": () => playButton.click(),
  "?": () => byId("keys").showModal(),
  Enter: () => { if (selected?.isGroup) toggle(selected); },
  Escape: () => { play(false); select(null); },
};

document.addEventListener("keydown", (event) => {
  if (!event.key || event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const typing = event.target.closest("input, select, button, dialog");
  if (typing && event.key !== "Escape" && !(typing === scrubber && event.key === " ")) return;
  if (event.key.startsWith("Arrow")) walk(event.key);
  else {
    const action = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (!action) return;
    action();
  }
  event.preventDefault();
});

// -- the pointer

const itemOf = (event) => event.target.closest?.(".box, .frame")?.item ?? null;
let grip = null;
stage.addEventListener("pointerdown", (event) => {
  if (event.button === 0) grip = { x: event.clientX, y: event.clientY, left: view.x, top: view.y, moved: false, item: itemOf(event) };
});
window.addEventListener("pointermove", (event) => {
  if (!grip) return;
  const dx = event.clientX - grip.x, dy = event.clientY - grip.y;
  if (!grip.moved && Math.hypot(dx, dy) < 4) return;
  grip.moved = true;
  stage.classList.add("moving");
  view.x = grip.left + dx;
  view.y = grip.top + dy;
  look();
});
window.addEventListener("pointerup", () => {
  if (grip && !grip.moved) select(grip.item);
  grip = null;
  stage.classList.remove("moving");
});
stage.addEventListener("dblclick", (event) => { const item = itemOf(event); if (item?.isGroup) { toggle(item); select(item); } });
stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  const room = stage.getBoundingClientRect();
  zoom(Math.exp(-Math.min(Math.max(event.deltaY, -60), 60) * 0.004), event.clientX - room.left, event.clientY - room.top);
}, { passive: false });

byId("collapse").onclick = collapseAll;
byId("expand").onclick = expandAll;
byId("fit").onclick = () => fit();
byId("zoom-in").onclick = () => zoom(1.25);
byId("zoom-out").onclick = () => zoom(0.8);
byId("theme").onclick = switchTheme;
byId("help").onclick = () => byId("keys").showModal();
byId("colour").onchange = colour;
window.addEventListener("resize", () => fit(0.6));

if (document.documentElement.dataset.theme === "auto") {
  document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
draw();
fit(0.6);
inspect(null);
const wrong = nodes.find((node) => node.m);
if (wrong) goTo(wrong);
document.documentElement.dataset.ready = "true";

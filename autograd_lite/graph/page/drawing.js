// The picture: boxes, frames of open groups and edges as SVG; the camera; colours.

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);
const stage = byId("stage"), picture = byId("picture"), camera = byId("camera");
const drawn = { boxes: new Map(), frames: new Map(), pieces: [], into: new Map(), order: [] };
const view = { x: 0, y: 0, scale: 1 };
let selected = null;

function make(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function describe(item) {
  const what = item.isGroup
    ? `${item.t}, ${item.kind === "slice" ? "part of the graph" : "module"} of ${item.count} operations, ${item.open ? "open" : "closed"}`
    : `${titleOf(item)}, ${item.k === "op" ? "operation" : item.k}${item.s.length ? `, ${item.s.join(", ")}` : ""}`;
  return item.m ? `${what}, ${item.m}` : what;
}

function shapeOf(item, width, height) {
  if (item.isGroup) return make("rect", { class: "shape", width, height, rx: 4 });
  if (item.k === "parameter") return make("path", { class: "shape", d: `M0,5L5,0H${width}V${height - 5}L${width - 5},${height}H0ZM0,5H${width - 5}V${height}M${width - 5},5L${width},0` });
  if (item.k === "input" || item.k === "output") return make("rect", { class: "shape", width, height, rx: height / 2 });
  return make("rect", { class: "shape", width, height, rx: item.k === "constant" ? 0 : 7 });
}

function drawBox(item, x, y) {
  const { boxWidth: width, boxHeight: height } = item;
  const box = make("g", {
    class: `box ${item.isGroup ? "group" : item.k}${item.m || (item.isGroup && item.bad) ? " marked" : ""}`,
    transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, tabindex: -1, role: "button", "aria-label": describe(item),
  });
  if (item.isGroup) {
    box.setAttribute("aria-expanded", "false");
    box.append(make("rect", { class: "behind", x: 4, y: 4, width, height, rx: 4 }));
  }
  box.append(shapeOf(item, width, height));
  item.lines.forEach((line, i) => {
    const text = make("text", { x: width / 2, y: item.lines.length > 1 ? (i ? 28 : 15) : 15, "text-anchor": "middle" });
    if (i) text.setAttribute("class", "sub");
    text.textContent = line;
    box.append(text);
  });
  box.item = item;
  drawn.boxes.set(item, { element: box, x, y, width, height });
  drawn.order.push(item);
  byId("boxes").append(box);
}

function drawFrame(group, x, y) {
  const { width, height } = group.layout;
  const frame = make("g", { class: "frame", transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` },
    make("rect", { width, height, rx: 6 }), make("text", { x: 10, y: 15 }));
  frame.lastChild.textContent = `▾ ${group.t}`;
  frame.item = group;
  drawn.frames.set(group, { element: frame, x, y, width, height });
  byId("groups").append(frame);
}

function drawPiece(piece, x, y) {
  const points = piece.points.map(([px, py]) => [px + x, py + y]);
  const edge = make("path", { class: "edge", d: pathOf(points) });
  const [ex, ey] = points[points.length - 1];
  const parts = [edge];
  if (piece.link.to !== null && !isOpen(piece.link.to)) {
    parts.push(make("path", { class: "tip", d: `M${(ex - 3.5).toFixed(1)},${(ey - 7).toFixed(1)}h7L${ex.toFixed(1)},${ey.toFixed(1)}Z` }));
  }
  const shown = { parts, link: piece.link, last: points[Math.floor(points.length / 2)], done: Math.min(...piece.link.targets.map((target) => target.index)) };
  drawn.pieces.push(shown);
  for (const target of piece.link.targets) {
    if (!drawn.into.has(target.index)) drawn.into.set(target.index, []);
    drawn.into.get(target.index).push(shown);
  }
  byId("edges").append(...parts);
}

function draw() {
  layoutOf(root);
  drawn.boxes.clear(); drawn.frames.clear(); drawn.into.clear();
  drawn.pieces.length = 0; drawn.order.length = 0;
  for (const layer of ["groups", "edges", "boxes"]) byId(layer).replaceChildren();
  const stack = [[root, 0, 0]];
  while (stack.length) {
    const [group, x, y] = stack.pop();
    if (group !== root) drawFrame(group, x, y);
    for (const piece of group.layout.pieces) drawPiece(piece, x, y);
    for (const child of group.children) {
      const at = group.layout.at.get(child);
      if (isOpen(child)) stack.push([child, x + at.x, y + at.y]);
      else drawBox(child, x + at.x, y + at.y);
    }
  }
  colour();
  markSelected();
  showStep();
}

// -- the camera

function look() {
  camera.setAttribute("transform", `translate(${view.x},${view.y}) scale(${view.scale})`);
  picture.classList.toggle("far", view.scale < 0.3);
}

function fit(least = 0) { // a scale at which text can be read, if asked for: then the picture begins at the top
  const { width, height } = root.layout;
  const room = stage.getBoundingClientRect();
  view.scale = Math.max(Math.min(room.width / (width + 20), room.height / (height + 20), 1.4) || 1, least);
  view.x = (room.width - width * view.scale) / 2;
  view.y = Math.max((room.height - height * view.scale) / 2, 6);
  look();
}

function zoom(factor, x, y) {
  const room = stage.getBoundingClientRect();
  x ??= room.width / 2; y ??= room.height / 2;
  const scale = Math.min(Math.max(view.scale * factor, 0.01), 4);
  view.x = x - (x - view.x) * scale / view.scale;
  view.y = y - (y - view.y) * scale / view.scale;
  view.scale = scale;
  look();
}

const placeOf = (item) => drawn.boxes.get(item) || drawn.frames.get(item);

function center(item) {
  const at = placeOf(item), room = stage.getBoundingClientRect();
  if (!at) return;
  if (view.scale < 0.6) view.scale = 0.9;
  view.x = room.width / 2 - (at.x + Math.min(at.width, room.width / view.scale) / 2) * view.scale;
  view.y = room.height / 2 - (at.y + Math.min(at.height, room.height / view.scale) / 2) * view.scale;
  look();
}

function keepInSight(item) {
  const at = placeOf(item), room = stage.getBoundingClientRect();
  if (!at) return;
  const x = at.x * view.scale + view.x, y = at.y * view.scale + view.y;
  if (x < 0 || y < 0 || x + at.width * view.scale > room.width || y + at.height * view.scale > room.height) center(item);
}

// Open or close, and leave the group where it was on the screen.
function toggle(group) {
  const before = placeOf(group);
  setOpen(group, !group.open);
  draw();
  const after = placeOf(group);
  if (before && after) {
    view.x += (before.x - after.x) * view.scale;
    view.y += (before.y - after.y) * view.scale;
    look();
  }
  say(`${group.t} ${group.open ? "opened" : "closed"}`);
}

// -- colours

const MEASURES = {
  gradient: ["gradient norm", (item) => (item.isGroup ? item.gradient : item.g ? normOf(item.g) : null), number],
  forward: ["forward time", (item) => (item.isGroup ? item.forward : item.ft) || null, time],
  backward: ["backward time", (item) => (item.isGroup ? item.backward : item.bt) || null, time],
  memory: ["memory kept", (item) => (item.isGroup ? item.memory : item.b) || null, bytes],
};

function colour() {
  const mode = byId("colour").value, legend = byId("legend");
  legend.replaceChildren();
  for (const [, { element }] of drawn.boxes) element.querySelector(".shape").removeAttribute("style");
  if (mode === "kind") {
    for (const kind of ["op", "parameter", "input", "constant", "output"]) {
      const swatch = document.createElement("i");
      swatch.style.background = `var(--${kind})`;
      legend.append(swatch, kind === "op" ? "operation" : kind);
    }
    return;
  }
  if (mode === "nonfinite") {
    legend.textContent = firstBad() ? "" : "all that is known is finite";
    for (const [item, { element }] of drawn.boxes) {
      const bad = item.isGroup ? hasBad(item) : isBad(item);
      element.querySelector(".shape").style.fill = bad ? "var(--bad-fill)" : "var(--paper)";
    }
    const first = firstBad();
    if (first) {
      const button = document.createElement("button");
      button.textContent = `first: ${titleOf(first)}`;
      button.onclick = () => goTo(first);
      legend.append(button);
    }
    return;
  }
  const [name, measured, unit] = MEASURES[mode];
  const known = [...drawn.boxes.keys()].map((item) => measured(item)).filter((value) => value !== null && value > 0 && Number.isFinite(value));
  if (!known.length) { legend.textContent = `no ${name} is known: record inside of ag.graph.details()`; return; }
  const low = Math.log(Math.min(...known)), high = Math.log(Math.max(...known));
  const share = (value) => (high > low ? (Math.log(Math.max(value, Math.exp(low))) - low) / (high - low) : 0.5);
  const paint = (value) => (value === null ? "var(--paper)" : Number.isFinite(value) ? shade(share(value)) : "var(--bad-fill)");
  for (const [item, { element }] of drawn.boxes) element.querySelector(".shape").style.fill = paint(measured(item));
  const scale = document.createElement("i");
  scale.className = "scale";
  scale.style.background = `linear-gradient(to right, ${[0, 0.5, 1].map(shade).join(", ")})`;
  legend.append(unit(Math.exp(low)), scale, unit(Math.exp(high)));
}

function shade(share) { // one hue, so that it is read without colours too
  const dark = document.documentElement.dataset.theme === "dark";
  return dark ? `hsl(24 75% ${14 + 36 * share}%)` : `hsl(24 90% ${97 - 40 * share}%)`;
}

const isBad = (node) => Boolean((node.v && node.v[7] + node.v[8] > 0) || (node.g && node.g[7] + node.g[8] > 0) || node.m === "nonfinite");
const hasBad = (group) => nodes.slice(group.first, group.last + 1).some((node) => isBad(node) && inside(node, group));
function inside(node, group) {
  for (let at = node.parent; at; at = at.parent) if (at === group) return true;
  return false;
}
const firstBad = () => nodes.find((node) => node.m === "nonfinite") || nodes.find(isBad) || null;

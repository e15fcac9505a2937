// The graph as a tree of groups: the calls of modules, and slices of groups that would be too long to look at.

const data = JSON.parse(document.getElementById("data").textContent);
const nodes = data.nodes;
const LONGEST = 48; // children of a group

nodes.forEach((node, i) => {
  node.index = i;
  node.consumers = [];
  node.a = node.a || [];
  node.s = node.s || [];
});
nodes.forEach((node) => {
  for (const argument of new Set(node.a)) if (argument !== null) nodes[argument].consumers.push(node);
});

const newGroup = (kind, title, path) => ({
  isGroup: true, kind, t: title, path, children: [], parent: null, open: false, links: [], layout: null,
});

const root = newGroup("root", data.title, "");
root.open = true;
const calls = data.calls.map((call) => newGroup(call.k, call.n ? `${call.n}: ${call.k}` : call.k, call.p));
const put = (child, parent) => { child.parent = parent; parent.children.push(child); };
calls.forEach((group, i) => put(group, data.calls[i].o === null ? root : calls[data.calls[i].o]));
nodes.forEach((node) => put(node, node.c === undefined ? root : calls[node.c]));

// Of all elements; its statistics have the norm of those that are finite.
const normOf = (about) => (about[7] ? NaN : about[8] ? Infinity : about[5] === null ? null : Number(about[5]));

// What a group holds in all: from its first to its last node, and how many of each kind.
function sumUp(group) {
  Object.assign(group, { first: Infinity, last: -1, count: 0, parameters: 0, forward: 0, backward: 0, memory: 0, gradient: null, bad: false });
  for (const child of group.children) {
    const own = child.isGroup ? child : ownSums(child);
    group.first = Math.min(group.first, own.first);
    group.last = Math.max(group.last, own.last);
    for (const key of ["count", "parameters", "forward", "backward", "memory"]) group[key] += own[key];
    if (own.gradient !== null) group.gradient = Math.max(group.gradient ?? 0, own.gradient);
    group.bad ||= own.bad;
  }
}

function ownSums(node) {
  const size = node.s.reduce((sum, text) => sum + sizeOf(text), 0);
  return {
    first: node.index, last: node.index, count: node.k === "op" ? 1 : 0, parameters: node.k === "parameter" ? size : 0,
    forward: node.ft ?? 0, backward: node.bt ?? 0, memory: node.b ?? 0,
    gradient: node.g ? normOf(node.g) : null, bad: Boolean(node.m),
  };
}

function sizeOf(text) { // of "(3, 4) float32"
  return (text.slice(1, text.indexOf(")")).match(/\d+/g) || []).reduce((product, n) => product * Number(n), 1);
}

function deepestFirst() {
  const order = [root];
  for (let i = 0; i < order.length; i++) for (const child of order[i].children) if (child.isGroup) order.push(child);
  return order.reverse();
}

// Where a child stands in its group: a leaf just before what first uses it there.
function place(child) {
  if (child.isGroup) return child.first;
  if (child.a.length || !child.consumers.length) return child.index;
  return Math.min(...child.consumers.map((consumer) => consumer.index)) - 0.5;
}

// A group with too many children gets slices of them in their places, and these slices of slices.
function slice(group) {
  if (group.children.length <= LONGEST) return;
  const length = Math.max(Math.ceil(group.children.length / (LONGEST / 2)), LONGEST / 2);
  const children = group.children;
  group.children = [];
  for (let i = 0; i < children.length; i += length) {
    const part = newGroup("slice", "", group.path);
    for (const child of children.slice(i, i + length)) put(child, part);
    sumUp(part);
    part.t = `${part.count} operation${part.count === 1 ? "" : "s"}`;
    put(part, group);
    slice(part);
  }
}

for (const group of deepestFirst()) {
  sumUp(group);
  group.children = group.children.filter((child) => !child.isGroup || child.children.length);
  group.children.sort((a, b) => place(a) - place(b));
  slice(group);
}

function depthOf(item) {
  let depth = 0;
  for (let at = item.parent; at; at = at.parent) depth++;
  return depth;
}

// Each edge as pieces: one in the group that holds both ends, and one in each group between that one and an end.
// A piece goes from a child, or from a port at the top, to a child, or to a port at the bottom.
function linkUp() {
  const pieces = new Map(); // by group, source and ends
  let ids = 0;
  const idOf = (item) => (item === null ? "" : (item.id ??= ids++));
  const add = (group, source, from, to, target) => {
    const key = `${idOf(group)} ${source.index} ${idOf(from)} ${idOf(to)}`;
    let piece = pieces.get(key);
    if (!piece) {
      piece = { source, from, to, targets: [] };
      pieces.set(key, piece);
      group.links.push(piece);
    }
    if (piece.targets[piece.targets.length - 1] !== target) piece.targets.push(target);
  };
  for (const target of nodes) {
    for (const argument of new Set(target.a)) {
      if (argument === null) continue;
      const source = nodes[argument];
      let from = source, to = target, up = depthOf(source), across = depthOf(target);
      while (from.parent !== to.parent) {
        if (up >= across) { add(from.parent, source, from, null, target); from = from.parent; up--; }
        else { add(to.parent, source, null, to, target); to = to.parent; across--; }
      }
      add(from.parent, source, from, to, target);
    }
  }
}
linkUp();

const isOpen = (item) => item.isGroup && item.open;

// The box that stands for a node: itself, or the outermost closed group around it.
function shownFor(node) {
  let shown = node;
  for (let at = node.parent; at; at = at.parent) if (!at.open) shown = at;
  return shown;
}

function setOpen(group, open) {
  if (!group.isGroup || group === root || group.open === open) return;
  group.open = open;
  for (let at = group; at; at = at.parent) at.layout = null;
}

function reveal(item) {
  for (let at = item.parent; at; at = at.parent) setOpen(at, true);
}

function setAll(open, limit) {
  let left = limit;
  const order = [root];
  for (let i = 0; i < order.length && left > 0; i++) {
    for (const child of order[i].children) {
      if (!child.isGroup) continue;
      if (open && (left -= child.children.length) < 0) return false; // more would be no picture any more
      setOpen(child, open);
      order.push(child);
    }
  }
  return true;
}

// A reader who has seen the outermost module knows nothing yet: open while few boxes are there.
function openFirst() {
  let boxes = root.children.length;
  let level = [root];
  while (level.length) {
    const groups = level.flatMap((group) => group.children.filter((child) => child.isGroup));
    const more = groups.reduce((sum, group) => sum + group.children.length - 1, 0);
    if (!groups.length || boxes + more > LONGEST / 2) return;
    groups.forEach((group) => setOpen(group, true));
    boxes += more;
    level = groups;
  }
}
openFirst();

// Where everything lies: each open group is laid out by itself, so that opening one moves only those around it.

const PAD = 14, HEAD = 22, TALL = 36, SMALL = 22, WIDEST = 230;
const ruler = document.createElement("canvas").getContext("2d");
const widths = new Map();

function widthOf(text, font) {
  const key = font + text;
  if (!widths.has(key)) {
    ruler.font = `${font} system-ui, "Segoe UI", Helvetica, Arial, sans-serif`;
    widths.set(key, ruler.measureText(text).width);
  }
  return widths.get(key);
}

function shortened(text, font) {
  if (widthOf(text, font) <= WIDEST) return text;
  let end = text.length;
  while (end > 1 && widthOf(`${text.slice(0, end)}…`, font) > WIDEST) end = Math.ceil(end * 0.9) - 1;
  return `${text.slice(0, end)}…`;
}

function titleOf(item) {
  if (item.isGroup) return item.t;
  return item.n && item.k === "op" ? `${item.n} = ${item.t}` : item.t;
}

function subtitleOf(item) {
  if (!item.isGroup) {
    const options = (item.x || []).map(([name, value]) => `${name}=${value}`).join(" ");
    return [item.s.length > 2 ? `${item.s.length} arrays` : item.s.join(" "), options].filter(Boolean).join("  ");
  }
  const parts = [item.kind === "slice" ? `n${item.first} to n${item.last}` : `${item.count} operation${item.count === 1 ? "" : "s"}`];
  if (item.parameters) parts.push(`${item.parameters.toLocaleString("en")} parameters`);
  return parts.join(", ");
}

function measure(item) {
  if (item.lines) return;
  item.lines = [shortened(titleOf(item), "12px"), shortened(subtitleOf(item), "10px")].filter(Boolean);
  const wide = Math.max(...item.lines.map((line, i) => widthOf(line, i ? "10px" : "12px")));
  item.boxWidth = Math.max(wide + 22, 44);
  item.boxHeight = item.lines.length > 1 ? TALL : SMALL;
}

// Blocks that repeat are laid out once: what dagre makes of a group, by the sizes and links that it is told.
const arranged = new Map();

function arrange(sizes, links, tops, bottoms) {
  const key = JSON.stringify([sizes, links, tops, bottoms]);
  if (!arranged.has(key)) arranged.set(key, arrangeAnew(sizes, links, tops, bottoms));
  return arranged.get(key);
}

// Children are c0, c1, ...; ports at the top i0, i1, ..., at the bottom o0, o1, ...
function arrangeAnew(sizes, links, tops, bottoms) {
  const inner = new dagre.graphlib.Graph();
  inner.setGraph({ rankdir: "TB", nodesep: 16, edgesep: 8, ranksep: links.length > 60 ? 44 : 30, marginx: 0, marginy: 0 });
  inner.setDefaultEdgeLabel(() => ({}));
  sizes.forEach(([width, height], i) => inner.setNode(`c${i}`, { width, height }));
  for (let i = 0; i < tops; i++) inner.setNode(`i${i}`, { width: 2, height: 1 });
  for (let i = 0; i < bottoms; i++) inner.setNode(`o${i}`, { width: 2, height: 1 });
  for (const [from, to] of links) inner.setEdge(from, to, { weight: 1 });
  // Ports lie in the first and the last row: a child that nothing else holds there is kept away from them.
  if (tops) {
    const fed = new Set(links.map(([, to]) => to));
    inner.setNode("top", { width: 0, height: 0 });
    for (let i = 0; i < tops; i++) inner.setEdge("top", `i${i}`, { weight: 50 });
    sizes.forEach((_, i) => { if (!fed.has(`c${i}`)) inner.setEdge("top", `c${i}`, { weight: 0, minlen: 2 }); });
  }
  if (bottoms) {
    const used = new Set(links.map(([from]) => from));
    inner.setNode("bottom", { width: 0, height: 0 });
    for (let i = 0; i < bottoms; i++) inner.setEdge(`o${i}`, "bottom", { weight: 50 });
    sizes.forEach((_, i) => { if (!used.has(`c${i}`)) inner.setEdge(`c${i}`, "bottom", { weight: 0, minlen: 2 }); });
  }
  dagre.layout(inner);
  const place = (name) => { const { x, y, width, height } = inner.node(name); return { x, y, width, height }; };
  return {
    boxes: sizes.map((_, i) => place(`c${i}`)),
    tops: Array.from({ length: tops }, (_, i) => place(`i${i}`).x),
    bottoms: Array.from({ length: bottoms }, (_, i) => place(`o${i}`).x),
    bends: links.map(([from, to]) => inner.edge(from, to).points.map(({ x, y }) => [x, y])),
  };
}

// Gives { width, height, at: Map from child to {x, y, width, height}, pieces, tops, bottoms } relative to the group;
// tops and bottoms are the places of its ports, by the node that a line through them comes from.
function layoutOf(group) {
  if (group.layout) return group.layout;
  const keys = new Map(group.children.map((child, i) => [child, `c${i}`]));
  const sizes = group.children.map((child) => {
    measure(child);
    const { width, height } = isOpen(child) ? layoutOf(child) : { width: child.boxWidth, height: child.boxHeight };
    return [width, height];
  });
  const tops = new Map(), bottoms = new Map(); // from the source of a line to the number of its port
  const number = (ports, i) => { if (!ports.has(i)) ports.set(i, ports.size); return ports.get(i); };
  const links = group.links.map(({ source, from, to }) => [
    from === null ? `i${number(tops, source.index)}` : keys.get(from),
    to === null ? `o${number(bottoms, source.index)}` : keys.get(to),
  ]);
  const found = arrange(sizes, links, tops.size, bottoms.size);

  const head = group === root ? 0 : HEAD;
  const { boxes } = found;
  const xs = [...found.tops, ...found.bottoms, ...found.bends.flat().map(([x]) => x)];
  const left = Math.min(...xs, ...boxes.map((box) => box.x - box.width / 2));
  const right = Math.max(...xs, ...boxes.map((box) => box.x + box.width / 2));
  const top = Math.min(...boxes.map((box) => box.y - box.height / 2)), bottom = Math.max(...boxes.map((box) => box.y + box.height / 2));
  const gap = tops.size > 1 ? 26 : 12, below = bottoms.size > 1 ? 26 : 12; // room for lines to come apart
  const dx = PAD - left, dy = head + gap - top;
  const named = group === root ? 0 : widthOf(group.t, "12px") + 30;
  const width = Math.max(right - left + 2 * PAD, named);
  const height = bottom - top + head + gap + below;
  const at = new Map(group.children.map((child, i) => {
    const box = boxes[i];
    return [child, { x: box.x - box.width / 2 + dx, y: box.y - box.height / 2 + dy, width: box.width, height: box.height }];
  }));
  const portX = (x) => Math.min(Math.max(x + dx, 6), width - 6);
  group.layout = {
    width, height, at,
    tops: new Map([...tops].map(([source, i]) => [source, portX(found.tops[i])])),
    bottoms: new Map([...bottoms].map(([source, i]) => [source, portX(found.bottoms[i])])),
  };
  group.layout.pieces = group.links.map((link, i) => ({
    link, points: route(group, link, found.bends[i].map(([x, y]) => [x + dx, y + dy])),
  }));
  return group.layout;
}

// The points of a piece, its ends put where the port of an open group lies, or the border of this one.
function route(group, link, points) {
  const { at, tops, bottoms, height } = group.layout;
  const i = link.source.index;
  const path = points.slice(1, -1);
  const first = points[0], last = points[points.length - 1];
  if (link.from === null) path.unshift([tops.get(i), 0]);
  else if (isOpen(link.from)) path.unshift([at.get(link.from).x + layoutOf(link.from).bottoms.get(i), at.get(link.from).y + at.get(link.from).height]);
  else path.unshift([first[0], at.get(link.from).y + at.get(link.from).height]);
  if (link.to === null) path.push([bottoms.get(i), height]);
  else if (isOpen(link.to)) path.push([at.get(link.to).x + layoutOf(link.to).tops.get(i), at.get(link.to).y]);
  else path.push([last[0], at.get(link.to).y]);
  return path;
}

// Down, with upright tangents: lines come out of boxes and go into them straight.
function pathOf(points) {
  let text = `M${points[0][0].toFixed(1)},${points[0][1].toFixed(1)}`;
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1], [x1, y1] = points[i];
    const middle = ((y0 + y1) / 2).toFixed(1);
    text += `C${x0.toFixed(1)},${middle} ${x1.toFixed(1)},${middle} ${x1.toFixed(1)},${y1.toFixed(1)}`;
  }
  return text;
}

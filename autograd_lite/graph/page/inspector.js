// The panel beside the picture: everything that is known of what is selected, as text and small charts.

const inspector = byId("inspector");

function number(value) {
  if (value === null || value === undefined) return "–";
  const x = Number(value);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = Number.isInteger(x) && size < 1e6 ? String(x) : size >= 1e5 || size < 1e-3 ? x.toExponential(3) : String(Number(x.toPrecision(4)));
  return text.replace("-", "−").replace("e+", "e");
}
function time(ns) { return ns < 1e3 ? `${ns.toFixed(0)} ns` : ns < 1e6 ? `${(ns / 1e3).toPrecision(3)} µs` : `${(ns / 1e6).toPrecision(3)} ms`; }
function bytes(count) { return count < 1e3 ? `${count} B` : count < 1e6 ? `${(count / 1e3).toPrecision(3)} kB` : `${(count / 1e6).toPrecision(3)} MB`; }

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.onclick = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const link = (item) => html("button", { class: "link", onclick: () => goTo(item) }, titleOf(item));

function rows(pairs) {
  const table = html("table");
  for (const [name, value] of pairs) {
    if (value !== null && value !== undefined && value !== "") table.append(html("tr", {}, html("th", { scope: "row" }, name), html("td", {}, value)));
  }
  return table;
}

function inspect(item) {
  inspector.replaceChildren(...(item === null ? aboutGraph() : item.isGroup ? aboutGroup(item) : aboutNode(item)));
}

function aboutGraph() {
  const marked = nodes.filter((node) => node.m);
  const parts = [html("h2", {}, data.title), rows([
    ["operations", String(root.count)], ["parameters", root.parameters.toLocaleString("en")],
    ["nodes", String(nodes.length)], ["module calls", String(data.calls.length)],
    ["kept for backward", root.memory ? bytes(root.memory) : ""],
    ["forward", root.forward ? time(root.forward) : ""], ["backward", root.backward ? time(root.backward) : ""],
  ])];
  if (marked.length) parts.push(html("h3", {}, "What is wrong"), ...marked.slice(0, 20).map((node) => html("p", {}, link(node), ` ${REASONS[node.m]}`)));
  parts.push(html("p", { class: "soft" }, "Click a node for its rule and its numbers. Open a module by a double click. Press ? for the keys."));
  return parts;
}

const REASONS = {
  failed: "failed on what it was given",
  nonfinite: "is where a NaN or infinity is first seen",
  unreached: "is a parameter that no gradient reaches",
};

function aboutGroup(group) {
  const longest = nodes.slice(group.first, group.last + 1).filter((node) => inside(node, group) && (node.ft || node.bt))
    .sort((a, b) => (b.ft ?? 0) + (b.bt ?? 0) - (a.ft ?? 0) - (a.bt ?? 0)).slice(0, 5);
  return [
    html("h2", {}, group.t), html("p", { class: "soft" }, group.path),
    html("button", { onclick: () => toggle(group) }, group.open ? "Close" : "Open"),
    rows([
      ["operations", String(group.count)], ["parameters", group.parameters.toLocaleString("en")],
      ["kept for backward", group.memory ? bytes(group.memory) : ""],
      ["forward", group.forward ? time(group.forward) : ""], ["backward", group.backward ? time(group.backward) : ""],
      ["largest gradient norm", group.gradient === null ? "" : number(group.gradient)],
    ]),
    ...(longest.length ? [html("h3", {}, "Takes longest"), ...longest.map((node) => html("p", {}, link(node), ` ${time((node.ft ?? 0) + (node.bt ?? 0))}`))] : []),
  ];
}

function aboutNode(node) {
  const parts = [html("h2", {}, titleOf(node)), html("p", { class: "soft" }, [`n${node.index}`, node.k === "op" ? "operation" : node.k, node.parent.path].filter(Boolean).join(" · "))];
  if (node.m) parts.push(html("p", { class: "warning" }, `This ${REASONS[node.m]}.`));
  if (node.k === "op") parts.push(...aboutRule(node));
  else parts.push(rows([["shape", node.s.join(", ")]]));
  parts.push(...aboutArray("Value", node.v, "a value"), ...aboutArray(node.k === "constant" ? "" : "Gradient", node.g, "a gradient"));
  const costs = rows([
    ["forward", node.ft === undefined ? "" : time(node.ft)], ["backward", node.bt === undefined ? "" : time(node.bt)],
    ["kept for backward", node.b ? bytes(node.b) : ""],
  ]);
  if (costs.rows.length) parts.push(html("h3", {}, "Cost"), costs);
  if (node.l !== undefined) parts.push(...aboutLine(node));
  if (node.consumers.length) parts.push(html("h3", {}, "Used by"), ...node.consumers.slice(0, 30).map((each) => html("p", {}, link(each))));
  return parts;
}

function aboutRule(node) {
  const operation = data.ops[node.r] || {};
  const parts = [];
  if (operation.mathml) {
    const rule = html("div", { class: "rule", "aria-label": operation.rule });
    rule.innerHTML = operation.mathml; // made by the library out of its own declarations, not of anything a user names
    parts.push(html("h3", {}, "Rule"), rule);
  }
  const table = html("table");
  const row = (name, what, flow) => table.append(html("tr", {}, html("th", { scope: "row" }, name), html("td", {}, ...what), html("td", { class: "soft" }, flow)));
  row("gives", [node.s.join(", ") || "nothing"], "");
  node.a.forEach((argument, i) => {
    const flow = node.f && node.f[i] !== null && node.f[i] !== undefined ? `← ‖ḡ‖ ${number(node.f[i])}` : "";
    if (argument !== null) row(i ? "" : "of", [link(nodes[argument]), ` ${nodes[argument].s.join(", ")}`], flow);
  });
  parts.push(html("h3", {}, `${node.o}${operation.kind ? `: ${operation.kind}` : ""}`), table);
  if (node.x) parts.push(rows(node.x));
  return parts;
}

function aboutLine(node) {
  const [file, line, inFunction, text] = data.lines[node.l];
  const code = html("code");
  const at = node.e ? text.indexOf(node.e) : -1;
  if (at >= 0) code.append(text.slice(0, at), html("mark", {}, node.e), text.slice(at + node.e.length));
  else code.append(text);
  return [html("h3", {}, "Source"), html("p", {}, code), html("p", { class: "soft" }, `${file}:${line}${inFunction === "<module>" ? "" : ` in ${inFunction}`}`)];
}

function aboutArray(title, about, what) {
  if (!about || !title) return [];
  const [size, low, high, mean, deviation, norm, zeros, nans, infinities, histogram, height, cells, exact] = about;
  const parts = [html("h3", {}, title)];
  if (nans || infinities) parts.push(html("p", { class: "warning" }, `${nans} NaN, ${infinities} infinite of ${size}`));
  parts.push(rows([
    ["min, max", `${number(low)}, ${number(high)}`], ["mean", number(mean)], ["deviation", number(deviation)], ["norm", number(norm)],
    ["zeros", zeros ? `${zeros} of ${size}` : ""],
  ]));
  const charts = html("div");
  if (size > 1 && low !== null) charts.append(histogramOf(histogram, `Histogram of ${what}: 16 parts from ${number(low)} to ${number(high)}`));
  if (height) charts.append(heatmapOf(height, cells, exact, low, high, `Picture of ${what}, ${height} rows`));
  parts.push(charts);
  return parts;
}

function histogramOf(levels, label) {
  const chart = make("svg", { class: "chart", width: 200, height: 44, role: "img", "aria-label": label });
  [...levels].forEach((letter, i) => {
    const tall = (data.levels.indexOf(letter) / (data.levels.length - 1)) * 40;
    if (tall) chart.append(make("rect", { x: i * 12.5, y: 42 - tall, width: 11.5, height: tall, fill: "var(--accent)" }));
  });
  chart.append(make("line", { x1: 0, x2: 200, y1: 42.5, y2: 42.5, stroke: "var(--soft)" }));
  return chart;
}

function heatmapOf(height, cells, exact, low, high, label) {
  const width = cells.length / height, side = Math.min(22, Math.floor(200 / width));
  const chart = make("svg", { class: "chart heatmap", width: width * side, height: height * side, role: "img", "aria-label": label });
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
  [...cells].forEach((letter, i) => {
    const level = data.levels.indexOf(letter) / (data.levels.length - 1);
    const value = exact && exact.length ? exact[i] : letter === "!" ? null : Number(low) + level * (high - low);
    const cell = make("rect", { x: (i % width) * side, y: Math.floor(i / width) * side, width: side - 1, height: side - 1, fill: letter === "!" ? "var(--bad)" : signed(value / reach) });
    cell.append(make("title", {}));
    cell.lastChild.textContent = letter === "!" ? "NaN or infinite" : `${exact && exact.length ? "" : "about "}${number(value)}`;
    chart.append(cell);
  });
  return chart;
}

function signed(share) { // blue below zero, orange above, the paper at zero
  const strength = Math.min(Math.abs(share), 1) * 100;
  return `color-mix(in oklab, ${share < 0 ? "#2166ac" : "#d9660a"} ${strength.toFixed(0)}%, var(--paper))`;
}

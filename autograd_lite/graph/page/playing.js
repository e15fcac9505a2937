// The scrubber: forward in the order in which the graph was recorded, then backward in the order of backpropagation.

const forwardSteps = nodes.filter((node) => node.m !== "unreached");
const someGradient = nodes.some((node) => node.g);
const backwardSteps = forwardSteps.filter((node) => node.k !== "constant" && node.m !== "failed" && (!someGradient || node.g)).reverse();
const scrubber = byId("scrubber"), playButton = byId("play");
scrubber.max = String(forwardSteps.length + (forwardSteps.some((node) => node.m === "failed") ? 0 : backwardSteps.length));
let timer = null;

// Step 0 shows the whole graph; 1 to n are forward; from n + 1 on backward.
function stepAt(position) {
  if (position === 0) return null;
  const backward = position > forwardSteps.length;
  return { backward, node: backward ? backwardSteps[position - forwardSteps.length - 1] : forwardSteps[position - 1] };
}

function showStep() {
  const position = Number(scrubber.value), step = stepAt(position);
  stage.classList.toggle("playing", step !== null);
  stage.classList.toggle("backward", step !== null && step.backward);
  for (const label of picture.querySelectorAll(".flow")) label.remove();
  for (const edge of picture.querySelectorAll(".flowing")) edge.classList.remove("flowing");
  byId("back").disabled = position === 0;
  byId("next").disabled = position === Number(scrubber.max);
  if (step === null) {
    byId("step").textContent = `${forwardSteps.length} steps forward, ${Number(scrubber.max) - forwardSteps.length} backward`;
    return;
  }
  const now = shownFor(step.node), at = step.node.index;
  for (const [item, { element }] of drawn.boxes) {
    const first = item.isGroup ? item.first : item.index, last = item.isGroup ? item.last : item.index;
    element.classList.toggle("done", step.backward || first <= at);
    element.classList.toggle("pulled", step.backward && last >= at && item.k !== "constant");
    element.classList.toggle("now", item === now);
  }
  for (const piece of drawn.pieces) for (const part of piece.parts) part.classList.toggle("done", step.backward || piece.done <= at);
  for (const piece of drawn.into.get(at) || []) {
    const norms = (step.node.f || []).filter((norm, i) => norm !== null && step.node.a[i] === piece.link.source.index);
    if (step.backward && someGradient && piece.link.source.k === "constant") continue;
    for (const part of piece.parts) part.classList.add("flowing");
    if (step.backward && norms.length && piece.link.to !== null) {
      const label = make("text", { class: "flow", x: piece.last[0] + 5, y: piece.last[1] });
      label.textContent = `‖ḡ‖ ${norms.map(number).join(", ")}`;
      byId("boxes").append(label);
    }
  }
  byId("step").textContent = sentence(position, step);
  scrubber.setAttribute("aria-valuetext", sentence(position, step));
}

function sentence(position, { backward, node }) {
  const of = backward ? `backward ${position - forwardSteps.length} of ${Number(scrubber.max) - forwardSteps.length}` : `forward ${position} of ${forwardSteps.length}`;
  const about = backward ? node.g : node.v;
  const norm = about ? `, ${backward ? "‖ḡ‖" : "norm"} ${number(normOf(about))}` : "";
  return `${of}: ${titleOf(node)}${norm}`;
}

function setStep(position, follow = true) {
  scrubber.value = String(Math.min(Math.max(position, 0), Number(scrubber.max)));
  showStep();
  const step = stepAt(Number(scrubber.value));
  if (step && follow) {
    inspect(step.node);
    keepInSight(shownFor(step.node));
  }
}

function play(on) {
  if (timer !== null) { clearInterval(timer); timer = null; }
  if (on) {
    if (scrubber.value === scrubber.max) scrubber.value = "0";
    const total = Number(scrubber.max), stride = Math.max(1, Math.round(total / 600)); // at most a minute and a half
    timer = setInterval(() => {
      const next = Math.min(Number(scrubber.value) + stride, total);
      setStep(next);
      if (next === total) play(false);
    }, total > 100 ? 150 : 450);
  }
  playButton.textContent = timer === null ? "▶" : "⏸";
  playButton.setAttribute("aria-label", timer === null ? "Play" : "Pause");
}

playButton.onclick = () => play(timer === null);
byId("back").onclick = () => { play(false); setStep(Number(scrubber.value) - 1); };
byId("next").onclick = () => { play(false); setStep(Number(scrubber.value) + 1); };
scrubber.oninput = () => { play(false); setStep(Number(scrubber.value)); };

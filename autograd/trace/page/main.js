"use strict";
// The page: which step is shown, the keys and buttons that change it, and the address that remembers it.

const element = id => document.getElementById(id);
const graphPane = element("graph"), panel = element("panel"), slider = element("slider");
const lastStep = trace.steps.length - 1;
let current = 0, timer = null;

function show(at, { chosen = null } = {}) {
  if (lastStep < 0) return;
  current = Math.max(0, Math.min(lastStep, at));
  const step = trace.steps[current];
  slider.value = current;
  slider.setAttribute("aria-valuetext", `${phaseNames[step.phase]}: ${headingOf(step)}`);
  element("counter").textContent = `${current + 1} / ${lastStep + 1}`;
  for (const id of ["first", "back"]) element(id).disabled = current === 0;
  for (const id of ["next", "last"]) element(id).disabled = current === lastStep;
  showInGraph(current);
  showPanel(panel, current);
  follow(graphPane, chosen ?? step.node);
  remember();
  if (timer && current === lastStep) pause();
}

// The address holds the step, so that a link or a reload leads back to it.
function remember() {
  const hash = `#step=${current + 1}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
}

function fromAddress() {
  const [, number] = /^#step=(\d+)$/.exec(location.hash) ?? [];
  return number === undefined ? 0 : Number(number) - 1;
}

function redraw() {
  draw(graphPane, chooseNode, toggleGroup);
  show(current);
}

function toggleGroup(group) {
  group.open = !group.open;
  redraw();
  graphPane.querySelector(`[data-group="${group.id}"]`)?.focus();
}

// The step at which a node was computed or, once backward is under way, that of its gradient.
function chooseNode(node) {
  const life = lives[node];
  const inBackward = trace.steps[current].phase !== "forward";
  const back = life.backward.find(index => trace.steps[index].run === trace.steps[current].run) ?? life.backward[0];
  if (inBackward && back !== undefined) show(back);
  else if (life.computed >= 0) show(life.computed);
  else show(trace.steps.findIndex(step => (step.inputs ?? []).some(input => input.from[0] === node)), { chosen: node });
  graphPane.querySelector(`[data-node="${node}"]`)?.focus({ preventScroll: true });
}

// -- playing ----------------------------------------------------------------------------------------------------------

function play() {
  if (current === lastStep) show(0);
  timer = setInterval(() => show(current + 1), Number(element("speed").value));
  element("play").textContent = "\u2016 Pause";
  element("play").setAttribute("aria-label", "Pause");
}

function pause() {
  clearInterval(timer);
  timer = null;
  element("play").textContent = "\u25B6\uFE0E Play";
  element("play").setAttribute("aria-label", "Play");
}

const togglePlay = () => (timer ? pause() : play());

// -- searching --------------------------------------------------------------------------------------------------------

let matches = [], match = -1, searched = "";

function find(query) {
  const text = query.trim().toLowerCase();
  if (text !== searched) {
    searched = text;
    match = -1;
    matches = text === "" ? [] : trace.nodes.flatMap((node, i) => {
      const names = [titleOf(i), node.backward ?? "", pathOf(i), ...(node.outputs ?? []).map(output => output.name ?? "")];
      return names.some(name => name.toLowerCase().includes(text)) ? [i] : [];
    });
  }
  for (const shown of drawing.boxes.values()) shown.element.classList.remove("match");
  element("found").textContent = text === "" ? "" : matches.length === 0 ? "not found" : `${matches.length} found`;
  for (const node of matches) drawing.boxes.get(standIn(node))?.element.classList.add("match");
}

function nextMatch() {
  find(element("query").value);
  if (matches.length === 0) return;
  match = (match + 1) % matches.length;
  const node = matches[match];
  if (reveal(node)) redraw();
  find(element("query").value);
  chooseNode(node);
  element("found").textContent = `${match + 1} of ${matches.length}`;
}

// -- keys and buttons -------------------------------------------------------------------------------------------------

const keys = {
  ArrowLeft: () => show(current - 1),
  ArrowRight: () => show(current + 1),
  Home: () => show(0),
  End: () => show(lastStep),
  " ": togglePlay,
  "+": () => zoom(1.2),
  "-": () => zoom(1 / 1.2),
  "0": () => fit(graphPane),
  "/": () => element("query").focus(),
  d: toggleTheme,
};

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target;
  const types = target.matches("input[type=search], select");
  if (types && event.key === "Escape") target.blur();
  if (types || !(event.key in keys)) return;
  if (event.key === " " && target.matches("button, summary")) return;  // which space presses anyway
  event.preventDefault();
  keys[event.key]();
});

function zoom(factor) {
  drawing.scale = Math.max(0.2, Math.min(3, drawing.scale * factor));
  resize();
}

function toggleTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  labelTheme();
  if (lastStep >= 0) show(current);
}

const labelTheme = () => (element("theme").textContent = isDark() ? "Light" : "Dark");

function start() {
  element("title").textContent = trace.title || document.title;
  const notices = [];
  if (trace.error) notices.push(`The program ended with an exception: ${trace.error}`);
  if (trace.truncated) notices.push(`Only the first ${trace.steps.length} steps were recorded.`);
  if (lastStep < 0) notices.push("Nothing was computed in this trace.");
  element("notice").textContent = notices.join(" ");
  element("notice").hidden = notices.length === 0;
  labelTheme();
  if (lastStep < 0) return;

  const clicks = {
    first: keys.Home, back: keys.ArrowLeft, play: togglePlay, next: keys.ArrowRight, last: keys.End,
    smaller: keys["-"], larger: keys["+"], fit: keys["0"], theme: toggleTheme,
    collapse: () => { setOpenAll(false); redraw(); },
    expand: () => { setOpenAll(true); redraw(); },
  };
  for (const [id, action] of Object.entries(clicks)) element(id).addEventListener("click", action);
  slider.max = lastStep;
  slider.style.setProperty("--phases", phaseColours());
  slider.addEventListener("input", () => show(Number(slider.value)));
  element("speed").addEventListener("change", () => { if (timer) { pause(); play(); } });
  element("query").addEventListener("input", () => find(element("query").value));
  element("search").addEventListener("submit", event => { event.preventDefault(); nextMatch(); });
  const names = [...new Set(trace.nodes.flatMap(node => [node.name, node.op]).filter(Boolean))].slice(0, 500);
  element("names").append(...names.map(name => html("option", { value: name })));
  window.addEventListener("hashchange", () => show(fromAddress()));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { labelTheme(); show(current); });

  current = Math.max(0, Math.min(lastStep, fromAddress()));
  makeGroups();
  draw(graphPane, chooseNode, toggleGroup);
  fit(graphPane);
  show(current);
}

// The slider's track: where forward ends and backward begins.
function phaseColours() {
  const stops = [];
  trace.steps.forEach((step, i) => {
    const colour = step.phase === "forward" ? "var(--forward)" : "var(--backward)";
    if (stops.length === 0 || stops[stops.length - 1].colour !== colour) stops.push({ colour, from: i });
  });
  const percent = i => `${(i / Math.max(1, lastStep) * 100).toFixed(2)}%`;
  const parts = stops.map(({ colour, from }, k) => `${colour} ${percent(from)} ${percent(k + 1 < stops.length ? stops[k + 1].from : lastStep)}`);
  return `linear-gradient(to right, ${parts.join(", ")})`;
}

start();

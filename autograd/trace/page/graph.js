"use strict";
// The drawing of the graph: groups that open and close, boxes and edges as SVG, and how they look at a step.

const manyChildren = 80, chunkSize = 40, atAGlance = 60, mostVisible = 3000;
const lineHeight = 16, boxPadding = 10, headerHeight = 26;

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// -- groups -----------------------------------------------------------------------------------------------------------

const root = { id: "root", name: "", children: [], open: true, parent: null };
const groupById = new Map([["root", root]]);
const groupOfNode = new Array(trace.nodes.length);

function makeGroups() {
  const groups = trace.groups.map((group, i) => ({ id: `g${i}`, name: group.name, children: [], open: false, parent: null }));
  const enter = index => {  // a group stands in its parent from its first node on
    if (index === undefined) return root;
    const group = groups[index];
    if (!group.parent) {
      group.parent = enter(trace.groups[index].parent);
      group.parent.children.push(group);
      groupById.set(group.id, group);
    }
    return group;
  };
  trace.nodes.forEach((node, i) => enter(node.group).children.push(i));
  divide(root);
  const assign = group => {
    for (const child of group.children) {
      if (typeof child === "number") groupOfNode[child] = group;
      else assign(child);
    }
  };
  assign(root);
  // Outer groups open first, as long as the whole can be taken in at a glance.
  const waiting = [root];
  let visible = root.children.length;
  for (let i = 0; i < waiting.length; ++i) {
    for (const child of waiting[i].children) {
      if (typeof child === "number" || visible + child.children.length > atAGlance) continue;
      child.open = true;
      visible += child.children.length;
      waiting.push(child);
    }
  }
}

// Many nodes side by side become groups of consecutive ones: edges lead from earlier to later, so no group is in a cycle.
function divide(group) {
  for (const child of group.children) if (typeof child !== "number") divide(child);
  while (group.children.length > manyChildren) {
    const size = Math.max(chunkSize, Math.ceil(group.children.length / chunkSize));
    const chunks = [];
    for (let i = 0; i < group.children.length; i += size) {
      const children = group.children.slice(i, i + size);
      const chunk = { id: `${group.id}part${groupById.size}`, name: "", children, open: false, parent: group };
      const nodes = nodesIn(chunk);
      chunk.name = `nodes ${nodes[0] + 1} to ${nodes[nodes.length - 1] + 1}`;
      for (const child of children) if (typeof child !== "number") child.parent = chunk;
      groupById.set(chunk.id, chunk);
      chunks.push(chunk);
    }
    group.children = chunks;
  }
}

function nodesIn(group) {
  return group.children.flatMap(child => (typeof child === "number" ? [child] : nodesIn(child)));
}

// What stands for a node in the drawing: itself, or the outermost closed group around it.
function standIn(node) {
  let shown = node;
  for (let group = groupOfNode[node]; group; group = group.parent) if (!group.open) shown = group.id;
  return shown;
}

function setOpenAll(open) {
  let visible = root.children.length;
  const waiting = [root];
  for (let i = 0; i < waiting.length; ++i) {
    for (const child of waiting[i].children) {
      if (typeof child === "number") continue;
      child.open = open && visible + child.children.length <= mostVisible;
      if (child.open) visible += child.children.length;
      waiting.push(child);
    }
  }
}

function reveal(node) {
  let changed = false;
  for (let group = groupOfNode[node]; group; group = group.parent) {
    if (!group.open) changed = group.open = true;
  }
  return changed;
}

// -- drawing ----------------------------------------------------------------------------------------------------------

const measure = document.createElement("canvas").getContext("2d");
const fonts = { title: "600 12px system-ui, sans-serif", text: "12px ui-monospace, monospace" };

function textWidth(text, font) {
  measure.font = fonts[font];
  return measure.measureText(text).width;
}

const shownValue = (node, value) => (value === undefined || value < 0 ? shapeText(trace.nodes[node].outputs?.[0]?.shape ?? []) : briefText(value));

// The size of a node's box, with room for every text it will ever show.
function boxOf(index) {
  const life = lives[index];
  const texts = [shownValue(index, life.values[0])];
  for (const [, value] of life.gradients[0] ?? []) texts.push(`grad ${briefText(value)}`);
  const width = Math.max(textWidth(titleOf(index), "title") + 14, ...texts.map(text => textWidth(text, "text")));
  const lines = 2 + ((life.gradients[0] ?? []).length > 0 ? 1 : 0);
  return { width: Math.ceil(width) + 2 * boxPadding, height: lines * lineHeight + boxPadding };
}

const drawing = { boxes: new Map(), edges: [], paths: [], width: 0, height: 0, scale: 1, svg: null, step: 0 };

function draw(container, onChoose, onToggle) {
  const itemOf = child => {
    if (typeof child === "number") return { id: child, ...boxOf(child) };
    const width = textWidth(child.name, "title") + 56;
    if (!child.open) return { id: child.id, width: Math.max(190, width), height: 2 * lineHeight + boxPadding };
    return { id: child.id, children: child.children.map(itemOf), header: headerHeight, minimum: width };
  };
  const tree = { id: "root", children: root.children.map(itemOf), header: 0 };
  const seen = new Map();
  drawing.edges = [];
  trace.nodes.forEach((node, to) => {
    for (const [from] of node.inputs ?? []) {
      if (from < 0) continue;
      const a = standIn(from), b = standIn(to);
      if (a === b) continue;
      const key = `${a}|${b}`;
      if (!seen.has(key)) {
        seen.set(key, drawing.edges.length);
        drawing.edges.push({ ends: [a, b], pairs: [] });
      }
      drawing.edges[seen.get(key)].pairs.push([from, to]);
    }
  });
  const placed = layout(tree, drawing.edges.map(edge => edge.ends));
  drawing.width = placed.width;
  drawing.height = placed.height;
  drawing.boxes = new Map();
  drawing.paths = [];
  const picture = svg("svg", { viewBox: `0 0 ${placed.width} ${placed.height}`, role: "group", "aria-label": "The graph, from its leaves at the top to the result" });
  picture.append(svg("defs", {}, arrow("arrow"), arrow("arrow-active"), arrow("arrow-back")));
  drawFrames(picture, root, placed, onToggle);
  for (const { points, edges } of placed.segments) {
    const [, bottom] = points[points.length - 1], [, top] = points[0];
    const path = svg("path", { d: curve(points), class: "edge" });
    drawing.paths.push({
      path, edges,
      ends: edges.some(e => Math.abs(placed.boxes.get(drawing.edges[e].ends[1]).y - bottom) < 0.5),
      begins: edges.some(e => {
        const box = placed.boxes.get(drawing.edges[e].ends[0]);
        return Math.abs(box.y + box.height - top) < 0.5;
      }),
    });
    picture.append(path);
  }
  const drawBoxes = group => {
    for (const child of group.children) {
      if (typeof child === "number") drawNode(picture, child, placed.boxes.get(child), onChoose);
      else if (child.open) drawBoxes(child);
      else drawClosed(picture, child, placed.boxes.get(child.id), onToggle);
    }
  };
  drawBoxes(root);
  drawing.svg = picture;
  container.replaceChildren(picture);
  resize();
}

function arrow(id) {
  const shape = svg("path", { d: "M0 0 L8 4 L0 8 z" });
  return svg("marker", { id, class: id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, shape);
}

function curve(points) {
  let d = `M${points[0][0]} ${points[0][1]}`;
  for (let i = 1; i < points.length; ++i) {
    const [x0, y0] = points[i - 1], [x1, y1] = points[i], middle = (y0 + y1) / 2;
    d += ` C${x0} ${middle} ${x1} ${middle} ${x1} ${y1}`;
  }
  return d;
}

function activate(element, action) {
  element.addEventListener("click", action);
  element.addEventListener("keydown", event => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    action();
  });
}

function drawFrames(picture, group, placed, onToggle) {
  for (const child of group.children) {
    if (typeof child === "number" || !child.open) continue;
    const box = placed.boxes.get(child.id);
    const title = svg("g", { class: "group-title", role: "button", tabindex: 0, "aria-expanded": true, "aria-label": `Close ${child.name}`, "data-group": child.id },
      svg("rect", { x: box.x, y: box.y, width: box.width, height: headerHeight, class: "hit" }),
      svg("text", { x: box.x + 10, y: box.y + 17 }, `\u25BE ${child.name}`));
    activate(title, () => onToggle(child));
    picture.append(svg("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 8, class: "frame" }), title);
    drawFrames(picture, child, placed, onToggle);
  }
}

function drawClosed(picture, group, box, onToggle) {
  const status = svg("text", { x: box.x + boxPadding, y: box.y + 36, class: "value" });
  const element = svg("g", { class: "box closed", role: "button", tabindex: 0, "aria-expanded": false, "aria-label": `Open ${group.name}, ${nodesIn(group).length} nodes`, "data-group": group.id },
    svg("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 8 }),
    svg("text", { x: box.x + boxPadding, y: box.y + 19, class: "title" }, `\u25B8 ${group.name}`), status);
  activate(element, () => onToggle(group));
  picture.append(element);
  drawing.boxes.set(group.id, { element, status, nodes: nodesIn(group) });
}

const consumed = new Set(trace.nodes.flatMap(node => (node.inputs ?? []).map(([from]) => from)));

function drawNode(picture, index, box, onChoose) {
  const node = trace.nodes[index];
  const kind = node.kind === "op" && !consumed.has(index) ? "op result" : node.kind;
  const text = (line, name) => svg("text", { x: box.x + boxPadding, y: box.y + 3 + line * lineHeight, class: name });
  const title = text(1, "title"), value = text(2, "value"), gradient = text(3, "gradient");
  title.textContent = titleOf(index);
  const kept = svg("circle", { cx: box.x + box.width - 9, cy: box.y + 10, r: 4, class: "kept" });
  const tip = svg("title");
  const element = svg("g", { class: `box ${kind}`, role: "button", tabindex: 0, "data-node": index },
    svg("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: node.kind === "op" ? 4 : box.height / 3 }),
    title, value, gradient, kept, tip);
  activate(element, () => onChoose(index));
  picture.append(element);
  drawing.boxes.set(index, { element, title, value, gradient, kept, tip });
}

// -- a step -----------------------------------------------------------------------------------------------------------

function showInGraph(at) {
  drawing.step = at;
  const step = trace.steps[at];
  const current = step.node === undefined ? null : standIn(step.node);
  for (const [id, shown] of drawing.boxes) {
    const classes = shown.element.classList;
    classes.toggle("current", id === current);
    if (typeof id === "number") {
      showNode(id, shown, at);
    } else {
      const ops = shown.nodes.filter(node => !isLeaf(trace.nodes[node]));
      const done = ops.filter(node => isComputed(node, at)).length;
      const back = ops.filter(node => lives[node].backward.some(index => index <= at)).length;
      classes.toggle("future", ops.length > 0 && done === 0);
      shown.status.textContent = back > 0 ? `${back} of ${ops.length} ops passed back` : `${done} of ${ops.length} ops done`;
    }
  }
  const active = activePairs(step);
  for (const { path, edges, begins, ends } of drawing.paths) {
    const lit = edges.some(e => drawing.edges[e].pairs.some(([from, to]) => active.has(`${from}|${to}`)));
    const backwards = lit && step.phase !== "forward";
    path.setAttribute("class", `edge${lit ? (backwards ? " back" : " active") : ""}`);
    path.toggleAttribute("marker-end", false);
    path.toggleAttribute("marker-start", false);
    if (backwards ? begins : ends) {
      path.setAttribute(backwards ? "marker-start" : "marker-end", `url(#${lit ? (backwards ? "arrow-back" : "arrow-active") : "arrow"})`);
    }
  }
}

function showNode(index, shown, at) {
  const node = trace.nodes[index];
  const computed = isComputed(index, at);
  shown.element.classList.toggle("future", !computed);
  const value = lives[index].values[0];
  shown.value.textContent = computed ? shownValue(index, value) : shapeText(node.outputs?.[0]?.shape ?? []);
  const gradient = gradientAt(index, 0, at);
  shown.gradient.textContent = gradient === undefined ? "" : `grad ${briefText(gradient)}`;
  const saved = savedBy(index).length, freed = isFreed(index, at);
  shown.kept.setAttribute("class", `kept${saved > 0 && computed ? (freed ? " freed" : " holds") : ""}`);
  const parts = [titleOf(index), `shape ${shapeText(node.outputs?.[0]?.shape ?? [])}`];
  if (computed && value >= 0) parts.push(`value ${briefText(value, 60)}`);
  if (gradient !== undefined) parts.push(`gradient ${briefText(gradient, 60)}`);
  if (saved > 0 && computed) parts.push(freed ? "what it saved has been freed" : `keeps ${saved} tensor${saved > 1 ? "s" : ""} for backward`);
  shown.tip.textContent = parts.join("\n");
  shown.element.setAttribute("aria-label", parts.join(", "));
}

// The edges that the step uses, as "from|to".
function activePairs(step) {
  const pairs = new Set();
  if (step.phase === "forward") for (const [from] of trace.nodes[step.node].inputs ?? []) pairs.add(`${from}|${step.node}`);
  if (step.phase === "backward") for (const { to } of step.sent ?? []) pairs.add(`${to[0]}|${step.node}`);
  return pairs;
}

// -- size and place ---------------------------------------------------------------------------------------------------

function resize() {
  drawing.svg.setAttribute("width", Math.max(1, drawing.width * drawing.scale));
  drawing.svg.setAttribute("height", Math.max(1, drawing.height * drawing.scale));
}

function fit(container) {
  const across = (container.clientWidth - 24) / drawing.width, down = (container.clientHeight - 24) / drawing.height;
  drawing.scale = Math.max(0.35, Math.min(1.25, across, Math.max(down, 0.85)));
  resize();
}

// Scrolls the container, and nothing else, so far that the step's box can be seen.
function follow(container, node) {
  const shown = node === undefined ? null : drawing.boxes.get(standIn(node));
  if (!shown) return;
  const box = shown.element.getBoundingClientRect(), pane = container.getBoundingClientRect(), margin = 40;
  if (box.top < pane.top + margin) container.scrollTop -= pane.top + margin - box.top;
  if (box.bottom > pane.bottom - margin) container.scrollTop += box.bottom - pane.bottom + margin;
  if (box.left < pane.left + margin) container.scrollLeft -= pane.left + margin - box.left;
  if (box.right > pane.right - margin) container.scrollLeft += box.right - pane.right + margin;
}

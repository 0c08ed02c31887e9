"use strict";
// What the panel tells of a step: the op, its formula, and every number that goes in and comes out.

function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

const isDark = () => getComputedStyle(document.documentElement).colorScheme === "dark";

// -- numbers ----------------------------------------------------------------------------------------------------------

const mostNumbers = 100;

// A value as a table where it is small, otherwise as a picture.
function valueView(id) {
  if (id === undefined || id < 0) return html("p", { class: "none" }, "none");
  const value = trace.values[id];
  const numbers = numbersOf(id);
  const view = html("div", { class: "tensor", "data-value": id });
  if (numbers && numelOf(value) <= mostNumbers && isExact(value)) {
    view.append(numberTables(value, numbers));
    if (value.shape.length > 0) view.append(html("p", { class: "about" }, `${shapeText(value.shape)} ${value.dtype}`));
    return view;
  }
  if (numbers && numbers.length > 0) view.append(heatMap(value, numbers));
  view.append(html("p", { class: "about" }, aboutText(value)));
  return view;
}

function aboutText(value) {
  const parts = [`${shapeText(value.shape)} ${value.dtype}`];
  if (numelOf(value) > 0) {
    for (const what of ["min", "max", "mean"]) parts.push(`${what} ${shortText(Number(value[what]), "float32")}`);
  }
  if (value.not_finite) parts.push(`${value.not_finite} not finite`);
  if (value.blocks) parts.push(`each point is the mean of ${value.block_size[0]} \u00D7 ${value.block_size[1]} elements`);
  else if (!isExact(value) && numbersOf(trace.values.indexOf(value))) parts.push("values kept in 254 steps");
  return parts.join(" \u00B7 ");
}

function numberTables(value, numbers) {
  const shape = value.shape;
  const scale = colourScale(Number(value.min), Number(value.max), isDark());
  const cell = i => {
    const x = numbers[i], exact = exactText(x, value.dtype);
    const background = Number.isFinite(x) && numbers.length > 1 ? scale(x) : null;
    return html("td", {
      "data-exact": exact, title: `${indexText(i, shape)} ${exact}`,
      style: background ? `background: rgb(${background}); color: ${inkOn(background)}` : undefined,
    }, shortText(x, value.dtype, 5));
  };
  const row = (from, count) => html("tr", {}, ...Array.from({ length: count }, (_, k) => cell(from + k)));
  if (shape.length <= 1) {
    const count = numbers.length, across = Math.min(count, 10), rows = [];
    for (let i = 0; i < count; i += across) rows.push(row(i, Math.min(across, count - i)));
    return html("table", { class: "numbers" }, html("tbody", {}, ...rows));
  }
  const columns = shape[shape.length - 1], height = shape[shape.length - 2];
  const tables = html("div", { class: "tables" });
  for (let start = 0; start < numbers.length; start += height * columns) {
    const rows = Array.from({ length: height }, (_, r) => row(start + r * columns, columns));
    const caption = shape.length > 2 ? html("caption", {}, indexText(start, shape).replace(/(, \d+){2}\]$/, ", :, :]")) : null;
    tables.append(html("table", { class: "numbers" }, caption, html("tbody", {}, ...rows)));
  }
  return tables;
}

const inkOn = ([r, g, b]) => (0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#10151d" : "#ffffff");

function indexText(element, shape) {
  const index = [];
  for (let d = shape.length - 1; d >= 0; --d) {
    index.unshift(element % shape[d]);
    element = Math.floor(element / shape[d]);
  }
  return shapeText(index);
}

// Rows and columns of a picture of a tensor: a vector becomes a square if it is one, and higher dimensions stand below
// one another.
function gridOf(value, count) {
  if (value.block_grid) return value.block_grid;
  if (value.shape.length > 1) {
    const columns = value.shape[value.shape.length - 1];
    return [count / columns, columns];
  }
  const side = Math.sqrt(count);
  const columns = Number.isInteger(side) ? side : Math.min(count, Math.max(16, Math.ceil(side)));
  return [Math.ceil(count / columns), columns];
}

// A picture of the numbers; the element under the pointer, or under a cursor that the arrow keys move, is told below.
function heatMap(value, numbers) {
  const [rows, columns] = gridOf(value, numbers.length);
  const size = Math.max(1, Math.min(16, Math.floor(300 / Math.max(rows, columns))));
  const canvas = html("canvas", {
    width: columns, height: rows, tabindex: 0, role: "img",
    "aria-label": `${aboutText(value)}. The arrow keys move over its elements.`,
    style: `width: min(100%, ${columns * size}px)`,
  });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(columns, rows);
  const scale = colourScale(Number(value.min), Number(value.max), isDark());
  numbers.forEach((x, i) => pixels.data.set(Number.isFinite(x) ? [...scale(x), 255] : [200, 0, 200, 255], 4 * i));
  context.putImageData(pixels, 0, 0);
  const readout = html("p", { class: "readout" }, "\u00A0");
  let cursor = 0;
  const tell = i => {
    if (i < 0 || i >= numbers.length) return;
    cursor = i;
    const number = isExact(value) ? exactText(numbers[i], value.dtype) : `about ${shortText(numbers[i])}`;
    const place = value.blocks ? `block [${Math.floor(i / columns)}, ${i % columns}]` : indexText(i, value.shape);
    readout.textContent = `${place} = ${number}`;
  };
  canvas.addEventListener("pointermove", event => {
    const box = canvas.getBoundingClientRect();
    const column = Math.min(columns - 1, Math.floor((event.clientX - box.left) / box.width * columns));
    const row = Math.min(rows - 1, Math.floor((event.clientY - box.top) / box.height * rows));
    tell(row * columns + column);
  });
  canvas.addEventListener("focus", () => tell(cursor));
  canvas.addEventListener("keydown", event => {
    const move = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (event.key === "Escape") canvas.blur();
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    tell(cursor + move);
  });
  return html("div", { class: "map" }, canvas, readout);
}

// -- the parts of a step ----------------------------------------------------------------------------------------------

function row(label, note, ...content) {
  return html("div", { class: "row" }, html("h3", {}, label, note ? html("small", {}, note) : null), ...content);
}

const code = text => html("code", { class: "formula" }, text);

function sourceView(step) {
  if (step.source === undefined) return null;
  const { file, line, text } = trace.sources[step.source];
  return html("p", { class: "source" }, html("span", {}, `${file}:${line}`), text ? html("code", {}, text) : null);
}

// "a + b = c", each a value: how gradients that meet are added.
function sumView(before, added, after) {
  return html("div", { class: "sum" }, valueView(before), html("b", {}, "+"), valueView(added), html("b", {}, "="), valueView(after));
}

function forwardParts(step, node) {
  const { forward, backward } = formulas(node);
  const parts = [];
  if (forward) parts.push(row("Formula", "", code(forward)));
  if ((step.arguments ?? []).length > 0) parts.push(row("Other arguments", "", code(step.arguments.join(", "))));
  (step.inputs ?? []).forEach((input, i) => {
    parts.push(row(`Input ${i}: ${portTitle(input.from)}`, input.version > 0 ? `version ${input.version}` : "", valueView(input.value)));
  });
  (step.outputs ?? []).forEach((value, i) => {
    const name = node.outputs?.[i]?.name;
    const version = step.versions?.[i] > 0 ? `version ${step.versions[i]}${node.in_place ? ", written in place" : ""}` : "";
    const label = (step.outputs.length > 1 ? `Output ${i}` : "Output") + (name ? `: ${name}` : "");
    parts.push(row(label, version, valueView(value)));
  });
  if (!step.recorded) {
    parts.push(row("Recorded", "", html("p", {}, "no: nothing it depends on requires a gradient, or recording is switched off")));
    return parts;
  }
  parts.push(row("Recorded", "", html("p", {}, `as ${node.backward}`), backward ? code(backward) : null));
  parts.push(row("Saved for backward", "", savedList(step, step.inputs ?? [])));
  return parts;
}

function savedList(step, inputs) {
  if ((step.saved ?? []).length === 0) return html("p", { class: "none" }, "nothing");
  return html("ul", { class: "saved" }, ...step.saved.map(saved => {
    const [, input] = /^input (\d+)$/.exec(saved.what) ?? [];
    const what = input !== undefined && inputs[input] ? `${saved.what}, ${portTitle(inputs[input].from)}` : saved.what;
    return html("li", {}, `${what}, at version ${saved.version}: `, html("span", { class: "brief" }, briefText(saved.value, 40)));
  }));
}

function backwardParts(step, node) {
  const { backward, forward } = formulas(node);
  const parts = [];
  if (backward || forward) parts.push(row("Rule", forward, code(backward || forward)));
  (step.incoming ?? []).forEach((value, i) => {
    const arrived = lives[step.node].gradients[i]?.filter(([index]) => index < drawing.step).length ?? 0;
    const note = arrived > 1 ? `the sum of ${arrived} that arrived` : "";
    parts.push(row(step.incoming.length > 1 ? `Incoming gradient ${i}, g` : "Incoming gradient g", note, valueView(value)));
  });
  if (step.hooked) parts.push(row("Hooks", "", html("p", {}, "a hook saw the gradient here and may have changed it")));
  (step.sent ?? []).forEach(sent => {
    const label = `Gradient for ${portTitle(sent.to)}`;
    if (sent.before === undefined) parts.push(row(label, "", valueView(sent.value)));
    else parts.push(row(label, "added to what has arrived there: +=", sumView(sent.before, sent.value, sent.after)));
  });
  if ((step.sent ?? []).length === 0) parts.push(row("Gradients", "", html("p", { class: "none" }, "none of its inputs asks for one")));
  const saved = savedBy(step.node);
  if (saved.length > 0) {
    const forwardStep = trace.steps[lives[step.node].computed];
    parts.push(row("Used from forward", step.frees ? "freed after this step" : "kept: retain_graph", savedList(forwardStep, forwardStep.inputs ?? [])));
  }
  return parts;
}

function accumulateParts(step, node) {
  const parts = [];
  const name = node.name || "leaf";
  const [added] = step.incoming ?? [];
  if (step.grad_before === undefined) parts.push(row(`${name}.grad`, "the first to arrive", valueView(step.grad_after)));
  else parts.push(row(`${name}.grad`, "added to what was there: +=", sumView(step.grad_before, added, step.grad_after)));
  const check = trace.checks.find(one => one.node === step.node);
  if (check) parts.push(row("Beside finite differences", `(f(x + h) \u2212 f(x \u2212 h)) / 2h in ${check.dtype}`, checkTable(check)));
  return parts;
}

function checkTable(check) {
  const rows = check.elements.map(({ index, analytic, numeric }) => {
    const difference = Math.abs(Number(analytic) - Number(numeric));
    const bound = (check.dtype === "float64" ? 1e-5 : 1e-3) + (check.dtype === "float64" ? 1e-3 : 2e-2) * Math.abs(Number(numeric));
    const agrees = difference <= bound;
    return html("tr", { class: agrees ? undefined : "wrong" }, html("td", {}, shapeText(index)), html("td", { "data-exact": analytic }, shortText(Number(analytic), "float64", 7)),
      html("td", { "data-exact": numeric }, shortText(Number(numeric), "float64", 7)), html("td", {}, agrees ? "agree" : "DIFFER"));
  });
  const head = html("tr", {}, ...["element", "backward", "difference quotient", ""].map(text => html("th", { scope: "col" }, text)));
  return html("table", { class: "check" }, html("thead", {}, head), html("tbody", {}, ...rows));
}

function seedParts(step) {
  const parts = (step.sent ?? []).map(sent => row(`Gradient of ${portTitle(sent.to)} with respect to itself`, "", valueView(sent.value)));
  const note = step.keep_graph ? "The graph is kept for another backward (retain_graph)." : "What the ops have saved is freed on the way.";
  return [...parts, row("The graph", "", html("p", {}, note))];
}

const resultParts = step => (step.sent ?? []).map(sent => row(`Gradient of ${portTitle(sent.to)}`, "returned by grad()", valueView(sent.value)));

function headingOf(step) {
  const node = trace.nodes[step.node];
  if (!node) return phaseNames[step.phase];
  if (step.phase === "forward") return titleOf(step.node);
  if (step.phase === "backward") return node.backward || titleOf(step.node);
  if (step.phase === "accumulate") return `${node.name || "leaf"}.grad`;
  return step.phase === "seed" ? `backward from ${titleOf(step.node)}` : "gradients returned";
}

// What lives for backward at this step.
function memoryView(at) {
  const holding = trace.nodes.flatMap((node, i) =>
    node.kind === "op" && lives[i].computed <= at && savedBy(i).length > 0 ? [{ index: i, freed: isFreed(i, at) }] : []);
  if (holding.length === 0) return null;
  const kept = holding.filter(one => !one.freed);
  const most = 200;
  const items = holding.slice(0, most).map(({ index, freed }) => html("li", { class: freed ? "freed" : undefined },
    `${titleOf(index)}: ${savedBy(index).map(saved => `${saved.what} (version ${saved.version})`).join(", ")}${freed ? ", freed" : ""}`));
  if (holding.length > most) items.push(html("li", {}, `and ${holding.length - most} more`));
  return html("details", { class: "memory" },
    html("summary", {}, `Saved for backward now: ${kept.length} of ${holding.length} ops hold their tensors`), html("ul", {}, ...items));
}

function showPanel(panel, at) {
  const step = trace.steps[at];
  const memoryOpen = panel.querySelector(".memory")?.open ?? false;
  const node = trace.nodes[step.node] ?? {};
  const parts = { forward: forwardParts, backward: backwardParts, accumulate: accumulateParts, seed: seedParts, result: resultParts }[step.phase](step, node);
  const group = step.node === undefined ? null : pathOf(step.node);
  const memory = memoryView(at);
  if (memory) memory.open = memoryOpen;
  panel.replaceChildren(
    html("p", { class: `phase ${step.phase}` }, phaseNames[step.phase], step.run > 0 ? ` (run ${step.run + 1})` : ""),
    html("h2", {}, headingOf(step)),
    ...[group ? html("p", { class: "path" }, group) : null, sourceView(step), ...parts, memory].filter(Boolean));
}

function pathOf(node) {
  const names = [];
  for (let group = groupOfNode[node]; group && group !== root; group = group.parent) names.unshift(group.name);
  return names.join(" \u203A ");
}

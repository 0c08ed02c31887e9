"use strict";
// What is known of each node at each step: its values, the gradient that has arrived, what it keeps for backward.

const phaseNames = { forward: "forward", seed: "backward begins", backward: "backward", accumulate: "leaf", result: "gradients returned" };

// Of each node: where it was computed, its values by output, its gradients by output as [step, value], and when what it saved
// was freed.
const lives = trace.nodes.map(() => ({ computed: -1, values: [], gradients: [], backward: [], freed: [] }));

function noteGradient(port, step, value) {
  const gradients = lives[port[0]].gradients;
  (gradients[port[1]] ??= []).push([step, value]);
}

trace.steps.forEach((step, index) => {
  const life = lives[step.node];
  for (const input of step.inputs ?? []) {
    const [node, output] = input.from;
    if (node >= 0 && lives[node].computed < 0) lives[node].values[output] ??= input.value;
  }
  if (step.phase === "forward") {
    life.computed = index;
    (step.outputs ?? []).forEach((value, output) => (life.values[output] = value));
    return;
  }
  for (const sent of step.sent ?? []) if (sent.to[0] >= 0) noteGradient(sent.to, index, sent.after);
  if (step.phase === "backward") {
    life.backward.push(index);
    if (step.frees) life.freed.push(index);
  }
  if (step.phase === "accumulate") {
    life.backward.push(index);
    if (step.grad_after !== undefined) noteGradient([step.node, 0], index, step.grad_after);
  }
});

// The steps are in the order of the run, so the last that is not after `step` counts.
function gradientAt(node, output, step) {
  let found;
  for (const [index, value] of lives[node].gradients[output] ?? []) {
    if (index > step) break;
    found = value;
  }
  return found;
}

const isLeaf = node => node.kind !== "op";
const isComputed = (node, step) => isLeaf(trace.nodes[node]) || lives[node].computed <= step;
const savedBy = node => (lives[node].computed < 0 ? [] : trace.steps[lives[node].computed].saved ?? []);
const isFreed = (node, step) => lives[node].freed.some(index => index <= step);

function titleOf(index) {
  const node = trace.nodes[index];
  if (!isLeaf(node)) return node.name ? `${node.name} = ${node.op}` : node.op;
  if (node.kind === "earlier") return node.backward || "earlier";
  if (node.name) return node.name;
  return (node.outputs?.[0]?.shape ?? []).length === 0 ? "constant" : "tensor";
}

// A port as a reader would call it.
function portTitle([node, output]) {
  if (node < 0) return "nothing";
  const name = trace.nodes[node].outputs?.[output]?.name || titleOf(node);
  return (trace.nodes[node].outputs ?? []).length > 1 && output > 0 ? `${name} (output ${output})` : name;
}

// "out = a * b;  da = g * b,  db = g * a" is the formula of forward and the rules of backward.
function formulas(node) {
  const parts = (node.math ?? "").split(/;\s+/);
  return { forward: parts[0] ?? "", backward: parts.slice(1).join(";  ") };
}

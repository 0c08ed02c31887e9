"use strict";
// A layered layout, from top to bottom, of a graph in nested groups. Every open group is laid out by itself and is one large box
// in the group around it, so nothing overlaps; an edge that crosses the border of a group passes through a port there.
//
// layout(tree, edges) takes a tree of items
//   {id, width, height}                 a node, or a closed group
//   {id, children: [item], header}      an open group; `header` is the height of its title
// and edges [from id, to id], and returns
//   {width, height, boxes: Map id -> {x, y, width, height}, segments: [{points, edges: [index]}]}
// Leaves of the tree that feed others are ranked just above the first that needs them.

const spacing = { x: 22, y: 34, dummy: 10, padding: 14 };

function layout(tree, edges) {
  const parent = new Map();
  const depth = new Map();
  const register = (item, level) => {
    depth.set(item.id, level);
    for (const child of item.children ?? []) {
      parent.set(child.id, item);
      register(child, level + 1);
    }
  };
  register(tree, 0);

  const boxes = new Map();
  const segments = [];
  const place = (group, x, y) => {
    boxes.set(group.id, { x, y, width: group.width, height: group.height });
    for (const child of group.children) {
      const left = x + child.x - child.width / 2, top = y + child.y;
      if (child.children) place(child, left, top);
      else boxes.set(child.id, { x: left, y: top, width: child.width, height: child.height });
    }
    for (const segment of group.segments) {
      segments.push({ edges: segment.edges, points: segment.points.map(([a, b]) => [x + a, y + b]) });
    }
  };

  // Which edges a group has to draw a part of: all that have an end below it, unless both are in the same child.
  const parts = new Map();
  const childOf = (id, group) => {
    let item = id;
    while (parent.has(item) && parent.get(item) !== group) item = parent.get(item).id;
    return parent.get(item) === group ? item : null;
  };
  edges.forEach(([from, to], index) => {
    const groups = new Set();
    for (let id = from; parent.has(id); id = parent.get(id).id) groups.add(parent.get(id));
    for (let id = to; parent.has(id); id = parent.get(id).id) groups.add(parent.get(id));
    for (const group of groups) {
      const source = childOf(from, group), target = childOf(to, group);
      if (source === target) continue;
      if (!parts.has(group.id)) parts.set(group.id, []);
      parts.get(group.id).push({ index, from, source, target });
    }
  });

  const arrange = group => {
    for (const child of group.children) if (child.children) arrange(child);
    arrangeGroup(group, parts.get(group.id) ?? []);
  };
  arrange(tree);
  place(tree, 0, 0);
  return { width: tree.width, height: tree.height, boxes, segments };
}

// Sets x (of the middle) and y of each child, width, height, segments, and the ports of the group: portIn and portOut, from the id
// where an edge begins to an x.
function arrangeGroup(group, parts) {
  const vertices = new Map();
  const vertex = (key, item) => {
    if (!vertices.has(key)) {
      vertices.set(key, { key, item, width: item ? item.width : spacing.dummy, height: item ? item.height : 0, up: [], down: [] });
    }
    return vertices.get(key);
  };
  const items = new Map(group.children.map(child => [child.id, child]));
  for (const child of group.children) vertex(child.id, child);

  // Edges between the same two vertices at the same ports are one link.
  const links = new Map();
  for (const part of parts) {
    const source = part.source !== null ? vertex(part.source, items.get(part.source)) : vertex(`in ${part.from}`);
    const target = part.target !== null ? vertex(part.target, items.get(part.target)) : vertex(`out ${part.from}`);
    if (part.source === null) source.port = "in";
    if (part.target === null) target.port = "out";
    const key = `${source.key}|${target.key}|${part.from}`;
    if (!links.has(key)) links.set(key, { source, target, from: part.from, edges: [] });
    links.get(key).edges.push(part.index);
  }
  const list = [...links.values()];
  const last = rank([...vertices.values()], list);
  const { layers, chains } = withDummies([...vertices.values()], list, last);
  order(layers);
  assignX(layers);
  finish(group, layers, chains);
}

// Longest path from the top; returns the number of ranks.
function rank(vertices, links) {
  for (const v of vertices) v.links = { in: [], out: [] };
  for (const link of links) {
    link.source.links.out.push(link);
    link.target.links.in.push(link);
  }
  const waiting = new Map(vertices.map(v => [v, v.links.in.length]));
  const ready = vertices.filter(v => v.links.in.length === 0);
  const sorted = [];
  for (const v of vertices) v.rank = v.port === "in" ? 0 : 1;
  for (let i = 0; i < ready.length; ++i) {
    const v = ready[i];
    sorted.push(v);
    for (const { target } of v.links.out) {
      target.rank = Math.max(target.rank, v.rank + 1);
      waiting.set(target, waiting.get(target) - 1);
      if (waiting.get(target) === 0) ready.push(target);
    }
  }
  for (const v of sorted.reverse()) {  // what nothing leads to, just above the first that needs it
    if (v.links.in.length > 0 || v.port || v.links.out.length === 0) continue;
    v.rank = Math.max(1, Math.min(...v.links.out.map(link => link.target.rank)) - 1);
  }
  let last = Math.max(1, ...vertices.filter(v => v.port !== "out").map(v => v.rank));
  if (vertices.some(v => v.port === "out")) ++last;
  for (const v of vertices) if (v.port === "out") v.rank = last;
  const used = [...new Set(vertices.map(v => v.rank))].sort((a, b) => a - b);
  const dense = new Map(used.map((value, index) => [value, index]));
  for (const v of vertices) v.rank = dense.get(v.rank);
  return used.length;
}

// A link over several ranks passes through a dummy in each; links of one origin share them.
function withDummies(vertices, links, count) {
  const layers = Array.from({ length: count }, () => []);
  for (const v of vertices) layers[v.rank].push(v);
  const dummies = new Map();
  const connect = (a, b, from) => {
    if (a.down.some(end => end.vertex === b && end.from === from)) return;
    a.down.push({ vertex: b, from });
    b.up.push({ vertex: a, from });
  };
  const chains = links.map(link => {
    const chain = [link.source];
    for (let r = link.source.rank + 1; r < link.target.rank; ++r) {
      const key = `${link.source.key}|${link.from}|${r}`;
      if (!dummies.has(key)) {
        const dummy = { key, dummy: true, rank: r, width: spacing.dummy, height: 0, up: [], down: [] };
        dummies.set(key, dummy);
        layers[r].push(dummy);
      }
      chain.push(dummies.get(key));
    }
    chain.push(link.target);
    for (let i = 0; i + 1 < chain.length; ++i) connect(chain[i], chain[i + 1], link.from);
    return { link, chain };
  });
  return { layers, chains };
}

// Where on a vertex an edge from `from` is attached, measured from its middle.
function attachment(v, from, side) {
  const ports = v.item && v.item.children ? (side === "top" ? v.item.portIn : v.item.portOut) : null;
  return ports && ports.has(from) ? ports.get(from) - v.width / 2 : 0;
}

function crossings(layers) {
  let sum = 0;
  for (let r = 0; r + 1 < layers.length; ++r) {
    const ends = [];
    layers[r].forEach((v, i) => {
      for (const { vertex, from } of v.down) {
        ends.push([i + attachment(v, from, "bottom") / (v.width + 1), vertex.place + attachment(vertex, from, "top") / (vertex.width + 1)]);
      }
    });
    for (let i = 0; i < ends.length; ++i) {
      for (let k = i + 1; k < ends.length; ++k) {
        if ((ends[i][0] - ends[k][0]) * (ends[i][1] - ends[k][1]) < 0) ++sum;
      }
    }
  }
  return sum;
}

// Sweeps up and down, each vertex to the mean place of its neighbours, keeping the best order seen.
function order(layers) {
  const number = () => layers.forEach(layer => layer.forEach((v, i) => (v.place = i)));
  number();
  const size = layers.reduce((sum, layer) => sum + layer.length, 0);
  const sweeps = size > 1500 ? 2 : size > 400 ? 6 : 16;
  let best = null, fewest = Infinity;
  const keep = () => {
    const count = size > 1500 ? 0 : crossings(layers);
    if (count < fewest || best === null) {
      fewest = count;
      best = layers.map(layer => [...layer]);
    }
  };
  keep();
  for (let sweep = 0; sweep < sweeps && fewest > 0; ++sweep) {
    const down = sweep % 2 === 0;
    for (let k = 1; k < layers.length; ++k) {
      const layer = layers[down ? k : layers.length - 1 - k];
      for (const v of layer) {
        const ends = down ? v.up : v.down;
        const places = ends.map(({ vertex, from }) =>
          vertex.place + attachment(vertex, from, down ? "bottom" : "top") / (vertex.width + 1));
        v.wanted = places.length > 0 ? places.reduce((a, b) => a + b) / places.length : v.place;
      }
      layer.sort((a, b) => a.wanted - b.wanted || a.place - b.place);
      layer.forEach((v, i) => (v.place = i));
    }
    keep();
  }
  best.forEach((layer, r) => (layers[r] = layer));
  number();
}

// Positions nearest to the wanted ones, in the given order and without overlap: least squares, by joining neighbours that
// push each other into blocks.
function spread(layer, wanted, weight) {
  const blocks = [];
  let offset = 0;
  layer.forEach((v, i) => {
    if (i > 0) offset += (layer[i - 1].width + v.width) / 2 + (layer[i - 1].dummy && v.dummy ? 6 : spacing.x);
    v.offset = offset;
    blocks.push({ sum: (wanted[i] - offset) * weight[i], weight: weight[i], count: 1 });
    while (blocks.length > 1) {
      const b = blocks[blocks.length - 1], a = blocks[blocks.length - 2];
      if (a.sum / a.weight <= b.sum / b.weight) break;
      blocks.pop();
      a.sum += b.sum;
      a.weight += b.weight;
      a.count += b.count;
    }
  });
  let i = 0;
  for (const block of blocks) {
    for (let k = 0; k < block.count; ++k, ++i) layer[i].x = block.sum / block.weight + layer[i].offset;
  }
}

function assignX(layers) {
  for (const layer of layers) spread(layer, layer.map(() => 0), layer.map(() => 1));
  for (const layer of layers) {
    const middle = layer.length ? (layer[0].x + layer[layer.length - 1].x) / 2 : 0;
    for (const v of layer) v.x -= middle;
  }
  for (let sweep = 0; sweep < 10; ++sweep) {
    const down = sweep % 2 === 0;
    for (let k = 0; k < layers.length; ++k) {
      const layer = layers[down ? k : layers.length - 1 - k];
      const wanted = [], weight = [];
      for (const v of layer) {
        const ends = sweep >= 8 ? [...v.up.map(e => [e, "top", "bottom"]), ...v.down.map(e => [e, "bottom", "top"])]
          : (down ? v.up : v.down).map(e => [e, down ? "top" : "bottom", down ? "bottom" : "top"]);
        const at = ends.map(([{ vertex, from }, own, theirs]) =>
          vertex.x + attachment(vertex, from, theirs) - attachment(v, from, own));
        wanted.push(at.length > 0 ? at.reduce((a, b) => a + b) / at.length : v.x);
        weight.push(at.length === 0 ? 0.1 : v.dummy ? 4 : 1);
      }
      spread(layer, wanted, weight);
    }
  }
}

function finish(group, layers, chains) {
  const { padding } = spacing;
  const top = (group.header ?? 0) + padding;
  let left = Infinity, right = -Infinity;
  for (const layer of layers) {
    for (const v of layer) {
      left = Math.min(left, v.x - v.width / 2);
      right = Math.max(right, v.x + v.width / 2);
    }
  }
  if (left === Infinity) left = right = 0;
  const width = Math.max(right - left + 2 * padding, group.minimum ?? 0);
  const shift = (width - (right - left)) / 2 - left;
  let y = top;
  layers.forEach((layer, r) => {
    const height = Math.max(0, ...layer.map(v => v.height));
    const isPorts = layer.length > 0 && layer.every(v => v.port);
    const at = isPorts ? (layer[0].port === "in" ? 0 : y) : y;
    for (const v of layer) {
      v.x += shift;
      v.y = at + (height - v.height) / 2;
      v.bandTop = at;
      v.bandBottom = at + height;
    }
    if (isPorts && layer[0].port === "in") y = top;
    else y += height + (r + 1 < layers.length ? spacing.y : 0);
  });
  const hasOut = layers.length > 0 && layers[layers.length - 1].some(v => v.port === "out");
  group.width = width;
  group.height = hasOut ? y : y + padding;
  if (hasOut) for (const v of layers[layers.length - 1]) if (v.port === "out") v.bandTop = v.bandBottom = v.y = group.height;
  group.portIn = new Map();
  group.portOut = new Map();
  for (const layer of layers) {
    for (const v of layer) {
      if (v.item) [v.item.x, v.item.y] = [v.x, v.y];
      if (v.port === "in") group.portIn.set(portOrigin(v), v.x);
      if (v.port === "out") group.portOut.set(portOrigin(v), v.x);
    }
  }
  group.segments = chains.map(({ link, chain }) => {
    const points = [];
    chain.forEach((v, i) => {
      const x = v.x + (i === 0 ? attachment(v, link.from, "bottom") : i + 1 === chain.length ? attachment(v, link.from, "top") : 0);
      if (i > 0 && !v.dummy) points.push([x, v.y]);
      else if (i > 0) points.push([x, v.bandTop]);
      if (i + 1 < chain.length) points.push([x, v.dummy ? v.bandBottom : v.y + v.height]);
    });
    return { points, edges: link.edges };
  });
}

// Ids are numbers for nodes and text for groups; a port's key is "in " or "out " and the id.
function portOrigin(v) {
  const id = v.key.slice(v.key.indexOf(" ") + 1);
  return /^\d+$/.test(id) ? Number(id) : id;
}

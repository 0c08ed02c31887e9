"use strict";
// The trace, and its numbers: decoded when they are first looked at.

const trace = JSON.parse(document.getElementById("trace").textContent);
for (const list of ["groups", "sources", "nodes", "steps", "checks", "values"]) trace[list] ??= [];

const decoded = new Map();

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function dequantised(value, base64) {
  return Float64Array.from(bytesOf(base64), code => (code === 255 ? NaN : value.offset + code * value.step));
}

function elementsOfView(value) {
  const base = numbersOf(value.base);
  const elements = new Float64Array(value.shape.reduce((product, size) => product * size, 1));
  const index = value.shape.map(() => 0);
  let place = value.view_offset;
  for (let i = 0; i < elements.length; ++i) {
    elements[i] = base[place];
    for (let d = index.length - 1; d >= 0; --d) {
      place += value.view_strides[d];
      if (++index[d] < value.shape[d]) break;
      place -= value.view_strides[d] * value.shape[d];
      index[d] = 0;
    }
  }
  return elements;
}

// The elements of a value in row-major order (of its blocks, where it has only those), or null.
function numbersOf(id) {
  if (decoded.has(id)) return decoded.get(id);
  const value = trace.values[id];
  let numbers = null;
  if (value.numbers) {
    const special = { nan: NaN, inf: Infinity, "-inf": -Infinity };
    numbers = value.numbers.map(x => (typeof x === "string" ? special[x] : x));
  } else if (value.exact) {
    const buffer = bytesOf(value.exact).buffer;
    numbers = value.dtype === "float32" ? new Float32Array(buffer)
      : value.dtype === "float64" ? new Float64Array(buffer)
      : value.dtype === "int64" ? Float64Array.from(new BigInt64Array(buffer), Number)
      : new Uint8Array(buffer);
  } else if (value.quantised || value.blocks) {
    numbers = dequantised(value, value.quantised ?? value.blocks);
  } else if ("base" in value) {
    numbers = elementsOfView(value);
  }
  decoded.set(id, numbers);
  return numbers;
}

const numelOf = value => value.shape.reduce((product, size) => product * size, 1);
const isExact = value => "base" in value ? isExact(trace.values[value.base]) : Boolean(value.numbers || value.exact);
const shapeText = shape => `[${shape.join(", ")}]`;

// All digits: the shortest text that reads back as the number in its dtype.
function exactText(x, dtype) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  if (dtype === "bool") return x ? "True" : "False";
  if (dtype !== "float32") return String(x);
  for (let digits = 1; digits < 9; ++digits) {
    const text = x.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(x)) return String(Number(text));
  }
  return String(Number(x.toPrecision(9)));
}

// Few digits, for reading.
function shortText(x, dtype = "float32", digits = 5) {
  if (!Number.isFinite(x) || dtype === "bool" || dtype === "int64") return exactText(x, dtype);
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size < 1e-4 || size >= 1e6 ? x.toExponential(Math.max(1, digits - 2)) : x.toPrecision(digits);
  const [mantissa, exponent] = text.split("e");
  const trimmed = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return (exponent ? `${trimmed}e${exponent.replace("+", "")}` : trimmed).replace("-", "\u2212");
}

// "[0.5, 2]" for a few numbers, otherwise the shape.
function briefText(id, room = 14) {
  const value = trace.values[id];
  const numbers = numelOf(value) <= 4 && value.shape.length <= 1 ? numbersOf(id) : null;
  if (!numbers) return shapeText(value.shape);
  if (value.shape.length === 0) return shortText(numbers[0], value.dtype, 4);
  const text = `[${Array.from(numbers, x => shortText(x, value.dtype, 3)).join(", ")}]`;
  return text.length <= room ? text : shapeText(value.shape);
}

// The colour of a number: blue below 0 and orange above where there are both, otherwise from pale to dark.
function colourScale(min, max, dark) {
  const zero = dark ? [32, 38, 46] : [250, 250, 251];
  const low = dark ? [92, 163, 255] : [29, 93, 214];
  const high = dark ? [255, 150, 74] : [214, 73, 8];
  const one = dark ? [226, 232, 240] : [24, 34, 52];
  const mix = (a, b, t) => a.map((channel, k) => Math.round(channel + (b[k] - channel) * t));
  if (min < 0 && max > 0) {
    const reach = Math.max(-min, max);
    return x => mix(zero, x < 0 ? low : high, Math.min(1, Math.abs(x) / reach));
  }
  if (max <= 0 && min < 0) return x => mix(zero, low, max === min ? 1 : (max - x) / (max - min) * 0.9 + 0.1);
  return x => mix(zero, one, max === min ? (max === 0 ? 0 : 0.5) : (x - min) / (max - min));
}

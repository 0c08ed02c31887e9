#include <gradus/autograd/check.h>
#include <gradus/autograd/trace/json.h>

#include <cmath>

namespace gradus::autograd::tracing {
namespace {

/// Bytes of the UTF-8 character that begins at `i`, or 0 if none does.
size_t character_length(std::string_view text, size_t i) {
  const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[k]); };
  const size_t length = byte(i) < 0x80       ? 1
                        : byte(i) >> 5 == 6  ? 2
                        : byte(i) >> 4 == 14 ? 3
                        : byte(i) >> 3 == 30 ? 4
                                             : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (size_t k = i + 1; k < i + length; ++k) {
    if (byte(k) >> 6 != 2) return 0;
  }
  return length;
}

/// {"a":1,"b":2} from its members, without those that are empty.
class Object {
 public:
  Object& raw(std::string_view name, std::string_view value) {
    text_ += fmt::format("{}\"{}\":{}", text_.empty() ? "" : ",", name, value);
    return *this;
  }
  Object& text(std::string_view name, std::string_view value) {
    return value.empty() ? *this : raw(name, json_string(value));
  }
  Object& integer(std::string_view name, int64_t value) { return raw(name, fmt::format("{}", value)); }
  Object& index(std::string_view name, int64_t value) { return value < 0 ? *this : integer(name, value); }
  Object& real(std::string_view name, double value) {
    return raw(name, std::isfinite(value) ? fmt::format("{}", value) : fmt::format("\"{}\"", value));
  }
  Object& flag(std::string_view name, bool value) { return value ? raw(name, "true") : *this; }
  template <class Range, class Write>
  Object& list(std::string_view name, const Range& range, Write write) {
    if (range.begin() == range.end()) return *this;
    std::string items;
    for (const auto& item : range) items += (items.empty() ? "" : ",") + write(item);
    return raw(name, "[" + items + "]");
  }
  std::string str() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

std::string number(int64_t value) { return fmt::format("{}", value); }
std::string port(const Port& port) { return fmt::format("[{},{}]", port.node, port.output); }
std::string sizes(const std::vector<int64_t>& values) { return fmt::format("[{}]", fmt::join(values, ",")); }

std::string to_json(const Value& value) {
  Object object;
  object.raw("shape", sizes(value.shape)).text("dtype", to_string(value.dtype));
  object.real("min", value.min).real("max", value.max).real("mean", value.mean);
  if (value.not_finite > 0) object.integer("not_finite", value.not_finite);
  switch (value.form) {
    case Value::Form::kNumbers:
      object.raw("numbers", "[" + value.text + "]");
      break;
    case Value::Form::kExact:
      object.text("exact", value.text);
      break;
    case Value::Form::kQuantised:
      object.text("quantised", value.text).real("offset", value.offset).real("step", value.step);
      break;
    case Value::Form::kView:
      object.integer("base", value.base).integer("view_offset", value.view_offset);
      object.raw("view_strides", sizes(value.view_strides));
      break;
    case Value::Form::kBlocks:
      object.text("blocks", value.text).real("offset", value.offset).real("step", value.step);
      object.raw("block_grid", sizes({value.rows, value.columns}));
      object.raw("block_size", sizes({value.block_rows, value.block_columns}));
      break;
    case Value::Form::kSummary:
      break;
  }
  return object.str();
}

std::string to_json(const GraphNode& node) {
  static constexpr const char* kinds[] = {"op", "parameter", "leaf", "earlier"};
  Object object;
  object.text("kind", kinds[static_cast<int>(node.kind)]).text("name", node.name).text("op", node.op);
  object.text("math", node.math).text("backward", node.backward).index("group", node.group);
  object.flag("in_place", node.in_place).list("inputs", node.inputs, port);
  object.list("outputs", node.outputs, [](const GraphNode::Output& output) {
    return Object().raw("shape", sizes(output.shape)).text("dtype", output.dtype).text("name", output.name).str();
  });
  if (node.shares.node >= 0) object.raw("shares", port(node.shares));
  return object.str();
}

std::string to_json(const Step& step) {
  static constexpr const char* phases[] = {"forward", "seed", "backward", "accumulate", "result"};
  Object object;
  object.text("phase", phases[static_cast<int>(step.phase)]).index("node", step.node).index("run", step.run);
  object.list("inputs", step.inputs, [](const Step::Input& input) {
    return Object().raw("from", port(input.from)).integer("value", input.value).integer("version", input.version).str();
  });
  object.list("outputs", step.outputs, number).list("versions", step.versions, number);
  object.list("arguments", step.arguments, json_string);
  object.list("saved", step.saved, [](const Step::Saved& saved) {
    return Object().text("what", saved.what).integer("value", saved.value).integer("version", saved.version).str();
  });
  object.flag("recorded", step.recorded).index("source", step.source).flag("keep_graph", step.keep_graph);
  object.list("incoming", step.incoming, number);
  object.list("sent", step.sent, [](const Step::Sent& sent) {
    return Object()
        .integer("input", sent.input)
        .raw("to", port(sent.to))
        .integer("value", sent.value)
        .index("before", sent.before)
        .integer("after", sent.after)
        .str();
  });
  object.flag("frees", step.frees).flag("hooked", step.hooked);
  object.index("grad_before", step.grad_before).index("grad_after", step.grad_after);
  return object.str();
}

std::string to_json(const Check& check) {
  Object object;
  object.integer("node", check.node).text("dtype", check.dtype);
  object.list("elements", check.elements, [](const Check::Element& element) {
    return Object()
        .raw("index", sizes(element.index))
        .real("analytic", element.analytic)
        .real("numeric", element.numeric)
        .str();
  });
  return object.str();
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const size_t length = character_length(text, i);
    if (length == 0) {
      result += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '<' || c == '>' || c == '&')) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += text.substr(i, length);
    }
    i += std::max<size_t>(length, 1);
  }
  return result + "\"";
}

std::string to_json(const Recorder& recorder) {
  const Model& model = recorder.model;
  Object object;
  object.integer("format", 1).text("title", model.title).text("error", model.error);
  object.flag("truncated", model.truncated);
  object.list("groups", model.groups, [](const Group& group) {
    return Object().raw("name", json_string(group.name)).index("parent", group.parent).str();
  });
  object.list("sources", recorder.sources.all(), [](const SourceLine& source) {
    Object line;
    line.text("file", source.file).integer("line", static_cast<int64_t>(source.line));
    return line.text("function", source.function).text("text", source.text).str();
  });
  object.list("nodes", model.nodes, [](const GraphNode& node) { return to_json(node); });
  object.list("steps", model.steps, [](const Step& step) { return to_json(step); });
  object.list("checks", model.checks, [](const Check& check) { return to_json(check); });
  object.list("values", recorder.values.all(), [](const Value& value) { return to_json(value); });
  return object.str();
}

}  // namespace gradus::autograd::tracing

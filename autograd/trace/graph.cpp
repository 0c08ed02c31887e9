// The graph as text: what can be reached from a tensor through grad_fn.
#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/graph.h>

#include <iostream>
#include <unordered_map>

namespace gradus::autograd {
namespace {

std::string shape_text(const Node& node, size_t output = 0) {
  return output < node.outputs.size() ? fmt::format("{}", node.outputs[output].layout->sizes()) : "";
}

/// The names of leaves, by their accumulators.
class LeafNames {
 public:
  explicit LeafNames(const TensorNames& names) {
    for (const auto& [name, tensor] : names) {
      if (tensor.defined() && tensor.requires_grad() && tensor.is_leaf()) {
        names_.emplace(gradient_edge(tensor).node.get(), name);
      }
    }
  }
  /// "MulBackward0", or for a leaf its name.
  std::string operator()(const Node& node) const {
    if (!is_leaf(node)) return node.name();
    const auto found = names_.find(&node);
    return found != names_.end() ? found->second : "leaf";
  }
  static bool is_leaf(const Node& node) { return dynamic_cast<const AccumulateGrad*>(&node) != nullptr; }

 private:
  std::unordered_map<const Node*, std::string> names_;
};

Edge root_of(const Tensor& tensor) {
  GRADUS_CHECK(tensor.defined() && tensor.requires_grad(),
               "there is no graph behind a tensor that does not require grad and does not have a grad_fn");
  return gradient_edge(tensor);
}

std::vector<const Edge*> inputs_of(const Node& node) {
  std::vector<const Edge*> inputs;
  for (const Edge& edge : node.next_edges) {
    if (edge.node) inputs.push_back(&edge);
  }
  return inputs;
}

/// Nodes in the order of the first visit, each with how many edges lead to it.
struct Visited {
  explicit Visited(const Edge& root) {
    std::vector<const Node*> waiting{root.node.get()};
    uses[root.node.get()] = 1;
    while (!waiting.empty()) {
      const Node* node = waiting.back();
      waiting.pop_back();
      nodes.push_back(node);
      const std::vector<const Edge*> inputs = inputs_of(*node);
      for (size_t i = inputs.size(); i-- > 0;) {
        if (++uses[inputs[i]->node.get()] == 1) waiting.push_back(inputs[i]->node.get());
      }
    }
  }
  std::vector<const Node*> nodes;
  std::unordered_map<const Node*, int64_t> uses;
};

std::string dot_string(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + '"';
}

}  // namespace

std::string to_dot(const Tensor& tensor, const TensorNames& names) {
  const Edge root = root_of(tensor);
  const LeafNames name_of(names);
  const Visited visited(root);
  std::unordered_map<const Node*, size_t> number;
  for (const Node* node : visited.nodes) number.emplace(node, number.size());
  std::string dot =
      "digraph backward {\n"
      "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f2f4f7\", fontname=\"sans-serif\", fontsize=11];\n"
      "  edge [fontname=\"sans-serif\", fontsize=9, color=\"#667085\"];\n";
  dot += fmt::format("  result [shape=plaintext, style=\"\", label={}];\n  result -> n0;\n",
                     dot_string(fmt::format("tensor {}", tensor.sizes())));
  for (const Node* node : visited.nodes) {
    const bool leaf = LeafNames::is_leaf(*node);
    const std::string label = leaf ? name_of(*node) + "\n" + shape_text(*node) : name_of(*node);
    dot += fmt::format("  n{} [label={}{}];\n", number.at(node), dot_string(label),
                       leaf ? ", fillcolor=\"#d3f0e3\", style=filled" : "");
  }
  for (const Node* node : visited.nodes) {
    for (const Edge* edge : inputs_of(*node)) {
      dot += fmt::format("  n{} -> n{} [label={}];\n", number.at(node), number.at(edge->node.get()),
                         dot_string(shape_text(*edge->node, edge->input_nr)));
    }
  }
  return dot + "}\n";
}

void print_graph(std::ostream& stream, const Tensor& tensor, const TensorNames& names, int64_t max_lines) {
  const Edge root = root_of(tensor);
  const LeafNames name_of(names);
  const Visited visited(root);
  std::unordered_map<const Node*, int64_t> number;  // of those that are reached several times, once printed
  struct Line {
    const Edge* edge;
    std::string before, below;  // what stands left of the node, and left of the lines below it
  };
  std::vector<Line> waiting{{&root, "", ""}};
  int64_t printed = 0, last_number = 0;
  size_t nodes = 0;
  for (; !waiting.empty() && printed < max_lines; ++printed) {
    const Line line = std::move(waiting.back());
    waiting.pop_back();
    const Node& node = *line.edge->node;
    const auto [known, first] = number.try_emplace(&node, 0);
    const bool shared = visited.uses.at(&node) > 1;
    if (first && shared) known->second = ++last_number;
    stream << line.before << name_of(node) << " " << shape_text(node, line.edge->input_nr);
    if (shared) stream << (first ? " #" : " = #") << known->second << (first ? "" : ", above");
    stream << "\n";
    if (!first) continue;
    ++nodes;
    const std::vector<const Edge*> inputs = inputs_of(node);
    for (size_t i = inputs.size(); i-- > 0;) {
      if (inputs.size() == 1) {
        waiting.push_back({inputs[i], line.below, line.below});
      } else {
        const bool last = i + 1 == inputs.size();
        waiting.push_back({inputs[i], line.below + (last ? "└─ " : "├─ "), line.below + (last ? "   " : "│  ")});
      }
    }
  }
  if (!waiting.empty()) stream << "... and " << visited.nodes.size() - nodes << " more nodes\n";
}

void print_graph(const Tensor& tensor, const TensorNames& names, int64_t max_lines) {
  print_graph(std::cout, tensor, names, max_lines);
}

}  // namespace gradus::autograd

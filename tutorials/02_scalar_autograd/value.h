#pragma once
#include <algorithm>
#include <cmath>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

// Reverse-mode automatic differentiation of single numbers, whole: values, the graph, the order, backward.
namespace chapter_02 {

// [node]
struct Node;

/// Where a number came from: an input of the operation, and the derivative of the result by that input.
struct Edge {
  std::shared_ptr<Node> input;
  double derivative;
};

/// One number of a computation. It owns its inputs, and nothing that was computed from it.
struct Node {
  Node(double number, std::vector<Edge> origins) : data(number), edges(std::move(origins)) {}
  ~Node();

  double data;
  double grad = 0;          // d(result) / d(this number), once backward has run
  std::vector<Edge> edges;  // none: a leaf
};
// [/node]

// [value]
/// A handle on a node: copies mean the same number.
class Value {
 public:
  Value(double number, std::vector<Edge> edges = {})
      : node_(std::make_shared<Node>(number, std::move(edges))) {}  // not explicit, so that 2 * a works

  double& data() const { return node_->data; }
  double& grad() const { return node_->grad; }
  const std::shared_ptr<Node>& node() const { return node_; }
  /// Adds the derivatives of this value to the grad of every leaf behind it.
  void backward() const;

 private:
  std::shared_ptr<Node> node_;
};
// [/value]

// [rules]
inline Value operator+(const Value& a, const Value& b) { return {a.data() + b.data(), {{a.node(), 1}, {b.node(), 1}}}; }
inline Value operator-(const Value& a, const Value& b) {
  return {a.data() - b.data(), {{a.node(), 1}, {b.node(), -1}}};
}
inline Value operator*(const Value& a, const Value& b) {
  return {a.data() * b.data(), {{a.node(), b.data()}, {b.node(), a.data()}}};
}
inline Value pow(const Value& a, double n) {
  return {std::pow(a.data(), n), {{a.node(), n == 0 ? 0 : n * std::pow(a.data(), n - 1)}}};
}
inline Value exp(const Value& a) {
  const double out = std::exp(a.data());
  return {out, {{a.node(), out}}};
}
inline Value tanh(const Value& a) {
  const double out = std::tanh(a.data());
  return {out, {{a.node(), 1 - out * out}}};
}
// [/rules]

// [order]
/// The nodes behind `result`, each of them once, and none before a node that was computed from it: the result comes
/// first.
inline std::vector<Node*> topological_order(const Value& result) {
  struct Stop {
    Node* node;
    size_t next_edge = 0;
  };
  std::vector<Node*> order;
  std::vector<Stop> path = {{result.node().get()}};  // from the result to where we are
  std::unordered_set<Node*> seen = {result.node().get()};
  while (!path.empty()) {
    Stop& here = path.back();
    if (here.next_edge < here.node->edges.size()) {
      Node* input = here.node->edges[here.next_edge++].input.get();
      if (seen.insert(input).second) path.push_back({input});
    } else {  // all inputs are in the list
      order.push_back(here.node);
      path.pop_back();
    }
  }
  std::reverse(order.begin(), order.end());
  return order;
}
// [/order]

// [backward]
inline void Value::backward() const {
  const std::vector<Node*> order = topological_order(*this);
  for (Node* node : order) {
    if (!node->edges.empty()) node->grad = 0;  // only leaves keep what earlier calls have left
  }
  grad() += 1;
  for (Node* node : order) {
    for (const Edge& edge : node->edges) edge.input->grad += node->grad * edge.derivative;
  }
}
// [/backward]

// [destroy]
inline Node::~Node() {
  std::vector<Edge> dying = std::move(edges);
  while (!dying.empty()) {
    const std::shared_ptr<Node> input = std::move(dying.back().input);
    dying.pop_back();
    if (input.use_count() > 1) continue;  // somebody else needs it
    for (Edge& edge : input->edges) dying.push_back(std::move(edge));
    input->edges.clear();
  }
}
// [/destroy]

}  // namespace chapter_02

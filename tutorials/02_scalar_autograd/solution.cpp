// A solution of the exercise of chapter 2: a scalar autograd.
#include "tasks.h"

#include <unordered_map>

namespace chapter_02 {

// Task 1. A new rule: the sigmoid s = 1 / (1 + exp(-x)), whose derivative is s (1 - s). Make one node of it, as tanh in
// value.h does: a Value of the number and of one edge.
Value sigmoid_by_hand(const Value& x) {
  const double s = 1 / (1 + std::exp(-x.data()));
  return {s, {{x.node(), s * (1 - s)}}};
}

// Task 2. A rule with two inputs: a / b, again as one node. Find both derivatives on paper first.
Value quotient(const Value& a, const Value& b) {
  const double out = a.data() / b.data();
  return {out, {{a.node(), 1 / b.data()}, {b.node(), -out / b.data()}}};
}

// Task 3. A topological order, found in another way than that of value.h. First count, for every node behind the
// result, the edges that lead to it. Then start a list with the result. Whoever enters the list takes one from the
// count of the input of each of its edges; an input whose count has come down to 0 has nobody left to wait for and
// enters next. No recursion, please: a graph may be a million nodes deep.
std::vector<Node*> order_by_counting(const Value& result) {
  Node* const first = result.node().get();
  std::unordered_map<const Node*, int64_t> count = {{first, 0}};
  std::vector<Node*> waiting = {first};
  while (!waiting.empty()) {
    Node* const node = waiting.back();
    waiting.pop_back();
    for (const Edge& edge : node->edges) {
      if (count[edge.input.get()]++ == 0) waiting.push_back(edge.input.get());
    }
  }
  std::vector<Node*> order = {first};
  for (size_t i = 0; i < order.size(); ++i) {
    for (const Edge& edge : order[i]->edges) {
      if (--count[edge.input.get()] == 0) order.push_back(edge.input.get());
    }
  }
  return order;
}

// Task 4. The derivatives of the result by some inputs, as autograd::grad gives them: the grad of the nodes is neither
// read nor changed, so keep the sums in a map of your own. An input may be a leaf, or in the middle, or not behind the
// result at all; then its derivative is 0. topological_order(result) of value.h gives the order.
std::vector<double> derivatives(const Value& result, const std::vector<Value>& inputs) {
  std::unordered_map<const Node*, double> grad;
  grad[result.node().get()] = 1;
  for (const Node* node : topological_order(result)) {
    for (const Edge& edge : node->edges) grad[edge.input.get()] += grad[node] * edge.derivative;
  }
  std::vector<double> found;
  for (const Value& input : inputs) found.push_back(grad[input.node().get()]);
  return found;
}

}  // namespace chapter_02

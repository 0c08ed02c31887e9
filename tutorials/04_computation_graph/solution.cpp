// A solution of the exercise of chapter 4: the graph.
#include "tasks.h"

#include <set>

namespace chapter_04 {

// Task 1. Walk through the graph behind `result`: result.grad_fn() is its first node (a Ptr<Node>, empty if there is
// none), node->next_edges are its edges, and edge.node is where an edge leads (empty where no gradient is asked for).
// Count every node once, however many edges lead to it. No recursion, please: a graph may be a million nodes deep.
int64_t count_nodes(const Tensor& result) {
  std::set<const Node*> seen;
  std::vector<const Node*> waiting;
  const auto visit = [&](const Node* node) {
    if (node && seen.insert(node).second) waiting.push_back(node);
  };
  visit(result.grad_fn().get());
  while (!waiting.empty()) {
    const Node* node = waiting.back();
    waiting.pop_back();
    for (const Edge& edge : node->next_edges) visit(edge.node.get());
  }
  return static_cast<int64_t>(seen.size());
}

// Task 2. One step of gradient descent on the leaf w. It must not be recorded (NoGradGuard), must change w itself, and
// must forget the gradient afterwards: w.mutable_grad() = Tensor().
void descend(Tensor& w, double lr) {
  NoGradGuard no_grad;
  w -= lr * w.grad();
  w.mutable_grad() = Tensor();
}

// Task 3. The derivative of the sign is 0 wherever there is one, so nothing could learn through it. Networks with
// binary activations take the sign forward and pretend backward that it was the identity: the result's value is
// x.sign(), its gradient 1. detach() is all you need.
Tensor straight_through_sign(const Tensor& x) { return x + (x.sign() - x).detach(); }

// Task 4. `loss` is a mean over the rows of x. When the graph of all rows does not fit into memory, each part gets a
// forward and a backward of its own, and the gradients add up in the leaves. x.chunk(parts) gives the parts, here of
// equal size. In the end the leaves' .grad must be what loss(x).backward() would have left there.
void backward_in_parts(const std::function<Tensor(const Tensor& rows)>& loss, const Tensor& x, int64_t parts) {
  for (const Tensor& rows : x.chunk(parts)) (loss(rows) / parts).backward();
}

}  // namespace chapter_04

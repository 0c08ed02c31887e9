#include <gradus/tutorials/02_scalar_autograd/tasks.h>

#include <unordered_map>

#include "helpers.h"

namespace chapter_02 {
namespace {

TEST(Chapter02, TheSolutionPasses) { expect_all_pass(tasks({})); }

// A sigmoid whose edge carries what `derivative` makes of x and the result.
auto sigmoid_with(const std::function<double(double x, double s)>& derivative) {
  return [=](const Value& x) {
    const double s = 1 / (1 + std::exp(-x.data()));
    return Value(s, {{x.node(), derivative(x.data(), s)}});
  };
}

TEST(Chapter02, WrongSigmoids) {
  Answers wrong;
  wrong.sigmoid_by_hand = [](const Value& x) {
    const double s = 1 / (1 + std::exp(x.data()));
    return Value(s, {{x.node(), s * (1 - s)}});
  };
  expect_wrong(tasks(wrong), 1, "The sign in the exponent");
  wrong.sigmoid_by_hand = [](const Value& x) { return Value(1 / (1 + std::exp(-x.data()))); };
  expect_wrong(tasks(wrong), 1, "has no edges");
  wrong.sigmoid_by_hand = [](const Value& x) { return pow(1 + exp(-1 * x), -1); };
  expect_wrong(tasks(wrong), 1, "should be one node");
  wrong.sigmoid_by_hand = sigmoid_with([](double, double s) { return s; });
  expect_wrong(tasks(wrong), 1, "not its derivative");
  wrong.sigmoid_by_hand = sigmoid_with([](double x, double) { return x * (1 - x); });
  expect_wrong(tasks(wrong), 1, "the s is the result, not x");
  wrong.sigmoid_by_hand = sigmoid_with([](double, double s) { return 1 - s * s; });
  expect_wrong(tasks(wrong), 1, "the derivative of tanh");
  wrong.sigmoid_by_hand = sigmoid_with([](double, double s) { return 1 - s; });
  expect_wrong(tasks(wrong), 1, "The factor s is missing");
  wrong.sigmoid_by_hand = sigmoid_with([](double, double) { return 1; });
  expect_wrong(tasks(wrong), 1, "The edge carries 1");
  wrong.sigmoid_by_hand = sigmoid_with([](double, double s) { return s * (s - 1); });
  expect_wrong(tasks(wrong), 1, "rises everywhere");
}

// A quotient whose edges carry these derivatives.
auto quotient_with(const std::function<std::pair<double, double>(double a, double b)>& derivatives_of) {
  return [=](const Value& a, const Value& b) {
    const auto [by_a, by_b] = derivatives_of(a.data(), b.data());
    return Value(a.data() / b.data(), {{a.node(), by_a}, {b.node(), by_b}});
  };
}

TEST(Chapter02, WrongQuotients) {
  Answers wrong;
  wrong.quotient = quotient_with([](double a, double b) { return std::pair(1 / b, -a / (b * b)); });
  expect_all_pass(tasks(wrong));
  wrong.quotient = [](const Value& a, const Value& b) {
    return Value(b.data() / a.data(), {{a.node(), 1}, {b.node(), 1}});
  };
  expect_wrong(tasks(wrong), 2, "This is b / a");
  wrong.quotient = [](const Value& a, const Value& b) {
    return Value(a.data() / b.data(), {{a.node(), 1 / b.data()}});
  };
  expect_wrong(tasks(wrong), 2, "should be one node with one edge to each input");
  wrong.quotient = [](const Value& a, const Value& b) { return a * pow(b, -1); };
  expect_wrong(tasks(wrong), 2, "should be one node with one edge to each input");
  wrong.quotient = quotient_with([](double a, double b) { return std::pair(-a / (b * b), 1 / b); });
  expect_wrong(tasks(wrong), 2, "have changed places");
  wrong.quotient = quotient_with([](double a, double b) { return std::pair(b, a); });
  expect_wrong(tasks(wrong), 2, "1 / b, not b");
  wrong.quotient = quotient_with([](double a, double b) { return std::pair(1.0, -a / (b * b)); });
  expect_wrong(tasks(wrong), 2, "b is a factor that stays");
  wrong.quotient = quotient_with([](double a, double b) { return std::pair(1 / b, a / (b * b)); });
  expect_wrong(tasks(wrong), 2, "makes the quotient smaller");
  wrong.quotient = quotient_with([](double, double b) { return std::pair(1 / b, -1 / (b * b)); });
  expect_wrong(tasks(wrong), 2, "The numerator is missing");
  wrong.quotient = quotient_with([](double a, double b) { return std::pair(1 / b, -a / b); });
  expect_wrong(tasks(wrong), 2, "one division by b is missing");
  wrong.quotient = quotient_with([](double a, double b) { return std::pair(1 / b, a); });
  expect_wrong(tasks(wrong), 2, "a / b is no product");
}

// Every node once, when it is first seen, those nearest to the result first.
std::vector<Node*> by_distance(const Value& result) {
  std::vector<Node*> order = {result.node().get()};
  std::unordered_set<Node*> seen = {order.front()};
  for (size_t i = 0; i < order.size(); ++i) {
    for (const Edge& edge : order[i]->edges) {
      if (seen.insert(edge.input.get()).second) order.push_back(edge.input.get());
    }
  }
  return order;
}

// Every node once, when it is first seen, the first way to its end before the next.
std::vector<Node*> by_depth(const Value& result) {
  std::vector<Node*> order, waiting = {result.node().get()};
  std::unordered_set<Node*> seen;
  while (!waiting.empty()) {
    Node* const node = waiting.back();
    waiting.pop_back();
    if (!seen.insert(node).second) continue;
    order.push_back(node);
    for (size_t i = node->edges.size(); i-- > 0;) waiting.push_back(node->edges[i].input.get());
  }
  return order;
}

// By counting: edges, or each node that uses an input once, however many edges it has to it.
std::vector<Node*> by_counting(const Value& result, bool count_consumers, bool take_consumers) {
  const auto each_input = [](const Node* node, bool once, const auto& f) {
    std::unordered_set<Node*> seen;
    for (const Edge& edge : node->edges) {
      if (seen.insert(edge.input.get()).second || !once) f(edge.input.get());
    }
  };
  std::unordered_map<Node*, int> count;
  for (Node* node : by_distance(result)) each_input(node, count_consumers, [&](Node* input) { ++count[input]; });
  std::vector<Node*> order = {result.node().get()};
  for (size_t i = 0; i < order.size(); ++i) {
    each_input(order[i], take_consumers, [&](Node* input) {
      if (--count[input] == 0) order.push_back(input);
    });
  }
  return order;
}

TEST(Chapter02, WrongOrders) {
  Answers wrong;
  wrong.order_by_counting = [](const Value& result) { return by_counting(result, true, true); };
  expect_all_pass(tasks(wrong));
  wrong.order_by_counting = [](const Value&) { return std::vector<Node*>(); };
  expect_wrong(tasks(wrong), 3, "lacks the result itself");
  wrong.order_by_counting = by_distance;
  expect_wrong(tasks(wrong), 3, "a stands before b, which was computed from it");
  wrong.order_by_counting = by_depth;
  expect_wrong(tasks(wrong), 3, "a stands before b, which was computed from it");
  wrong.order_by_counting = [](const Value& result) {
    std::vector<Node*> order = topological_order(result);
    std::reverse(order.begin(), order.end());
    return order;
  };
  expect_wrong(tasks(wrong), 3, "the other way round");
  wrong.order_by_counting = [](const Value& result) { return by_counting(result, false, true); };
  expect_wrong(tasks(wrong), 3, "b is missing; the list has 1 of 3 nodes");
  wrong.order_by_counting = [](const Value& result) {
    std::vector<Node*> order = topological_order(result);
    order.push_back(order.back());
    return order;
  };
  expect_wrong(tasks(wrong), 3, "a is in the list twice");
  wrong.order_by_counting = [](const Value& result) {
    std::vector<Node*> order = topological_order(result);
    order.erase(order.begin());
    return order;
  };
  expect_wrong(tasks(wrong), 3, "lacks the result itself");
}

// The derivatives by `inputs` once `walk` has filled the map.
auto derivatives_with(const std::function<void(const Value&, std::unordered_map<const Node*, double>&)>& walk) {
  return [=](const Value& result, const std::vector<Value>& inputs) {
    std::unordered_map<const Node*, double> grad;
    walk(result, grad);
    std::vector<double> found;
    for (const Value& input : inputs) found.push_back(grad[input.node().get()]);
    return found;
  };
}

TEST(Chapter02, WrongDerivatives) {
  Answers wrong;
  wrong.derivatives = derivatives_with([](const Value& result, auto& grad) {  // the seed is missing
    for (const Node* node : topological_order(result)) {
      for (const Edge& edge : node->edges) grad[edge.input.get()] += grad[node] * edge.derivative;
    }
  });
  expect_wrong(tasks(wrong), 4, "Nothing has arrived");
  wrong.derivatives = derivatives_with([](const Value& result, auto& grad) {  // from the leaves to the result
    grad[result.node().get()] = 1;
    std::vector<Node*> order = topological_order(result);
    std::reverse(order.begin(), order.end());
    for (const Node* node : order) {
      for (const Edge& edge : node->edges) grad[edge.input.get()] += grad[node] * edge.derivative;
    }
  });
  expect_wrong(tasks(wrong), 4, "Nothing has arrived");
  wrong.derivatives = derivatives_with([](const Value& result, auto& grad) {
    grad[result.node().get()] = 1;
    for (const Node* node : topological_order(result)) {
      for (const Edge& edge : node->edges) grad[edge.input.get()] = grad[node] * edge.derivative;
    }
  });
  expect_wrong(tasks(wrong), 4, "use += instead of =");
  wrong.derivatives = derivatives_with([](const Value& result, auto& grad) {
    const std::function<void(const Node&)> pass_on = [&](const Node& node) {
      for (const Edge& edge : node.edges) {
        grad[edge.input.get()] += grad[&node] * edge.derivative;
        pass_on(*edge.input);
      }
    };
    grad[result.node().get()] = 1;
    pass_on(*result.node());
  });
  expect_wrong(tasks(wrong), 4, "before it was complete");
  wrong.derivatives = [](const Value& result, const std::vector<Value>& inputs) {
    result.backward();
    std::vector<double> found;
    for (const Value& input : inputs) found.push_back(input.grad());
    return found;
  };
  expect_wrong(tasks(wrong), 4, "The grad of the leaf has been added");
  wrong.derivatives = [](const Value& result, const std::vector<Value>& inputs) {
    for (const Value& input : inputs) input.grad() = 0;
    result.backward();
    std::vector<double> found;
    for (const Value& input : inputs) found.push_back(input.grad());
    return found;
  };
  expect_wrong(tasks(wrong), 4, "has changed the grad of a node");
  wrong.derivatives = [](const Value&, const std::vector<Value>&) { return std::vector<double>(); };
  expect_wrong(tasks(wrong), 4, "one element for each");
}

}  // namespace
}  // namespace chapter_02

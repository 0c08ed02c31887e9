#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "tasks.h"

namespace chapter_02 {
namespace {

// The result of a rule must be one node, with one edge to each input.
void expect_edges(const std::string& what, const Value& result, const std::vector<Value>& inputs) {
  const std::vector<Edge>& edges = result.node()->edges;
  expect(!edges.empty(), what +
                             " has no edges, so that no gradient can flow back. Make the Value of the number and of "
                             "{{x.node(), derivative}}.");
  bool right = edges.size() == inputs.size();
  for (const Value& input : inputs) {
    right &= std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) { return edge.input == input.node(); });
  }
  expect(right, what +
                    " should be one node with one edge to each input; it has other edges. Compute the numbers from "
                    "data() and make one Value in the end.");
}

void check_sigmoid(const Answers& answers) {
  for (const double at : {0.5, -2.0, 3.0}) {
    const Value x = at;
    const std::string what = fmt::format("sigmoid_by_hand({})", at);
    const Value y = answers.sigmoid_by_hand(x);
    const double s = 1 / (1 + std::exp(-at));
    expect_close(what, y.data(), s, {{1 - s, "The sign in the exponent: exp(-x)."}});
    expect_edges(what, y, {x});
    Value twice = y * 2;
    twice.backward();
    expect_close("the derivative of 2 * " + what, x.grad(), 2 * s * (1 - s),
                 {{2 * s, "The edge carries the sigmoid itself, not its derivative."},
                  {2 * at * (1 - at), "In s (1 - s) the s is the result, not x."},
                  {2 * (1 - s * s), "This is the derivative of tanh; that of the sigmoid is s (1 - s)."},
                  {2 * (1 - s), "The factor s is missing."},
                  {2, "The edge carries 1, as that of a sum does."},
                  {-2 * s * (1 - s), "The sign: the sigmoid rises everywhere."}});
  }
}

void check_quotient(const Answers& answers) {
  for (const auto& [top, bottom] : {std::pair{6.0, -2.0}, {1.5, 4.0}, {-0.5, 0.25}}) {
    const Value a = top, b = bottom;
    const std::string what = fmt::format("quotient({}, {})", top, bottom);
    const Value y = answers.quotient(a, b);
    expect_close(what, y.data(), top / bottom, {{bottom / top, "This is b / a."}});
    expect_edges(what, y, {a, b});
    y.backward();
    expect_close("the derivative of " + what + " by a", a.grad(), 1 / bottom,
                 {{-top / (bottom * bottom), "This is the derivative by b: the two edges have changed places."},
                  {bottom, "a / b is a times 1 / b: the derivative by a is 1 / b, not b."},
                  {1, "a / b is a times 1 / b: b is a factor that stays."}});
    expect_close("the derivative of " + what + " by b", b.grad(), -top / (bottom * bottom),
                 {{top / (bottom * bottom), "The sign: a larger denominator makes the quotient smaller."},
                  {-1 / (bottom * bottom), "The numerator is missing: a is a factor that stays."},
                  {-top / bottom, "The derivative of 1 / b is -1 / b^2: one division by b is missing."},
                  {top, "a / b is no product; the derivative of 1 / b is -1 / b^2."}});
  }
}

// A small graph whose nodes have names, and the sentence that shows it.
struct Named {
  std::string graph;
  Value result;
  std::vector<std::pair<std::string, Value>> names;

  std::string name_of(const Node* node) const {
    for (const auto& [name, value] : names) {
      if (value.node().get() == node) return name;
    }
    return "a node";
  }
};

void expect_order(const std::vector<Node*>& found, const Named& in) {
  const auto fail = [&](const std::string& sentence) { expect(false, "order_by_counting of " + in.graph + sentence); };
  std::unordered_map<const Node*, size_t> position;
  for (size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) fail(" has a null pointer in it.");
    if (!position.emplace(found[i], i).second) {
      fail(fmt::format(": {} is in the list twice. It enters once, when its count has come down to 0.",
                       in.name_of(found[i])));
    }
  }
  const std::vector<Node*> all = topological_order(in.result);
  if (!position.contains(all.front())) fail(" lacks the result itself, which comes first.");
  for (const Node* node : all) {
    if (!position.contains(node)) {
      fail(
          fmt::format(": {} is missing; the list has {} of {} nodes. Count edges, not nodes: in b = a + a two edges "
                      "lead to a, and b takes two from its count.",
                      in.name_of(node), position.size(), all.size()));
    }
  }
  if (found.size() > all.size()) fail(" has nodes that are not behind the result.");
  if (all.size() > 1 && found.back() == all.front()) {
    fail(" is the other way round: the result comes first, the leaves last.");
  }
  for (const Node* node : all) {
    for (const Edge& edge : node->edges) {
      if (position[node] < position[edge.input.get()]) continue;
      fail(
          fmt::format(": {} stands before {}, which was computed from it. When its turn comes, its gradient is not "
                      "complete.",
                      in.name_of(edge.input.get()), in.name_of(node)));
    }
  }
}

void check_order(const Answers& answers) {
  const auto check = [&](const Named& graph) { expect_order(answers.order_by_counting(graph.result), graph); };
  {
    const Value a = 1;
    check({"a alone", a, {{"a", a}}});
    const Value b = a + a, c = b + b;
    check({"c = b + b, with b = a + a", c, {{"a", a}, {"b", b}, {"c", c}}});
  }
  const Value x = 2, a = exp(x), b = exp(a);
  const Value short_first = a + b, long_first = b + a;
  check({"c = a + b, with a = exp(x) and b = exp(a)", short_first, {{"x", x}, {"a", a}, {"b", b}, {"c", short_first}}});
  check({"c = b + a, with a = exp(x) and b = exp(a)", long_first, {{"x", x}, {"a", a}, {"b", b}, {"c", long_first}}});

  std::vector<Value> values = {1, 2, 3};
  for (size_t i = 0; i < 60; ++i) values.push_back(values[i * 7 % values.size()] - values[i]);
  Value sum = values.front();
  for (const Value& value : values) sum = sum + value;
  check({"an expression of 60 differences", sum, {}});

  Value deep = x;
  for (int i = 0; i < 300'000; ++i) deep = deep - x;
  check({"x - x - x ..., 300,000 times", deep, {}});
}

Tensor as_tensor(const std::vector<double>& numbers) { return tensor(numbers, kFloat64); }

void check_derivatives(const Answers& answers) {
  const auto ask = [&](const std::string& what, const Value& result, const std::vector<Value>& inputs,
                       const std::vector<double>& expected, const Mistakes& mistakes = {}) {
    const std::vector<double> found = answers.derivatives(result, inputs);
    expect(found.size() == inputs.size(),
           fmt::format("{} should have one element for each of the {} inputs, and has {}.", what, inputs.size(),
                       found.size()));
    expect_close(what, as_tensor(found), as_tensor(expected), mistakes);
  };
  const Value a = 1, b = a + a, c = b + b, elsewhere = 5;
  a.grad() = 100;
  b.grad() = 1000;
  ask("derivatives(c, {a}) for c = b + b, with b = a + a", c, {a}, {4},
      {{as_tensor({0}),
        "Nothing has arrived. The result's own derivative is 1, and the way goes from the result to "
        "the leaves."},
       {as_tensor({1}), "The last contribution has replaced the others: use += instead of =."},
       {as_tensor({6}), "A node has handed on its gradient before it was complete: go by topological_order."},
       {as_tensor({104}), "The grad of the leaf has been added: start from a map of your own."}});
  ask("derivatives(c, {a, b, c}) for c = b + b, with b = a + a", c, {a, b, c}, {4, 2, 1},
      {{as_tensor({1, 2, 4}), "These are in the order of the graph; the order of `inputs` is asked for."}});
  ask("derivatives(c, {x}), where c does not depend on x", c, {elsewhere}, {0});
  expect(a.grad() == 100 && b.grad() == 1000 && c.grad() == 0,
         "derivatives(c, {a}) has changed the grad of a node: keep the sums in a map of your own.");

  const Value x = 0.5, y = -2;
  const Value u = x * y, v = exp(u) - x, w = u * v;
  const double e = std::exp(-1);
  ask("derivatives(w, {y, x}) for w = u v, v = exp(u) - x, u = x y, at x = 0.5, y = -2", w, {y, x},
      {0.5 * (e - 0.5 - e), -2 * (e - 0.5 - e) + 1});
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the rule of the sigmoid", "return {s, {{x.node(), ...}}}; with s computed from x.data().",
       [=] { check_sigmoid(answers); }},
      {"the rule of a quotient", "a / b = a * b^-1: by a it is 1 / b, by b it is -a / b^2.",
       [=] { check_quotient(answers); }},
      {"a topological order by counting", "An unordered_map from Node* to its count; a second pass takes from it.",
       [=] { check_order(answers); }},
      {"derivatives without grad", "Value::backward in value.h, with grad[node] in place of node->grad.",
       [=] { check_derivatives(answers); }},
  };
}

}  // namespace chapter_02

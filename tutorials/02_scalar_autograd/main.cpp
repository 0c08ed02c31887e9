// Chapter 2: a scalar autograd, which is value.h. Shows why backward needs an order, checks the gradients, trains a
// network with them.
#include <gradus/autograd/ops.h>
#include <gradus/autograd/random.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <fmt/core.h>

#include <cmath>
#include <unordered_set>

#include "value.h"

using namespace gradus::tutorials;
using namespace chapter_02;

namespace {

void first_gradients() {
  // [first]
  const Value a = 2, b = 1;
  const Value x = 2 * a + 3 * b;
  const Value y = 5 * pow(a, 2) + 3 * pow(b, 3);
  const Value z = 2 * x + 3 * y;
  z.backward();
  fmt::print("z = {}, dz/da = {}, dz/db = {}\n", z.data(), a.grad(), b.grad());
  fmt::print("on the way: dz/dx = {}, dz/dy = {}\n", x.grad(), y.grad());
  fmt::print("nodes: {}\n\n", topological_order(z).size());
  // [/first]
  require(z.data() == 83 && a.grad() == 64 && b.grad() == 33, "the gradients must be 64 and 33");
}

// [pass-on]
void pass_on(Node& node, int depth = 0) {  // whoever is reached hands on all that it has
  fmt::print("{:{}}{} has {}\n", "", 2 * depth, "cba"[depth], node.grad);
  for (const Edge& edge : node.edges) {
    edge.input->grad += node.grad * edge.derivative;
    pass_on(*edge.input, depth + 1);
  }
}
// [/pass-on]

void first_attempt() {
  fmt::print("-- first attempt: whoever is reached hands on all that it has\n");
  // [first-attempt]
  const Value a = 1;
  const Value b = a + a;
  const Value c = b + b;
  c.grad() = 1;
  pass_on(*c.node());
  fmt::print("dc/da = {}, it should be 4\n\n", a.grad());
  // [/first-attempt]
  require(a.grad() == 6, "the naive recursion must go wrong in this way");
}

// [paths]
int64_t follow_paths(Node& node, double arriving) {  // whoever is reached hands on what has just arrived
  node.grad += arriving;
  int64_t visits = 1;
  for (const Edge& edge : node.edges) visits += follow_paths(*edge.input, arriving * edge.derivative);
  return visits;
}

Value doubled(Value v, int times) {
  for (int i = 0; i < times; ++i) v = v + v;
  return v;
}
// [/paths]

void second_attempt() {
  fmt::print("-- second attempt: whoever is reached hands on what has just arrived\n");
  // [second-attempt]
  fmt::print("{:>9} {:>9} {:>7} {:>9}\n", "doublings", "gradient", "nodes", "visits");
  for (const int times : {1, 2, 3, 5, 10, 20}) {
    const Value a = 1;
    const Value last = doubled(a, times);
    const int64_t visits = follow_paths(*last.node(), 1);
    fmt::print("{:9} {:9} {:7} {:9}\n", times, a.grad(), topological_order(last).size(), visits);
    // [/second-attempt]
    require(a.grad() == std::ldexp(1, times), "following all paths must give the right gradient");
    require(visits == (int64_t{2} << times) - 1, "each doubling must double the visits");
    // [second-attempt]
  }
  // [/second-attempt]
}

// [first-sight]
void at_first_sight(Node& node, std::unordered_set<Node*>& seen) {  // whoever is reached hands on, but only once
  if (!seen.insert(&node).second) return;
  for (const Edge& edge : node.edges) edge.input->grad += node.grad * edge.derivative;
  for (const Edge& edge : node.edges) at_first_sight(*edge.input, seen);
}
// [/first-sight]

void third_attempt() {
  fmt::print("\n-- third attempt: whoever is reached hands on, but only once\n");
  {
    const Value a = 1, c = doubled(a, 2);
    c.grad() = 1;
    std::unordered_set<Node*> seen;
    at_first_sight(*c.node(), seen);
    require(a.grad() == 4, "once at first sight must be right for two doublings");
  }
  // [third-attempt]
  for (const bool long_way_first : {true, false}) {
    const Value x = 1;
    const Value a = 2 * x;
    const Value b = 3 * a;
    const Value c = long_way_first ? b + a : a + b;
    c.grad() = 1;
    std::unordered_set<Node*> seen;
    at_first_sight(*c.node(), seen);
    fmt::print("c = {}: dc/dx = {}\n", long_way_first ? "b + a" : "a + b", x.grad());
    // [/third-attempt]
    require(x.grad() == (long_way_first ? 8 : 2), "the order of the operands must decide");
    // [third-attempt]
  }
  // [/third-attempt]
}

void in_topological_order() {
  fmt::print("\n-- in topological order\n");
  // [in-order]
  for (const int times : {2, 20, 1000}) {
    const Value a = 1;
    const Value last = doubled(a, times);
    last.backward();
    fmt::print("{} doublings: gradient {}, {} nodes visited\n", times, a.grad(), topological_order(last).size());
    // [/in-order]
    require(a.grad() == std::ldexp(1, times), "backward must give the right gradient");
    // [in-order]
  }
  const Value x = 1, a = 2 * x, b = 3 * a;
  (b + a).backward();
  const double long_way_first = x.grad();
  x.grad() = 0;
  (a + b).backward();
  fmt::print("c = b + a: dc/dx = {}, c = a + b: dc/dx = {}\n", long_way_first, x.grad());
  // [/in-order]
  require(long_way_first == 8 && x.grad() == 8, "the order of the operands must not matter");
}

void what_adds_up() {
  fmt::print("\n-- what adds up\n");
  // [adds-up]
  const Value a = 1, b = a + a, c = b + b;
  for (int call = 1; call <= 3; ++call) {
    c.backward();
    fmt::print("after backward {}: dc/da = {}, dc/db = {}\n", call, a.grad(), b.grad());
  }
  // [/adds-up]
  require(a.grad() == 12 && b.grad() == 2, "leaves must add up, and nothing else");
}

void how_deep() {
  fmt::print("\n-- how deep\n");
  // [deep]
  const Value a = 1;
  std::weak_ptr<Node> in_the_middle;
  {
    Value sum = 0;
    for (int i = 0; i < 1'000'000; ++i) {
      sum = sum + a;
      if (i == 500'000) in_the_middle = sum.node();
    }
    sum.backward();
  }  // here the last handle goes, and the graph with it
  fmt::print("a million additions: gradient {}, the graph is gone: {}\n", a.grad(), in_the_middle.expired());
  // [/deep]
  require(a.grad() == 1e6 && in_the_middle.expired(), "a deep graph must be differentiated and freed");
}

// [all-rules]
template <class T>
T all_rules(T a, T b) {
  using std::exp, std::pow, std::tanh;  // for T = double; the others bring their own
  return tanh(a * b) * exp(a - b) + pow(a + b, 3) - 2 * a;
}
// [/all-rules]

void is_it_right() {
  fmt::print("\n-- is it right?\n");
  // [compare]
  const Value a = 0.5, b = -1.5;
  all_rules(a, b).backward();

  auto ta = gradus::tensor(0.5, gradus::kFloat64).requires_grad_();
  auto tb = gradus::tensor(-1.5, gradus::kFloat64).requires_grad_();
  all_rules<gradus::Tensor>(ta, tb).backward();

  const double h = 1e-5;
  const double by_a = (all_rules(0.5 + h, -1.5) - all_rules(0.5 - h, -1.5)) / (2 * h);
  const double by_b = (all_rules(0.5, -1.5 + h) - all_rules(0.5, -1.5 - h)) / (2 * h);

  const double from_gradus[] = {ta.grad().item<double>(), tb.grad().item<double>()};
  fmt::print("value.h              {:.12f} {:.12f}\n", a.grad(), b.grad());
  fmt::print("gradus::Tensor       {:.12f} {:.12f}\n", from_gradus[0], from_gradus[1]);
  fmt::print("central difference   {:.12f} {:.12f}\n", by_a, by_b);
  // [/compare]
  require(std::abs(a.grad() - from_gradus[0]) < 1e-12 && std::abs(b.grad() - from_gradus[1]) < 1e-12,
          "value.h and gradus must agree");
  require(std::abs(a.grad() - by_a) < 1e-8 && std::abs(b.grad() - by_b) < 1e-8, "the differences must agree too");
}

// [network]
struct Neuron {
  std::vector<Value> weights;
  Value bias;

  Value operator()(const std::vector<Value>& inputs) const {
    Value sum = bias;
    for (size_t i = 0; i < inputs.size(); ++i) sum = sum + weights[i] * inputs[i];
    return tanh(sum);
  }
};

struct Network {  // 2 inputs, 2 hidden neurons, 1 output
  Neuron first, second, output;

  Value operator()(double x, double y) const { return output({first({x, y}), second({x, y})}); }
  std::vector<Value> parameters() const {
    std::vector<Value> all;
    for (const Neuron& neuron : {first, second, output}) {
      all.insert(all.end(), neuron.weights.begin(), neuron.weights.end());
      all.push_back(neuron.bias);
    }
    return all;
  }
};
// [/network]

// [loss]
struct Sample {
  double x, y, target;
};
const std::vector<Sample> kExclusiveOr = {{0, 0, -1}, {0, 1, 1}, {1, 0, 1}, {1, 1, -1}};

Value loss_of(const Network& network) {
  Value sum = 0;
  for (const auto& [x, y, target] : kExclusiveOr) sum = sum + pow(network(x, y) - target, 2);
  return sum * 0.25;
}
// [/loss]

// The output of the network on a square that holds the four samples, from y = 1.25 at the top to y = -0.25.
NamedImage picture_of(const Network& network, const std::string& name) {
  constexpr int kWidth = 48;
  NamedImage image{name, kWidth, {}};
  for (int row = 0; row < kWidth; ++row) {
    for (int column = 0; column < kWidth; ++column) {
      const auto place = [](int pixel) { return -0.25 + 1.5 * pixel / (kWidth - 1); };
      image.pixels.push_back(network(place(column), place(kWidth - 1 - row)).data());
    }
  }
  return image;
}

void in_a_network() {
  fmt::print("\n-- a network\n");
  // [start]
  gradus::manual_seed(1);
  const auto neuron = [] {
    const std::vector<double> w = gradus::randn({3}, gradus::kFloat64).to_vector<double>();
    return Neuron{{w[0], w[1]}, w[2]};
  };
  const Network network{neuron(), neuron(), neuron()};
  const std::vector<Value> parameters = network.parameters();
  // [/start]

  // [check]
  const Value loss = loss_of(network);
  loss.backward();
  double largest = 0;
  for (const Value& p : parameters) {
    const double before = p.data(), h = 1e-5;
    p.data() = before + h;
    const double above = loss_of(network).data();
    p.data() = before - h;
    const double below = loss_of(network).data();
    p.data() = before;
    largest = std::max(largest, std::abs(p.grad() - (above - below) / (2 * h)));
  }
  fmt::print("the loss has {} nodes behind it, {} of them parameters\n", topological_order(loss).size(),
             parameters.size());
  fmt::print("backward and central differences agree to 1e-9: {}\n", largest < 1e-9);
  // [/check]
  require(largest < 1e-9, "the gradients of the network must be right");

  std::vector<NamedImage> pictures;
  // [train]
  const double lr = 0.3;
  for (int step = 0; step <= 600; ++step) {
    const Value now = loss_of(network);
    if (step % 100 == 0) fmt::print("step {:3}: loss {:.4f}\n", step, now.data());
    // [/train]
    if (step == 0 || step == 100 || step == 200) pictures.push_back(picture_of(network, fmt::format("step {}", step)));
    // [train]
    for (const Value& p : parameters) p.grad() = 0;
    now.backward();
    for (const Value& p : parameters) p.data() -= lr * p.grad();
  }
  for (const auto& [x, y, target] : kExclusiveOr) {
    fmt::print("{} xor {}: {:6.3f}, it should be {:2}\n", x, y, network(x, y).data(), target);
  }
  // [/train]
  plot_images("out/02_xor.png", pictures, 3, "the output of the network, black where it is largest");
  require(loss_of(network).data() < 0.05, "the network must learn xor");
}

void chapter() {
  first_gradients();
  first_attempt();
  second_attempt();
  third_attempt();
  in_topological_order();
  what_adds_up();
  how_deep();
  is_it_right();
  in_a_network();
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 2: a scalar autograd.", chapter); }

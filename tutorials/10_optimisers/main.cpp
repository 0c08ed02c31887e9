// Chapter 10: optimisers. SGD, momentum, RMSprop and Adam walk down two surfaces, and each is written out by hand.
#include <gradus/optim/adam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <fmt/core.h>

#include <cmath>
#include <functional>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

// [surfaces]
// A ravine: 25 times as steep across (y) as along (x). Its lowest point is (0, 0).
Tensor ravine(const Tensor& p) { return 0.5 * (p[0] * p[0] + 25 * p[1] * p[1]); }

// Two valleys, the deeper one on the left. Down the slope from the right, the shallower one comes first.
Tensor two_valleys(const Tensor& p) {
  const Tensor x = p[0], y = p[1];
  return 0.25 * x * x * x * x - x * x + 0.6 * x + y * y;
}
// [/surfaces]

using Surface = std::function<Tensor(const Tensor& p)>;
using Maker = std::function<std::unique_ptr<optim::Optimizer>(std::vector<Tensor> parameters)>;

// [walk]
std::vector<Point> walk(const Surface& surface, Point start, const Maker& make_optimiser, int steps) {
  Tensor p = tensor({start.first, start.second}, kFloat64).requires_grad_();
  const auto optimiser = make_optimiser({p});
  std::vector<Point> path = {start};
  for (int step = 0; step < steps; ++step) {
    optimiser->zero_grad();
    surface(p).backward();
    optimiser->step();
    path.emplace_back(p[0].item<double>(), p[1].item<double>());
  }
  return path;
}
// [/walk]

template <class Optimiser, class Options>
Maker with(Options options) {
  return [options](std::vector<Tensor> parameters) { return std::make_unique<Optimiser>(parameters, options); };
}

double height(const Surface& surface, Point at) {
  return surface(tensor({at.first, at.second}, kFloat64)).item<double>();
}

// The step from which on a walk stays lower than `loss`.
size_t steps_until(const Surface& surface, const std::vector<Point>& path, double loss) {
  size_t step = path.size();
  while (step > 0 && height(surface, path[step - 1]) < loss) --step;
  return step;
}

void in_the_ravine() {
  const Point start = {-9, 1};
  fmt::print("-- in the ravine, from ({}, {})\n", start.first, start.second);
  // [ravine]
  const std::vector<std::pair<std::string, Maker>> optimisers = {
      {"SGD, lr 0.04", with<optim::SGD>(optim::SGDOptions{.lr = 0.04})},
      {"SGD, lr 0.075", with<optim::SGD>(optim::SGDOptions{.lr = 0.075})},
      {"momentum 0.9, lr 0.02", with<optim::SGD>(optim::SGDOptions{.lr = 0.02, .momentum = 0.9})},
      {"Nesterov 0.9, lr 0.02", with<optim::SGD>(optim::SGDOptions{.lr = 0.02, .momentum = 0.9, .nesterov = true})},
      {"RMSprop, lr 0.2", with<optim::RMSprop>(optim::RMSpropOptions{.lr = 0.2, .alpha = 0.9})},
      {"Adam, lr 0.6", with<optim::Adam>(optim::AdamOptions{.lr = 0.6})},
  };
  std::vector<NamedWalk> walks;
  for (const auto& [name, make_optimiser] : optimisers) {
    const std::vector<Point> path = walk(ravine, start, make_optimiser, 200);
    const size_t needed = steps_until(ravine, path, 0.01);
    fmt::print("{:<22} loss after 20 steps {:7.4f}, below 0.01 for good after {}\n", name, height(ravine, path[20]),
               needed < path.size() ? fmt::format("{} steps", needed) : "more than 200 steps");
    walks.push_back({name, {path.begin(), path.begin() + 41}});
  }
  // [/ravine]
  const auto surface = [](double x, double y) { return 0.5 * (x * x + 25 * y * y); };
  const std::vector<NamedWalk> plain(walks.begin() + 1, walks.begin() + 3), adaptive(walks.begin() + 3, walks.end());
  plot_walks("out/10_ravine.png", surface, {-10, 3}, {-1.5, 1.5}, plain, "40 steps down a ravine");
  plot_walks("out/10_ravine_adaptive.png", surface, {-10, 3}, {-1.5, 1.5}, adaptive, "40 steps down a ravine");

  // [too-fast]
  const auto diverged = walk(ravine, start, with<optim::SGD>(optim::SGDOptions{.lr = 0.085}), 50);
  fmt::print("{:<22} y after 0, 1, 2 and 50 steps: {:.3f} {:.3f} {:.3f} {:.1f}\n\n", "SGD, lr 0.085",
             diverged[0].second, diverged[1].second, diverged[2].second, diverged[50].second);
  // [/too-fast]
  require(std::abs(diverged[50].second) > 100, "above 2 / 25, a step of SGD must lead further away each time");
  const auto needed = [&](size_t i) {
    return steps_until(ravine, walk(ravine, start, optimisers[i].second, 200), 0.01);
  };
  require(needed(2) < needed(0), "momentum must be faster along the ravine than SGD");
  require(needed(3) < needed(2), "Nesterov's momentum must swing less");
}

void past_a_valley() {
  const Point start = {2.4, 1.5};
  fmt::print("-- two valleys, from ({}, {})\n", start.first, start.second);
  // [valleys]
  const std::vector<std::pair<std::string, Maker>> optimisers = {
      {"SGD, lr 0.05", with<optim::SGD>(optim::SGDOptions{.lr = 0.05})},
      {"momentum 0.9, lr 0.05", with<optim::SGD>(optim::SGDOptions{.lr = 0.05, .momentum = 0.9})},
      {"RMSprop, lr 0.05", with<optim::RMSprop>(optim::RMSpropOptions{.lr = 0.05})},
      {"Adam, lr 0.4", with<optim::Adam>(optim::AdamOptions{.lr = 0.4})},
  };
  std::vector<NamedWalk> walks;
  for (const auto& [name, make_optimiser] : optimisers) {
    walks.push_back({name, walk(two_valleys, start, make_optimiser, 150)});
    const Point end = walks.back().points.back();
    fmt::print("{:<22} ends at ({:5.2f}, {:5.2f}), loss {:6.3f}\n", name, end.first, end.second,
               height(two_valleys, end));
  }
  // [/valleys]
  const auto surface = [](double x, double y) { return 0.25 * x * x * x * x - x * x + 0.6 * x + y * y; };
  plot_walks("out/10_valleys.png", surface, {-3, 3}, {-1.8, 1.8}, walks, "past a valley, or into it");
  require(walks[0].points.back().first > 1, "SGD must stop in the first valley");
  require(walks[1].points.back().first < -1, "momentum must carry over the ridge, from this start");
  require(walks[3].points.back().first < -1, "Adam must get over the ridge, from this start");
}

// The rules, written out and compared with gradus's own.
void by_hand() {
  const Point start = {-9, 1};
  const auto gradient = [](const Tensor& p) { return p * tensor({1.0, 25.0}, kFloat64); };  // of the ravine
  const auto last = [](const std::vector<Point>& path) {
    return tensor({path.back().first, path.back().second}, kFloat64);
  };

  // [momentum-by-hand]
  Tensor p = tensor({start.first, start.second}, kFloat64), velocity;
  for (int t = 1; t <= 10; ++t) {
    const Tensor g = gradient(p);
    velocity = t == 1 ? g : 0.9 * velocity + g;
    p = p - 0.02 * velocity;
  }
  // [/momentum-by-hand]
  const auto momentum = with<optim::SGD>(optim::SGDOptions{.lr = 0.02, .momentum = 0.9});
  require(p.allclose(last(walk(ravine, start, momentum, 10))), "momentum by hand must be optim::SGD's");

  // [rmsprop-by-hand]
  p = tensor({start.first, start.second}, kFloat64);
  Tensor square = zeros({2}, kFloat64);
  for (int t = 1; t <= 10; ++t) {
    const Tensor g = gradient(p);
    square = 0.9 * square + 0.1 * g * g;
    p = p - 0.2 * g / (square.sqrt() + 1e-8);
  }
  // [/rmsprop-by-hand]
  const auto rmsprop = with<optim::RMSprop>(optim::RMSpropOptions{.lr = 0.2, .alpha = 0.9});
  require(p.allclose(last(walk(ravine, start, rmsprop, 10))), "RMSprop by hand must be optim::RMSprop");

  fmt::print("\n-- Adam, step by step\n");
  // [adam-by-hand]
  const double lr = 0.6, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  p = tensor({start.first, start.second}, kFloat64);
  Tensor m = zeros({2}, kFloat64), v = zeros({2}, kFloat64);
  for (int t = 1; t <= 3; ++t) {
    const Tensor g = gradient(p);
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const Tensor m_hat = m / (1 - std::pow(beta1, t)), v_hat = v / (1 - std::pow(beta2, t));
    const Tensor step = lr * m_hat / (v_hat.sqrt() + eps);
    p = p - step;
    for (int i = 0; i < 2; ++i) {
      fmt::print("t = {} {}: g {:8.4f}  m {:7.4f}  v {:7.4f}  m^ {:8.4f}  v^ {:8.4f}  step {:7.4f}  p {:8.4f}\n", t,
                 "xy"[i], g[i].item<double>(), m[i].item<double>(), v[i].item<double>(), m_hat[i].item<double>(),
                 v_hat[i].item<double>(), step[i].item<double>(), p[i].item<double>());
    }
  }
  // [/adam-by-hand]
  const auto adam = with<optim::Adam>(optim::AdamOptions{.lr = 0.6});
  require(p.allclose(last(walk(ravine, start, adam, 3))), "Adam by hand must be optim::Adam");
  fmt::print("optim::Adam is at the same place\n");
}

void chapter() {
  in_the_ravine();
  past_a_valley();
  by_hand();
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 10: optimisers.", chapter); }

#include <gradus/autograd/engine.h>
#include <gradus/tutorials/05_gradient_checking/tasks.h>

#include <algorithm>
#include <cmath>

#include "helpers.h"

using namespace chapter_05;

namespace {

TEST(Chapter05, TheSolutionPasses) { expect_all_pass(tasks({})); }

// The differences (f(x + right) - f(x - left)) / distance for every element, as columns.
auto differences(double right, double left, double distance) {
  return [=](const Op& f, const Tensor& x, double eps) {
    TensorList columns;
    for (int64_t j = 0; j < x.numel(); ++j) {
      const Tensor step = eps * eye(x.numel(), kFloat64)[j].view(x.sizes());
      columns.push_back((f(x + right * step) - f(x - left * step)).reshape(-1) / (distance * eps));
    }
    return stack(columns, 1);
  };
}

TEST(Chapter05, WrongDifferences) {
  Answers wrong;
  wrong.difference_jacobian = differences(1, 0, 1);
  expect_wrong(tasks(wrong), 1, "These are forward differences");
  wrong.difference_jacobian = differences(1, 1, 1);
  expect_wrong(tasks(wrong), 1, "The two points are 2 eps apart");
  wrong.difference_jacobian = [](const Op& f, const Tensor& x, double eps) {
    return difference_jacobian(f, x, eps) * 2 * eps;
  };
  expect_wrong(tasks(wrong), 1, "This is how far the outputs move");
  wrong.difference_jacobian = [](const Op& f, const Tensor& x, double eps) {
    return difference_jacobian(f, x, eps) * eps;
  };
  expect_wrong(tasks(wrong), 1, "not 2.");
  wrong.difference_jacobian = differences(-1, -1, 2);
  expect_wrong(tasks(wrong), 1, "right minus left");
  wrong.difference_jacobian = [](const Op& f, const Tensor& x, double eps) {
    return difference_jacobian(f, x, eps) * 2 * eps / 2 * eps;
  };
  expect_wrong(tasks(wrong), 1, "without the brackets");
  wrong.difference_jacobian = [](const Op& f, const Tensor& x, double eps) {
    return difference_jacobian(f, x, eps).t();
  };
  expect_wrong(tasks(wrong), 1, "It is transposed");
  wrong.difference_jacobian = [](const Op& f, const Tensor& x, double eps) {
    return difference_jacobian(f, x, eps).sum(0);
  };
  expect_wrong(tasks(wrong), 1, "do not sum them");
}

TEST(Chapter05, DifferencesThatLeaveElementsWhereTheyMovedThem) {
  Answers wrong;
  wrong.difference_jacobian = [](const Op& f, const Tensor& x, double eps) {  // all elements up to j move
    TensorList columns;
    const Tensor step = zeros(x.sizes(), kFloat64);
    for (int64_t j = 0; j < x.numel(); ++j) {
      step.data_ptr<double>()[j] = eps;
      columns.push_back((f(x + step) - f(x - step)).reshape(-1) / (2 * eps));
    }
    return stack(columns, 1);
  };
  expect_wrong(tasks(wrong), 1, "a should be back at its place");
  const auto moves_in_place = [](double restored) {
    return [restored](const Op& f, const Tensor& x, double eps) {
      TensorList columns;
      for (int64_t j = 0; j < x.numel(); ++j) {
        double& element = x.data_ptr<double>()[j];
        element += eps;
        const Tensor above = f(x);
        element -= 2 * eps;
        const Tensor below = f(x);
        element += restored * eps;
        columns.push_back((above - below).reshape(-1) / (2 * eps));
      }
      return stack(columns, 1);
    };
  };
  wrong.difference_jacobian = moves_in_place(1);
  expect_all_pass(tasks(wrong));
  wrong.difference_jacobian = moves_in_place(0);
  expect_wrong(tasks(wrong), 1, "a should be back at its place");
  wrong.difference_jacobian = moves_in_place(2);
  expect_wrong(tasks(wrong), 1, "a should be back at its place");
  wrong.difference_jacobian = [](const Op& f, const Tensor& x, double eps) {
    const Tensor jacobian = difference_jacobian(f, x, eps);
    x.data_ptr<double>()[0] += eps;
    return jacobian;
  };
  expect_wrong(tasks(wrong), 1, "has changed x");
}

TEST(Chapter05, WrongBackwards) {
  Answers wrong;
  wrong.backward_jacobian = [](const Op& f, const Tensor& x) { return backward_jacobian(f, x).t(); };
  expect_wrong(tasks(wrong), 2, "It is transposed");
  wrong.backward_jacobian = [](const Op& f, const Tensor& x) {
    const Tensor leaf = x.clone().requires_grad_(), y = f(leaf);
    TensorList rows;
    for (int64_t i = 0; i < y.numel(); ++i) {
      rows.push_back(autograd::grad({y}, {leaf}, {ones(y.sizes(), kFloat64)}, true)[0].reshape(-1));
    }
    return stack(rows);
  };
  expect_wrong(tasks(wrong), 2, "Every row is the sum of all rows");
  wrong.backward_jacobian = [](const Op& f, const Tensor& x) {
    const Tensor leaf = x.clone().requires_grad_();
    return autograd::grad({f(leaf).sum()}, {leaf})[0];
  };
  expect_wrong(tasks(wrong), 2, "This is the sum of all rows");
  wrong.backward_jacobian = [](const Op& f, const Tensor& x) {
    const Tensor leaf = x.clone().requires_grad_(), y = f(leaf);
    TensorList rows;
    for (int64_t i = 0; i < y.numel(); ++i) {
      y.backward(eye(y.numel(), kFloat64)[i].view(y.sizes()), true);
      rows.push_back(leaf.grad().clone().reshape(-1));
    }
    return stack(rows);
  };
  expect_wrong(tasks(wrong), 2, ".grad adds up");
  wrong.backward_jacobian = [](const Op& f, const Tensor& x) { return difference_jacobian(f, x, 1e-6); };
  expect_wrong(tasks(wrong), 2, "not what backward says");
  wrong.backward_jacobian = [](const Op& f, const Tensor& x) {
    const Tensor leaf = x.clone().requires_grad_(), y = f(leaf);
    TensorList rows;
    for (int64_t i = 0; i < y.numel(); ++i) {
      rows.push_back(autograd::grad({y}, {leaf}, {eye(y.numel(), kFloat64)[i].view(y.sizes())})[0].reshape(-1));
    }
    return stack(rows);
  };
  expect_wrong(tasks(wrong), 2, "a second time");
}

TEST(Chapter05, WrongTolerances) {
  Answers wrong;
  const auto expect_answer = [&](const std::function<bool(double, double, double, double)>& answer, const char* part) {
    wrong.close_enough = answer;
    expect_wrong(tasks(wrong), 3, part);
  };
  expect_answer([](double a, double n, double atol, double rtol) { return a - n <= atol + rtol * std::abs(n); },
                "The distance is |backward - numerical|");
  expect_answer(
      [](double a, double n, double atol, double rtol) { return std::abs(a - n) <= rtol + atol * std::abs(n); },
      "atol stands alone");
  expect_answer([](double a, double n, double, double rtol) { return std::abs(a - n) <= rtol * std::abs(n); },
                "atol is what is allowed");
  expect_answer([](double a, double n, double atol, double) { return std::abs(a - n) <= atol; },
                "Large numbers may be further apart");
  expect_answer([](double a, double n, double atol, double rtol) { return std::abs(a - n) <= atol + rtol * n; },
                "rtol is multiplied by |numerical|, with the absolute value");
  expect_answer(
      [](double a, double n, double atol, double rtol) { return std::abs(a - n) <= atol + rtol * std::abs(a); },
      "the one that is trusted");
  expect_answer([](double a, double n, double atol,
                   double rtol) { return std::abs(a - n) <= std::max(atol, rtol * std::abs(n)); },
                "The two allowances add up");
  expect_answer(
      [](double a, double n, double atol, double rtol) { return std::abs(a - n) < atol + rtol * std::abs(n); },
      "<=, not <");
  expect_answer(
      [](double a, double n, double atol, double rtol) { return !(std::abs(a - n) > atol + rtol * std::abs(n)); },
      "Comparisons with NaN are false");
  expect_answer([](double a, double n, double, double) { return a == n; }, "atol is what is allowed");
}

bool right(const Op& f, const Tensor& x) {
  return bool(autograd::gradcheck(f, {x.detach().clone().requires_grad_()}, {.raise_exception = false}));
}

TEST(Chapter05, WrongStages) {
  Answers wrong;
  wrong.wrong_stage = [](const std::vector<Op>& stages, const Tensor& x) {  // counts from 1
    const int64_t i = wrong_stage(stages, x);
    return i < 0 ? i : i + 1;
  };
  expect_wrong(tasks(wrong), 4, "Count from 0");
  wrong.wrong_stage = [](const std::vector<Op>& stages, const Tensor& x) {  // checks all of them at x
    for (size_t i = 0; i < stages.size(); ++i) {
      if (!right(stages[i], x)) return static_cast<int64_t>(i);
    }
    return int64_t{-1};
  };
  expect_wrong(tasks(wrong), 4, "check each stage at what comes out of the one before");
  wrong.wrong_stage = [](const std::vector<Op>& stages, const Tensor& x) {  // the number of stages for "none"
    const int64_t i = wrong_stage(stages, x);
    return i < 0 ? static_cast<int64_t>(stages.size()) : i;
  };
  expect_wrong(tasks(wrong), 4, "return -1");
  wrong.wrong_stage = [](const std::vector<Op>& stages, const Tensor& x) {  // where to begin so that the rest fails
    for (size_t first = 0; first < stages.size(); ++first) {
      const Op rest = [&](const Tensor& t) {
        Tensor out = t;
        for (size_t i = first; i < stages.size(); ++i) out = stages[i](out);
        return out;
      };
      if (!right(rest, x)) return static_cast<int64_t>(first);
    }
    return int64_t{-1};
  };
  expect_wrong(tasks(wrong), 4, "check one stage at a time");
  wrong.wrong_stage = [](const std::vector<Op>& stages, const Tensor& x) {  // the last of the beginnings that fail
    int64_t found = -1;
    for (size_t last = 1; last <= stages.size(); ++last) {
      const Op beginning = [&](const Tensor& t) {
        Tensor out = t;
        for (size_t i = 0; i < last; ++i) out = stages[i](out);
        return out;
      };
      if (!right(beginning, x)) found = static_cast<int64_t>(last) - 1;
    }
    return found;
  };
  expect_wrong(tasks(wrong), 4, "check each stage alone, not everything up to it");
  wrong.wrong_stage = [](const std::vector<Op>&, const Tensor&) { return int64_t{1}; };
  expect_wrong(tasks(wrong), 4, "three stages that are right");
  wrong.wrong_stage = [](const std::vector<Op>& stages, const Tensor& x) {  // without requires_grad_
    return autograd::gradcheck(stages[0], {x}, {.raise_exception = false}) ? int64_t{-1} : int64_t{0};
  };
  expect_wrong(tasks(wrong), 4, "requires_grad");
}

}  // namespace

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradus/tutorials/common/checks.h>

#include <cmath>

namespace gradus::tutorials {
namespace {

constexpr int64_t kMostElementsShown = 20;

// The words for two numbers that are compared.
struct Sides {
  const char* found = "found";
  const char* expected = "expected";
};

bool close(double found, double expected, CloseOptions tolerance) {
  return found == expected || std::abs(found - expected) <= tolerance.atol + tolerance.rtol * std::abs(expected);
}

// Enough digits that the two numbers differ to the eye: "0.25" and "0.5", but "0.1234567" and "0.1234562".
std::pair<std::string, std::string> as_text(double found, double expected) {
  for (int digits = 6; digits < 17; ++digits) {
    std::string a = fmt::format("{:.{}g}", found, digits), b = fmt::format("{:.{}g}", expected, digits);
    if (a != b) return {std::move(a), std::move(b)};
  }
  return {fmt::format("{:.17g}", found), fmt::format("{:.17g}", expected)};
}

// " [1, 2]" for element 5 of a (2, 3) tensor.
std::string element_name(int64_t element, IntArrayRef sizes) {
  std::vector<int64_t> index(sizes.size());
  for (size_t d = sizes.size(); d-- > 0;) {
    index[d] = element % sizes[d];
    element /= sizes[d];
  }
  return fmt::format(" {}", index);
}

// What the answer comes from, if it is a mistake that is known.
std::string recognised(const Tensor& found, const Mistakes& mistakes) {
  for (const Mistake& mistake : mistakes) {
    const Tensor value = mistake.value.detach().to(kFloat64);
    if (value.sizes() == found.sizes() && found.allclose(value, {.rtol = 1e-4, .atol = 1e-6, .equal_nan = true})) {
      return "\n" + mistake.meaning;
    }
  }
  return "";
}

void compare(const std::string& what, const Tensor& found_tensor, const Tensor& expected_tensor,
             const Mistakes& mistakes, CloseOptions tolerance, Sides sides) {
  if (!found_tensor.defined()) throw CheckFailed(fmt::format("{} is an undefined tensor, one without numbers", what));
  const Tensor found = found_tensor.detach().to(kFloat64), expected = expected_tensor.detach().to(kFloat64);
  if (found.sizes() != expected.sizes()) {
    throw CheckFailed(fmt::format("{} has sizes {}, but {} was expected{}", what, found.sizes(), expected.sizes(),
                                  recognised(found, mistakes)));
  }
  const std::vector<double> f = found.to_vector<double>(), e = expected.to_vector<double>();
  size_t wrong = 0, first = 0;
  for (size_t i = f.size(); i-- > 0;) {
    if (close(f[i], e[i], tolerance)) continue;
    ++wrong;
    first = i;
  }
  if (wrong == 0) return;

  const auto [found_number, expected_number] = as_text(f[first], e[first]);
  std::string text = what;
  if (f.size() > 1) text += fmt::format(", element{}", element_name(static_cast<int64_t>(first), found.sizes()));
  text += fmt::format(": {} {}, {} {}", sides.expected, expected_number, sides.found, found_number);
  if (f.size() > 1) text += fmt::format(" ({} of {} elements differ)", wrong, f.size());
  if (f.size() > 1 && found.numel() <= kMostElementsShown) {
    text += fmt::format("\n{}: {}\n{}: {}", sides.expected, expected.to_string(), sides.found, found.to_string());
  }
  throw CheckFailed(text + recognised(found, mistakes));
}

// (f(x + eps) - f(x - eps)) / (2 eps), where f is the sum of what the function gives.
Tensor central_difference(const ElementFunction& function, const Tensor& x) {
  constexpr double kEps = 1e-6;
  const NoGradGuard no_grad;
  const Tensor gradient = zeros(x.sizes(), kFloat64);
  for (int64_t i = 0; i < x.numel(); ++i) {
    const auto value_at = [&](double step) {
      const Tensor moved = x.detach().clone().contiguous();
      moved.data_ptr<double>()[i] += step;
      return function(moved).sum().item<double>();
    };
    gradient.data_ptr<double>()[i] = (value_at(kEps) - value_at(-kEps)) / (2 * kEps);
  }
  return gradient;
}

}  // namespace

void expect(bool condition, const std::string& sentence) {
  if (!condition) throw CheckFailed(sentence);
}

void expect_close(const std::string& what, const Tensor& found, const Tensor& expected, const Mistakes& mistakes,
                  CloseOptions tolerance) {
  compare(what, found, expected, mistakes, tolerance, {});
}

void expect_close(const std::string& what, double found, double expected, const Mistakes& mistakes,
                  CloseOptions tolerance) {
  compare(what, tensor(found, kFloat64), tensor(expected, kFloat64), mistakes, tolerance, {});
}

void expect_gradient(const std::string& what, const ElementFunction& function, const ElementFunction& gradient,
                     const Tensor& x, const Mistakes& mistakes) {
  const Tensor by_hand = gradient(x);
  compare(what, by_hand, central_difference(function, x), mistakes, {.rtol = 1e-3, .atol = 1e-5},
          {.found = "your gradient", .expected = "central difference"});
}

void expect_gradcheck(const std::string& what, const autograd::TensorFunction& function, const TensorList& inputs) {
  const autograd::GradcheckResult result = autograd::gradcheck(function, inputs, {.raise_exception = false});
  if (!result) throw CheckFailed(fmt::format("the gradient check of {} fails. {}", what, result.message));
}

void expect_error(const std::function<void()>& f, const std::string& sentence) {
  try {
    f();
  } catch (const Error&) {
    return;
  }
  throw CheckFailed(sentence);
}

}  // namespace gradus::tutorials

// Chapter 4: the computation graph. Looks at what a forward pass records, what backward does with it, and what may go
// wrong.
#include <gradus/autograd/function.h>
#include <gradus/autograd/grad_mode.h>
#include <gradus/autograd/graph.h>
#include <gradus/autograd/ops.h>
#include <gradus/autograd/trace.h>
#include <gradus/tutorials/common/program.h>

#include <fstream>
#include <iostream>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

void what_is_recorded() {
  // [record]
  Tensor a = tensor(2.0, kFloat64).requires_grad_(), b = tensor(1.0, kFloat64).requires_grad_();
  const Tensor x = 2 * a + 3 * b;
  const Tensor y = 5 * a.pow(2) + 3 * b.pow(3);
  const Tensor z = 2 * x + 3 * y;
  std::cout << "z = " << z << "\n\n";
  autograd::print_graph(z, {{"a", a}, {"b", b}});
  // [/record]

  // [leaves]
  const auto describe = [](const char* name, const Tensor& t) {
    std::cout << name << ": is_leaf " << t.is_leaf() << ", requires_grad " << t.requires_grad() << ", grad_fn "
              << (t.grad_fn() ? t.grad_fn()->name() : "none") << "\n";
  };
  std::cout << "\n";
  describe("a", a);
  describe("x", x);
  describe("tensor(5.0)", tensor(5.0));
  // [/leaves]

  // [backward]
  z.backward();
  std::cout << "dz/da = " << a.grad() << ", dz/db = " << b.grad() << "\n";
  // [/backward]
  require(a.grad().item<double>() == 64 && b.grad().item<double>() == 33, "the gradients must be 64 and 33");
}

void what_adds_up() {
  // [accumulate]
  Tensor w = tensor(3.0, kFloat64).requires_grad_();
  for (int step = 1; step <= 3; ++step) {
    const Tensor loss = w * w;
    loss.backward();
    std::cout << "after backward " << step << ": " << w.grad() << "\n";
  }
  w.mutable_grad() = Tensor();  // what an optimiser's zero_grad() does
  (w * w).backward();
  std::cout << "after zero_grad: " << w.grad() << "\n";
  // [/accumulate]
  require(w.grad().item<double>() == 6, "the gradient of w * w at 3 must be 6");

  // [retain-grad]
  Tensor v = tensor({1.0, 2.0}, kFloat64).requires_grad_();
  Tensor h = v * 10;
  h.retain_grad();
  h.square().sum().backward();
  std::cout << "v.grad " << v.grad() << ", h.grad " << h.grad() << "\n\n";
  // [/retain-grad]
  require(h.grad().equal(tensor({20.0, 40.0}, kFloat64)), "the gradient of h must be 2 h");
}

void what_is_freed() {
  // [freed]
  Tensor w = tensor(3.0, kFloat64).requires_grad_();
  const Tensor loss = w * w;
  loss.backward({}, /*retain_graph=*/true);  // keeps what was saved
  loss.backward();                           // frees it
  const std::string message = message_of([&] { loss.backward(); });
  std::cout << message << "\n\n";
  // [/freed]
  require(message.find("a second time") != std::string::npos, "a freed graph must say so");
  require(w.grad().item<double>() == 12, "two backward passes must add up to 12");
}

void what_is_not_recorded() {
  // [no-grad]
  Tensor w = tensor(3.0, kFloat64).requires_grad_();
  {
    NoGradGuard no_grad;
    const Tensor y = w * 2;
    std::cout << "inside no_grad: requires_grad " << y.requires_grad() << "\n";
    w -= 0.5;  // an optimiser's step: allowed here, and only here
  }
  std::cout << "w is now " << w << "\n";
  // [/no-grad]
  require(w.item<double>() == 2.5 && w.is_leaf(), "the step must change the leaf itself");

  // [detach]
  const Tensor h = w * 2;
  const Tensor constant = h.detach();
  (h * constant).backward();
  std::cout << "d(h * constant)/dw = " << w.grad() << ", and of h * h it would be " << 8 * w.detach() << "\n";
  std::cout << "the same memory: " << (constant.data_ptr<double>() == h.data_ptr<double>()) << "\n\n";
  // [/detach]
  require(w.grad().item<double>() == 10, "the detached factor must count as a constant");
}

void what_changes_in_place() {
  // [versions]
  Tensor x = tensor({0.0, 1.0}, kFloat64).requires_grad_();
  Tensor y = x.exp();
  std::cout << "version of y: " << y.version() << "\n";
  y.add_(1);
  std::cout << "version of y: " << y.version() << "\n";
  const std::string message = message_of([&] { y.sum().backward(); });
  std::cout << message << "\n";
  // [/versions]
  require(message.find("modified by an inplace operation") != std::string::npos, "a stale value must not be used");

  // [harmless]
  Tensor s = x.sin();
  s.add_(1);  // backward of sin needs x, not the result
  s.sum().backward();
  std::cout << x.grad() << "\n";
  // [/harmless]
  require(x.grad().allclose(cos(x.detach())), "the gradient of sin(x) + 1 must be cos(x)");

  // [leaf]
  std::cout << message_of([&] { x.add_(1); }) << "\n\n";
  // [/leaf]
}

void the_page() {
  // [trace]
  Tensor w = tensor({{0.5, -1.0}, {2.0, 0.25}}, kFloat64).requires_grad_(), b = zeros({2}, kFloat64).requires_grad_();
  const Tensor x = tensor({1.0, -2.0}, kFloat64), target = tensor({1.0, 0.0}, kFloat64);
  autograd::trace("out/04_trace.html",
                  [&] {
                    const Tensor h = autograd::name_in_trace("h", w.mv(x) + b);
                    const Tensor out = autograd::name_in_trace("out", h * sigmoid(h));
                    return autograd::name_in_trace("loss", (out - target).square().sum());
                  },
                  {.title = "Chapter 4: one forward and one backward",
                   .names = {{"w", w}, {"b", b}, {"x", x}, {"target", target}},
                   .finite_differences = 2});
  std::cout << "out/04_trace.html steps through it: open it in a browser\n";
  // [/trace]

  // [dot]
  const Tensor loss = (w.mv(x) + b).square().sum();
  std::ofstream("out/04_graph.dot") << autograd::to_dot(loss, {{"w", w}, {"b", b}});
  // [/dot]
  require(std::ifstream("out/04_trace.html").good() && std::ifstream("out/04_graph.dot").good(),
          "the page and the graph must have been written");
}

void chapter() {
  what_is_recorded();
  what_adds_up();
  what_is_freed();
  what_is_not_recorded();
  what_changes_in_place();
  the_page();
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 4: the computation graph.", chapter); }

// Chapter 3: tensors. Looks at what a tensor is in memory, at views and broadcasting, and at what becomes of a gradient
// on its way back through them.
#include <gradus/autograd/functional.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/indexing.h>
#include <gradus/autograd/random.h>
#include <gradus/tutorials/common/format.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

void one_block_of_memory() {
  // [memory]
  const Tensor x = arange(12).view({3, 4});
  fmt::print("{}\nsizes {}, strides {}, offset {}\n", x.to_string(), x.sizes(), x.strides(), x.storage_offset());
  const int64_t* memory = x.data_ptr<int64_t>();
  const int64_t place = x.storage_offset() + 2 * x.stride(0) + 1 * x.stride(1);
  fmt::print("x[2][1] is {}; it stands at place {}, where the memory holds {}\n\n", x[2][1].item<int64_t>(), place,
             memory[place]);
  // [/memory]
  require(place == 9 && x[2][1].item<int64_t>() == memory[place], "x[2][1] must stand at place 2 * 4 + 1");
}

void views() {
  fmt::print("-- views\n");
  // [views]
  const Tensor x = arange(12).view({3, 4});
  const std::vector<std::pair<std::string, Tensor>> all = {
      {"x", x},
      {"x.t()", x.t()},
      {"x.view({2, 6})", x.view({2, 6})},
      {"x.slice(1, 1, 3)", x.slice(1, 1, 3)},  // columns 1 and 2: x[:, 1:3] in Python
      {"x.slice(0, 0, 3, 2)", x.slice(0, 0, 3, 2)},
      {"x.select(1, 2)", x.select(1, 2)},
      {"x[1]", x[1]},
      {"x.diagonal()", x.diagonal()},
      {"x[1].expand({3, 4})", x[1].expand({3, 4})},
  };
  fmt::print("{:20} sizes   strides offset  begins contiguous\n", "");
  for (const auto& [name, view] : all) {
    fmt::print("{:<20} {:<7} {:<7} {:<7} {:<6} {}\n", name, fmt::format("{}", view.sizes()),
               fmt::format("{}", view.strides()), view.storage_offset(),
               view.data_ptr<int64_t>() - x.data_ptr<int64_t>(), view.is_contiguous());
  }
  // [/views]
  for (const auto& [name, view] : all) {
    require(view.data_ptr<int64_t>() == x.data_ptr<int64_t>() + view.storage_offset(), name + " must share x's memory");
  }
  fmt::print("\nx.t()\n{}\nx.diagonal()\n{}\nx[1].expand({{3, 4}})\n{}\n", x.t().to_string(), x.diagonal().to_string(),
             all.back().second.to_string());
}

/// The way of a view (rows, columns) through a memory of 12 places: a line for each step, from left to right the
/// places.
NamedImage walk(const std::string& name, const Tensor& view) {
  NamedImage image{name, 12, std::vector<double>(12 * 12)};
  size_t line = 0;
  for (int64_t i = 0; i < view.size(0); ++i) {
    for (int64_t j = 0; j < view.size(1); ++j) {
      const int64_t place = view.storage_offset() + i * view.stride(0) + j * view.stride(1);
      image.pixels[line++ * 12 + static_cast<size_t>(place)] = i % 2 == 0 ? 1 : 0.5;  // every other row paler
    }
  }
  return image;
}

void writing() {
  fmt::print("\n-- writing through a view\n");
  // [writing]
  Tensor x = zeros({3, 4});
  Tensor column = x.select(1, 2);
  column.fill_(7);
  x[0] = 1;  // fills what x[0] views
  x.diagonal().add_(tensor({10., 20., 30.}));
  fmt::print("{}\ncolumn {}, versions {} and {}\n", x.to_string(), column.to_string(), x.version(), column.version());
  Tensor copy = x[0].clone();
  copy.fill_(0);
  fmt::print("after writing to a clone, x[0] is still {}\n", x[0].to_string());
  fmt::print("{}\n", message_of([&] { x[0].expand({3, 4}).add_(1); }));
  // [/writing]
  require(x.equal(tensor({{11., 1., 1., 1.}, {0., 20., 7., 0.}, {0., 0., 37., 0.}})), "views must write into x");
}

void view_or_reshape() {
  fmt::print("\n-- view, reshape, contiguous\n");
  // [reshape]
  const Tensor x = arange(12).view({3, 4}), turned = x.t();
  const std::string message = message_of([&] { turned.view({12}); });
  fmt::print("{}\n", message);
  const Tensor copied = turned.reshape({12}), shared = x.reshape({12}), straight = turned.contiguous();
  fmt::print("turned.reshape({{12}}) {}, x's memory: {}\n", copied.to_string(),
             copied.data_ptr<int64_t>() == x.data_ptr<int64_t>());
  fmt::print("x.reshape({{12}}) shares x's memory: {}\n", shared.data_ptr<int64_t>() == x.data_ptr<int64_t>());
  fmt::print("turned has strides {}, turned.contiguous() {}\n", turned.strides(), straight.strides());
  fmt::print("x.contiguous() is x itself: {}\n", x.contiguous().is_same(x));
  // [/reshape]
  require(message.find("Use .reshape(...) instead") != std::string::npos, "view must refuse what needs a copy");
  require(copied.equal(straight.view({12})), "reshape must copy in the order of contiguous");
}

/// Adds up every element by two loops; the inner one goes along the last dimension of x.
double add_up(const Tensor& x) {
  const auto element = x.accessor<float, 2>();
  double sum = 0;
  for (int64_t i = 0; i < x.size(0); ++i) {
    for (int64_t j = 0; j < x.size(1); ++j) sum += static_cast<double>(element[i][j]);
  }
  return sum;
}

/// The shortest of five runs.
double milliseconds(const std::function<void()>& f) {
  double shortest = HUGE_VAL;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    shortest = std::min(shortest, time.count());
  }
  return shortest;
}

void order_and_time() {
  fmt::print("\n-- the order of a walk, and its time\n");
  const int64_t n = small_run() ? 64 : 4000;
  // [order]
  const Tensor x = ones({n, n});
  double by_rows = 0, by_columns = 0;
  const double along = milliseconds([&] { by_rows = add_up(x); });
  const double across = milliseconds([&] { by_columns = add_up(x.t()); });
  fmt::print("{} numbers: {:.0f} ms in memory's order, {:.0f} ms across it\n", x.numel(), along, across);
  // [/order]
  require(by_rows == by_columns && by_rows == static_cast<double>(x.numel()), "both orders must give the same sum");
}

void dtypes() {
  fmt::print("\n-- dtypes\n");
  // [dtypes]
  const Tensor flag = tensor({true, false}), count = tensor({1, 2}), single = tensor({0.5, 1.5}),
               twice = single.to(kFloat64);
  const auto show = [](const std::string& name, const Tensor& t) {
    fmt::print("{:<16} {:<8} {} bytes each\n", name, to_string(t.dtype()), t.element_size());
  };
  show("flag", flag);
  show("count", count);
  show("single", single);
  show("twice", twice);
  show("flag + count", flag + count);
  show("count + single", count + single);
  show("single + twice", single + twice);
  show("single * 3.14", single * 3.14);
  show("count / count", count / count);
  fmt::print("{}\n", message_of([&] { count.detach().requires_grad_(); }));
  // [/dtypes]
  require((single * 3.14).dtype() == kFloat32 && (single + twice).dtype() == kFloat64, "dtypes must be promoted");
}

void broadcasting() {
  fmt::print("\n-- broadcasting\n");
  // [broadcasting]
  const Tensor x = tensor({{0., 1., 2., 3.}, {10., 11., 12., 13.}, {20., 21., 22., 23.}});
  const Tensor row = tensor({100., 200., 300., 400.}), column = tensor({1., 2., 3.}).view({3, 1});
  fmt::print("(3, 4) + (4)\n{}\n", (x + row).to_string());
  fmt::print("(3, 1) * (4)\n{}\n", (column * row).to_string());
  fmt::print("(8, 1, 6, 1) with (7, 1, 5): {}\n", broadcast_shapes({8, 1, 6, 1}, {7, 1, 5}));
  fmt::print("(3, 4) + (3): {}\n", message_of([&] { x + tensor({1., 2., 3.}); }));
  // [/broadcasting]
  require((x + row).equal(x + row.expand({3, 4}).contiguous()), "broadcasting must give what copies would give");

  // [trap]
  const Tensor prediction = tensor({1., 2., 3.}).view({3, 1}), target = tensor({1., 2., 3.});
  fmt::print("a difference of sizes {}, mean square {:.4f}\n", (prediction - target).sizes(),
             (prediction - target).square().mean().item<double>());
  // [/trap]
  require((prediction - target).numel() == 9, "(3, 1) and (3) must give (3, 3)");
}

void gradient_of_broadcasting() {
  fmt::print("\n-- the gradient of broadcasting\n");
  // [jacobian]
  const auto copies = [](const Tensor& b) { return b.expand({3, 2}); };  // (2) -> (3, 2)
  const Tensor jacobian = autograd::functional::jacobian(copies, tensor({5., 6.})).view({6, 2});
  fmt::print("{}\n", jacobian.to_string());
  // [/jacobian]
  require(jacobian.equal(cat({eye(2), eye(2), eye(2)})), "copying a row three times must be three identities");

  // [gradients]
  const Tensor g = arange(1, 13, kFloat64).view({3, 4});  // dL/dy, as if the rest of a network had sent it
  Tensor x = zeros({3, 4}, kFloat64).requires_grad_(), b = zeros({4}, kFloat64).requires_grad_();
  (x + b).backward(g);
  fmt::print("dL/dx {}\ndL/db {}\n", x.grad().to_string(), b.grad().to_string());

  Tensor p = tensor({1., 2., 3.}, kFloat64).view({3, 1}).requires_grad_();
  Tensor q = tensor({10., 20., 30., 40.}, kFloat64).view({1, 4}).requires_grad_();
  (p * q).backward(g);
  fmt::print("dL/dp {}\ndL/dq {}\n", p.grad().t().to_string(), q.grad().to_string());

  Tensor s = tensor(2.0, kFloat64).requires_grad_();
  (x.detach() + s).backward(g);
  fmt::print("dL/ds {}\n", s.grad().to_string());
  // [/gradients]

  // [sum-to]
  fmt::print("sum_to(g, {{4}}) {}\n", sum_to(g, {4}).to_string());
  fmt::print("sum_to(g, {{1, 4}}) {}\n", sum_to(g, {1, 4}).to_string());
  fmt::print("sum_to(g, {{3, 1}}), transposed, {}\n", sum_to(g, {3, 1}).t().to_string());
  fmt::print("sum_to(g, {{}}) {}\n", sum_to(g, {}).to_string());
  // [/sum-to]
  require(b.grad().equal(tensor({15., 18., 21., 24.}, kFloat64)), "the gradient of a row must be the column sums");
  require(p.grad().flatten().equal(tensor({300., 700., 1100.}, kFloat64)), "the gradient of p must be sum_j G_ij q_j");
  require(q.grad().flatten().equal(tensor({38., 44., 50., 56.}, kFloat64)), "the gradient of q must be sum_i G_ij p_i");
  require(s.grad().item<double>() == 78, "the gradient of a number added everywhere must be the sum of g");
}

void pairs() {
  fmt::print("\n-- pairs\n");
  // [pairs]
  using Map = std::function<Tensor(const Tensor&)>;
  const std::vector<int64_t> table = {3, 4}, tables = {2, 3, 4}, wide = {2, 6};
  const Tensor index = tensor({2, 0, 2});
  const Map write_into_zeros = [=](const Tensor& g) {
    Tensor dx = zeros(table, kFloat64);
    dx.slice(1, 1, 3).copy_(g);
    return dx;
  };
  const Map add_into_zeros = [=](const Tensor& g) { return zeros(table, kFloat64).index_add(0, index, g); };
  const std::vector<std::tuple<std::string, Map, Map>> all = {
      {"expand, sum", [=](auto& x) { return x.expand(tables); }, [](auto& g) { return g.sum(0); }},
      {"sum, expand", [](auto& x) { return x.sum(1, true); }, [=](auto& g) { return g.expand(table); }},
      {"t, t", [](auto& x) { return x.t(); }, [](auto& g) { return g.t(); }},
      {"view, view", [=](auto& x) { return x.view(wide); }, [=](auto& g) { return g.view(table); }},
      {"slice, write into zeros", [](auto& x) { return x.slice(1, 1, 3); }, write_into_zeros},
      {"index, add into zeros", [=](auto& x) { return x.index({index}); }, add_into_zeros},
  };
  manual_seed(3);
  for (const auto& [name, forward, backward] : all) {
    const Tensor x = randn(table, kFloat64).requires_grad_(), y = forward(x), g = randn_like(y);
    y.backward(g);
    const double left = (g * y).sum().item<double>(), right = (backward(g) * x).sum().item<double>();
    fmt::print("{:<24} g . forward(x) = {:8.5f}, backward(g) . x = {:8.5f}\n", name, left, right);
    require(backward(g).allclose(x.grad()) && std::abs(left - right) < 1e-12, name + " must be a pair");
    autograd::gradcheck(forward, {x});
  }
  // [/pairs]

  // [repeated]
  Tensor x = tensor({5.0, 6.0, 7.0}).requires_grad_();
  x.index({tensor({0, 0})}).sum().backward();
  Tensor overwritten = zeros({3});
  overwritten.index_put_({tensor({0, 0})}, ones({2}));
  fmt::print("x[[0, 0]].sum(): gradient {}; written in place of added, {}\n", x.grad().to_string(),
             overwritten.to_string());
  // [/repeated]
  require(x.grad().equal(tensor({2., 0., 0.})), "an element that is taken twice must get both gradients");
}

void products() {
  fmt::print("\n-- a matrix product\n");
  // [matmul]
  Tensor a = tensor({{1., 2.}, {3., 4.}, {5., 6.}}, kFloat64).requires_grad_();        // (3, 2)
  Tensor b = tensor({{1., 0., 2., 0.}, {0., 1., 0., 3.}}, kFloat64).requires_grad_();  // (2, 4)
  const Tensor g = arange(1, 13, kFloat64).view({3, 4});                               // (3, 4)
  matmul(a, b).backward(g);
  fmt::print("dL/da {}\nG B^T {}\n", a.grad().to_string(), matmul(g, b.detach().t()).to_string());
  fmt::print("dL/db {}\nA^T G {}\n", b.grad().to_string(), matmul(a.detach().t(), g).to_string());
  // [/matmul]
  require(a.grad().equal(tensor({{7., 14.}, {19., 30.}, {31., 46.}}, kFloat64)), "dL/da must be G B^T");
  require(b.grad().equal(matmul(a.detach().t(), g)), "dL/db must be A^T G");
}

void chapter() {
  one_block_of_memory();
  views();
  writing();
  view_or_reshape();
  order_and_time();
  dtypes();
  broadcasting();
  gradient_of_broadcasting();
  pairs();
  products();
  const Tensor x = arange(12).view({3, 4});
  plot_images("out/03_walks.png",
              {walk("x", x), walk("x.t()", x.t()), walk("x.slice(1, 1, 3)", x.slice(1, 1, 3)),
               walk("x[1].expand({3, 4})", x[1].expand({3, 4}))},
              4, "four walks through the same 12 places of memory");
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 3: tensors.", chapter); }

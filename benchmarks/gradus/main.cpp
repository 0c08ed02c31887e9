#include <gradus/gradus.h>

#include <cstdlib>
#include <memory>
#include <numeric>

#include "../inputs.h"
#include "../work.h"

// The same work on gradus, written as the tutorial writes it.
namespace benchmarks {
namespace {

namespace nn = gradus::nn;
namespace optim = gradus::optim;
using gradus::Tensor;

Tensor tensor(const std::vector<float>& values, gradus::IntArrayRef sizes) {
  return gradus::from_blob(const_cast<float*>(values.data()), sizes).clone();
}

std::vector<double> numbers(const std::vector<Tensor>& tensors) {
  std::vector<double> values;
  for (const Tensor& t : tensors) values.push_back(t.item<double>());
  return values;
}

/// The first, the middle and the last element.
std::vector<double> some_elements(const Tensor& t) {
  const Tensor flat = t.reshape({-1});
  return numbers({flat[0], flat[flat.numel() / 2], flat[flat.numel() - 1]});
}

// -- the network --------------------------------------------------------------------------------------------------

void set_weights(const nn::Sequential& model, int64_t hidden) {
  const gradus::NoGradGuard no_grad;
  const Weights start(hidden);
  std::vector<Tensor> parameters = model.parameters();
  parameters[0].copy_(tensor(start.weight1, {hidden, kPixels}));
  parameters[1].copy_(tensor(start.bias1, {hidden}));
  parameters[2].copy_(tensor(start.weight2, {kClasses, hidden}));
  parameters[3].copy_(tensor(start.bias2, {kClasses}));
}

/// The samples in batches, one after another and round again.
class Batches {
 public:
  explicit Batches(int64_t batch)
      : images_(tensor(samples().images, {kSamples, kPixels}).split(batch).vec()),
        targets_(tensor(samples().targets, {kSamples, kClasses}).split(batch).vec()) {}
  const Tensor& images() const { return images_[next_]; }
  const Tensor& targets() const { return targets_[next_]; }
  void advance() { next_ = next_ + 1 == images_.size() ? 0 : next_ + 1; }

 private:
  std::vector<Tensor> images_, targets_;
  size_t next_ = 0;
};

template <class Loss, class Optimiser>
struct Training {
  Tensor step() {
    const Tensor loss = loss_function(model(batches.images()), batches.targets());
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
    batches.advance();
    return loss;
  }
  nn::Sequential model;
  Loss loss_function;
  Optimiser optimiser;
  Batches batches;
};

template <class T>
Work training_work(T training) {
  const auto shared = std::make_shared<T>(std::move(training));
  return {[shared] { shared->step(); },
          [shared] { return some_losses([shared] { return shared->step().template item<double>(); }); }};
}

nn::Sequential sigmoid_network(int64_t hidden) {
  const nn::Sequential model(nn::Linear(kPixels, hidden), nn::Sigmoid(), nn::Linear(hidden, kClasses), nn::Sigmoid());
  set_weights(model, hidden);
  return model;
}

Work sgd_training(int64_t batch, int64_t hidden) {
  nn::Sequential model = sigmoid_network(hidden);
  return training_work(Training<nn::MSELoss, optim::SGD>{
      model, nn::MSELoss(), optim::SGD(model.parameters(), {.lr = kSgdRate}), Batches(batch)});
}

Work train_sgd(int64_t batch) { return sgd_training(batch, kHidden); }
Work width_sgd(int64_t hidden) { return sgd_training(1, hidden); }

Work train_adam(int64_t batch) {
  const nn::Sequential model(nn::Linear(kPixels, kHidden), nn::LeakyReLU({.negative_slope = kSlope}),
                             nn::Linear(kHidden, kClasses), nn::Sigmoid());
  set_weights(model, kHidden);
  return training_work(Training<nn::BCELoss, optim::Adam>{
      model, nn::BCELoss(), optim::Adam(model.parameters(), {.lr = kAdamRate}), Batches(batch)});
}

Work infer(int64_t batch) {
  struct State {
    nn::Sequential model;
    Batches batches;
  };
  const auto state = std::make_shared<State>(State{sigmoid_network(kHidden), Batches(batch)});
  const auto step = [state] {
    const gradus::NoGradGuard no_grad;
    Tensor output = state->model(state->batches.images());
    state->batches.advance();
    return output;
  };
  return {step, [step] {
            const Tensor output = step()[0].contiguous();
            return std::vector<double>(output.data_ptr<float>(), output.data_ptr<float>() + kClasses);
          }};
}

// -- the graph ----------------------------------------------------------------------------------------------------

Work chain(int64_t nodes) {
  struct State {
    Tensor x = gradus::ones({1}).requires_grad_();
    Tensor a = gradus::full({1}, kChainFactor).requires_grad_();
    Tensor b = gradus::full({1}, kChainSummand).requires_grad_();
  };
  const auto s = std::make_shared<State>();
  const auto step = [s, nodes] {
    for (Tensor* leaf : {&s->x, &s->a, &s->b}) leaf->mutable_grad() = Tensor();
    Tensor y = s->x;
    for (int64_t i = 0; i < nodes; ++i) y = i % 2 == 0 ? y * s->a : y + s->b;
    y.backward();
    return y;
  };
  return {step, [s, step] {
            const Tensor y = step();
            return numbers({y, s->a.grad(), s->b.grad(), s->x.grad()});
          }};
}

// -- operations ---------------------------------------------------------------------------------------------------

/// Matrices x and y (rows, columns), a row (columns), and a column (rows, 1).
struct Operands {
  explicit Operands(int64_t size)
      : shape(size),
        x(tensor(uniform(size, 0.1F, 1, 1), {shape.rows, shape.columns})),
        y(tensor(uniform(size, 0.1F, 1, 2), {shape.rows, shape.columns})),
        row(tensor(uniform(shape.columns, 0.1F, 1, 3), {shape.columns})),
        column(tensor(uniform(shape.rows, 0.1F, 1, 4), {shape.rows, 1})) {}
  Shape shape;
  Tensor x, y, row, column;
};

/// The work `f(operands)`, checked by some elements of the tensor that it returns.
template <class F>
Work operation(const Operands& operands, F f) {
  const auto shared = std::make_shared<Operands>(operands);
  return {[shared, f] { f(*shared); }, [shared, f] { return some_elements(f(*shared)); }};
}

Work add(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x + o.y; });
}
Work add_reused(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.add_(o.y); });
}
Work mul(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x * o.y; });
}
Work mul_reused(int64_t size) {
  Operands operands(size);
  operands.y.fill_(1);
  return operation(operands, [](Operands& o) { return o.x.mul_(o.y); });
}
Work bias_add(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x + o.row; });
}
Work column_mul(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x * o.column; });
}
Work sum(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.sum(); });
}
Work sum_axis0(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.sum(0); });
}
Work sum_axis1(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.sum(1); });
}
Work max_axis1(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.amax(1); });
}
Work softmax(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return gradus::softmax(o.x, 1); });
}
Work transpose(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.t().contiguous(); });
}
Work exp(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.exp(); });
}
Work log(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.log(); });
}
Work sigmoid(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.sigmoid(); });
}
Work sigmoid_reused(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.sigmoid_(); });
}
Work tanh(int64_t size) {
  return operation(Operands(size), [](Operands& o) { return o.x.tanh(); });
}
Work matmul(int64_t size) {
  Operands operands(1000);
  operands.x = tensor(uniform(size * size, 0.1F, 1, 1), {size, size});
  operands.y = tensor(uniform(size * size, 0.1F, 1, 2), {size, size});
  return operation(operands, [](Operands& o) { return o.x.mm(o.y); });
}

// -- layers and losses --------------------------------------------------------------------------------------------

Work layer_norm(int64_t rows) {
  struct State {
    Tensor x;
    Tensor weight = gradus::ones({kHidden}).requires_grad_();
    Tensor bias = gradus::zeros({kHidden}).requires_grad_();
  };
  const auto s = std::make_shared<State>();
  s->x = tensor(uniform(rows * kHidden, -1, 1, 1), {rows, kHidden}).requires_grad_();
  const auto step = [s] {
    for (Tensor* leaf : {&s->x, &s->weight, &s->bias}) leaf->mutable_grad() = Tensor();
    const Tensor loss = gradus::layer_norm(s->x, {kHidden}, s->weight, s->bias).square().sum();
    loss.backward();
    return loss;
  };
  return {step, [s, step] {
            const Tensor loss = step();
            return numbers({loss, s->weight.grad()[0], s->bias.grad()[0]});
          }};
}

Work cross_entropy(int64_t rows) {
  struct State {
    Tensor scores, labels;
  };
  const auto s = std::make_shared<State>();
  s->scores = tensor(uniform(rows * kClasses, -1, 1, 1), {rows, kClasses}).requires_grad_();
  s->labels = gradus::tensor(samples().labels).slice(0, 0, rows);
  const auto step = [s] {
    s->scores.mutable_grad() = Tensor();
    const Tensor loss = nn::functional::cross_entropy(s->scores, s->labels);
    loss.backward();
    return loss;
  };
  return {step, [s, step] {
            const Tensor loss = step();
            const Tensor gradient = s->scores.grad();
            return numbers({loss, gradient[0][0], gradient[-1][-1]});
          }};
}

// -- reading ------------------------------------------------------------------------------------------------------

Work reading(const std::string& file) {
  return {[file] { const gradus::datasets::MnistDataset dataset(file); },
          [file] {
            const gradus::datasets::MnistDataset dataset(file);
            double labels = 0, pixels = 0;
            for (int64_t i = 0; i < dataset.size(); ++i) {
              labels += static_cast<double>(dataset.label(i));
              pixels = std::accumulate(dataset.pixels(i).begin(), dataset.pixels(i).end(), pixels);
            }
            return std::vector<double>{static_cast<double>(dataset.size()), labels, pixels};
          }};
}

Work csv(int64_t rows) { return reading(csv_file(rows)); }
Work csv_gzip(int64_t rows) { return reading(csv_file(rows, true)); }

const std::vector<Workload> kWorkloads = {
    {"train_sgd", train_sgd},
    {"train_adam", train_adam},
    {"infer", infer},
    {"width_sgd", width_sgd},
    {"chain", chain},
    {"add", add},
    {"add_reused", add_reused},
    {"mul", mul},
    {"mul_reused", mul_reused},
    {"bias_add", bias_add},
    {"column_mul", column_mul},
    {"sum", sum},
    {"sum_axis0", sum_axis0},
    {"sum_axis1", sum_axis1},
    {"max_axis1", max_axis1},
    {"softmax", softmax},
    {"transpose", transpose},
    {"exp", exp},
    {"log", log},
    {"sigmoid", sigmoid},
    {"sigmoid_reused", sigmoid_reused},
    {"tanh", tanh},
    {"matmul", matmul},
    {"layer_norm", layer_norm},
    {"cross_entropy", cross_entropy},
    {"csv", csv},
    {"csv_gzip", csv_gzip},
};

}  // namespace
}  // namespace benchmarks

int main(int argc, char** argv) {
  const char* threads = std::getenv("OMP_NUM_THREADS");
  gradus::set_num_threads(threads ? std::atoi(threads) : 1);
  return benchmarks::peer_main(argc, argv, benchmarks::kWorkloads);
}

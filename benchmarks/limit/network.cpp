#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "../inputs.h"
#include "buffer.h"
#include "workloads.h"

namespace benchmarks::limit {
namespace {

/// y = x W^T + b with its gradients. x (B, in), W (out, in), b (out), y (B, out)
struct Linear {
  Linear(const std::vector<float>& weights, const std::vector<float>& biases)
      : weight(buffer(weights)), bias(buffer(biases)), weight_grad(weights.size()), bias_grad(biases.size()) {
    out = static_cast<int>(biases.size());
    in = static_cast<int>(weights.size() / biases.size());
  }

  void forward(const float* x, int batch, float* y) const {
    for (int i = 0; i < batch; ++i) std::copy(bias.begin(), bias.end(), y + i * out);
    if (batch == 1) {
      cblas_sgemv(CblasRowMajor, CblasNoTrans, out, in, 1, weight.data(), in, x, 1, 1, y, 1);
    } else {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, out, in, 1, x, in, weight.data(), in, 1, y, out);
    }
  }

  /// dW = g^T x,  db = sum of g's rows
  void backward(const float* g, const float* x, int batch) {
    std::copy(g, g + out, bias_grad.begin());
    for (int i = 1; i < batch; ++i) {
      for (int j = 0; j < out; ++j) bias_grad[static_cast<size_t>(j)] += g[i * out + j];
    }
    if (batch == 1) {
      float* row = weight_grad.data();
      for (int j = 0; j < out; ++j, row += in) {
        for (int k = 0; k < in; ++k) row[k] = g[j] * x[k];
      }
    } else {
      cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, batch, 1, g, out, x, in, 0, weight_grad.data(), in);
    }
  }

  /// dx = g W
  void backward_input(const float* g, int batch, float* dx) const {
    if (batch == 1) {
      cblas_sgemv(CblasRowMajor, CblasTrans, out, in, 1, weight.data(), in, g, 1, 0, dx, 1);
    } else {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, in, out, 1, g, out, weight.data(), in, 0, dx, in);
    }
  }

  int in, out;
  Buffer weight, bias, weight_grad, bias_grad;
};

float sigmoid_of(float x) { return 1 / (1 + std::exp(-x)); }

/// p <- p - lr g
struct Sgd {
  void step(Linear& layer) const {
    update(layer.weight, layer.weight_grad);
    update(layer.bias, layer.bias_grad);
  }
  static void update(Buffer& p, const Buffer& g) {
    for (size_t i = 0; i < p.size(); ++i) p[i] -= static_cast<float>(kSgdRate) * g[i];
  }
};

/// Adam's m and v of one layer (Kingma and Ba 2015).
struct Adam {
  explicit Adam(const Linear& layer)
      : weight_m(layer.weight.size()), weight_v(weight_m), bias_m(layer.bias.size()), bias_v(bias_m) {}
  void step(Linear& layer) {
    ++steps;
    update(layer.weight, layer.weight_grad, weight_m, weight_v);
    update(layer.bias, layer.bias_grad, bias_m, bias_v);
  }
  void update(Buffer& p, const Buffer& g, Buffer& m, Buffer& v) const {
    const auto size = static_cast<float>(kAdamRate / (1 - std::pow(0.9, steps)));
    const auto scale = static_cast<float>(1 / std::sqrt(1 - std::pow(0.999, steps)));
    for (size_t i = 0; i < p.size(); ++i) {
      m[i] = 0.9F * m[i] + 0.1F * g[i];
      v[i] = 0.999F * v[i] + 0.001F * g[i] * g[i];
      p[i] -= size * m[i] / (std::sqrt(v[i]) * scale + 1e-8F);
    }
  }
  int steps = 0;
  Buffer weight_m, weight_v, bias_m, bias_v;
};

/// The network kPixels - hidden - kClasses, and what it computes for one batch.
struct Network {
  Network(int64_t batch_size, int64_t hidden_size) : Network(Weights(hidden_size), batch_size, hidden_size) {}
  Network(const Weights& start, int64_t batch_size, int64_t hidden_size)
      : batch(static_cast<int>(batch_size)),
        layer1(start.weight1, start.bias1),
        layer2(start.weight2, start.bias2),
        hidden(static_cast<size_t>(batch_size * hidden_size)),
        hidden_grad(hidden.size()),
        output(static_cast<size_t>(batch_size * kClasses)),
        output_grad(output.size()),
        images(buffer(samples().images)),
        targets(buffer(samples().targets)) {}

  const float* image() const { return images.data() + first * kPixels; }
  const float* target() const { return targets.data() + first * kClasses; }
  void advance() { first = first + 2 * batch > kSamples ? 0 : first + batch; }

  int batch;
  int64_t first = 0;
  Linear layer1, layer2;
  Buffer hidden, hidden_grad, output, output_grad, images, targets;
};

void forward_sigmoid(Network& n) {
  n.layer1.forward(n.image(), n.batch, n.hidden.data());
  for (float& h : n.hidden) h = sigmoid_of(h);
  n.layer2.forward(n.hidden.data(), n.batch, n.output.data());
  for (float& y : n.output) y = sigmoid_of(y);
}

/// Sigmoid, MSELoss, SGD.
float sgd_step(Network& n) {
  forward_sigmoid(n);
  const float* t = n.target();
  const auto count = static_cast<float>(n.output.size());
  float loss = 0;
  for (size_t i = 0; i < n.output.size(); ++i) {
    const float y = n.output[i], error = y - t[i];
    loss += error * error;
    n.output_grad[i] = 2 / count * error * y * (1 - y);
  }
  n.layer2.backward(n.output_grad.data(), n.hidden.data(), n.batch);
  n.layer2.backward_input(n.output_grad.data(), n.batch, n.hidden_grad.data());
  for (size_t i = 0; i < n.hidden.size(); ++i) n.hidden_grad[i] *= n.hidden[i] * (1 - n.hidden[i]);
  n.layer1.backward(n.hidden_grad.data(), n.image(), n.batch);
  Sgd().step(n.layer1);
  Sgd().step(n.layer2);
  n.advance();
  return loss / count;
}

/// LeakyReLU, BCELoss of a sigmoid, Adam.
float adam_step(Network& n, Adam& adam1, Adam& adam2) {
  n.layer1.forward(n.image(), n.batch, n.hidden.data());
  for (float& h : n.hidden) h = h > 0 ? h : static_cast<float>(kSlope) * h;
  n.layer2.forward(n.hidden.data(), n.batch, n.output.data());
  const float* t = n.target();
  const auto count = static_cast<float>(n.output.size());
  float loss = 0;
  for (size_t i = 0; i < n.output.size(); ++i) {
    const float y = sigmoid_of(n.output[i]);
    loss -= t[i] * std::max(std::log(y), -100.F) + (1 - t[i]) * std::max(std::log(1 - y), -100.F);
    n.output_grad[i] = (y - t[i]) / count;
  }
  n.layer2.backward(n.output_grad.data(), n.hidden.data(), n.batch);
  n.layer2.backward_input(n.output_grad.data(), n.batch, n.hidden_grad.data());
  for (size_t i = 0; i < n.hidden.size(); ++i) n.hidden_grad[i] *= n.hidden[i] > 0 ? 1 : static_cast<float>(kSlope);
  n.layer1.backward(n.hidden_grad.data(), n.image(), n.batch);
  adam1.step(n.layer1);
  adam2.step(n.layer2);
  n.advance();
  return loss / count;
}

Work sgd_training(int64_t batch, int64_t hidden) {
  const auto network = std::make_shared<Network>(batch, hidden);
  const auto step = [network] { return sgd_step(*network); };
  return {step, [step] { return some_losses(step); }};
}

}  // namespace

Work train_sgd(int64_t batch) { return sgd_training(batch, kHidden); }
Work width_sgd(int64_t hidden) { return sgd_training(1, hidden); }

Work train_adam(int64_t batch) {
  struct Training {
    explicit Training(int64_t batch_size) : network(batch_size, kHidden) {}
    Network network;
    Adam adam1{network.layer1}, adam2{network.layer2};
  };
  const auto training = std::make_shared<Training>(batch);
  const auto step = [training] { return adam_step(training->network, training->adam1, training->adam2); };
  return {step, [step] { return some_losses(step); }};
}

Work infer(int64_t batch) {
  const auto network = std::make_shared<Network>(batch, kHidden);
  const auto step = [network] {
    forward_sigmoid(*network);
    network->advance();
  };
  return {step, [network] {
            forward_sigmoid(*network);
            return std::vector<double>(network->output.begin(), network->output.begin() + kClasses);
          }};
}

}  // namespace benchmarks::limit

// Chapter 13: convolution. Convolution, pooling and batch normalisation, forward and backward by hand, each beside the
// library's own; then a small convolutional network against a linear classifier.
#include <gradus/autograd/random.h>
#include <gradus/datasets/dataloader.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/flatten.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/norm.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/adam.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/evaluate.h>
#include <gradus/tutorials/common/format.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <iostream>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

// [by_hand]
// x (C, H, W), w (O, C, k, k), b (O) -> (O, H - k + 1, W - k + 1)
Tensor conv2d_by_hand(const Tensor& x, const Tensor& w, const Tensor& b) {
  const int64_t k = w.size(2), height = x.size(1) - k + 1, width = x.size(2) - k + 1;
  Tensor out = empty({w.size(0), height, width}, x.dtype());
  for (int64_t o = 0; o < w.size(0); ++o) {
    for (int64_t u = 0; u < height; ++u) {
      for (int64_t v = 0; v < width; ++v) {
        const Tensor window = x.slice(1, u, u + k).slice(2, v, v + k);  // (C, k, k)
        out[o][u][v] = (w[o] * window).sum() + b[o];
      }
    }
  }
  return out;
}
// [/by_hand]

void edges() {
  std::cout << "-- a filter that finds edges\n";
  // [edges]
  const Tensor picture = tensor({{0., 0., 0., 1., 1., 1.},
                                 {0., 0., 0., 1., 1., 1.},
                                 {0., 0., 0., 1., 1., 1.},
                                 {0., 0., 0., 0., 1., 1.},
                                 {0., 0., 0., 0., 0., 1.}});
  const Tensor filter = tensor({{-1., 0., 1.}, {-1., 0., 1.}, {-1., 0., 1.}});
  const Tensor x = picture.unsqueeze(0), w = filter.view({1, 1, 3, 3});  // one channel in, one out
  std::cout << conv2d(x, w)[0] << "\n";
  // [/edges]
  require(conv2d(x, w).equal(conv2d_by_hand(x, w, zeros({1}))), "conv2d must be the sum of products with each window");

  // [shift]
  const Tensor shifted = cat({zeros({1, 5, 1}), x.narrow(2, 0, 5)}, 2);  // one pixel to the right
  const Tensor before = conv2d(x, w), after = conv2d(shifted, w);
  std::cout << "shifted picture, shifted result: " << std::boolalpha
            << after.narrow(2, 1, 3).equal(before.narrow(2, 0, 3)) << "\n";
  // [/shift]
  require(after.narrow(2, 1, 3).equal(before.narrow(2, 0, 3)), "a shifted picture must give the shifted result");
}

// [im2col]
// What element (i, j) of a k x k window meets in one channel (H, W), at every place: a view (height, width) of it.
Tensor met_by(const Tensor& channel, int64_t i, int64_t j, int64_t k, int64_t stride) {
  const int64_t bottom = channel.size(0) - k + i + 1, right = channel.size(1) - k + j + 1;
  return channel.slice(0, i, bottom, stride).slice(1, j, right, stride);
}

// x (C, H, W) -> (C k k, height width): a row for each element of the window, a column for each place
Tensor im2col(const Tensor& x, int64_t k, int64_t stride) {
  std::vector<Tensor> rows;
  for (int64_t c = 0; c < x.size(0); ++c) {
    for (int64_t i = 0; i < k; ++i) {
      for (int64_t j = 0; j < k; ++j) rows.push_back(met_by(x[c], i, j, k, stride).reshape(-1));
    }
  }
  return stack(rows);
}
// [/im2col]

// [col2im]
// The reverse: adds every row back to where im2col took it from.
Tensor col2im(const Tensor& columns, IntArrayRef sizes, int64_t k, int64_t stride) {
  Tensor x = zeros(sizes, columns.dtype());
  int64_t row = 0;
  for (int64_t c = 0; c < x.size(0); ++c) {
    for (int64_t i = 0; i < k; ++i) {
      for (int64_t j = 0; j < k; ++j) {
        Tensor met = met_by(x[c], i, j, k, stride);
        met.add_(columns[row++].view(met.sizes()));
      }
    }
  }
  return x;
}
// [/col2im]

void as_one_product() {
  std::cout << "\n-- convolution as one matrix product\n";
  manual_seed(1);
  // [product]
  const int64_t k = 3, stride = 2;
  const Tensor x = randn({2, 7, 9}, kFloat64).requires_grad_();     // two channels
  const Tensor w = randn({4, 2, k, k}, kFloat64).requires_grad_();  // four filters
  const Tensor b = randn({4}, kFloat64).requires_grad_();

  const Tensor out = conv2d(x, w, b, stride);                           // (4, 3, 4)
  const Tensor columns = im2col(x.detach(), k, stride);                 // (18, 12)
  const Tensor matrix = w.detach().view({4, -1});                       // (4, 18)
  const Tensor product = matrix.mm(columns) + b.detach().view({4, 1});  // (4, 12)
  fmt::print("{} times {}: largest difference from conv2d {:.0e}\n", matrix.sizes(), columns.sizes(),
             (product.view(out.sizes()) - out.detach()).abs().max().item<double>());
  // [/product]
  require(product.view(out.sizes()).allclose(out.detach()), "the product of the matrices must be the convolution");

  // [gradients]
  const Tensor g = randn_like(out);  // the gradient that comes in: (4, 3, 4)
  out.backward(g);                   // what the library says

  const Tensor g_matrix = g.view({4, -1});                                  // (4, 12)
  const Tensor dw = g_matrix.mm(columns.t()).view(w.sizes());               // dW = G X^T
  const Tensor dx = col2im(matrix.t().mm(g_matrix), x.sizes(), k, stride);  // dX = W^T G, added back
  const Tensor db = g_matrix.sum(1);                                        // every place adds b
  fmt::print("largest differences from backward: dw {:.0e}, dx {:.0e}, db {:.0e}\n",
             (dw - w.grad()).abs().max().item<double>(), (dx - x.grad()).abs().max().item<double>(),
             (db - b.grad()).abs().max().item<double>());
  // [/gradients]
  require(dw.allclose(w.grad()) && dx.allclose(x.grad()) && db.allclose(b.grad()), "gradients by hand are backward's");
}

void transposed() {
  manual_seed(2);
  // [transposed]
  const int64_t k = 3;
  const Tensor x = randn({2, 6, 5}, kFloat64).requires_grad_(), w = randn({4, 2, k, k}, kFloat64);
  const Tensor out = conv2d(x, w), g = randn_like(out);
  out.backward(g);

  const Tensor turned = w.flatten(2).index_select(2, k * k - 1 - arange(k * k)).view(w.sizes());  // by 180 degrees
  const Tensor dx = conv2d(g, turned.transpose(0, 1), {}, 1, k - 1);                              // back to (2, 6, 5)
  fmt::print("dx as a convolution of g: largest difference {:.0e}\n", (dx - x.grad()).abs().max().item<double>());
  // [/transposed]
  require(dx.allclose(x.grad()), "the gradient of the input must be a convolution with the turned filters");
}

void pooling() {
  std::cout << "\n-- pooling\n";
  // [pooling]
  const Tensor x = tensor({{1., 3., 2., 0.}, {4., 2., 2., 1.}, {0., 0., 7., 5.}, {1., 0., 6., 8.}}, kFloat64)
                       .unsqueeze(0)
                       .requires_grad_();
  const auto [largest, where] = max_pool2d_with_indices(x, 2);
  std::cout << "the largest " << largest.detach().flatten() << "\nstood at " << where.flatten() << "\n";

  const Tensor g = tensor({10., 20., 30., 40.}, kFloat64).view({1, 2, 2});
  largest.backward(g);
  std::cout << "its gradient\n" << x.grad()[0] << "\n";
  const Tensor routed = zeros({16}, kFloat64).scatter_add(0, where.flatten(), g.flatten());  // each to its place
  // [/pooling]
  require(routed.view({1, 4, 4}).equal(x.grad()), "a maximum's gradient must go to where the maximum was");

  // [average]
  x.mutable_grad() = Tensor();
  avg_pool2d(x, 2).backward(g);
  std::cout << "the gradient of the average\n" << x.grad()[0] << "\n";
  // [/average]
  require(x.grad()[0][3][0].item<double>() == 7.5, "an average's gradient must be shared evenly");
}

// [batch_norm]
// The gradient of batch normalisation with respect to x (N, C), for the gradient g of the result.
Tensor batch_norm_gradient_by_hand(const Tensor& x, const Tensor& weight, const Tensor& g, double eps) {
  const Tensor scale = (x.var(0, false) + eps).rsqrt();  // 1 / sigma, one number a channel
  const Tensor y = (x - x.mean(0)) * scale, h = g * weight;
  return scale * (h - h.mean(0) - y * (h * y).mean(0));
}
// [/batch_norm]

void normalisation() {
  std::cout << "\n-- batch normalisation\n";
  manual_seed(3);
  // [norm]
  const Tensor x = (randn({6, 3}, kFloat64) * 4 + 10).requires_grad_(), weight = randn({3}, kFloat64);
  const Tensor out = batch_norm(x, {}, {}, weight, {}, /*training=*/true), g = randn_like(out);
  out.backward(g);
  const Tensor dx = batch_norm_gradient_by_hand(x.detach(), weight, g, 1e-5);
  fmt::print("largest difference from backward: {:.0e}\n", (dx - x.grad()).abs().max().item<double>());
  fmt::print("sum over the batch: {:.0e}\n", dx.sum(0).abs().max().item<double>());
  // [/norm]
  require(dx.allclose(x.grad()), "the gradient by hand must be backward's");
  require(dx.sum(0).abs().max().item<double>() < 1e-9, "what is added to all samples must change nothing");
}

// [networks]
nn::Sequential linear_network() { return nn::Sequential{nn::Linear(784, 10)}; }

nn::Sequential convolutional_network() {
  return nn::Sequential{nn::Unflatten(1, {1, 28, 28}),  // (N, 1, 28, 28)
                        nn::Conv2d(1, 8, 5),
                        nn::BatchNorm2d(8),
                        nn::ReLU(),
                        nn::MaxPool2d(2),  // (N, 8, 12, 12)
                        nn::Conv2d(8, 16, 3),
                        nn::BatchNorm2d(16),
                        nn::ReLU(),
                        nn::MaxPool2d(2),  // (N, 16, 5, 5)
                        nn::Flatten(),
                        nn::Linear(400, 10)};  // (N, 10)
}
// [/networks]

// [train]
double train(nn::Sequential& network, const DigitData& digits, int64_t epochs) {
  const nn::CrossEntropyLoss loss_function;
  optim::Adam optimiser(network.parameters(), {.lr = 3e-3});
  datasets::DataLoader loader(digits.train, {.batch_size = 32, .shuffle = true, .seed = 1});
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    network.train();  // batch normalisation by the batch at hand
    for (const auto& [labels, images, targets] : loader) {
      const Tensor loss = loss_function(network(images), labels);
      optimiser.zero_grad();
      loss.backward();
      optimiser.step();
    }
  }
  network.eval();  // batch normalisation by the running statistics
  return evaluate(network, digits.test).accuracy();
}
// [/train]

int64_t count_parameters(const nn::Module& network) {
  int64_t count = 0;
  for (const Tensor& parameter : network.parameters()) count += parameter.numel();
  return count;
}

// One digit, and what the eight filters of the first layer make of it.
void draw_feature_maps(nn::Sequential& network, const datasets::MnistDataset& digits) {
  const NoGradGuard no_grad;
  // [maps]
  const Tensor image = digits[0].image;
  const Tensor maps = relu(network.at<nn::Conv2d>(1)(image.view({1, 28, 28})));  // (8, 24, 24)
  std::vector<NamedImage> images{{"the digit", 28, image.to_vector<double>()}};
  for (int64_t i = 0; i < maps.size(0); ++i) {
    images.push_back({fmt::format("filter {}", i), 24, maps[i].to_vector<double>()});
  }
  plot_images("out/13_feature_maps.png", images, 3, "a digit, and where the filters of the first layer see something");
  // [/maps]
}

void digits(const std::string& data) {
  std::cout << "\n-- digits\n";
  const DigitData digits = load_digits(data, small_run() ? DigitCounts{1000, 500} : DigitCounts{10000, 5000});
  fmt::print("{}\n", digits.description);
  // [compare]
  manual_seed(1);
  nn::Sequential linear = linear_network(), convolutional = convolutional_network();
  const double of_linear = train(linear, digits, 3), of_convolutional = train(convolutional, digits, 3);
  fmt::print("linear         {:5} parameters, accuracy {:.4f}\n", count_parameters(linear), of_linear);
  fmt::print("convolutional  {:5} parameters, accuracy {:.4f}\n", count_parameters(convolutional), of_convolutional);
  // [/compare]
  require(count_parameters(convolutional) < count_parameters(linear), "the convolutional network must be the smaller");
  require(of_convolutional > of_linear + 0.02, "the convolutional network must be better than the linear one");
  draw_feature_maps(convolutional, digits.test);
}

void chapter(const std::string& data) {
  edges();
  as_one_product();
  transposed();
  pooling();
  normalisation();
  digits(data);
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 13: convolution.", chapter); }

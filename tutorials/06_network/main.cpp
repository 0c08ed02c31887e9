// Chapter 6: the network. Builds the classifier of digits, shows it one image and draws its ten outputs.
#include <gradus/autograd/random.h>
#include <gradus/autograd/trace.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/init.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/format.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <iostream>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

// [classifier]
class Classifier : public nn::Module {
 public:
  Classifier() { register_module("model", model); }

  Tensor forward(const Tensor& inputs) override { return model(inputs); }

  nn::Sequential model{nn::Linear(784, 200), nn::Sigmoid(), nn::Linear(200, 10), nn::Sigmoid()};
};
// [/classifier]

// [start]
/// What starting values make of an image: the sums z that the hidden sigmoids are given, the sigmoids' slopes there,
/// how many of them hardly have one, and how many of the 200 rows of the first weight's gradient differ from its first
/// row.
int64_t show_start(const std::string& name, Classifier& classifier, const Tensor& image, const Tensor& target) {
  const auto& first = classifier.model.at<nn::Linear>(0);
  const Tensor z = (first.weight.matmul(image) + first.bias).detach();  // (200)
  const Tensor slope = sigmoid(z) * (1 - sigmoid(z));
  classifier.zero_grad();
  (classifier(image) - target).square().mean().backward();
  const Tensor gradient = first.weight.grad();  // (200, 784)
  const auto different = (gradient != gradient[0]).any(1).sum().item<int64_t>();
  fmt::print("{:<16} z {:5.2f} +- {:4.2f}   mean slope {:.3f}   saturated {:3}   rows unlike the first {:3}\n", name,
             z.mean().item<double>(), z.std().item<double>(), slope.mean().item<double>(),
             (slope < 0.01).sum().item<int64_t>(), different);
  return different;
}
// [/start]

void chapter(const std::string& data) {
  // [build]
  manual_seed(1);
  Classifier classifier;
  std::cout << classifier << "\n\n";
  // [/build]

  // [parameters]
  int64_t numbers = 0;
  for (const auto& [name, parameter] : classifier.named_parameters()) {
    std::cout << name << " " << fmt::format("{}", parameter.sizes()) << "\n";
    numbers += parameter.numel();
  }
  std::cout << numbers << " numbers to learn\n\n";
  // [/parameters]

  const DigitData digits = load_digits(data, {.train = 10, .test = 10});
  std::cout << digits.description << "\n";

  // [image]
  const auto& [label, image, target] = digits.test[0];
  std::cout << "a " << label << ":\n" << digits.test.ascii_art(0);
  plot_image(digits.test, 0, "out/06_digit.png");
  // [/image]

  // [forward]
  const Tensor outputs = classifier(image).detach();
  std::cout << outputs << "\n";
  plot_outputs("out/06_outputs.png", outputs.to_vector<double>(), "outputs of an untrained network");
  // [/forward]

  // [by-hand]
  auto& first = classifier.model.at<nn::Linear>(0);
  auto& second = classifier.model.at<nn::Linear>(2);
  const Tensor hidden = sigmoid(first.weight.matmul(image) + first.bias);      // (200)
  const Tensor by_hand = sigmoid(second.weight.matmul(hidden) + second.bias);  // (10)
  // [/by-hand]

  // [starts]
  Classifier wide, equal;
  for (const Tensor& parameter : wide.parameters()) nn::init::normal_(parameter);
  for (const Tensor& parameter : equal.parameters()) nn::init::constant_(parameter, 0.01);
  std::cout << "\n";
  const int64_t different = show_start("PyTorch's rule", classifier, image, target);
  show_start("normal_(0, 1)", wide, image, target);
  const int64_t same = show_start("constant_(0.01)", equal, image, target);
  // [/starts]

  // [trace]
  classifier.zero_grad();
  autograd::trace("out/06_trace.html", [&, &x = image, &t = target] { return (classifier(x) - t).square().mean(); },
                  {.title = "Chapter 6: the classifier, forward and backward",
                   .names = {{"image", image}, {"target", target}},
                   .finite_differences = 3});
  std::cout << "\nout/06_trace.html steps through it: open it in a browser\n";
  // [/trace]

  require(numbers == 784 * 200 + 200 + 200 * 10 + 10, "the classifier must have 159,010 parameters");
  require(outputs.sizes() == IntArrayRef{10}, "the classifier must give ten outputs");
  require(!outputs.requires_grad(), "detached outputs must not ask for a gradient");
  require((outputs > 0).all().item<bool>() && (outputs < 1).all().item<bool>(), "a sigmoid lies between 0 and 1");
  require(by_hand.allclose(outputs), "the formula by hand must give what the network gives");
  require(different == 199, "random rows must have different gradients");
  require(same == 0, "rows that start equal must stay equal");
  std::cout << "the formula by hand gives the same ten numbers\n";
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 6: the network.", chapter); }

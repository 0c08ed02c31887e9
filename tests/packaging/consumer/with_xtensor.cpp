// A user's program that asks for xtensor.
#include <gradus/autograd/ops.h>
#include <gradus/autograd/xtensor.h>
#include <iostream>

int main() {
  const gradus::Tensor x = gradus::tensor({{1., 2., 3.}, {4., 5., 6.}});
  const double total = gradus::sum(x).item<double>();
  std::cout << "the sum is " << total << '\n';
  return total == 21 ? 0 : 1;
}

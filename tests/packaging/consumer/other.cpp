#include "every_header.h"

double gradient_elsewhere();

double gradient_elsewhere() {
  const gradus::Tensor x = gradus::tensor(3.5, gradus::requires_grad());
  (x * x + 2).backward();
  return x.grad().item<double>();
}

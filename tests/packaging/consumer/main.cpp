// A user's program, in two translation units that both include every public header of gradus.
#include "every_header.h"
//
#include <cmath>
#include <iostream>

double gradient_elsewhere();  // other.cpp

int main() {
  const gradus::Tensor x = gradus::tensor(3.5, gradus::requires_grad());
  (gradus::pow(x, 2) + 2).backward();
  const double here = x.grad().item<double>();
  std::cout << "d(x^2 + 2)/dx at 3.5: " << here << ", and in the other file " << gradient_elsewhere() << '\n';
  return std::abs(here - 7) < 1e-6 && std::abs(gradient_elsewhere() - 7) < 1e-6 ? 0 : 1;
}

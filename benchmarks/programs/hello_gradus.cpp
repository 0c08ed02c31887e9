#include <gradus/gradus.h>
#include <iostream>

int main() {
  const gradus::Tensor x = gradus::tensor({1.0, 2.0, 3.0});
  std::cout << x + x << '\n';
}

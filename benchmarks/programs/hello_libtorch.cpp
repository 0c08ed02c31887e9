#include <torch/torch.h>
#include <iostream>

int main() {
  const torch::Tensor x = torch::tensor({1.0, 2.0, 3.0});
  std::cout << x + x << '\n';
}

#pragma once
#include <stdexcept>
#include <string>

namespace gradus {

/// What every check of the library throws; PyTorch's RuntimeError. what() is one sentence for the user.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An index, dimension or class label outside its range; PyTorch's IndexError.
class IndexError : public Error {
 public:
  using Error::Error;
};

/// An argument whose value makes no sense, such as a negative learning rate; PyTorch's ValueError.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// An argument of the wrong dtype or kind; PyTorch's TypeError.
class TypeError : public Error {
 public:
  using Error::Error;
};

/// Reports something suspicious that is still carried out, as PyTorch's warnings are: to stderr, each text once.
void warn(const std::string& message);

}  // namespace gradus

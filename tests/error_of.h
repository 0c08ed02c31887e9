#pragma once
#include <gradus/autograd/error.h>
#include <string>

namespace gradus {

/// The text of the Error that f throws; "no error" if it throws none.
template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace gradus

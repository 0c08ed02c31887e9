#pragma once
// For .cpp files: the checks, with fmt's formatting. Spans, vectors and sizes print as [2, 3].
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradus/autograd/error.h>

/// Throws ErrorType with a formatted sentence unless `condition` holds.
#define GRADUS_CHECK_AS(ErrorType, condition, ...) \
  do {                                             \
    if (!(condition)) [[unlikely]]                 \
      throw ErrorType(fmt::format(__VA_ARGS__));   \
  } while (false)

#define GRADUS_CHECK(condition, ...) GRADUS_CHECK_AS(::gradus::Error, condition, __VA_ARGS__)
#define GRADUS_CHECK_INDEX(condition, ...) GRADUS_CHECK_AS(::gradus::IndexError, condition, __VA_ARGS__)
#define GRADUS_CHECK_VALUE(condition, ...) GRADUS_CHECK_AS(::gradus::ValueError, condition, __VA_ARGS__)
#define GRADUS_CHECK_TYPE(condition, ...) GRADUS_CHECK_AS(::gradus::TypeError, condition, __VA_ARGS__)

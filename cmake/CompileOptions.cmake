# How our own targets are compiled. Nothing here reaches a user's targets.

# GCC 12 reports, falsely and in system headers: -Warray-bounds inside xtensor's svector (reached from xt::argmax(e, axis) at
# -O3), -Wrestrict inside std::string's operator+, and -Wuninitialized and -Wmaybe-uninitialized inside its own AVX-512
# intrinsics. Clang keeps watching for uninitialised variables.
set(GRADUS_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND GRADUS_WARNINGS -Wno-array-bounds -Wno-restrict -Wno-uninitialized -Wno-maybe-uninitialized)
endif()
# A loop marked `#pragma omp simd` whose function no compiler vectorises (std::pow) is slow, not wrong.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  list(APPEND GRADUS_WARNINGS -Wno-pass-failed)
endif()

# The instructions to build for. With AVX-512, GCC 12 stores constants such as {1, 1, 1, 0} of 32 bytes and more as one integer and,
# where the upper part is 0, forgets it: {1, 1, 1, 1}. It does so only where such an integer may be moved, so not with these options.
set(GRADUS_ARCH_FLAGS)
if(GRADUS_MARCH)
  set(GRADUS_ARCH_FLAGS -march=${GRADUS_MARCH})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12
     AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13 AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND GRADUS_ARCH_FLAGS -mmove-max=128 -mstore-max=128)
  endif()
endif()

# Sets C++20, warnings, -march, sanitizers and the floating-point flags on one of our targets.
#   -fopenmp-simd vectorises the loops marked `#pragma omp simd` (no threads, no OpenMP library). With -fno-math-errno and
#   -fno-trapping-math selects and square roots vectorise too. None of them changes a value; -ffast-math would (NaN checks break).
#   -fno-semantic-interposition lets GCC inline functions of position-independent code within their file, as Clang does;
#   -ftls-model=initial-exec reads a thread's variables without a call (all of ours together have less than 100 bytes).
#   -falign-loops=64 (GCC aligns to 16): a short loop that crosses a boundary of 64 bytes takes up to a quarter longer.
#   align-threshold=10000: also one of several loops in a function that GCC takes for a rare case.
function(gradus_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON DEFINE_SYMBOL "")
  target_compile_options(${target} PRIVATE ${GRADUS_WARNINGS} -fno-math-errno -fno-trapping-math -fopenmp-simd
                                           -fno-semantic-interposition -ftls-model=initial-exec)
  if(GRADUS_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  target_compile_options(${target} PRIVATE ${GRADUS_ARCH_FLAGS} $<$<CXX_COMPILER_ID:GNU>:-falign-loops=64>
                                           $<$<CXX_COMPILER_ID:GNU>:--param=align-threshold=10000>)
  if(GRADUS_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${GRADUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${GRADUS_SANITIZE})
  endif()
endfunction()

# Lets <target>'s own sources include headers of header-only libraries, without making them a dependency of whoever links it.
function(gradus_private_headers target)
  foreach(library IN LISTS ARGN)
    target_include_directories(${target} SYSTEM PRIVATE $<TARGET_PROPERTY:${library},INTERFACE_INCLUDE_DIRECTORIES>)
  endforeach()
endfunction()

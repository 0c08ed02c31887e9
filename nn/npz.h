#pragma once
#include <gradus/nn/named_tensors.h>

// Weights as NumPy's .npz: a zip archive with one NAME.npy for each tensor
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
namespace gradus::nn {

/// Saves tensors, as `numpy.savez(path, **state)` would: `numpy.load(path)` reads them. The file is written aside and
/// renamed, so what was there stays when it cannot be written. Throws Error, one sentence.
void save_npz(const std::string& path, const StateDict& state);

/// Loads what numpy.savez, numpy.savez_compressed or save_npz wrote, in the archive's order. float32, float64, int64
/// and bool stay what they are; float16 becomes float32, other integers int64; Fortran's order and the other byte order
/// are understood. Throws Error, one sentence with the file's name, for one that is missing, damaged or holds anything
/// else (text, complex numbers, Python objects); it runs no code and takes no more memory than the file can fill.
StateDict load_npz(const std::string& path);

}  // namespace gradus::nn

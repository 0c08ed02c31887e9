#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace gradus::tutorials {

/// A chapter that has an exercise.
struct Chapter {
  int number;
  std::string title;             // "data and training"
  std::filesystem::path folder;  // tutorials/07_data_and_training

  std::string two_digits() const;  // "07"
};

/// The chapters with an exercise, in order.
std::vector<Chapter> chapters_with_exercise();

/// One of them, by its number, "7" or "07". Throws Error if there is none.
Chapter find_chapter(const std::string& number);

}  // namespace gradus::tutorials

#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Pictures by gnuplot, as PNG files. Each function draws one file, written aside and renamed when it is whole, and
/// makes its folder where needed. Without gnuplot one line on stderr says so, once, and nothing is drawn.
namespace gradus::tutorials {

using Point = std::pair<double, double>;
using Curve = std::function<double(double)>;

/// True if gnuplot is on the PATH.
bool can_plot();

/// A 28x28 picture: 784 values, row by row, 0 (white) to 255 (black).
void plot_image(const std::string& file, std::span<const std::uint8_t> pixels, const std::string& title);

/// A named picture of any numbers, row by row.
struct NamedImage {
  std::string name;
  int64_t width;
  std::vector<double> pixels;
};
/// Pictures side by side, so many in a row, each from its smallest number (white) to its largest (black).
void plot_images(const std::string& file, const std::vector<NamedImage>& images, int64_t columns,
                 const std::string& title);

/// Losses in the order they were noted, as dots; y from 0 to 1.
void plot_losses(const std::string& file, const std::vector<double>& losses, const std::string& title);

/// The outputs of a network for one image, as one bar a class; y from 0 to 1.
void plot_outputs(const std::string& file, const std::vector<double>& outputs, const std::string& title);

/// A confusion matrix, row by row (label) and column by column (prediction): the counts, and the mistakes among them
/// the darker the more there are.
void plot_confusion(const std::string& file, const std::vector<double>& counts, const std::string& title);

/// A named function of x.
struct NamedCurve {
  std::string name;
  Curve curve;
};
/// Functions between two values of x, in one picture.
void plot_curves(const std::string& file, const std::vector<NamedCurve>& curves, Point x_range,
                 const std::string& title);

/// A named walk of an optimiser: the x of every step.
struct NamedPath {
  std::string name;
  std::vector<double> xs;
};
/// A loss curve, and on it the walks of optimisers.
void plot_paths(const std::string& file, const Curve& curve, Point x_range, const std::vector<NamedPath>& paths,
                const std::string& title);

/// A named walk of an optimiser over a surface: where it was after every step.
struct NamedWalk {
  std::string name;
  std::vector<Point> points;
};
/// The contour lines of a surface, and on it the walks of optimisers.
void plot_walks(const std::string& file, const std::function<double(double x, double y)>& surface, Point x_range,
                Point y_range, const std::vector<NamedWalk>& walks, const std::string& title);

/// Named points, joined by lines.
struct NamedPoints {
  std::string name;
  std::vector<Point> points;
};
/// Measurements on two logarithmic axes, where a power law is a straight line. All numbers are positive.
void plot_log_log(const std::string& file, const std::vector<NamedPoints>& lines, const std::string& x_label,
                  const std::string& y_label, const std::string& title);

/// A named accuracy, 0 to 1.
struct NamedAccuracy {
  std::string name;
  double accuracy;
};
/// Accuracies as one bar each, with their numbers.
void plot_ladder(const std::string& file, const std::vector<NamedAccuracy>& rungs, const std::string& title);

}  // namespace gradus::tutorials

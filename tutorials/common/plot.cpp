#include <gradus/tutorials/common/plot.h>

#include <gnuplot-iostream.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <system_error>

namespace gradus::tutorials {

namespace {

/// One PNG file in the making. gnuplot reads our commands through a pipe; it writes beside the file, which is renamed
/// when gnuplot has ended.
class Picture {
 public:
  Picture(const std::filesystem::path& file, const std::string& title, const std::string& size = "800,480")
      : file_(file), aside_(file.string() + ".part") {
    std::error_code ignored;  // a folder that cannot be made shows when the picture is not there
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
    gnuplot_ << "set terminal pngcairo noenhanced size " << size << "\nset output " << quoted(aside_.string())
             << "\nset title " << quoted(title) << "\n";
  }
  ~Picture() { gnuplot_ << "\nset output\n" << std::flush; }
  Gnuplot& commands() { return gnuplot_; }

  static std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') result += '\\';
      result += c;
    }
    return result + '"';
  }

 private:
  /// The last member to be destroyed: gnuplot has then ended and the picture is whole.
  struct Rename {
    const Picture* picture;
    ~Rename() {
      std::error_code failed;
      std::filesystem::rename(picture->aside_, picture->file_, failed);
      if (failed) std::cerr << "gnuplot could not draw " << picture->file_.string() << "\n";
    }
  };
  /// gnuplot may end early; writing to it must not end this program.
  struct IgnoreSigpipe {
    IgnoreSigpipe() : before(std::signal(SIGPIPE, SIG_IGN)) {}
    ~IgnoreSigpipe() { std::signal(SIGPIPE, before); }
    void (*before)(int);
  };

  std::filesystem::path file_, aside_;
  IgnoreSigpipe ignore_sigpipe_;
  Rename rename_{this};
  Gnuplot gnuplot_{"gnuplot 2>/dev/null || true"};  // a failure shows when the picture is not there
};

std::vector<Point> sample(const Curve& curve, Point x_range) {
  constexpr int kSamples = 400;
  std::vector<Point> points;
  for (int i = 0; i <= kSamples; ++i) {
    const double x = x_range.first + (x_range.second - x_range.first) * i / kSamples;
    points.emplace_back(x, curve(x));
  }
  return points;
}

}  // namespace

bool can_plot() {
  if (std::system("command -v gnuplot >/dev/null 2>&1") == 0) return true;
  [[maybe_unused]] static const bool said = [] {
    std::cerr << "gnuplot was not found, so no pictures are drawn (on Debian: apt-get install gnuplot-nox)\n";
    return true;
  }();
  return false;
}

void plot_image(const std::string& file, std::span<const std::uint8_t> pixels, const std::string& title) {
  if (!can_plot()) return;
  Picture picture(file, title, "320,340");
  Gnuplot& gp = picture.commands();
  gp << "set size ratio -1\nset palette gray negative\nset cbrange [0:255]\nunset colorbox\nunset key\nunset tics\n"
        "set xrange [-0.5:27.5]\nset yrange [27.5:-0.5]\n"
        "plot '-' binary array=(28,28) format='%uint8' with image\n";
  gp.write(reinterpret_cast<const char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
}

void plot_images(const std::string& file, const std::vector<NamedImage>& images, int64_t columns,
                 const std::string& title) {
  if (!can_plot() || images.empty()) return;
  const int64_t rows = (static_cast<int64_t>(images.size()) + columns - 1) / columns;
  Picture picture(file, "", std::to_string(220 * columns) + "," + std::to_string(240 * rows + 40));
  Gnuplot& gp = picture.commands();
  gp << "set multiplot layout " << rows << "," << columns << " title " << Picture::quoted(title)
     << "\nset size ratio -1\nset palette gray negative\nunset colorbox\nunset key\nunset tics\n";
  for (const NamedImage& image : images) {
    const int64_t height = static_cast<int64_t>(image.pixels.size()) / image.width;
    gp << "set title " << Picture::quoted(image.name) << "\nset xrange [-0.5:" << image.width - 1 << ".5]\nset yrange ["
       << height - 1 << ".5:-0.5]\nplot '-' binary array=(" << image.width << "," << height
       << ") format='%float64' with image\n";
    gp.write(reinterpret_cast<const char*>(image.pixels.data()),
             static_cast<std::streamsize>(image.pixels.size() * sizeof(double)));
  }
  gp << "unset multiplot\n";
}

void plot_losses(const std::string& file, const std::vector<double>& losses, const std::string& title) {
  if (!can_plot() || losses.empty()) return;
  Picture picture(file, title);
  Gnuplot& gp = picture.commands();
  gp << "unset key\nset yrange [0:1]\nset xlabel 'noted losses'\nset ylabel 'loss'\nset grid\n"
        "plot '-' with points pointtype 7 pointsize 0.3 linecolor rgb '#80205080'\n";
  gp.send1d(losses);
}

void plot_outputs(const std::string& file, const std::vector<double>& outputs, const std::string& title) {
  if (!can_plot()) return;
  std::vector<Point> bars;
  for (size_t i = 0; i < outputs.size(); ++i) bars.emplace_back(static_cast<double>(i), outputs[i]);
  Picture picture(file, title, "640,400");
  Gnuplot& gp = picture.commands();
  gp << "unset key\nset yrange [0:1]\nset xrange [-0.7:" << outputs.size() - 1 << ".7]\nset xtics 1\nset grid y\n"
     << "set style fill solid 0.7\nset boxwidth 0.8\nset xlabel 'class'\nset ylabel 'output'\n"
     << "plot '-' with boxes linecolor rgb '#205080'\n";
  gp.send1d(bars);
}

void plot_confusion(const std::string& file, const std::vector<double>& counts, const std::string& title) {
  if (!can_plot() || counts.empty()) return;
  const auto classes = static_cast<size_t>(std::llround(std::sqrt(static_cast<double>(counts.size()))));
  std::ostringstream cells;  // column, row, count, colour: what was right has none
  for (size_t i = 0; i < counts.size(); ++i) {
    const size_t row = i / classes, column = i % classes;
    cells << column << " " << row << " " << counts[i] << " " << (row == column ? 0 : counts[i]) << "\n";
  }
  Picture picture(file, title, "640,600");
  picture.commands() << "$cells << end\n"
                     << cells.str() << "end\nset size ratio -1\nset palette defined (0 'white', 1 '#d62728')\n"
                     << "unset colorbox\nunset key\nset tics scale 0\nset xtics 1\nset ytics 1\n"
                     << "set xlabel 'prediction'\nset ylabel 'label'\nset xrange [-0.5:" << classes - 1
                     << ".5]\nset yrange [" << classes - 1 << ".5:-0.5]\n"
                     << "plot $cells using 1:2:4 with image, '' using 1:2:(sprintf('%d', $3)) with labels\n";
}

void plot_curves(const std::string& file, const std::vector<NamedCurve>& curves, Point x_range,
                 const std::string& title) {
  if (!can_plot()) return;
  Picture picture(file, title);
  Gnuplot& gp = picture.commands();
  gp << "set key top left\nset grid\nset zeroaxis\nset offsets 0,0,0.1,0.1\nplot ";
  for (const NamedCurve& curve : curves) {
    gp << "'-' with lines linewidth 2 title " << Picture::quoted(curve.name) << ", ";
  }
  gp << "\n";
  for (const NamedCurve& curve : curves) gp.send1d(sample(curve.curve, x_range));
}

void plot_paths(const std::string& file, const Curve& curve, Point x_range, const std::vector<NamedPath>& paths,
                const std::string& title) {
  if (!can_plot()) return;
  Picture picture(file, title);
  Gnuplot& gp = picture.commands();
  gp << "set key top center\nset grid\nset xlabel 'parameter'\nset ylabel 'loss'\n"
        "plot '-' with lines linewidth 2 linecolor rgb '#808080' title 'loss', ";
  for (const NamedPath& path : paths) {
    gp << "'-' with linespoints pointtype 7 pointsize 0.8 title " << Picture::quoted(path.name) << ", ";
  }
  gp << "\n";
  gp.send1d(sample(curve, x_range));
  for (const NamedPath& path : paths) {
    std::vector<Point> points;
    for (const double x : path.xs) points.emplace_back(x, curve(x));
    gp.send1d(points);
  }
}

void plot_walks(const std::string& file, const std::function<double(double x, double y)>& surface, Point x_range,
                Point y_range, const std::vector<NamedWalk>& walks, const std::string& title) {
  if (!can_plot()) return;
  constexpr int kSamples = 120, kLines = 18;
  std::vector<double> heights;
  std::ostringstream grid;
  for (int i = 0; i <= kSamples; ++i) {
    const double y = y_range.first + (y_range.second - y_range.first) * i / kSamples;
    for (int j = 0; j <= kSamples; ++j) {
      const double x = x_range.first + (x_range.second - x_range.first) * j / kSamples;
      heights.push_back(surface(x, y));
      grid << x << " " << y << " " << heights.back() << "\n";
    }
    grid << "\n";
  }
  std::sort(heights.begin(), heights.end());  // lines at equal shares of the picture: close together where it is flat
  Picture picture(file, title);
  Gnuplot& gp = picture.commands();
  gp << "set contour base\nunset surface\nset cntrparam levels discrete ";
  for (int i = 1; i <= kLines; ++i) {
    gp << (i > 1 ? "," : "") << heights[heights.size() * static_cast<size_t>(i) / (kLines + 1)];
  }
  gp << "\nset table $lines\nsplot '-' with lines\n"
     << grid.str() << "e\nunset table\n"
     << "set key bottom right opaque box samplen 1.5\nset xlabel 'x'\nset ylabel 'y'\nset xrange [" << x_range.first
     << ":" << x_range.second << "]\nset yrange [" << y_range.first << ":" << y_range.second << "]\n"
     << "plot $lines with lines linecolor rgb '#b0b0b0' notitle, ";
  constexpr std::array kColours = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf"};
  for (size_t i = 0; i < walks.size(); ++i) {
    gp << "'-' with linespoints pointtype 7 pointsize 0.6 linecolor rgb '" << kColours[i % kColours.size()]
       << "' title " << Picture::quoted(walks[i].name) << ", ";
  }
  gp << "\n";
  for (const NamedWalk& walk : walks) gp.send1d(walk.points);
}

void plot_log_log(const std::string& file, const std::vector<NamedPoints>& lines, const std::string& x_label,
                  const std::string& y_label, const std::string& title) {
  if (!can_plot()) return;
  Picture picture(file, title);
  Gnuplot& gp = picture.commands();
  gp << "set logscale xy\nset key below\nset grid\nset format xy '%g'\nset xlabel " << Picture::quoted(x_label)
     << "\nset ylabel " << Picture::quoted(y_label) << "\nplot ";
  for (const NamedPoints& line : lines) {
    gp << "'-' with linespoints pointtype 7 pointsize 0.8 title " << Picture::quoted(line.name) << ", ";
  }
  gp << "\n";
  for (const NamedPoints& line : lines) gp.send1d(line.points);
}

void plot_ladder(const std::string& file, const std::vector<NamedAccuracy>& rungs, const std::string& title) {
  if (!can_plot() || rungs.empty()) return;
  double lowest = 1;
  for (const NamedAccuracy& rung : rungs) lowest = std::min(lowest, rung.accuracy);
  Picture picture(file, title);
  Gnuplot& gp = picture.commands();
  gp << "unset key\nset grid y\nset ylabel 'accuracy'\nset style fill solid 0.7\nset boxwidth 0.7\n"
     << "set yrange [" << std::max(0.0, std::floor(lowest * 20 - 1) / 20) << ":1]\nset xtics rotate by -30 (";
  for (size_t i = 0; i < rungs.size(); ++i) gp << (i ? ", " : "") << Picture::quoted(rungs[i].name) << " " << i;
  gp << ")\nset xrange [-0.6:" << rungs.size() - 1 << ".6]\n"
     << "plot '-' with boxes linecolor rgb '#205080', '-' using 1:2:(sprintf('%.4f', $2)) with labels offset 0,0.7\n";
  std::vector<Point> bars;
  for (size_t i = 0; i < rungs.size(); ++i) bars.emplace_back(static_cast<double>(i), rungs[i].accuracy);
  gp.send1d(bars);
  gp.send1d(bars);
}

}  // namespace gradus::tutorials

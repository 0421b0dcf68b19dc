#pragma once
/// One self-contained page on a shape model: variance, errors, pictured modes, scores.
#include <string>
#include <utility>
#include <vector>

namespace corvivo::io {

/// Closed or open lines in one plane, mm.
struct Outline {
  std::vector<double> x, y;
};

/// A shape as sections: outlines of the surfaces in a few planes, the same planes for every shape.
struct ShapeSections {
  std::vector<std::vector<Outline>> planes;
};

struct ModeLine {
  double variance = 0, share = 0, cumulated = 0; ///< mm^2, %, %
  ShapeSections low, high;                       ///< the mean -2 and +2 standard deviations; without planes: not drawn
};

struct ShapePage {
  std::string title;
  std::vector<std::string> plane_names; ///< "septum to lateral wall"
  ShapeSections mean;
  std::vector<ModeLine> modes;
  std::vector<std::pair<std::string, std::string>> facts; ///< what and how much: "hearts", "100"
  std::vector<std::string> ids, groups;                   ///< of the hearts
  std::vector<std::vector<double>> scores;                ///< per heart, of at least two modes, in standard deviations
  std::vector<std::string> refused;                       ///< a sentence each
};

std::string shape_page(const ShapePage &page);

} // namespace corvivo::io

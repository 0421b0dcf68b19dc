#pragma once
/// The hearts of a list, sampled for a shape model.
#include <mesh/sampled_shape.hpp>
#include <mesh/segmentation_labels.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::mesh {

struct ShapesOptions {
  std::filesystem::path hearts; ///< the list
  LabelNumbers labels;
  double variance = 95; ///< %
  int samples = 0;
  double distance = 3; ///< Mahalanobis, of the samples
  int seed = 0;
  void describe(io::Schema &schema);
};

/// A line of the list.
struct ListedHeart {
  std::string id, group;
  std::filesystem::path file; ///< label map, surfaces, or results of a case with a segmentation
  int frame = 0;
  std::string place; ///< "list.csv:7", for messages
};

/// A table (CSV) whose header names the columns `id` and `ed` (the file, relative to the list), and may name `group` and `frame` (the
/// volume of a file with several, from 1); other columns say nothing here. Throws CaseError, with every complaint.
std::vector<ListedHeart> read_heart_list(const std::filesystem::path &list);

struct CohortHeart {
  ListedHeart entry;
  SampledShape shape;  ///< without points where the heart was refused
  std::string refusal; ///< why, in a sentence
};

/// The left ventricle of one heart, as the mesh stage would take it; a heart that cannot be read or lacks a right ventricle (which tells
/// how it is turned) is refused, not thrown.
CohortHeart sample_heart(const ListedHeart &heart, const LabelNumbers &labels);

} // namespace corvivo::mesh

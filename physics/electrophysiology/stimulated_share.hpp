#pragma once
/// How much of a node's tissue lies under a stimulus.
#include <physics/electrophysiology/stimulus.hpp>
#include <physics/electrophysiology/tissue.hpp>

#include <utility>
#include <vector>

namespace corvivo::physics {

/// Owned nodes under a box or ball, with the share (0..1) of the stimulus that each receives: int_shape phi / int phi of its linear shape
/// function over the tissue that conducts, so that the stimulated volume is the shape's on any mesh. With `by_nodes` the whole for every
/// node inside: the volume then reaches half an element beyond (0.25 mm on elements of 0.5 mm, a millisecond of a wave across the fibres).
std::vector<std::pair<std::uint32_t, double>> stimulated_shares(const Tissue &tissue, const Stimulus &stimulus);

} // namespace corvivo::physics

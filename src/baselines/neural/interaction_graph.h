#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "baselines/scorer.h"

namespace r2rank::baselines {

/// One side of the bipartite graph of users and items: the different neighbours of each node, ascending, as
/// compressed rows.
struct Adjacency {
  std::vector<int64_t> offsets = {0};  ///< [nodes + 1]
  std::vector<int32_t> neighbours;     ///< [edges]

  int64_t nodes() const { return static_cast<int64_t>(offsets.size()) - 1; }
  int64_t degree(int64_t node) const { return offsets[node + 1] - offsets[node]; }
  std::span<const int32_t> of(int64_t node) const {
    return {neighbours.data() + offsets[node], static_cast<size_t>(degree(node))};
  }
};

struct UserItem {
  int32_t user = 0, item = 0;
};

/// The training interactions as a graph, and one by one.
struct InteractionGraph {
  Adjacency items_of;            ///< of each user
  Adjacency users_of;            ///< of each item
  std::vector<UserItem> events;  ///< every training event, repeated ones too, by user
};
InteractionGraph training_graph(const TrainingData& data);

/// 1 / sqrt(degree) of each node, 0 without neighbours: both sides' product weighs an edge of D^-1/2 A
/// D^-1/2.
std::vector<float> inverse_root_degrees(const Adjacency& adjacency);

}  // namespace r2rank::baselines

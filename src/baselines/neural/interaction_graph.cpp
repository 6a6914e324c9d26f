#include "baselines/neural/interaction_graph.h"

#include <cmath>

#include "baselines/training_matrix.h"

namespace r2rank::baselines {
namespace {

Adjacency pattern_of(const SparseRows& matrix) {
  Adjacency adjacency;
  adjacency.neighbours.reserve(static_cast<size_t>(matrix.entries()));
  for (int64_t node = 0; node < matrix.rows(); ++node) {
    for (const SparseEntry& entry : matrix.row(node)) adjacency.neighbours.push_back(entry.column);
    adjacency.offsets.push_back(static_cast<int64_t>(adjacency.neighbours.size()));
  }
  return adjacency;
}

}  // namespace

InteractionGraph training_graph(const TrainingData& data) {
  const SparseRows matrix = training_matrix(data);  // [users, items]
  InteractionGraph graph;
  graph.items_of = pattern_of(matrix);
  graph.users_of = pattern_of(matrix.transposed(static_cast<int64_t>(data.dataset.items.size())));
  for (int64_t user = 0; user < data.dataset.users(); ++user) {
    const auto training = data.dataset.events(user).first(data.split.training_end[user]);
    for (const auto& event : training) graph.events.push_back({event.user, event.item});
  }
  return graph;
}

std::vector<float> inverse_root_degrees(const Adjacency& adjacency) {
  std::vector<float> scales;
  for (int64_t node = 0; node < adjacency.nodes(); ++node) {
    const auto degree = static_cast<double>(adjacency.degree(node));
    scales.push_back(degree > 0 ? static_cast<float>(1 / std::sqrt(degree)) : 0.0F);
  }
  return scales;
}

}  // namespace r2rank::baselines

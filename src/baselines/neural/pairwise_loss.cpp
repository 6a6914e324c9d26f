#include "baselines/neural/pairwise_loss.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <array>
#include <cmath>

#include "base/error.h"
#include "baselines/neural/row_maths.h"

namespace r2rank::baselines {
namespace {

constexpr double kGamma = 1e-10;  // RecBole's, so that the logarithm stays finite
constexpr int64_t kGrain = 64;

float dot_difference(const float* user, const float* positive, const float* negative, int64_t width) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t c = 0; c < width; ++c) sum += user[c] * (positive[c] - negative[c]);
  return sum;
}

void prepare(const RowGroups& groups, int64_t width, RowSubset& subset) {
  subset.rows = groups.rows();
  subset.place = groups.place();
  subset.values = at::zeros({static_cast<int64_t>(subset.rows.size()), width});  // [rows, D]
}

/// Squared norms of the batch's users (0), positives (1) and negatives (2), repeated rows counted.
std::array<double, 3> batch_norms(const RowGroups& users, const RowGroups& items, const at::Tensor& user_rows,
                                  const at::Tensor& item_rows) {
  std::array<double, 3> norms{};
  const int64_t width = user_rows.size(1);
  for (int64_t group = 0; group < user_rows.size(0); ++group) {
    const float* row = user_rows.const_data_ptr<float>() + group * width;
    const double norm = dot(row, row, width);
    users.for_each(group, [&](int32_t) { norms[0] += norm; });
  }
  for (int64_t group = 0; group < item_rows.size(0); ++group) {
    const float* row = item_rows.const_data_ptr<float>() + group * width;
    const double norm = dot(row, row, width);
    items.for_each(group, [&](int32_t place) { norms[1 + place % 2] += norm; });
  }
  return norms;
}

/// Adds to each row of the gradient the row itself times the sum of `factor_of` its places.
template <class Factor>
void add_rows_themselves(const RowGroups& groups, const at::Tensor& rows, at::Tensor& gradient,
                         Factor&& factor_of) {
  const int64_t width = rows.size(1);
  for (int64_t group = 0; group < rows.size(0); ++group) {
    double factor = 0;
    groups.for_each(group, [&](int32_t place) { factor += factor_of(place); });
    add_scaled(gradient.data_ptr<float>() + group * width, rows.const_data_ptr<float>() + group * width,
               static_cast<float>(factor), width);
  }
}

}  // namespace

void RowGroups::clear() {
  for (const int32_t row : rows_) place_[row] = -1;
  for (auto* list : {&rows_, &group_of_, &first_, &last_, &next_}) list->clear();
}

void RowGroups::add(int32_t row) {
  const auto place = static_cast<int32_t>(next_.size());
  next_.push_back(-1);
  if (place_[row] < 0) {
    place_[row] = static_cast<int32_t>(rows_.size());
    rows_.push_back(row);
    first_.push_back(place);
    last_.push_back(place);
  } else {
    int32_t& last = last_[place_[row]];
    next_[last] = place;
    last = place;
  }
  group_of_.push_back(place_[row]);
}

void PairwiseBatch::assign(std::span<const Triple> triples) {
  users_.clear();
  items_.clear();
  for (const Triple& triple : triples) {
    users_.add(triple.user);
    items_.add(triple.positive);
    items_.add(triple.negative);
  }
  by_margin_.assign(triples.size(), 0);
}

double PairwiseBatch::loss(const at::Tensor& user_rows, const at::Tensor& item_rows) {
  const int64_t width = user_rows.size(1);
  const float* users = user_rows.const_data_ptr<float>();
  const float* items = item_rows.const_data_ptr<float>();
  const auto size = static_cast<int64_t>(by_margin_.size());
  std::vector<double> losses(by_margin_.size());
  at::parallel_for(0, size, kGrain * 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const double x =
          dot_difference(users + users_.group_of(i) * width, items + items_.group_of(2 * i) * width,
                         items + items_.group_of(2 * i + 1) * width, width);
      const double chance = 1 / (1 + std::exp(-x));
      losses[i] = -std::log(kGamma + chance);
      by_margin_[i] =
          static_cast<float>(-chance * (1 - chance) / (kGamma + chance) / static_cast<double>(size));
    }
  });
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return sum;
}

void PairwiseBatch::gradient(const at::Tensor& user_rows, const at::Tensor& item_rows, float factor,
                             RowSubset& by_users, RowSubset& by_items) const {
  const int64_t width = user_rows.size(1);
  prepare(users_, width, by_users);
  prepare(items_, width, by_items);
  const float* users = user_rows.const_data_ptr<float>();
  const float* items = item_rows.const_data_ptr<float>();
  float* user_out = by_users.values.data_ptr<float>();
  float* item_out = by_items.values.data_ptr<float>();
  at::parallel_for(0, by_users.values.size(0), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) {
      users_.for_each(group, [&](int32_t i) {
        const float scale = factor * by_margin_[i];
        add_scaled(user_out + group * width, items + items_.group_of(2 * i) * width, scale, width);
        add_scaled(user_out + group * width, items + items_.group_of(2 * i + 1) * width, -scale, width);
      });
    }
  });
  at::parallel_for(0, by_items.values.size(0), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) {
      items_.for_each(group, [&](int32_t place) {
        const float sign = place % 2 == 0 ? factor : -factor;
        add_scaled(item_out + group * width, users + users_.group_of(place / 2) * width,
                   sign * by_margin_[place / 2], width);
      });
    }
  });
}

void PairwiseBatch::add_regularisation(const at::Tensor& user_rows, const at::Tensor& item_rows,
                                       double weight, bool squared, RowSubset& by_users,
                                       RowSubset& by_items) const {
  if (weight == 0) return;
  const auto batch = static_cast<double>(by_margin_.size());
  const auto norms = batch_norms(users_, items_, user_rows, item_rows);
  std::array<double, 3> factors{};
  for (size_t part = 0; part < 3; ++part) {
    const double norm = squared ? 1 : std::sqrt(norms[part]);
    factors[part] = norm > 0 ? weight / batch / norm : 0;
  }
  add_rows_themselves(users_, user_rows, by_users.values, [&](int32_t) { return factors[0]; });
  add_rows_themselves(items_, item_rows, by_items.values,
                      [&](int32_t place) { return factors[1 + place % 2]; });
}

}  // namespace r2rank::baselines

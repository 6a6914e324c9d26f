#pragma once

#include <vector>

#include "data/candidates.h"
#include "data/split.h"

namespace r2rank::data {

/// What a split ranks, before candidates are drawn: slates of the relevant items alone, none without one.
struct RelevantSlates {
  std::vector<Slate> valid, test;
};

/// Fills in both sets of a split whose protocol and training_end are known, as its protocol says.
/// `make_retriever` serves hard candidates. Errors: kUsage (too small a catalogue, no retriever), whatever
/// the retriever throws.
void build_sets(const Dataset& dataset, RelevantSlates relevant, const RetrieverMaker& make_retriever,
                Split& split);

/// A validation set with uniform negatives under that protocol. Errors: kUsage (too small a catalogue).
SlateSet uniform_set(const Dataset& dataset, const Split& split, const Protocol& uniform,
                     std::vector<Slate> relevant, CountFrom count_from = CountFrom::kFlag);

/// Adds to Split::counts how many events are trained on and how many slates there are.
void count_slates(Split& split);

/// Adds to Split::counts what there is to tell of candidates: what retrievers found, how many stand for a
/// full catalogue.
void count_candidates(Split& split);

}  // namespace r2rank::data

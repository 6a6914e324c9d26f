#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "experiment/comparison_table.h"

namespace r2rank::experiment {

/// A line a measured cell, RFC 4180, full precision; empty fields where nothing was tested.
std::string comparison_csv(const ComparisonTable& table);
/// {"title", "metric", "reference", "intervals", "columns": [...], "rows": [{"scorer", "cells": [...]}]},
/// null for a cell that was not measured.
nlohmann::ordered_json comparison_json(const ComparisonTable& table);

}  // namespace r2rank::experiment

#pragma once

namespace r2rank::base {

/// Most bytes of memory this process has held at once since it began or since reset_memory_peak(). From
/// /proc; 0 where that cannot be read.
double memory_peak();
/// Counts anew from what is held now. Where the system does not allow it, memory_peak() keeps counting from
/// the start.
void reset_memory_peak();

}  // namespace r2rank::base

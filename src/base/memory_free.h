#pragma once

#include <string_view>

namespace r2rank::base {

/// Bytes of memory that this process can still take without pushing others out: what the system calls
/// available, or what a container's limit leaves where that is less. Infinity where the system does not say.
double free_memory();

/// The same from the texts of /proc/meminfo and of a container's (cgroup v2) memory.max, memory.current and
/// memory.stat; each may be empty. What a container caches of files counts as free.
double free_memory(std::string_view meminfo, std::string_view most, std::string_view current,
                   std::string_view statistics);

}  // namespace r2rank::base

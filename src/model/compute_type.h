#pragma once

#include <c10/core/ScalarType.h>

#include <string>

namespace r2rank::model {

/// What `--dtype` and `--device` come to. "auto" is bf16 on a GPU and on a CPU that multiplies bf16 natively,
/// else f32: a property of the machine, never of how busy it is, so that two starts agree. It says in the log
/// what it chose and why.
at::ScalarType resolve_dtype(const std::string& dtype, const std::string& device);

/// Whether this CPU has products of bf16 numbers (AVX-512 BF16, which CPUs with AMX have too; arm64: BF16).
bool cpu_multiplies_bf16();

}  // namespace r2rank::model

#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace r2rank::model {

/// The device of that name: "cpu" or "cuda" (the first NVIDIA GPU). The CUDA part of libtorch is loaded at
/// the first request for it, so that one program serves machines with and without a GPU. Errors: kResource
/// naming what is missing, the library or the GPU.
at::Device open_device(const std::string& name);

/// Waits until everything that was started on the device is done: for timings.
void synchronize(at::Device device);

}  // namespace r2rank::model

"""tests/golden/format/package.safetensors: a file as the safetensors package writes it; our writer must give the same bytes for
the same tensors, whose values are simple enough to be repeated in the test. package_i64.safetensors: one that also has I64.
"""

import numpy as np
import safetensors
import safetensors.numpy

from gguf_common import FOLDER, version_text

SCALAR = np.full((), 7, dtype=np.float32)
F32 = np.arange(6, dtype=np.float32).reshape(2, 3) / 4
F16 = np.arange(5, dtype=np.float16) - 2
BF16 = np.array([0x3F80, 0xBF80, 0x4000], dtype=np.uint16)  # 1, -1, 2


def spec(dtype, array):
    return safetensors.TensorSpec(dtype=dtype, shape=list(array.shape), data_ptr=array.ctypes.data,
                                  data_len=array.nbytes)


def main():
    tensors = {"b.half": spec("float16", F16), "a.brain": spec("bfloat16", BF16), "z.single": spec("float32", F32),
               "m.scalar": spec("float32", SCALAR), "n.empty": spec("float32", F32[:0])}
    bytes_written = safetensors.serialize(tensors, metadata={"format": "pt"})
    (FOLDER / "package.safetensors").write_bytes(bytes_written)
    more = {"step": np.array([1, -2, 1 << 40], dtype=np.int64), "weight": F32}
    made_by = f"tools/golden/gguf_safetensors.py with {version_text()}"
    safetensors.numpy.save_file(more, FOLDER / "package_i64.safetensors", metadata={"made_by": made_by})


if __name__ == "__main__":
    main()

# Libtorch::Libtorch from, in this order: -DTorch_DIR or LIBTORCH (an official libtorch folder), or the unpacked `torch` wheel
# in .deps/wheels. The wheel's own TorchConfig.cmake insists on a CUDA toolkit; linking libtorch_cpu needs only two run-time
# libraries of it (libcupti, libcudart), which come from wheels too.
set(LIBTORCH "$ENV{LIBTORCH}" CACHE PATH "Folder of an official libtorch (with include/ and lib/)")
if(Torch_DIR)
  get_filename_component(LIBTORCH "${Torch_DIR}/../../.." ABSOLUTE)
endif()
set(_wheels ${CMAKE_SOURCE_DIR}/.deps/wheels)
if(LIBTORCH)
  set(_root ${LIBTORCH})
else()
  set(_root ${_wheels}/torch)
endif()
find_path(LIBTORCH_INCLUDE ATen/ATen.h PATHS ${_root}/include NO_DEFAULT_PATH)
find_library(LIBTORCH_CPU torch_cpu PATHS ${_root}/lib NO_DEFAULT_PATH)
find_library(LIBTORCH_C10 c10 PATHS ${_root}/lib NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch
  REQUIRED_VARS LIBTORCH_INCLUDE LIBTORCH_CPU LIBTORCH_C10
  REASON_FAILURE_MESSAGE "run './run build' once (it unpacks the torch wheel into .deps), or pass -DLIBTORCH=/path/to/libtorch")

set(_link ${LIBTORCH_CPU} ${LIBTORCH_C10})
set(_rpath ${_root}/lib)
file(GLOB _cuda_libraries ${_wheels}/nvidia/cu13/lib/libcupti.so.13 ${_wheels}/nvidia/cu13/lib/libcudart.so.13)
if(NOT LIBTORCH)
  list(APPEND _link ${_cuda_libraries})
  list(APPEND _rpath ${_wheels}/nvidia/cu13/lib)
endif()
file(GLOB _gomp ${_root}/lib/libgomp*.so*)
list(APPEND _link ${_gomp})
list(JOIN _rpath ":" _rpath)

# libtorch ships headers of another fmt release beside its own; ours must be found first.
find_path(FMT_INCLUDE fmt/core.h PATHS /usr/include /usr/local/include NO_DEFAULT_PATH)
set(_fmt_first ${CMAKE_BINARY_DIR}/fmt-first)
file(MAKE_DIRECTORY ${_fmt_first})
if(FMT_INCLUDE)
  file(CREATE_LINK ${FMT_INCLUDE}/fmt ${_fmt_first}/fmt SYMBOLIC)
endif()

# clang, which the lint and fuzz builds use, comes without omp.h: they go without OpenMP, our kernels on one thread.
set(_openmp $<$<NOT:$<BOOL:${R2RANK_FUZZ}>>:-fopenmp>)

if(NOT TARGET Libtorch::Libtorch)
  add_library(Libtorch::Libtorch INTERFACE IMPORTED)
  set_target_properties(Libtorch::Libtorch PROPERTIES
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_fmt_first};${LIBTORCH_INCLUDE};${LIBTORCH_INCLUDE}/torch/csrc/api/include"
    INTERFACE_INCLUDE_DIRECTORIES "${_fmt_first};${LIBTORCH_INCLUDE};${LIBTORCH_INCLUDE}/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES "${_link}"
    INTERFACE_LINK_OPTIONS "-Wl,--no-as-needed;-Wl,-rpath,${_rpath}"
    INTERFACE_COMPILE_OPTIONS "${_openmp}"
    INTERFACE_COMPILE_DEFINITIONS "_GLIBCXX_USE_CXX11_ABI=1")
endif()

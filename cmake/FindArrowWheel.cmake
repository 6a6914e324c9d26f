# Arrow::Arrow: Arrow and Parquet C++ as the `pyarrow` wheel in .deps/wheels carries them (headers included).
set(_pyarrow ${CMAKE_SOURCE_DIR}/.deps/wheels/pyarrow)
find_path(ARROW_INCLUDE arrow/api.h PATHS ${_pyarrow}/include NO_DEFAULT_PATH)
file(GLOB ARROW_LIBRARY ${_pyarrow}/libarrow.so.*)
file(GLOB PARQUET_LIBRARY ${_pyarrow}/libparquet.so.*)
file(GLOB ARROW_COMPUTE_LIBRARY ${_pyarrow}/libarrow_compute.so.*)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ArrowWheel
  REQUIRED_VARS ARROW_INCLUDE ARROW_LIBRARY PARQUET_LIBRARY
  REASON_FAILURE_MESSAGE "run './run build' once: it unpacks the pyarrow wheel into .deps")
if(NOT TARGET Arrow::Arrow)
  add_library(Arrow::Arrow INTERFACE IMPORTED)
  set_target_properties(Arrow::Arrow PROPERTIES
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${ARROW_INCLUDE}"
    INTERFACE_INCLUDE_DIRECTORIES "${ARROW_INCLUDE}"
    INTERFACE_LINK_LIBRARIES "${PARQUET_LIBRARY};${ARROW_COMPUTE_LIBRARY};${ARROW_LIBRARY}"
    INTERFACE_LINK_OPTIONS "-Wl,-rpath,${_pyarrow}")
endif()

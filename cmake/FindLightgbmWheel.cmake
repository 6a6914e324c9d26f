# Lightgbm::Lightgbm: the library that the `lightgbm` wheel in .deps/wheels carries; it comes without a header
# (src/experiment/lightgbm_api.h declares what is called).
set(_lightgbm ${CMAKE_SOURCE_DIR}/.deps/wheels/lightgbm/lib)
find_library(LIGHTGBM_LIBRARY _lightgbm PATHS ${_lightgbm} NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LightgbmWheel
  REQUIRED_VARS LIGHTGBM_LIBRARY
  REASON_FAILURE_MESSAGE "run './run build' once: it unpacks the lightgbm wheel into .deps")
if(NOT TARGET Lightgbm::Lightgbm)
  add_library(Lightgbm::Lightgbm INTERFACE IMPORTED)
  set_target_properties(Lightgbm::Lightgbm PROPERTIES
    INTERFACE_LINK_LIBRARIES "${LIGHTGBM_LIBRARY}"
    INTERFACE_LINK_OPTIONS "-Wl,-rpath,${_lightgbm}")
endif()

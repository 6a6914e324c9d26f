#pragma once

#include <cstdint>

/// The part of LightGBM's C interface (release 4.7) that gradient_trees.cpp calls. Its wheel carries the
/// library without a header. Every function but the first returns 0 on success.
extern "C" {
const char* LGBM_GetLastError();
int LGBM_RegisterLogCallback(void (*callback)(const char*));
int LGBM_DatasetCreateFromMat(const void* data, int data_type, int32_t rows, int32_t columns,
                              int is_row_major, const char* parameters, void* reference, void** out);
int LGBM_DatasetSetField(void* dataset, const char* name, const void* data, int count, int type);
int LGBM_DatasetFree(void* dataset);
int LGBM_BoosterCreate(void* dataset, const char* parameters, void** out);
int LGBM_BoosterLoadModelFromString(const char* text, int* out_iterations, void** out);
int LGBM_BoosterFree(void* booster);
int LGBM_BoosterUpdateOneIter(void* booster, int* is_finished);
int LGBM_BoosterGetCurrentIteration(void* booster, int* out);
int LGBM_BoosterGetNumFeature(void* booster, int* out);
int LGBM_BoosterFeatureImportance(void* booster, int iterations, int type, double* out);
int LGBM_BoosterSaveModelToString(void* booster, int begin, int iterations, int importance_type,
                                  int64_t buffer_size, int64_t* out_size, char* out);
int LGBM_BoosterPredictForMat(void* booster, const void* data, int data_type, int32_t rows, int32_t columns,
                              int is_row_major, int predict_type, int begin, int iterations,
                              const char* parameters, int64_t* out_count, double* out);
}

namespace r2rank::experiment::lightgbm {

inline constexpr int kFloat32 = 0, kFloat64 = 1, kInt32 = 2;  // data_type
inline constexpr int kRawScore = 1;                           // predict_type
inline constexpr int kGain = 1;                               // type of importance

}  // namespace r2rank::experiment::lightgbm

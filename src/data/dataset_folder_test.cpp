#include "data/dataset_folder.h"

#include <arrow/api.h>

#include <functional>

#include "base/hash.h"
#include "data/dataset_tables.h"
#include "data/parquet_file.h"
#include "data/test_support.h"

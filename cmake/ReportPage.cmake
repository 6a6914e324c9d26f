# r2rank_report_page(target): puts the page of `r2rank report` into a library: the files of src/report/page and the plotting
# library of .deps/page (tools/setup/page.lock), as the constants that src/report/page_parts.h declares.
set(_page ${CMAKE_SOURCE_DIR}/.deps/page)
foreach(file d3/d3.min.js d3/LICENSE plot/plot.umd.min.js plot/LICENSE)
  if(NOT EXISTS ${_page}/${file})
    message(FATAL_ERROR "${_page}/${file} is missing: run './run build' once, which fetches the plotting library into .deps")
  endif()
endforeach()

# In the order in which the page runs them.
set(R2RANK_PAGE_SCRIPTS
  text.js packed.js values.js table.js plot.js headline.js results.js curves.js data.js slate_list.js slate_view.js rationales.js slates.js studies.js
  provenance.js main.js)

function(r2rank_report_page target)
  set(folder ${CMAKE_SOURCE_DIR}/src/report/page)
  set(output ${CMAKE_BINARY_DIR}/report/page_parts.cpp)
  list(TRANSFORM R2RANK_PAGE_SCRIPTS PREPEND ${folder}/ OUTPUT_VARIABLE scripts)
  set(inputs ${folder}/page.html ${folder}/page.css ${scripts}
    ${_page}/d3/d3.min.js ${_page}/d3/LICENSE ${_page}/plot/plot.umd.min.js ${_page}/plot/LICENSE)
  list(JOIN R2RANK_PAGE_SCRIPTS "," names)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DLIBRARY=${_page} -DSCRIPTS=${names} -DOUTPUT=${output}
      -P ${CMAKE_SOURCE_DIR}/cmake/EmbedPage.cmake
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/EmbedPage.cmake
    COMMENT "Page of r2rank report" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()

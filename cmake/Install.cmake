# `cmake --install`: libraries, public headers under include/gradus/, and what find_package(gradus) reads.
#   find_package(gradus)                       gradus::gradus, gradus::autograd, gradus::nn, gradus::optim, gradus::datasets
#   find_package(gradus COMPONENTS xtensor)    gradus::xtensor as well
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(rooms autograd nn optim datasets)
foreach(room IN LISTS rooms)
  # autograd/kernels is private (it sees xtensor and BLAS), and so are the headers of autograd/ops, which see it, those of
  # autograd/trace, and check.h (it sees fmt).
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/${room}")
    install(DIRECTORY ${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradus
            FILES_MATCHING PATTERN "*.h" PATTERN kernels EXCLUDE PATTERN ops EXCLUDE PATTERN trace EXCLUDE PATTERN check.h EXCLUDE)
  endif()
  set_target_properties(gradus_${room} PROPERTIES INSTALL_RPATH "$ORIGIN")
endforeach()
install(FILES gradus.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gradus)

list(TRANSFORM rooms PREPEND gradus_ OUTPUT_VARIABLE libraries)
install(TARGETS gradus ${libraries} EXPORT gradusTargets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS gradus_xtensor EXPORT gradusXtensorTargets)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
install(EXPORT gradusTargets NAMESPACE gradus:: DESTINATION ${package})
install(EXPORT gradusXtensorTargets NAMESPACE gradus:: DESTINATION ${package})
configure_package_config_file(cmake/gradusConfig.cmake.in "${PROJECT_BINARY_DIR}/gradusConfig.cmake"
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/gradusConfig.cmake" "${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake"
              cmake/Findlibzip.cmake
        DESTINATION ${package})

if(GRADUS_MARCH)
  install(CODE "message(STATUS \"gradus was built with -march=${GRADUS_MARCH}: it runs on such machines only\")")
endif()

# A room is a folder of the source tree (autograd, nn, ...). Its headers stand beside its sources and are included as
# <gradus/ROOM/name.h>. In the build tree each room has an include folder of its own, holding a link gradus/ROOM to the
# source room, so a target sees the rooms it links and no others: that is how the layers are enforced.

# Makes <gradus/NAME> (a folder or a file of the source root) includable for <target> and whoever links it.
function(gradus_include_link target folder name)
  set(include "${PROJECT_BINARY_DIR}/include/${folder}")
  file(MAKE_DIRECTORY "${include}/gradus")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${name}" "${include}/gradus/${name}" SYMBOLIC)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${include}>)
  else()
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${include}>)
  endif()
endfunction()

# The library target gradus_ROOM, alias gradus::ROOM, from every .cpp of the room and its sub-folders.
function(gradus_library room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${room}/*.cpp")
  if(NOT sources)  # a library needs one source, also before the room has any
    set(sources "${PROJECT_BINARY_DIR}/empty_${room}.cpp")
    file(WRITE "${sources}" "")
  endif()
  add_library(gradus_${room} ${sources})
  add_library(gradus::${room} ALIAS gradus_${room})
  set_target_properties(gradus_${room} PROPERTIES EXPORT_NAME ${room} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION})
  gradus_compile_options(gradus_${room})
  gradus_include_link(gradus_${room} ${room} ${room})
endfunction()

package dev.heddle.compiler.xds.patch;

import dev.heddle.model.Origin;
import dev.heddle.xds.XdsType;

/// Something that an EnvoyFilter changed.
///
/// @param type of the resource
/// @param resource its name, as in `0.0.0.0_9080`
/// @param what was done, as in `MERGE of HTTP_FILTER`
/// @param origin the patch
public record Touch(XdsType type, String resource, String what, Origin origin) {}

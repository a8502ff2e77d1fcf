/// The resources of Istio 1.31: `networking.istio.io`, `security.istio.io`, `telemetry.istio.io`
/// and `extensions.istio.io`, field by field.
///
/// Each record holds what a user wrote, with every name as in Istio's API. It is not yet known to
/// make sense; that is for the checks and the compiler to say. How records stand for YAML is told
/// in [dev.heddle.model.schema].
@NullMarked
package dev.heddle.model.istio;

import org.jspecify.annotations.NullMarked;

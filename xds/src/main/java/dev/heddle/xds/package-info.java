/// Envoy's API and the xDS protocol, the only thing that the two planes share.
///
/// The generated Envoy classes live in their own `io.envoyproxy` packages; this package holds the
/// small nouns around them. Nothing here knows Istio's resources, and nothing here moves a byte of
/// user traffic.
@NullMarked
package dev.heddle.xds;

import org.jspecify.annotations.NullMarked;

/// The proxy's side of xDS over gRPC: one stream that comes back by itself.
///
/// [XdsClient] is a thin loop around the engine in `dev.heddle.xds.protocol`; what it receives goes
/// to an [XdsSubscriber].
@NullMarked
package dev.heddle.xds.client;

import org.jspecify.annotations.NullMarked;

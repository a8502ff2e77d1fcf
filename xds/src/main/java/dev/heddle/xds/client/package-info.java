/// The proxy's side of xDS: one stream that comes back by itself.
///
/// [XdsClient] is a thin loop around the engine in `dev.heddle.xds.protocol`; what it receives goes
/// to an [XdsSubscriber]. Bytes travel over a [StreamTransport]: nothing here needs a gRPC library.
@NullMarked
package dev.heddle.xds.client;

import org.jspecify.annotations.NullMarked;

/// Streams of ADS on grpc-java, for what has grpc-java anyway: tests and fleets of clients.
///
/// A proxy speaks gRPC by itself and loads none of this (`dev.heddle.proxy.ads`).
@NullMarked
package dev.heddle.xds.client.grpc;

import org.jspecify.annotations.NullMarked;

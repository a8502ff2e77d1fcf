/// The proxy's way to its control plane: gRPC over the proxy's own HTTP/2.
///
/// [AdsTransport] makes an `AdsStream` for each attempt: one connection with the stream of ADS on
/// it, and calls beside it ([SideCalls]). Nothing of a gRPC library is loaded for that; what a
/// message means is read elsewhere (`dev.heddle.xds.client`). See "gRPC over HTTP/2" of the gRPC
/// project for the format.
@NullMarked
package dev.heddle.proxy.ads;

import org.jspecify.annotations.NullMarked;

/// HTTP/2 (RFC 9113) on one connection, from either side.
///
/// [Http2Connection] is the engine: bytes of a [dev.heddle.proxy.runtime.Wire] in, calls to an
/// [Http2Listener] and to each stream's [Http2StreamHandler] out, and back. It keeps the rules, the
/// windows and the limits; what a request means is not its business. There is no channel and no
/// object per frame: a frame is a few numbers and a slice of what was received.
///
/// Bytes arrive at `FrameReader`, which knows sizes and no meaning; `Inbound` knows what a frame
/// may do to which stream; `Outbound` holds what waits for windows and shares the connection
/// fairly; `FloodGuard` counts what a peer may do too often. All connections of a worker share an
/// [Http2Loop].
@NullMarked
package dev.heddle.proxy.http2;

import org.jspecify.annotations.NullMarked;

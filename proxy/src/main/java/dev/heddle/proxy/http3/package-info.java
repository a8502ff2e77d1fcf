/// HTTP/3 (RFC 9114) as a server speaks it, over streams of QUIC. What a head is and what a stream
/// is asked for are those of HTTP/2.
@NullMarked
package dev.heddle.proxy.http3;

import org.jspecify.annotations.NullMarked;

/// QUIC connections of clients (RFC 9000), as Netty's binding of quiche speaks it, over the sockets
/// of our workers. What is said on their streams is for others to know.
@NullMarked
package dev.heddle.proxy.quic;

import org.jspecify.annotations.NullMarked;

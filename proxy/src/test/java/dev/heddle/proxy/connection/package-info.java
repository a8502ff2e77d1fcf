/// Whole exchanges, simulated and on real sockets.
@NullMarked
package dev.heddle.proxy.connection;

import org.jspecify.annotations.NullMarked;

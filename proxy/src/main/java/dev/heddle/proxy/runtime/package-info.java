/// Workers and what they stand on: threads, sockets, clocks.
///
/// A [Worker] is one event loop with everything it owns. Above this package nobody sees a channel:
/// a connection is a [Wire], a timer a [Deadline], the kind of socket a [Transport], so that the
/// same proxy runs on epoll, on io_uring, on NIO and, in one thread with virtual time, inside a
/// test.
@NullMarked
package dev.heddle.proxy.runtime;

import org.jspecify.annotations.NullMarked;

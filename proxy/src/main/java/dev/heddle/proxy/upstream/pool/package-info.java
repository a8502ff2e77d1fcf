/// Connections to hosts, kept for the next request.
///
/// A pool belongs to one host and one worker. It never waits: whoever needs a connection leaves a
/// [PoolWaiter] and is called back, at once if a connection is idle.
@NullMarked
package dev.heddle.proxy.upstream.pool;

import org.jspecify.annotations.NullMarked;

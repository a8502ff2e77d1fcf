/// A proxy, its clients and its upstreams in one thread and virtual time.
@NullMarked
package dev.heddle.proxy.sim;

import org.jspecify.annotations.NullMarked;

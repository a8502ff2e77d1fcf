/// Runs a proxy, its clients and its endpoints in one thread and virtual time, so that an hour of
/// requests takes seconds and the same seed gives the same run. The proxy is the one of production,
/// with its codecs, pools, retries, balancers and outlier detection, and gets what the compiler
/// makes of the configuration, over xDS; only sockets and clocks are others.
@NullMarked
package dev.heddle.verify.sim;

import org.jspecify.annotations.NullMarked;

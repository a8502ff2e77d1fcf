/// Where requests go: clusters and their hosts, as one worker sees them.
///
/// Each worker has its own [Cluster]s and [Host]s, so that counters, balancers and pools need no
/// locks; what must hold for the whole process is a [Circuit], which they share.
@NullMarked
package dev.heddle.proxy.upstream;

import org.jspecify.annotations.NullMarked;

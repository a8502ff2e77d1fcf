/// The clusters that run: the hosts of each worker, and where names are resolved.
///
/// A [WorkerClusters] belongs to one worker and follows the published configuration; a host keeps
/// its connections as long as its address stays in its cluster, whatever else changes. What must
/// hold for all workers together is in [SharedClusters].
@NullMarked
package dev.heddle.proxy.cluster;

import org.jspecify.annotations.NullMarked;

/// Whether hosts are well, by what is seen of them: outlier detection, and the results of health
/// checks.
///
/// A cluster's [ClusterHealth] and its hosts' [HostHealth]s are shared by all workers: anyone
/// counts what a host answered, with plain writes to slots of its own worker and an atomic number
/// or two where a host fails. Whoever decides is one worker, the cluster's owner, so that decisions
/// need no lock; what it decides is a flag of the host, and every worker is told to look at the
/// flags anew. Clusters that ask for none of it have none of it.
@NullMarked
package dev.heddle.proxy.upstream.health;

import org.jspecify.annotations.NullMarked;

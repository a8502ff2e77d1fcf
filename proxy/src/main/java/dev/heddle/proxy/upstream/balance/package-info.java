/// Chooses the upstream host for a request.
///
/// A balancer is made of hosts that do not change and is replaced when they do; a pick never takes
/// a lock and never looks at the network. Each worker has its own. Health enters only through which
/// hosts a balancer is made of, see [PriorityLoad].
@NullMarked
package dev.heddle.proxy.upstream.balance;

import org.jspecify.annotations.NullMarked;

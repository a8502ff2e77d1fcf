/// Tells the control plane which hosts something is held against, and what.
///
/// Owners of clusters decide that a host is unwell, and note why and when
/// ([dev.heddle.proxy.upstream.health.Unwell]). The configuration's thread looks once a second, and
/// says all that is so now where that is something else than it said before ([HealthReports]).
@NullMarked
package dev.heddle.proxy.hosthealth;

import org.jspecify.annotations.NullMarked;

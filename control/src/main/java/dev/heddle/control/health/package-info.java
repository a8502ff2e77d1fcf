/// What proxies hold against the hosts that they may send requests to: who is ejected as an
/// outlier, and whose health checks fail. It is in memory alone, as each proxy says it anew when it
/// connects.
@NullMarked
package dev.heddle.control.health;

import org.jspecify.annotations.NullMarked;

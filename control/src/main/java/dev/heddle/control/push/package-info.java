/// How worlds reach proxies, and what is known of each proxy.
///
/// [dev.heddle.control.push.NodeScopes] reads a proxy's own words into the scope that it is
/// compiled for; the [dev.heddle.control.push.Pusher] compiles once for every distinct scope, gives
/// the result to all streams of that scope, and remembers what each proxy said to it.
@NullMarked
package dev.heddle.control.push;

import org.jspecify.annotations.NullMarked;

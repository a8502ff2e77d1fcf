/// How clients are asked to go: from a listener that goes or changes, from all listeners on an
/// operator's word, from a proxy that is to fail its health checks.
///
/// A [dev.heddle.proxy.drain.Drain] is one such sequence, on the clock of those who ask it;
/// [dev.heddle.proxy.drain.DrainState] says which of them hold for the whole proxy, and a
/// [dev.heddle.proxy.drain.ListenerDrain] which hold for the connections of one filter chain. Who
/// owns connections decides by them; nothing here closes anything.
@NullMarked
package dev.heddle.proxy.drain;

import org.jspecify.annotations.NullMarked;

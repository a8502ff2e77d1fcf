package dev.heddle.proxy.listener;

import dev.heddle.proxy.dns.NameServer;
import java.net.InetSocketAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The other listeners of a worker, as one of them knows them.
///
/// @param at finds the one for an address
/// @param names finds who answers for the names of one for datagrams
record OtherListeners(
        Function<InetSocketAddress, @Nullable ActiveListener> at,
        Function<String, @Nullable NameServer> names) {}

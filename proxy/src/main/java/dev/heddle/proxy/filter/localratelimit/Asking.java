package dev.heddle.proxy.filter.localratelimit;

import dev.heddle.proxy.http.RequestHead;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A request that may pass or not.
///
/// @param from the client's address; null for none
public record Asking(RequestHead head, @Nullable InetAddress from) {}

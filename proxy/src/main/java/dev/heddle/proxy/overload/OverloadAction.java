package dev.heddle.proxy.overload;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What is done under pressure; the cheapest for clients first.
public enum OverloadAction {
    /// Garbage is collected, so that what is measured next is what lives.
    SHRINK_HEAP,
    /// Each answer is the last of its connection.
    DISABLE_HTTP_KEEPALIVE,
    /// No connection is accepted: new ones wait in the system's queue.
    STOP_ACCEPTING_CONNECTIONS,
    /// New connections are closed at once.
    REJECT_INCOMING_CONNECTIONS,
    /// Requests are answered with 503.
    STOP_ACCEPTING_REQUESTS;

    private static final String PREFIX = "envoy.overload_actions.";

    /// As in the bootstrap.
    public String configName() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /// The action of that name in the bootstrap.
    public static Optional<OverloadAction> named(String name) {
        return Stream.of(values()).filter(action -> action.configName().equals(name)).findFirst();
    }
}

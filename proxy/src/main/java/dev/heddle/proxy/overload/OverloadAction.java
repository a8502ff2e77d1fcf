package dev.heddle.proxy.overload;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What is done under pressure: Envoy's actions, the cheapest for clients first, then its load shed
/// points, which strike for one connection or request.
public enum OverloadAction {
    /// Garbage is collected, so that what is measured next is what lives.
    SHRINK_HEAP("overload_actions"),
    /// Idle connections of clients live shorter.
    REDUCE_TIMEOUTS("overload_actions"),
    /// Each answer is the last of its connection.
    DISABLE_HTTP_KEEPALIVE("overload_actions"),
    /// No connection is accepted: new ones wait in the system's queue.
    STOP_ACCEPTING_CONNECTIONS("overload_actions"),
    /// New connections are closed at once.
    REJECT_INCOMING_CONNECTIONS("overload_actions"),
    /// Requests are answered with 503.
    STOP_ACCEPTING_REQUESTS("overload_actions"),
    /// Requests of HTTP/2 that hold most memory are reset.
    RESET_HIGH_MEMORY_STREAM("overload_actions"),
    /// A connection is closed when it is accepted.
    TCP_LISTENER_ACCEPT("load_shed_points"),
    /// A connection is closed with its first bytes.
    HCM_ONDATA_CREATING_CODEC("load_shed_points"),
    /// A client of HTTP/2 that says something is told to go.
    HTTP2_SERVER_GO_AWAY_ON_DISPATCH("load_shed_points"),
    /// A request is answered with 503.
    HTTP_CONNECTION_MANAGER_DECODE_HEADERS("load_shed_points");

    private final String kind;

    OverloadAction(String kind) {
        this.kind = kind;
    }

    /// As in the bootstrap.
    public String configName() {
        return "envoy." + kind + "." + name().toLowerCase(Locale.ROOT);
    }

    /// The action, or load shed point, of that name in the bootstrap.
    public static Optional<OverloadAction> named(String name) {
        return Stream.of(values()).filter(action -> action.configName().equals(name)).findFirst();
    }

    /// Whether it is one of the load shed points.
    public boolean isShedPoint() {
        return kind.equals("load_shed_points");
    }
}

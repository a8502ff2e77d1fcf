package dev.heddle.console.api;

import dev.heddle.control.access.Role;
import dev.heddle.control.order.LogLevel;
import dev.heddle.control.order.ProxyOrders;
import dev.heddle.control.order.ProxyOrders.Orders;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.ProxyView;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Orders for single proxies: how much they log, and that they drain. By whom and when is in the
/// audit trail.
final class OrdersApi {
    private static final int USUAL_SECONDS = 600;
    private static final int MOST_SECONDS = 86_400;

    private final ProxiesApi proxies;
    private final ProxyOrders orders;

    OrdersApi(Mesh mesh, ProxiesApi proxies) {
        this.proxies = proxies;
        this.orders = mesh.orders();
    }

    /// @param level a word of Envoy's admin port; empty for what it was started with
    /// @param seconds how long; 0 for ten minutes
    public record LogWish(String level, long seconds) {}

    /// @param drain whether it shall
    public record DrainWish(boolean drain) {}

    /// @param v1 what paths begin with
    List<Route> routes(String v1) {
        return List.of(
                new Route(
                        "PUT",
                        v1 + "/proxies/{id}/logging",
                        "has a proxy of Heddle log from a level on: {level, seconds}; no level for"
                                + " what it was started with",
                        Map.of(),
                        new Rule.Somewhere(Role.OPERATOR),
                        this::log),
                new Route(
                        "PUT",
                        v1 + "/proxies/{id}/drain",
                        "has a proxy of Heddle say that it fails, and every answer be the last of"
                                + " its connection, or takes that back: {drain}",
                        Map.of(),
                        new Rule.Somewhere(Role.OPERATOR),
                        this::drain));
    }

    private ApiResponse log(Call call) {
        LogWish wish;
        Optional<LogLevel> level;
        try {
            wish = JsonBody.of(call, LogWish.class);
            level = level(wish.level());
            if (wish.seconds() < 0 || wish.seconds() > MOST_SECONDS) {
                throw new IllegalArgumentException(
                        "seconds: %d (expected: 1 to %d)".formatted(wish.seconds(), MOST_SECONDS));
            }
        } catch (IllegalArgumentException e) {
            return JsonBody.refused(e);
        }
        Duration life = Duration.ofSeconds(wish.seconds() == 0 ? USUAL_SECONDS : wish.seconds());
        return ordered(
                call,
                "its admin port alone changes what it logs",
                "POST /logging?level=" + (wish.level().isEmpty() ? "info" : wish.level()),
                id -> orders.log(id, level, life));
    }

    private static Optional<LogLevel> level(String word) {
        if (word.isEmpty()) {
            return Optional.empty();
        }
        Optional<LogLevel> level = LogLevel.of(word);
        if (level.isEmpty()) {
            throw new IllegalArgumentException(
                    "level: '%s' (expected: trace, debug, info, warning, error, critical or off)"
                            .formatted(ApiRequest.cut(word)));
        }
        return level;
    }

    private ApiResponse drain(Call call) {
        boolean drains;
        try {
            drains = JsonBody.of(call, DrainWish.class).drain();
        } catch (IllegalArgumentException e) {
            return JsonBody.refused(e);
        }
        return ordered(
                call,
                "its admin port alone drains it",
                "POST /healthcheck/" + (drains ? "fail" : "ok"),
                id -> orders.drain(id, drains));
    }

    /// @param notHere why stock Envoy does no such thing
    /// @param instead what its admin port takes
    private ApiResponse ordered(
            Call call, String notHere, String instead, Function<String, Orders> order) {
        return proxies.named(
                call,
                Role.OPERATOR,
                proxy -> {
                    if (!proxy.kind().equals("heddle")) {
                        return ApiResponse.error(
                                409,
                                "'%s' is no proxy of Heddle: %s".formatted(proxy.id(), notHere),
                                "path",
                                "On its machine: " + instead + " at its admin port");
                    }
                    if (proxy.types().stream().noneMatch(it -> it.type().equals("RTDS"))) {
                        return ApiResponse.error(
                                409,
                                "'%s' takes no runtime".formatted(proxy.id()),
                                "path",
                                "Give its bootstrap the layer that 'heddle bootstrap' writes, or"
                                        + " use its admin port: "
                                        + instead);
                    }
                    return done(proxy, order);
                });
    }

    private static ApiResponse done(ProxyView proxy, Function<String, Orders> order) {
        try {
            return ApiResponse.json(200, node(order.apply(proxy.id())).with("id", proxy.id()));
        } catch (IllegalStateException e) {
            return ApiResponse.error(409, String.valueOf(e.getMessage()), "path", "Try again then");
        }
    }

    /// What a proxy was ordered.
    static Node.Mapping node(Orders orders) {
        Node.Mapping node = Node.Mapping.EMPTY.with("draining", orders.isDraining());
        if (orders.level().isPresent()) {
            node = node.with("logLevel", orders.level().get().word());
        }
        return orders.levelUntil().isPresent()
                ? node.with("logUntil", orders.levelUntil().get().toString())
                : node;
    }
}

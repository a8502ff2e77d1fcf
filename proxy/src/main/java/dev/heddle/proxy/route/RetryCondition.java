package dev.heddle.proxy.route;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// After what an attempt is made again; Envoy's words for it (`x-envoy-retry-on` and
/// `x-envoy-retry-grpc-on`).
public enum RetryCondition {
    SERVER_ERROR("5xx"),
    GATEWAY_ERROR("gateway-error"),
    RESET("reset"),
    RESET_BEFORE_REQUEST("reset-before-request"),
    CONNECT_FAILURE("connect-failure"),
    ENVOY_RATELIMITED("envoy-ratelimited"),
    RETRIABLE_4XX("retriable-4xx"),
    REFUSED_STREAM("refused-stream"),
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
    RETRIABLE_HEADERS("retriable-headers"),
    GRPC_CANCELLED("cancelled"),
    GRPC_DEADLINE_EXCEEDED("deadline-exceeded"),
    GRPC_INTERNAL("internal"),
    GRPC_RESOURCE_EXHAUSTED("resource-exhausted"),
    GRPC_UNAVAILABLE("unavailable");

    private final String word;

    RetryCondition(String word) {
        this.word = word;
    }

    /// As configuration and requests write it.
    public String word() {
        return word;
    }

    /// Whether it speaks of gRPC, so that requests ask for it by another header.
    public boolean isGrpc() {
        return compareTo(GRPC_CANCELLED) >= 0;
    }

    /// The one of that word.
    public static Optional<RetryCondition> of(String word) {
        for (RetryCondition condition : values()) {
            if (condition.word.equals(word)) {
                return Optional.of(condition);
            }
        }
        return Optional.empty();
    }

    /// Those that a request's header names, parted by commas. What is unknown asks for nothing, as
    /// in Envoy.
    static Set<RetryCondition> named(String header, boolean grpc) {
        var named = EnumSet.noneOf(RetryCondition.class);
        for (String word : header.split(",", -1)) {
            of(word.strip()).filter(it -> it.isGrpc() == grpc).ifPresent(named::add);
        }
        return named;
    }
}

package dev.heddle.compiler.xds;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.accesslog.v3.HeaderFilter;
import io.envoyproxy.envoy.config.accesslog.v3.LogTypeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.OrFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;

/// What access logs are told of, in Envoy's words.
final class LogFilters {
    private LogFilters() {}

    /// What all of several take.
    static AccessLogFilter all(AccessLogFilter... filters) {
        return AccessLogFilter.newBuilder()
                .setAndFilter(AndFilter.newBuilder().addAllFilters(List.of(filters)))
                .build();
    }

    /// What one of several takes.
    static AccessLogFilter any(AccessLogFilter... filters) {
        return AccessLogFilter.newBuilder()
                .setOrFilter(OrFilter.newBuilder().addAllFilters(List.of(filters)))
                .build();
    }

    /// By an expression of CEL; what cannot be computed is not true.
    static AccessLogFilter expression(String expression) {
        return AccessLogFilter.newBuilder()
                .setExtensionFilter(
                        ExtensionFilter.newBuilder()
                                .setName("envoy.access_loggers.extension_filters.cel")
                                .setTypedConfig(
                                        Protos.pack(
                                                ExpressionFilter.newBuilder()
                                                        .setExpression(expression)
                                                        .build())))
                .build();
    }

    /// Calls of gRPC.
    static AccessLogFilter calls() {
        return AccessLogFilter.newBuilder()
                .setHeaderFilter(
                        HeaderFilter.newBuilder()
                                .setHeader(
                                        HeaderMatcher.newBuilder()
                                                .setName("content-type")
                                                .setStringMatch(
                                                        StringMatcher.newBuilder()
                                                                .setPrefix("application/grpc"))))
                .build();
    }

    /// By a response flag.
    static AccessLogFilter flagged(String flag) {
        return AccessLogFilter.newBuilder()
                .setResponseFlagFilter(ResponseFlagFilter.newBuilder().addFlags(flag))
                .build();
    }

    /// By what happened that it is logged now.
    static AccessLogFilter when(AccessLogType type) {
        return AccessLogFilter.newBuilder()
                .setLogTypeFilter(LogTypeFilter.newBuilder().addTypes(type))
                .build();
    }

    /// Tells a log of connections when they end, and in their course no longer.
    static void ended(AccessLog.Builder log) {
        AccessLogFilter ends = when(AccessLogType.TcpConnectionEnd);
        log.setFilter(log.hasFilter() ? all(ends, log.getFilter()) : ends);
    }
}

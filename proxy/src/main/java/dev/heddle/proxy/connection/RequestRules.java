package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Paths;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.ExchangeLog;
import dev.heddle.proxy.observe.HeaderStat;
import dev.heddle.xds.path.PathNormalizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a connection manager asks of a request before any filter sees it, and how it makes path and
/// authority canonical, so that all that follows decides about the same text.
final class RequestRules {
    private final HttpConnectionManagerConfig config;
    private final PathNormalizer paths;
    private final ExchangeLog log;

    RequestRules(HttpConnectionManagerConfig config, ExchangeLog log) {
        this.config = config;
        this.log = log;
        Paths rules = config.paths();
        this.paths =
                new PathNormalizer(
                        rules.normalize(),
                        rules.mergeSlashes(),
                        switch (rules.escapedSlashes()) {
                            case KEEP_UNCHANGED -> PathNormalizer.EscapedSlashes.KEEP;
                            case REJECT -> PathNormalizer.EscapedSlashes.REJECT;
                            case UNESCAPE_AND_REDIRECT, UNESCAPE_AND_FORWARD ->
                                    PathNormalizer.EscapedSlashes.UNESCAPE;
                        });
    }

    /// Applies them.
    ///
    /// @param localPort of the connection
    /// @return the answer to a request that is refused, or null
    @Nullable LocalReply apply(RequestHead request, int localPort) {
        LocalReply refusal = underscores(request);
        if (refusal != null) {
            return refusal;
        }
        if (request.authority().isEmpty()) {
            return refusal(400, "missing_host_header");
        }
        if (request.method().equals("CONNECT")) {
            // It needs its port, and usually has no path.
            return request.path().isEmpty() ? null : path(request);
        }
        request.setAuthority(authority(request.authority(), localPort));
        if (request.method().equals("QUERY")
                && !request.headers().contains(HeaderName.CONTENT_TYPE)) {
            return refusal(400, "query_missing_content_type");
        }
        return path(request);
    }

    private @Nullable LocalReply underscores(RequestHead request) {
        switch (config.limits().underscores()) {
            case ALLOW -> {}
            case DROP_HEADER ->
                    count(
                            request,
                            HeaderStat.DROPPED_HEADERS_WITH_UNDERSCORES,
                            request.headers().removeUnderscored());
            case REJECT_REQUEST -> {
                if (request.headers().hasUnderscore()) {
                    count(request, HeaderStat.REQUESTS_REJECTED_WITH_UNDERSCORES_IN_HEADERS, 1);
                    return LocalReply.closing(
                            400, ResponseFlag.DPE, "http1.unexpected_underscore", "");
                }
            }
        }
        return null;
    }

    private void count(RequestHead request, HeaderStat stat, int amount) {
        if (amount > 0) {
            log.count(request.protocol(), stat, amount);
        }
    }

    private static LocalReply refusal(int status, String details) {
        return LocalReply.configured(status, details, "", List.of());
    }

    private @Nullable LocalReply path(RequestHead request) {
        if (request.isPathPlain()) {
            return null;
        }
        String path = request.path();
        if (!path.startsWith("/")) {
            return refusal(404, "absolute_path_rejected");
        }
        if (path.indexOf('#') >= 0) {
            return refusal(400, "path_normalization_failed");
        }
        String normal = paths.normalize(path);
        if (normal == null) {
            return refusal(400, "path_normalization_failed");
        }
        if (normal.equals(path)) {
            return null;
        }
        boolean isRedirected =
                config.paths().escapedSlashes()
                                == HttpConnectionManagerConfig.EscapedSlashes.UNESCAPE_AND_REDIRECT
                        && PathNormalizer.hasEscapedSlash(path);
        request.setPath(normal);
        return isRedirected
                ? LocalReply.configured(
                        307,
                        "path_normalization_failed",
                        "",
                        List.of(new LocalReply.Field(HeaderName.LOCATION, normal)))
                : null;
    }

    private String authority(String authority, int localPort) {
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        if (!hasPort && !authority.endsWith(".")) {
            return authority;
        }
        String host = hasPort ? authority.substring(0, colon) : authority;
        String port = hasPort ? authority.substring(colon) : "";
        if (config.paths().stripTrailingHostDot() && host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        boolean isStripped =
                switch (config.paths().stripPort()) {
                    case NONE -> false;
                    case MATCHING -> port.equals(":" + localPort);
                    case ANY -> true;
                };
        if (!isStripped && host.length() + port.length() == authority.length()) {
            return authority;
        }
        return isStripped ? host : host + port;
    }
}

package dev.heddle.proxy.observe;

import dev.heddle.proxy.http.ResponseFlag;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Why an exchange or a connection did not go as it should, in one plain sentence: what flags and
/// details say in words of one letter, for the person who reads the log at night.
///
/// A sentence begins with what decides: the details where there are any, the first flag otherwise.
/// Then come how many tries there were, and what other flags add. It is made when somebody asks,
/// and nobody asks of what went well.
///
/// This file is long because each flag and each detail has its words.
final class Reason {
    private static final int FIRST_REFUSAL = 400;
    private static final int FIRST_FAILURE = 500;

    /// What says nothing against an answer of the upstream itself, but what became of other tries.
    private static final Set<ResponseFlag> BESIDE =
            Set.of(ResponseFlag.URX, ResponseFlag.UO, ResponseFlag.DI);

    /// What the proxy says of its own answers, by its details.
    private static final Map<String, String> WORDS =
            Map.ofEntries(
                    Map.entry("route_not_found", "no route matches the request"),
                    Map.entry("direct_response", "the route itself says the answer"),
                    Map.entry(
                            "circuit_breaker_open",
                            "the cluster's circuit breaker is open: it failed or was slow too"
                                    + " often"),
                    Map.entry("overload", "the proxy is short of memory or of connections"),
                    Map.entry("upgrade_failed", "the route allows no such upgrade"),
                    Map.entry("request_payload_too_large", "the request's body is too long"),
                    Map.entry(
                            "request_header_timeout", "the client did not end its headers in time"),
                    Map.entry("request_overall_timeout", "the client did not end its request in"),
                    Map.entry("stream_idle_timeout", "nothing moved in either direction for"),
                    Map.entry("max_duration_timeout", "the request took longer than its limit of"),
                    Map.entry("downstream_remote_disconnect", "the client closed its connection"),
                    Map.entry("missing_host_header", "the request names no host"),
                    Map.entry("absolute_path_rejected", "the request's path is no path"),
                    Map.entry(
                            "path_normalization_failed",
                            "the request's path cannot be made canonical"),
                    Map.entry(
                            "query_missing_content_type",
                            "a query is asked for without a content type"),
                    Map.entry("low_version", "the client speaks too old a version of HTTP"),
                    Map.entry("codec_error", "the client broke the protocol"),
                    Map.entry("fault_filter_abort", "a rule for faults had the request fail"),
                    Map.entry(
                            "local_rate_limited",
                            "there were more requests than a rate limit lets pass"),
                    Map.entry("cors_response", "the proxy answers the preflight of a browser"),
                    Map.entry("health_check_ok", "the proxy answers a health check: it is well"),
                    Map.entry(
                            "health_check_failed",
                            "the proxy answers a health check: it is told to say that it fails"),
                    Map.entry("ext_authz_denied", "the external authorization service refused"),
                    Map.entry(
                            "ext_authz_error", "the external authorization service gave no answer"),
                    Map.entry(
                            "ext_authz_invalid",
                            "the external authorization service wants a header or a path that is"
                                    + " none"),
                    Map.entry("missing_api_key", "the request has no API key"),
                    Map.entry("missing_credentials", "the request has no credentials"),
                    Map.entry("missing_key_sources", "nothing says where API keys are looked for"),
                    Map.entry("unknown_api_key", "nobody has the request's API key"),
                    Map.entry(
                            "client_not_allowed",
                            "the owner of the request's API key is not allowed here"),
                    Map.entry(
                            "no_credential_for_basic_auth",
                            "the request has no name and no password"),
                    Map.entry(
                            "invalid_scheme_for_basic_auth",
                            "the request's credentials are not a name and a password"),
                    Map.entry(
                            "invalid_format_for_basic_auth",
                            "the request's name and password cannot be read"),
                    Map.entry(
                            "invalid_credential_for_basic_auth",
                            "the request's name or its password is wrong"),
                    Map.entry(
                            "oauth.missing_credentials", "nobody is logged in: sent to the login"),
                    Map.entry(
                            "oauth.race_redirect",
                            "somebody logged in meanwhile: sent where they wanted to go"),
                    Map.entry("oauth.logged_in", "logged in: sent where they wanted to go"),
                    Map.entry("oauth.sign_out", "logged out"),
                    Map.entry("dns_resolution_failure", "DNS knows no such host"),
                    Map.entry("dns_cache_overflow", "too many names are asked of DNS at once"),
                    Map.entry(
                            "grpc_base_64_decode_failed",
                            "the body of a gRPC-web request is no base64"),
                    Map.entry(
                            "grpc_base_64_decode_failed_bad_size",
                            "the body of a gRPC-web request ends in the middle of its base64"),
                    Map.entry("http1.codec_error", "the request is no HTTP/1.1"),
                    Map.entry(
                            "http1.invalid_characters",
                            "the request has characters that HTTP has" + " not"),
                    Map.entry("http1.invalid_url", "the request's URL is none"),
                    Map.entry("http1.invalid_scheme", "the request's scheme is none"),
                    Map.entry("http.invalid_authority", "the request's host is none"),
                    Map.entry(
                            "http1.content_length_and_chunked_not_allowed",
                            "the request says the length of its body in two ways"),
                    Map.entry(
                            "http1.content_length_not_allowed",
                            "the request says the length of a body that it cannot have"),
                    Map.entry(
                            "http1.invalid_transfer_encoding",
                            "the request's transfer encoding is unknown"),
                    Map.entry(
                            "http1.unexpected_underscore",
                            "the request has a header with an underscore in its name"),
                    Map.entry(
                            "http1.connection_header_rejected",
                            "the request's connection header names what it must not"),
                    Map.entry("http1.unknown_expectation", "the request expects what is unknown"),
                    Map.entry("http1.headers_too_large", "the request's headers are too long"),
                    Map.entry("http1.too_many_headers", "the request has too many headers"),
                    Map.entry("http2.remote_reset", "the client gave the request up"),
                    Map.entry(
                            "http2.violation.of.messaging.rule",
                            "the request breaks a rule of HTTP/2 messages"));

    private static final Pattern RESET =
            Pattern.compile("upstream_reset_(before|after)_response_started\\{([^|}]*)\\|?(.*)}");
    private static final Pattern RULE =
            Pattern.compile("rbac_access_denied_matched_policy\\[(.*)]", Pattern.DOTALL);
    private static final Pattern POLICY =
            Pattern.compile("ns\\[(.+)]-policy\\[(.+)]-rule\\[(\\d+)]");
    private static final Pattern TOKEN = Pattern.compile("jwt_authn_access_denied\\{(.*)}");

    /// Before details that nobody has words for.
    static final String UNKNOWN = "the proxy answered: ";

    private Reason() {}

    /// The sentence; null where everything went well.
    ///
    /// @param grpcStatus as the caller of gRPC was told it; negative for none
    static @Nullable String of(StreamInfo info, int grpcStatus) {
        String words = main(info, grpcStatus);
        if (words == null) {
            return null;
        }
        var out = new StringBuilder(words);
        if (info.attempts() > 1) {
            out.append(", after ").append(info.attempts()).append(" tries");
        }
        add(out, ResponseFlag.URX, "no more tries are allowed", words, info);
        add(out, ResponseFlag.UO, "too many retries are under way for another one", words, info);
        add(out, ResponseFlag.DI, "a rule for faults had it wait before", words, info);
        return out.toString();
    }

    /// Says what a flag adds that is not what the sentence began with.
    private static void add(
            StringBuilder out, ResponseFlag flag, String adds, String words, StreamInfo info) {
        if (info.hasFlag(flag) && !words.equals(ofFlag(flag, info))) {
            out.append("; ").append(adds);
        }
    }

    /// The flag that decides: the first, those aside that only say what came with it; null for
    /// none.
    private static @Nullable ResponseFlag flag(StreamInfo info) {
        ResponseFlag beside = null;
        for (ResponseFlag flag : info.flags()) {
            if (flag != ResponseFlag.URX && flag != ResponseFlag.DI) {
                return flag;
            }
            beside = flag;
        }
        return beside;
    }

    private static @Nullable String main(StreamInfo info, int grpcStatus) {
        String details = info.responseDetails();
        int code = info.responseCode();
        if (code > 0 && code < FIRST_REFUSAL && grpcStatus <= 0 && !info.isFlagged()) {
            return null;
        }
        if (details != null && !details.isEmpty() && !details.equals("via_upstream")) {
            return ofDetails(details, info);
        }
        boolean isFailing = code >= FIRST_FAILURE;
        boolean isOwn = details != null && isFailing && BESIDE.containsAll(info.flags());
        ResponseFlag flag = flag(info);
        if (flag != null && !isOwn) {
            return ofFlag(flag, info);
        }
        if (info.connectionTermination() != null) {
            return ofDetails(info.connectionTermination(), info);
        }
        if (info.downstreamFailureReason() != null) {
            return "the client's connection could not be secured: "
                    + info.downstreamFailureReason();
        }
        if (isFailing) {
            return host(info) + " itself answered " + info.responseCode();
        }
        return grpcStatus > 0 ? host(info) + " itself answered gRPC status " + grpcStatus : null;
    }

    /// Words for details, never null: what nobody has words for is said as it is.
    static String ofDetails(String details, StreamInfo info) {
        String words = WORDS.get(details);
        if (words != null) {
            return switch (details) {
                case "request_overall_timeout", "stream_idle_timeout", "max_duration_timeout" ->
                        words + " " + limit(info);
                default -> words;
            };
        }
        return switch (details) {
            case "cluster_not_found" -> "there is no cluster '" + info.cluster() + "'";
            case "no_healthy_upstream" -> ofFlag(ResponseFlag.UH, info);
            case "response_timeout" ->
                    "the route's timeout of " + limit(info) + " ran out" + tries(info);
            case "upstream_per_try_timeout" ->
                    host(info) + " did not answer within " + limit(info) + " of one try";
            case "upstream_per_try_idle_timeout" ->
                    "nothing came from " + host(info) + " for " + limit(info);
            default -> pattern(details, info);
        };
    }

    private static String pattern(String details, StreamInfo info) {
        Matcher reset = RESET.matcher(details);
        if (reset.matches()) {
            return reset(reset.group(1).equals("after"), reset.group(2), reset.group(3), info);
        }
        Matcher rule = RULE.matcher(details);
        if (rule.matches()) {
            return denied(rule.group(1));
        }
        Matcher token = TOKEN.matcher(details);
        if (token.matches()) {
            return "the request's token is refused: " + spaced(token.group(1));
        }
        if (details.startsWith("http2.")) {
            return "the client broke HTTP/2: " + spaced(details.substring("http2.".length()));
        }
        // Why a login failed is told in sentences, and nothing else is.
        return (Character.isUpperCase(details.charAt(0)) ? "the login failed: " : UNKNOWN)
                + spaced(details);
    }

    /// Said by nobody but the name of the policy, as the control plane makes it.
    private static String denied(String policy) {
        if (policy.equals("none")) {
            return "denied: no AuthorizationPolicy that allows matches";
        }
        Matcher names = POLICY.matcher(policy);
        return names.matches()
                ? "denied by AuthorizationPolicy "
                        + names.group(1)
                        + "/"
                        + names.group(2)
                        + ", rule "
                        + names.group(3)
                : "denied by the policy '" + policy + "'";
    }

    private static String reset(boolean isLate, String why, String cause, StreamInfo info) {
        String where = isLate ? " in the middle of its response" : " before it answered";
        return switch (why) {
            case "overflow" -> ofFlag(ResponseFlag.UO, info);
            case "connection_timeout" ->
                    "no connection to " + host(info) + " came about in time" + because(info, cause);
            case "remote_connection_failure" ->
                    "no connection to " + host(info) + " came about" + because(info, cause);
            case "connection_termination" ->
                    info.circumstance() == null
                            ? host(info) + " closed the connection" + where
                            : info.circumstance();
            case "remote_reset" -> host(info) + " gave the request up" + where;
            case "remote_refused_stream_reset" -> host(info) + " refused the request";
            case "protocol_error" -> "what " + host(info) + " sent is no HTTP";
            default -> host(info) + " failed" + where + ": " + spaced(why);
        };
    }

    private static String because(StreamInfo info, String cause) {
        String reason = info.upstreamFailureReason();
        return reason != null && !reason.isEmpty()
                ? ": " + reason
                : cause.isEmpty() ? "" : ": " + spaced(cause);
    }

    /// Words for a flag that stands alone, as those of connections do.
    static String ofFlag(ResponseFlag flag, StreamInfo info) {
        String circumstance = info.circumstance();
        return switch (flag) {
            case LH -> "the proxy is told to say that it fails";
            case UH ->
                    "no healthy host: "
                            + (circumstance == null
                                    ? "the cluster '" + info.cluster() + "' has none"
                                    : circumstance);
            case UT -> host(info) + " did not answer within " + limit(info);
            case LR -> "the proxy gave the request up";
            case UR -> host(info) + " gave the request up";
            case UF -> "no connection to " + host(info) + " came about" + because(info, "");
            case UC -> host(info) + " closed the connection";
            case UO ->
                    "the cluster '"
                            + info.cluster()
                            + "' takes no more: its limit of "
                            + (info.upstreamFailureReason() == null
                                    ? "requests"
                                    : info.upstreamFailureReason())
                            + " is reached";
            case NR -> "no route matches";
            case DI -> "a rule for faults had the request wait";
            case FI -> "a rule for faults had the request fail";
            case RL -> "the limit of requests in this time is reached";
            case UAEX -> "the external authorization service refused";
            case RLSE -> "the rate limit service gave no answer";
            case DC -> "the client closed its connection";
            case URX -> "no more tries are allowed";
            case SI -> "nothing moved in either direction for " + limit(info);
            case IH -> "a header that only Envoy's own clients may send has no valid value";
            case DPE -> "the client broke the protocol";
            case UMSDR -> "the request took longer than the upstream's limit of " + limit(info);
            case RFCF -> "the answer comes from a cache";
            case NFCF -> "a filter's configuration did not come in time";
            case DT -> "the connection is older than the limit of " + limit(info);
            case UPE -> "what " + host(info) + " sent is no HTTP";
            case NC -> "there is no cluster '" + info.cluster() + "'";
            case OM -> "the proxy is short of memory or of connections";
            case DF -> "DNS knows no such host";
            case DO -> "the control plane has a share of the requests dropped";
            case DR -> "the client gave the request up";
            case UDO -> "the control plane has all requests of this cluster dropped";
            case CBO ->
                    "the circuit breaker of the cluster '"
                            + info.cluster()
                            + "' is open: it failed or was slow too often";
        };
    }

    private static String tries(StreamInfo info) {
        return info.attempts() == 1 ? " after 1 try" : "";
    }

    private static String host(StreamInfo info) {
        String host = info.upstreamHost();
        return host == null ? "the upstream" : "the upstream " + host;
    }

    /// As in `2s` and `250ms`.
    private static String limit(StreamInfo info) {
        long nanos = info.limitNanos();
        if (nanos < 0) {
            return "its limit";
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        return millis % 1_000 == 0 && millis > 0 ? millis / 1_000 + "s" : millis + "ms";
    }

    private static String spaced(String text) {
        return text.replace('_', ' ').replace('.', ' ');
    }
}

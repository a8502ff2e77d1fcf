package dev.heddle.telemetry;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is known of an exchange or a connection that may have gone wrong: of Heddle's proxy all of
/// it, of stock Envoy what its log says.
///
/// A sentence begins with what decides: the details where there are any, the first flag otherwise.
/// Then come how many tries there were, and what other flags add. What is not known is empty, or
/// negative where it is a number.
///
/// @param ending how it ended
/// @param way which way it went
/// @param circumstances what flags and details do not tell
public record Failure(Ending ending, Way way, Circumstances circumstances) {
    /// Before details that nobody has words for.
    public static final String UNKNOWN = "the proxy answered: ";

    /// The details of an answer that is the upstream's own.
    public static final String VIA_UPSTREAM = "via_upstream";

    private static final int FIRST_REFUSAL = 400;
    private static final int FIRST_FAILURE = 500;

    /// What says nothing against an answer of the upstream itself, but what became of other tries.
    private static final Set<String> BESIDE = Set.of("URX", "UO", "DI");

    /// How it ended.
    ///
    /// @param code of HTTP
    /// @param grpcStatus as the caller was told it
    /// @param flags Envoy's short ones, in its order
    /// @param details `%RESPONSE_CODE_DETAILS%`
    /// @param attempts how often it was sent upstream
    public record Ending(
            int code, int grpcStatus, List<String> flags, String details, int attempts) {
        public Ending {
            flags = List.copyOf(flags);
        }
    }

    /// Which way it went.
    ///
    /// @param host its address
    public record Way(String cluster, String host) {}

    /// What flags and details do not tell.
    ///
    /// @param limitNanos how long the limit was that ran out
    /// @param circumstance what belongs to the cause, in words
    /// @param upstream why there is no connection to the upstream
    /// @param downstream why the client's connection could not be secured
    /// @param termination why a connection ended, in the words of details
    public record Circumstances(
            long limitNanos,
            String circumstance,
            String upstream,
            String downstream,
            String termination) {
        /// None that is known.
        public static final Circumstances NONE = new Circumstances(-1, "", "", "", "");
    }

    /// What the proxy says of its own answers, by its details.
    private static final Map<String, String> WORDS =
            Map.ofEntries(
                    Map.entry("route_not_found", "no route matches the request"),
                    Map.entry("direct_response", "the route itself says the answer"),
                    Map.entry("rate_limiter_error", "the rate limit service gave no answer"),
                    Map.entry(
                            "request_rate_limited",
                            "there were more requests than the rate limit service lets pass"),
                    Map.entry(
                            "drop_overload",
                            "the control plane has a share of the requests dropped"),
                    Map.entry(
                            "unconditional_drop_overload",
                            "the control plane has all requests of this cluster dropped"),
                    Map.entry("connection_limit", "as many connections are open as may be at once"),
                    Map.entry("overload", "the proxy is short of memory or of connections"),
                    Map.entry("upgrade_failed", "the route allows no such upgrade"),
                    Map.entry("request_payload_too_large", "the request's body is too long"),
                    Map.entry(
                            "request_header_timeout", "the client did not end its headers in time"),
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
                    Map.entry("cors_response", "the proxy answers the preflight of a browser"),
                    Map.entry("health_check_ok", "the proxy answers a health check: it is well"),
                    Map.entry(
                            "health_check_failed",
                            "the proxy answers a health check: it is told to say that it fails"),
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
                            "the request has characters that HTTP has not"),
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
                            "the request breaks a rule of HTTP/2 messages"),
                    Map.entry("http3.remote_reset", "the client gave the request up"),
                    Map.entry("http3.headers_too_large", "the request's headers are too long"),
                    Map.entry("http3.header_timeout", "the request's headers did not come in time"),
                    Map.entry(
                            "http3.invalid_header_field",
                            "the request breaks a rule of HTTP/3 messages"),
                    Map.entry(
                            "http3.inconsistent_content_length",
                            "the request's body is not as long as its content-length says"),
                    Map.entry(
                            "http3.request_incomplete",
                            "the client ended a request before its head"));

    private static final Pattern RESET =
            Pattern.compile("upstream_reset_(before|after)_response_started\\{([^|}]*)\\|?(.*)}");
    private static final Pattern RULE =
            Pattern.compile("rbac_access_denied_matched_policy\\[(.*)]", Pattern.DOTALL);
    private static final Pattern POLICY =
            Pattern.compile("ns\\[(.+)]-policy\\[(.+)]-rule\\[(\\d+)]");
    private static final Pattern TOKEN = Pattern.compile("jwt_authn_access_denied\\{(.*)}");

    /// The sentence; empty where everything went well.
    public Optional<String> inWords() {
        return main().map(this::withOthers);
    }

    private String withOthers(String words) {
        var out = new StringBuilder(words);
        if (ending.attempts > 1) {
            out.append(", after ").append(ending.attempts).append(" tries");
        }
        add(out, "URX", "no more tries are allowed", words);
        add(out, "UO", "too many retries are under way for another one", words);
        add(out, "DI", "a rule for faults had it wait before", words);
        return out.toString();
    }

    /// Says what a flag adds that is not what the sentence began with.
    private void add(StringBuilder out, String flag, String adds, String words) {
        if (ending.flags.contains(flag) && !words.equals(ofFlag(flag))) {
            out.append("; ").append(adds);
        }
    }

    /// The flag that decides: the first, those aside that only say what came with it.
    private Optional<String> flag() {
        return ending.flags.stream()
                .filter(it -> !it.equals("URX") && !it.equals("DI"))
                .findFirst()
                .or(() -> ending.flags.stream().reduce((_, last) -> last));
    }

    private Optional<String> main() {
        boolean isRefused = ending.code >= FIRST_REFUSAL;
        boolean isAnswered = ending.code > 0 && !isRefused;
        if (isAnswered && ending.grpcStatus <= 0 && ending.flags.isEmpty()) {
            return Optional.empty();
        }
        boolean isPassedOn = ending.details.equals(VIA_UPSTREAM);
        if (!ending.details.isEmpty() && !isPassedOn) {
            return Optional.of(ofDetails(ending.details));
        }
        boolean isFailing = ending.code >= FIRST_FAILURE;
        boolean isOwn = isPassedOn && isFailing && BESIDE.containsAll(ending.flags);
        Optional<String> flag = flag();
        if (flag.isPresent() && !isOwn) {
            return flag.map(this::ofFlag);
        }
        return ofConnection(isFailing);
    }

    private Optional<String> ofConnection(boolean isFailing) {
        if (!circumstances.termination.isEmpty()) {
            return Optional.of(ofDetails(circumstances.termination));
        }
        if (!circumstances.downstream.isEmpty()) {
            return Optional.of(HandshakeWords.ofClient(circumstances.downstream));
        }
        if (isFailing) {
            return Optional.of(host() + " itself answered " + ending.code);
        }
        return ending.grpcStatus > 0
                ? Optional.of(host() + " itself answered gRPC status " + ending.grpcStatus)
                : Optional.empty();
    }

    /// Words for details: what nobody has words for is said as it is.
    private String ofDetails(String details) {
        String words = WORDS.get(details);
        if (words != null) {
            return words;
        }
        return switch (details) {
            case "request_overall_timeout" ->
                    "the client did not end its request in" + limit(" ", " time");
            case "stream_idle_timeout" -> ofFlag("SI");
            case "max_duration_timeout" ->
                    "the request took longer than its limit" + limit(" of ", "");
            case "circuit_breaker_open" -> ofFlag("CBO");
            case "local_rate_limited" -> ofFlag("RL");
            case "ext_authz_denied" -> ofFlag("UAEX");
            case "ext_authz_error" -> authorizer() + " gave no answer";
            case "ext_authz_invalid" -> authorizer() + " wants a header or a path that is none";
            case "cluster_not_found" -> ofFlag("NC");
            case "filter_chain_not_found" ->
                    "no filter chain of the listener takes such a connection"
                            + (circumstances.circumstance.isEmpty()
                                    ? ""
                                    : ": " + circumstances.circumstance);
            case "no_healthy_upstream" -> ofFlag("UH");
            case "upstream_max_stream_duration_reached" -> ofFlag("UMSDR");
            case "response_timeout" ->
                    "the route's timeout" + limit(" of ", "") + " ran out" + tries();
            case "upstream_per_try_timeout" ->
                    host() + " did not answer within" + limit(" ", " the time") + " of one try";
            case "upstream_per_try_idle_timeout" ->
                    "nothing came from " + host() + " for" + limit(" ", " too long");
            default -> pattern(details);
        };
    }

    private String pattern(String details) {
        Matcher reset = RESET.matcher(details);
        if (reset.matches()) {
            return reset(reset.group(1).equals("after"), reset.group(2), reset.group(3));
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
        if (details.startsWith("http3.")) {
            return "the client broke HTTP/3: " + spaced(details.substring("http3.".length()));
        }
        if (details.endsWith("response_from_cache_filter")) {
            return ofFlag("RFCF");
        }
        if (details.startsWith("TLS_error")) {
            return HandshakeWords.ofClient(details);
        }
        if (details.startsWith("dns_resolution_failure")) {
            return ofFlag("DF");
        }
        if (details.startsWith("request_headers_failed_strict_check")) {
            return ofFlag("IH");
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

    private String reset(boolean isLate, String why, String cause) {
        String where = isLate ? " in the middle of its response" : " before it answered";
        return switch (why) {
            case "overflow" -> ofFlag("UO");
            case "connection_timeout" ->
                    "no connection to " + host() + " came about in time" + because(cause);
            case "remote_connection_failure", "local_connection_failure" ->
                    "no connection to " + host() + " came about" + because(cause);
            case "connection_termination" ->
                    host()
                            + " closed the connection"
                            + (circumstances.circumstance.isEmpty()
                                    ? where
                                    : " " + circumstances.circumstance);
            case "remote_reset" -> host() + " gave the request up" + where;
            case "remote_refused_stream_reset" -> host() + " refused the request";
            case "protocol_error" -> ofFlag("UPE") + (isLate ? ", or ends too soon" : "");
            default -> host() + " failed" + where + ": " + spaced(why);
        };
    }

    private String because(String cause) {
        String reason =
                circumstances.upstream.isEmpty() ? cause.replace('_', ' ') : circumstances.upstream;
        return HandshakeWords.because(reason);
    }

    /// Words for a flag that stands alone, as those of connections do.
    private String ofFlag(String flag) {
        String circumstance = circumstances.circumstance;
        return switch (flag) {
            case "LH" -> "the proxy is told to say that it fails";
            case "UH" ->
                    "no healthy host: "
                            + (circumstance.isEmpty() ? cluster() + " has none" : circumstance);
            case "UT" -> host() + " did not answer" + limit(" within ", " in time");
            case "LR" -> "the proxy gave the request up";
            case "UR" -> host() + " gave the request up";
            case "UF" -> "no connection to " + host() + " came about" + because("");
            case "UC" -> host() + " closed the connection";
            case "UO" -> cluster() + " takes no more: " + full() + " is reached";
            case "NR" -> "no route matches";
            case "DI" -> "a rule for faults had the request wait";
            case "FI" -> "a rule for faults had the request fail";
            case "RL" ->
                    "there were more requests than "
                            + (circumstance.isEmpty() ? "a rate limit" : circumstance)
                            + " lets pass";
            case "UAEX" -> authorizer() + " refused";
            case "RLSE" -> "the rate limit service gave no answer";
            case "DC" -> "the client closed its connection";
            case "URX" -> "no more tries are allowed";
            case "SI" -> "nothing moved in either direction for" + limit(" ", " too long");
            case "IH" -> "a header that only Envoy's own clients may send has no valid value";
            case "DPE" -> "the client broke the protocol";
            case "UMSDR" -> "the request took longer than the upstream's limit" + limit(" of ", "");
            case "RFCF" -> "the answer comes from a cache";
            case "NFCF" -> "a filter's configuration did not come in time";
            case "DT" -> "the connection is older than the limit" + limit(" of ", "");
            case "UPE" -> "what " + host() + " sent is no HTTP";
            case "NC" ->
                    way.cluster.isEmpty()
                            ? "the route leads to a cluster that is not there"
                            : "there is no cluster '" + way.cluster + "'";
            case "OM" -> "the proxy is short of memory or of connections";
            case "DF" -> "DNS knows no such host";
            case "DO" -> "the control plane has a share of the requests dropped";
            case "DR" -> "the client gave the request up";
            case "UDO" -> "the control plane has all requests of this cluster dropped";
            case "CBO" ->
                    "the circuit breaker of "
                            + cluster()
                            + " is open: it failed or was slow too often";
            default -> "the proxy flags it " + flag;
        };
    }

    /// What there are too many of.
    private String full() {
        String of =
                circumstances.circumstance.isEmpty()
                        ? circumstances.upstream
                        : circumstances.circumstance;
        return of.isEmpty() ? "a limit of its connection pool" : "its limit of " + of;
    }

    private String authorizer() {
        return "the external authorization service"
                + (circumstances.circumstance.isEmpty()
                        ? ""
                        : " '" + circumstances.circumstance + "'");
    }

    private String tries() {
        return ending.attempts == 1 ? " after 1 try" : "";
    }

    private String cluster() {
        return way.cluster.isEmpty() ? "the cluster" : "the cluster '" + way.cluster + "'";
    }

    private String host() {
        return way.host.isEmpty() ? "the upstream" : "the upstream " + way.host;
    }

    /// As in `2s` and `250ms`, where it is known.
    private String limit(String before, String otherwise) {
        long nanos = circumstances.limitNanos;
        if (nanos < 0) {
            return otherwise;
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        return before + (millis % 1_000 == 0 && millis > 0 ? millis / 1_000 + "s" : millis + "ms");
    }

    private static String spaced(String text) {
        return text.replace('_', ' ').replace('.', ' ');
    }
}

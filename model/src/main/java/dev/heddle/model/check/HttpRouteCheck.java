package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.GrpcStatus;
import dev.heddle.model.istio.VirtualService.AbortError;
import dev.heddle.model.istio.VirtualService.CorsPolicy;
import dev.heddle.model.istio.VirtualService.DelayTime;
import dev.heddle.model.istio.VirtualService.Fallback;
import dev.heddle.model.istio.VirtualService.FaultAbort;
import dev.heddle.model.istio.VirtualService.FaultDelay;
import dev.heddle.model.istio.VirtualService.HttpDirectResponse;
import dev.heddle.model.istio.VirtualService.HttpFaultInjection;
import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.istio.VirtualService.HttpRedirect;
import dev.heddle.model.istio.VirtualService.HttpRetry;
import dev.heddle.model.istio.VirtualService.HttpRewrite;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.istio.VirtualService.HttpRouteDestination;
import dev.heddle.model.istio.VirtualService.RedirectPort;
import dev.heddle.model.istio.VirtualService.RegexRewrite;
import dev.heddle.model.match.StringMatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at one HTTP rule of a VirtualService.
///
/// @param inDelegate whether the VirtualService is one that others delegate to
record HttpRouteCheck(HttpRoute route, FieldPath path, boolean inDelegate, Findings findings) {
    static final String CLAIMS = "@request.auth.claims";

    /// What else of a request a match may ask for as if it were a header.
    private static final Set<String> PSEUDO_HEADERS =
            Set.of(":method", ":scheme", ":authority", ":path", ":status");

    private static final Pattern STATUS = Pattern.compile("[1-5]\\d\\d");
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE");
    private static final Set<String> RETRY_ON =
            Set.of(
                    "5xx",
                    "gateway-error",
                    "reset",
                    "reset-before-request",
                    "connect-failure",
                    "retriable-4xx",
                    "refused-stream",
                    "retriable-status-codes",
                    "retriable-headers",
                    "envoy-ratelimited",
                    "http3-post-connect-failure",
                    "cancelled",
                    "deadline-exceeded",
                    "internal",
                    "resource-exhausted",
                    "unavailable");

    void check() {
        checkAction();
        for (int i = 0; i < route.match().size(); i++) {
            checkMatch(route.match().get(i), path.field("match").index(i));
        }
        for (int i = 0; i < route.route().size(); i++) {
            HttpRouteDestination one = route.route().get(i);
            FieldPath at = path.field("route").index(i);
            RouteChecks.checkDestination(one.destination(), at.field("destination"), findings);
            RouteChecks.checkHeaders(one.headers(), at, findings);
            one.fallback().ifPresent(it -> checkFallback(it, at.field("fallback")));
        }
        RouteChecks.checkWeights(
                route.route().stream().map(HttpRouteDestination::weight).toList(),
                path.field("route"),
                findings);
        RouteChecks.checkHeaders(route.headers(), path, findings);
        route.redirect().ifPresent(r -> checkRedirect(r, path.field("redirect")));
        route.directResponse().ifPresent(r -> checkResponse(r, path.field("directResponse")));
        route.rewrite().ifPresent(r -> checkRewrite(r, path.field("rewrite")));
        route.retries().ifPresent(r -> checkRetry(r, path.field("retries")));
        route.fault().ifPresent(f -> checkFault(f, path.field("fault")));
        route.corsPolicy().ifPresent(c -> checkCors(c, path.field("corsPolicy")));
        checkMirrors();
        checkAuthority();
        Values.checkLimit(route.timeout(), path.field("timeout"), findings);
    }

    /// A rule does one thing.
    private void checkAction() {
        boolean redirect = route.redirect().isPresent();
        boolean response = route.directResponse().isPresent();
        boolean routes = !route.route().isEmpty();
        if (route.delegate().isPresent()) {
            exclude(redirect, "delegate", "redirect");
            exclude(response, "delegate", "directResponse");
            exclude(routes, "delegate", "route");
            if (inDelegate) {
                findings.error(
                        path.field("delegate"),
                        "a VirtualService without hosts cannot delegate further");
            }
            return;
        }
        if (redirect || response) {
            String action = redirect ? "redirect" : "directResponse";
            exclude(redirect && response, "redirect", "directResponse");
            exclude(routes, action, "route");
            exclude(route.fault().isPresent() && redirect, action, "fault");
            exclude(route.rewrite().isPresent(), action, "rewrite");
        } else if (!routes) {
            findings.missing(path, "it does nothing (expected: route, redirect or directResponse)");
        }
    }

    private void exclude(boolean both, String one, String other) {
        if (both) {
            findings.exclusive(path.field(other), one, other);
        }
    }

    private void checkMatch(HttpMatchRequest match, FieldPath at) {
        Values.checkMatch(match.uri(), at.field("uri"), findings);
        Values.checkMatch(match.scheme(), at.field("scheme"), findings);
        Values.checkMatch(match.method(), at.field("method"), findings);
        Values.checkMatch(match.authority(), at.field("authority"), findings);
        checkHeaderMatches(match.headers(), at.field("headers"));
        checkHeaderMatches(match.withoutHeaders(), at.field("withoutHeaders"));
        match.cookies()
                .forEach((name, m) -> {
                    if (!Values.isHeaderName(name)) {
                        findings.invalid(at.field("cookies").field(name), name, "a cookie's name");
                    }
                    Values.checkMatch(m, at.field("cookies").field(name), findings);
                });
        match.queryParams()
                .forEach((name, m) ->
                        Values.checkMatch(m, at.field("queryParams").field(name), findings));
        Values.checkPort(match.port(), at.field("port"), findings);
        Names.checkLabels(match.sourceLabels(), at.field("sourceLabels"), findings);
        VirtualServiceCheck.checkGateways(match.gateways(), at.field("gateways"), findings);
        String namespace = match.sourceNamespace();
        if (!namespace.isEmpty() && !Names.isDnsLabel(namespace)) {
            findings.invalid(at.field("sourceNamespace"), namespace, "a namespace");
        }
    }

    private void checkHeaderMatches(Map<String, StringMatch> matches, FieldPath at) {
        matches.forEach((name, match) -> {
            boolean isNone = name.startsWith(CLAIMS) || PSEUDO_HEADERS.contains(name);
            if (!isNone && !Values.isHeaderName(name)) {
                findings.invalid(at.field(name), name, "the name of a header");
            }
            // Istio reads the expression '*' as "is there".
            if (!match.equals(new StringMatch.Regex("*"))) {
                Values.checkMatch(match, at.field(name), findings);
            }
        });
    }

    private void checkRedirect(HttpRedirect redirect, FieldPath at) {
        boolean says =
                !redirect.uri().isEmpty()
                        || !redirect.prefixRewrite().isEmpty()
                        || !redirect.authority().isEmpty()
                        || !redirect.scheme().isEmpty()
                        || redirect.redirectPort().isPresent();
        if (!says) {
            findings.missing(
                    at,
                    "it leads nowhere (expected: uri, prefixRewrite, authority, scheme or port)");
        }
        if (!redirect.uri().isEmpty() && !redirect.prefixRewrite().isEmpty()) {
            findings.exclusive(at.field("prefixRewrite"), "uri", "prefixRewrite");
        }
        if (!redirect.prefixRewrite().isEmpty() && !everyMatchIsPrefix()) {
            findings.error(
                    at.field("prefixRewrite"), "it needs a prefix match of 'uri' to replace");
        }
        // As at Istio's admission; one that no proxy can send costs its rule, not the resource.
        int code = redirect.redirectCode().orElse(301);
        if (code < 300 || code > 399) {
            findings.invalid(at.field("redirectCode"), code, "301, 302, 303, 307 or 308");
        }
        if (!Set.of("", "http", "https").contains(redirect.scheme())) {
            findings.invalid(at.field("scheme"), redirect.scheme(), "http or https");
        }
        if (redirect.redirectPort().orElse(null) instanceof RedirectPort.Fixed(int port)) {
            Values.checkPort(port, at.field("port"), findings);
        }
    }

    private boolean everyMatchIsPrefix() {
        return route.match().stream()
                .map(m -> m.uri().orElse(new StringMatch.Prefix("/")))
                .allMatch(StringMatch.Prefix.class::isInstance);
    }

    private void checkResponse(HttpDirectResponse response, FieldPath at) {
        checkStatus(response.status(), at.field("status"));
    }

    private void checkStatus(int status, FieldPath at) {
        if (status < 200 || status > 599) {
            findings.invalid(at, status, "a status from 200 to 599");
        }
    }

    private void checkRewrite(HttpRewrite rewrite, FieldPath at) {
        Optional<RegexRewrite> regex = rewrite.uriRegexRewrite();
        if (rewrite.uri().isEmpty() && rewrite.authority().isEmpty() && regex.isEmpty()) {
            findings.missing(
                    at, "it changes nothing (expected: uri, uriRegexRewrite or authority)");
        }
        if (!rewrite.uri().isEmpty() && regex.isPresent()) {
            findings.exclusive(at.field("uriRegexRewrite"), "uri", "uriRegexRewrite");
        }
        regex.ifPresent(r ->
                Values.checkRegex(r.match(), at.field("uriRegexRewrite").field("match"), findings));
    }

    /// One place says what the destination sees as host.
    private void checkAuthority() {
        boolean rewritten =
                route.rewrite().map(HttpRewrite::authority).filter(a -> !a.isEmpty()).isPresent();
        FieldPath request = path.field("headers").field("request");
        boolean found = rewritten;
        for (String name : route.headers().request().set().keySet()) {
            found = checkAuthority(name, found, request.field("set").field(name));
        }
        for (String name : route.headers().request().add().keySet()) {
            found = checkAuthority(name, found, request.field("add").field(name));
        }
    }

    private boolean checkAuthority(String name, boolean found, FieldPath at) {
        if (Values.isAuthority(name) && found) {
            findings.error(at, "the host is changed a second time");
        }
        return found || Values.isAuthority(name);
    }

    private void checkRetry(HttpRetry retry, FieldPath at) {
        Values.checkNotNegative(OptionalInt.of(retry.attempts()), at.field("attempts"), findings);
        boolean more =
                retry.perTryTimeout().isPresent()
                        || !retry.retryOn().isEmpty()
                        || retry.retryRemoteLocalities().isPresent();
        if (retry.attempts() == 0 && more) {
            findings.error(
                    at.field("attempts"), "0 forbids retries (expected: >= 1 beside others)");
        }
        Values.checkDuration(retry.perTryTimeout(), at.field("perTryTimeout"), findings);
        Values.checkDuration(retry.backoff(), at.field("backoff"), findings);
        if (!retry.retryOn().isEmpty()) {
            for (String condition : retry.retryOn().split(",", -1)) {
                String word = condition.strip();
                if (!RETRY_ON.contains(word) && !STATUS.matcher(word).matches()) {
                    findings.invalid(at.field("retryOn"), condition, "Envoy's conditions");
                }
            }
        }
    }

    private void checkFault(HttpFaultInjection fault, FieldPath at) {
        if (fault.delay().isEmpty() && fault.abort().isEmpty()) {
            findings.missing(at, "it does nothing (expected: delay or abort)");
        }
        fault.delay().ifPresent(d -> checkDelay(d, at.field("delay")));
        fault.abort().ifPresent(a -> checkAbort(a, at.field("abort")));
    }

    private void checkDelay(FaultDelay delay, FieldPath at) {
        Values.checkPercent(delay.percentage(), at.field("percentage"), findings);
        Values.checkPercent(delay.percent().orElse(0), at.field("percent"), findings);
        if (delay.percentage().isEmpty() && delay.percent().isEmpty()) {
            findings.warn(
                    at,
                    "no request waits, since no percentage is given",
                    "Write percentage: {value: …}.");
        }
        switch (delay.delayTime().orElse(new DelayTime.Fixed(Duration.ofSeconds(1)))) {
            case DelayTime.Fixed(Duration time) ->
                    Values.checkDuration(Optional.of(time), at.field("fixedDelay"), findings);
            case DelayTime.Exponential _ ->
                    findings.error(
                            at.field("exponentialDelay"),
                            "Istio has never supported it (expected: fixedDelay)");
        }
    }

    private void checkAbort(FaultAbort abort, FieldPath at) {
        Values.checkPercent(abort.percentage(), at.field("percentage"), findings);
        if (abort.percentage().isEmpty()) {
            findings.warn(
                    at,
                    "no request is aborted, since no percentage is given",
                    "Write percentage: {value: …}.");
        }
        if (abort.errorType().isEmpty()) {
            findings.warn(at, "it says no error (expected: httpStatus or grpcStatus)", "");
            return;
        }
        switch (abort.errorType().get()) {
            case AbortError.Http(int status) -> checkStatus(status, at.field("httpStatus"));
            case AbortError.Grpc(String status) -> {
                if (!GrpcStatus.NAMES.contains(status)) {
                    findings.invalid(at.field("grpcStatus"), status, "a status as UNAVAILABLE");
                }
            }
            case AbortError.Http2 _ ->
                    findings.error(
                            at.field("http2Error"),
                            "Istio has never supported it (expected: httpStatus or grpcStatus)");
        }
    }

    private void checkMirrors() {
        exclude(route.mirror().isPresent() && !route.mirrors().isEmpty(), "mirror", "mirrors");
        route.mirror()
                .ifPresent(m -> RouteChecks.checkDestination(m, path.field("mirror"), findings));
        if (route.mirrorPercent().isPresent()) {
            FieldPath at = path.field("mirrorPercent");
            Values.checkPercent(route.mirrorPercent().getAsInt(), at, findings);
            findings.warn(at, "it is the older form", "Write mirrorPercentage: {value: …}.");
        }
        Values.checkPercent(route.mirrorPercentage(), path.field("mirrorPercentage"), findings);
        for (int i = 0; i < route.mirrors().size(); i++) {
            FieldPath at = path.field("mirrors").index(i);
            RouteChecks.checkDestination(
                    route.mirrors().get(i).destination(), at.field("destination"), findings);
            Values.checkPercent(
                    route.mirrors().get(i).percentage(), at.field("percentage"), findings);
        }
    }

    private void checkCors(CorsPolicy cors, FieldPath at) {
        for (int i = 0; i < cors.allowOrigins().size(); i++) {
            StringMatch origin = cors.allowOrigins().get(i);
            FieldPath one = at.field("allowOrigins").index(i);
            boolean empty =
                    origin.equals(new StringMatch.Exact(""))
                            || origin instanceof StringMatch.Present;
            if (empty) {
                findings.error(one, "it allows nothing (expected: exact, prefix or regex)");
            }
            Values.checkMatch(origin, one, findings);
        }
        for (int i = 0; i < cors.allowMethods().size(); i++) {
            String method = cors.allowMethods().get(i);
            if (!METHODS.contains(method)) {
                findings.invalid(at.field("allowMethods").index(i), method, "a method as GET");
            }
        }
        checkHeaderNames(cors.allowHeaders(), at.field("allowHeaders"));
        checkHeaderNames(cors.exposeHeaders(), at.field("exposeHeaders"));
        Values.checkDuration(cors.maxAge(), at.field("maxAge"), findings);
        if (cors.maxAge().orElse(Duration.ZERO).toNanosPart() != 0) {
            findings.error(at.field("maxAge"), "a fraction (expected: whole seconds)");
        }
    }

    private void checkFallback(Fallback fallback, FieldPath at) {
        RouteChecks.checkDestination(fallback.target(), at.field("target"), findings);
        if (!Set.of("", "noinstances", "noavailabled").contains(fallback.when())) {
            findings.invalid(at.field("case"), fallback.when(), "noinstances or noavailabled");
        }
    }

    private void checkHeaderNames(List<String> names, FieldPath at) {
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equals("*") && !Values.isHeaderName(names.get(i))) {
                findings.invalid(at.index(i), names.get(i), "the name of a header, or '*'");
            }
        }
    }
}

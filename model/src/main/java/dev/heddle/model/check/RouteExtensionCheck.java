package dev.heddle.model.check;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.GrpcStatus;
import dev.heddle.model.policy.RouteExtension;
import dev.heddle.model.policy.RouteExtension.Abort;
import dev.heddle.model.policy.RouteExtension.DirectResponse;
import dev.heddle.model.policy.RouteExtension.Fault;
import dev.heddle.model.policy.RouteExtension.RegexMatch;
import dev.heddle.model.policy.RouteExtension.UrlRewrite;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// Looks at HTTPRouteFilters.
final class RouteExtensionCheck implements Check<RouteExtension> {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final int LONGEST_BODY = 64 * 1024;

    @Override
    public void check(Resource<RouteExtension> resource, Findings findings) {
        RouteExtension spec = resource.spec();
        if (spec.equals(RouteExtension.NONE)) {
            findings.missing(SPEC, "it does nothing (expected: directResponse, urlRewrite, fault)");
        }
        if (spec.directResponse().isPresent() && spec.urlRewrite().isPresent()) {
            findings.exclusive(SPEC, "directResponse", "urlRewrite");
        }
        spec.directResponse()
                .ifPresent(it -> checkAnswer(it, SPEC.field("directResponse"), findings));
        spec.urlRewrite().ifPresent(it -> checkRewrite(it, SPEC.field("urlRewrite"), findings));
        spec.fault().ifPresent(it -> checkFault(it, SPEC.field("fault"), findings));
    }

    private static void checkAnswer(DirectResponse answer, FieldPath path, Findings findings) {
        checkStatus(answer.statusOrOk(), path.field("statusCode"), findings);
        if (!answer.contentType().isEmpty()) {
            GatewayTexts.headerValue(answer.contentType(), path.field("contentType"), findings);
        }
        int bytes = answer.body().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > LONGEST_BODY) {
            findings.error(
                    path.field("body"), bytes + " bytes (expected: at most " + LONGEST_BODY + ")");
        }
    }

    private static void checkStatus(int status, FieldPath path, Findings findings) {
        if (status < 200 || status > 599) {
            findings.invalid(path, status, "200 to 599");
        }
    }

    private static void checkRewrite(UrlRewrite rewrite, FieldPath path, Findings findings) {
        if (rewrite.path().isEmpty() && rewrite.hostname().isEmpty()) {
            findings.missing(path, "it changes nothing (expected: path or hostname)");
        }
        rewrite.path()
                .ifPresent(it -> {
                    FieldPath at = path.field("path");
                    new Union(it.type().name(), at, findings)
                            .only("ReplaceRegexMatch", it.replaceRegexMatch());
                    it.replaceRegexMatch()
                            .ifPresent(m -> checkRegex(m, at.field("replaceRegexMatch"), findings));
                });
        rewrite.hostname()
                .ifPresent(it -> {
                    FieldPath at = path.field("hostname");
                    new Union(it.type().name(), at, findings).only("Header", it.header());
                    it.header().ifPresent(h -> GatewayTexts.token(h, at.field("header"), findings));
                });
    }

    private static void checkRegex(RegexMatch match, FieldPath path, Findings findings) {
        Values.checkRegex(match.pattern(), path.field("pattern"), findings);
        int groups;
        try {
            groups = Pattern.compile(match.pattern()).groupCount();
        } catch (PatternSyntaxException _) {
            return;
        }
        String rest =
                match.substitution().replaceAll("\\\\([0-" + Math.min(groups, 9) + "]|\\\\)", "");
        if (rest.contains("\\") || rest.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            findings.invalid(
                    path.field("substitution"),
                    match.substitution(),
                    "a text of one line with \\0 to \\" + Math.min(groups, 9) + ", or \\\\");
        }
    }

    private static void checkFault(Fault fault, FieldPath path, Findings findings) {
        if (fault.delay().isEmpty() && fault.abort().isEmpty()) {
            findings.missing(path, "it does nothing (expected: delay or abort)");
        }
        fault.delay()
                .ifPresent(it -> {
                    FieldPath at = path.field("delay");
                    Optional<Duration> time = Optional.of(it.fixedDelay());
                    Values.checkDuration(time, at.field("fixedDelay"), findings);
                    Values.checkShare(it.percentage(), at.field("percentage"), findings);
                });
        fault.abort().ifPresent(it -> checkAbort(it, path.field("abort"), findings));
    }

    private static void checkAbort(Abort abort, FieldPath path, Findings findings) {
        if (abort.httpStatus().isPresent() == abort.grpcStatus().isPresent()) {
            findings.error(
                    path,
                    (abort.httpStatus().isPresent() ? "both" : "none")
                            + " of 'httpStatus' and 'grpcStatus' (expected: one)");
        }
        abort.httpStatus().ifPresent(it -> checkStatus(it, path.field("httpStatus"), findings));
        abort.grpcStatus()
                .filter(it -> !GrpcStatus.NAMES.contains(it))
                .ifPresent(it ->
                        findings.invalid(path.field("grpcStatus"), it, "a status as UNAVAILABLE"));
        Values.checkShare(abort.percentage(), path.field("percentage"), findings);
    }
}

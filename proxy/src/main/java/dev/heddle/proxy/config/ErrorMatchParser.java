package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.upstream.health.ErrorMatch;
import envoy.config.common.matcher.v3.MatchPredicate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads which answers are errors of their hosts.
final class ErrorMatchParser {
    private final Findings findings;

    ErrorMatchParser(Findings findings) {
        this.findings = findings;
    }

    private record Always() implements ErrorMatch {
        @Override
        public boolean test(ResponseHead response) {
            return true;
        }
    }

    private record Headers(List<HeaderCondition> all) implements ErrorMatch {
        @Override
        public boolean test(ResponseHead response) {
            for (HeaderCondition condition : all) {
                if (!condition.test(response)) {
                    return false;
                }
            }
            return true;
        }
    }

    private record Not(ErrorMatch of) implements ErrorMatch {
        @Override
        public boolean test(ResponseHead response) {
            return !of.test(response);
        }
    }

    /// @param expected whether one that is so decides: `or` with true, `and` with false
    private record Several(List<ErrorMatch> of, boolean expected) implements ErrorMatch {
        @Override
        public boolean test(ResponseHead response) {
            for (ErrorMatch match : of) {
                if (match.test(response) == expected) {
                    return expected;
                }
            }
            return !expected;
        }
    }

    ErrorMatch match(String path, MatchPredicate predicate) {
        return switch (predicate.getRuleCase()) {
            case OR_MATCH -> several(join(path, "or_match"), predicate.getOrMatch(), true);
            case AND_MATCH -> several(join(path, "and_match"), predicate.getAndMatch(), false);
            case NOT_MATCH -> new Not(match(join(path, "not_match"), predicate.getNotMatch()));
            case ANY_MATCH -> new Always();
            case HTTP_RESPONSE_HEADERS_MATCH -> {
                String at = join(path, "http_response_headers_match");
                var headers = predicate.getHttpResponseHeadersMatch();
                findings.fields(at, headers, Set.of("headers"));
                yield new Headers(
                        new MatchParser(findings)
                                .headers(join(at, "headers"), headers.getHeadersList()).stream()
                                        .map(HeaderCondition::of)
                                        .toList());
            }
            case HTTP_REQUEST_HEADERS_MATCH,
                    HTTP_REQUEST_TRAILERS_MATCH,
                    HTTP_RESPONSE_TRAILERS_MATCH,
                    HTTP_REQUEST_GENERIC_BODY_MATCH,
                    HTTP_RESPONSE_GENERIC_BODY_MATCH -> {
                findings.notImplemented(path, predicate.getRuleCase());
                yield new Always();
            }
            case RULE_NOT_SET -> {
                findings.reject(path, "says nothing (expected: one of its rules)");
                yield new Always();
            }
        };
    }

    private ErrorMatch several(String path, MatchPredicate.MatchSet set, boolean expected) {
        findings.fields(path, set, Set.of("rules"));
        if (set.getRulesCount() < 2) {
            findings.reject(
                    join(path, "rules"), set.getRulesCount() + " of them (expected: at least 2)");
        }
        var all = new ArrayList<ErrorMatch>();
        for (int i = 0; i < set.getRulesCount(); i++) {
            all.add(match(join(path, "rules[" + i + "]"), set.getRules(i)));
        }
        return new Several(List.copyOf(all), expected);
    }
}

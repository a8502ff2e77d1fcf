package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import com.google.re2j.Pattern;
import dev.heddle.proxy.http.RequestHead;
import envoy.config.route.v3.RouteMatch;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Which requests a rule of a filter is for: the part of a route's match that says path and
/// headers.
final class RequestCondition {
    private RequestCondition() {}

    static Predicate<RequestHead> read(Findings findings, String path, RouteMatch match) {
        findings.fields(
                path,
                match,
                Set.of(
                        "prefix",
                        "path",
                        "safe_regex",
                        "path_separated_prefix",
                        "case_sensitive",
                        "headers"));
        boolean ignoresCase = match.hasCaseSensitive() && !match.getCaseSensitive().getValue();
        Predicate<String> paths = path(findings, path, match, ignoresCase);
        List<HeaderCondition> headers =
                new MatchParser(findings)
                        .headers(join(path, "headers"), match.getHeadersList()).stream()
                                .map(HeaderCondition::of)
                                .toList();
        return request ->
                paths.test(request.barePath().toString())
                        && headers.stream().allMatch(header -> header.test(request));
    }

    private static Predicate<String> path(
            Findings findings, String path, RouteMatch match, boolean ignoresCase) {
        return switch (match.getPathSpecifierCase()) {
            case PREFIX -> begins(match.getPrefix(), ignoresCase);
            case PATH -> {
                String exact = match.getPath();
                yield bare -> ignoresCase ? bare.equalsIgnoreCase(exact) : bare.equals(exact);
            }
            case SAFE_REGEX -> {
                Pattern pattern = findings.regex(join(path, "safe_regex"), match.getSafeRegex());
                yield pattern::matches;
            }
            case PATH_SEPARATED_PREFIX -> {
                String prefix = match.getPathSeparatedPrefix();
                Predicate<String> begins = begins(prefix, ignoresCase);
                yield bare ->
                        begins.test(bare)
                                && (bare.length() == prefix.length()
                                        || bare.charAt(prefix.length()) == '/');
            }
            case CONNECT_MATCHER, PATH_MATCH_POLICY, PATHSPECIFIER_NOT_SET -> {
                findings.reject(
                        path,
                        "no path (expected: prefix, path, safe_regex or path_separated_prefix)");
                yield _ -> false;
            }
        };
    }

    private static Predicate<String> begins(String prefix, boolean ignoresCase) {
        return bare -> bare.regionMatches(ignoresCase, 0, prefix, 0, prefix.length());
    }
}

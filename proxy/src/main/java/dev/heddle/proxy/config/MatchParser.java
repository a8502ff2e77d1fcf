package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import envoy.config.route.v3.HeaderMatcher;
import envoy.config.route.v3.QueryParameterMatcher;
import envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads conditions on texts, headers and query parameters.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class MatchParser {

    private final Findings findings;

    MatchParser(Findings findings) {
        this.findings = findings;
    }

    List<HeaderMatch> headers(String path, List<HeaderMatcher> matchers) {
        var headers = new ArrayList<HeaderMatch>();
        for (int i = 0; i < matchers.size(); i++) {
            headers.add(header(path + "[" + i + "]", matchers.get(i)));
        }
        return headers;
    }

    private HeaderMatch header(String path, HeaderMatcher matcher) {
        findings.fields(
                path,
                matcher,
                Set.of(
                        "name",
                        "exact_match",
                        "safe_regex_match",
                        "range_match",
                        "present_match",
                        "prefix_match",
                        "suffix_match",
                        "contains_match",
                        "string_match",
                        "invert_match",
                        "treat_missing_header_as_empty"));
        findings.required(join(path, "name"), matcher.getName());
        String name = matcher.getName().isEmpty() ? "-" : matcher.getName();
        return new HeaderMatch(
                name.toLowerCase(Locale.ROOT),
                value(path, matcher),
                matcher.getInvertMatch(),
                matcher.getTreatMissingHeaderAsEmpty());
    }

    private HeaderMatch.Value value(String path, HeaderMatcher matcher) {
        return switch (matcher.getHeaderMatchSpecifierCase()) {
            case EXACT_MATCH -> text(new TextMatch.Exact(matcher.getExactMatch()));
            case PREFIX_MATCH ->
                    text(
                            new TextMatch.Prefix(
                                    part(path, "prefix_match", matcher.getPrefixMatch())));
            case SUFFIX_MATCH ->
                    text(
                            new TextMatch.Suffix(
                                    part(path, "suffix_match", matcher.getSuffixMatch())));
            case CONTAINS_MATCH ->
                    text(
                            new TextMatch.Contains(
                                    part(path, "contains_match", matcher.getContainsMatch())));
            case SAFE_REGEX_MATCH ->
                    text(
                            new TextMatch.Regex(
                                    findings.regex(
                                            join(path, "safe_regex_match"),
                                            matcher.getSafeRegexMatch())));
            case STRING_MATCH -> text(text(join(path, "string_match"), matcher.getStringMatch()));
            case RANGE_MATCH -> {
                findings.fields(
                        join(path, "range_match"), matcher.getRangeMatch(), Set.of("start", "end"));
                yield new HeaderMatch.Value.Range(
                        matcher.getRangeMatch().getStart(), matcher.getRangeMatch().getEnd());
            }
            case PRESENT_MATCH -> new HeaderMatch.Value.Present(matcher.getPresentMatch());
            case HEADERMATCHSPECIFIER_NOT_SET -> new HeaderMatch.Value.Present(true);
        };
    }

    private static HeaderMatch.Value text(TextMatch match) {
        return new HeaderMatch.Value.Text(match);
    }

    private String part(String path, String field, String value) {
        findings.required(join(path, field), value);
        return value;
    }

    TextMatch text(String path, StringMatcher matcher) {
        findings.fields(
                path,
                matcher,
                Set.of("exact", "prefix", "suffix", "contains", "safe_regex", "ignore_case"));
        boolean ignoreCase = matcher.getIgnoreCase();
        TextMatch match =
                switch (matcher.getMatchPatternCase()) {
                    case EXACT -> new TextMatch.Exact(cased(matcher.getExact(), ignoreCase));
                    case PREFIX ->
                            new TextMatch.Prefix(
                                    cased(part(path, "prefix", matcher.getPrefix()), ignoreCase));
                    case SUFFIX ->
                            new TextMatch.Suffix(
                                    cased(part(path, "suffix", matcher.getSuffix()), ignoreCase));
                    case CONTAINS ->
                            new TextMatch.Contains(
                                    cased(
                                            part(path, "contains", matcher.getContains()),
                                            ignoreCase));
                    // Envoy ignores ignore_case here; the pattern says (?i) itself.
                    case SAFE_REGEX ->
                            new TextMatch.Regex(
                                    findings.regex(
                                            join(path, "safe_regex"), matcher.getSafeRegex()));
                    case CUSTOM -> new TextMatch.Exact("");
                    case MATCHPATTERN_NOT_SET -> {
                        findings.reject(path, "matches nothing (expected: exact, prefix, …)");
                        yield new TextMatch.Exact("");
                    }
                };
        return ignoreCase && !matcher.hasSafeRegex() ? new TextMatch.IgnoringCase(match) : match;
    }

    private static String cased(String value, boolean ignoreCase) {
        return ignoreCase ? value.toLowerCase(Locale.ROOT) : value;
    }

    List<QueryMatch> query(String path, List<QueryParameterMatcher> matchers) {
        var query = new ArrayList<QueryMatch>();
        for (int i = 0; i < matchers.size(); i++) {
            query.add(parameter(path + "[" + i + "]", matchers.get(i)));
        }
        return query;
    }

    private QueryMatch parameter(String path, QueryParameterMatcher matcher) {
        findings.fields(path, matcher, Set.of("name", "string_match", "present_match"));
        findings.required(join(path, "name"), matcher.getName());
        String name = matcher.getName().isEmpty() ? "-" : matcher.getName();
        return switch (matcher.getQueryParameterMatchSpecifierCase()) {
            case STRING_MATCH ->
                    new QueryMatch(
                            name,
                            Optional.of(text(join(path, "string_match"), matcher.getStringMatch())),
                            true);
            case PRESENT_MATCH -> new QueryMatch(name, Optional.empty(), matcher.getPresentMatch());
            case QUERYPARAMETERMATCHSPECIFIER_NOT_SET ->
                    new QueryMatch(name, Optional.empty(), true);
        };
    }
}

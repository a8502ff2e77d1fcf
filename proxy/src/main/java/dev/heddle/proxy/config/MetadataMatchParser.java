package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import envoy.type.matcher.v3.DoubleMatcher;
import envoy.type.matcher.v3.MetadataMatcher;
import envoy.type.matcher.v3.ValueMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads conditions on metadata.
final class MetadataMatchParser {
    private final Findings findings;
    private final MatchParser texts;

    MetadataMatchParser(Findings findings, MatchParser texts) {
        this.findings = findings;
        this.texts = texts;
    }

    List<MetadataMatch> all(String path, List<MetadataMatcher> matchers) {
        var all = new ArrayList<MetadataMatch>();
        for (int i = 0; i < matchers.size(); i++) {
            all.add(one(path + "[" + i + "]", matchers.get(i)));
        }
        return all;
    }

    MetadataMatch one(String path, MetadataMatcher matcher) {
        findings.fields(path, matcher, Set.of("filter", "path", "value", "invert"));
        findings.required(join(path, "filter"), matcher.getFilter());
        var keys = new ArrayList<String>();
        for (int i = 0; i < matcher.getPathCount(); i++) {
            findings.required(path + ".path[" + i + "].key", matcher.getPath(i).getKey());
            keys.add(matcher.getPath(i).getKey());
        }
        if (keys.isEmpty()) {
            findings.reject(join(path, "path"), "[] (expected: one key or more)");
        }
        return new MetadataMatch(
                matcher.getFilter(),
                keys,
                value(join(path, "value"), matcher.getValue()),
                matcher.getInvert());
    }

    private MetadataMatch.Value value(String path, ValueMatcher value) {
        return switch (value.getMatchPatternCase()) {
            case NULL_MATCH -> new MetadataMatch.Value.Nothing();
            case DOUBLE_MATCH -> number(value.getDoubleMatch());
            case STRING_MATCH ->
                    new MetadataMatch.Value.Text(
                            texts.text(join(path, "string_match"), value.getStringMatch()));
            case BOOL_MATCH -> new MetadataMatch.Value.Truth(value.getBoolMatch());
            case PRESENT_MATCH -> new MetadataMatch.Value.Present(value.getPresentMatch());
            case LIST_MATCH ->
                    new MetadataMatch.Value.Some(
                            value(
                                    join(path, "list_match.one_of"),
                                    value.getListMatch().getOneOf()));
            case OR_MATCH -> {
                var values = new ArrayList<MetadataMatch.Value>();
                for (int i = 0; i < value.getOrMatch().getValueMatchersCount(); i++) {
                    values.add(
                            value(
                                    path + ".or_match.value_matchers[" + i + "]",
                                    value.getOrMatch().getValueMatchers(i)));
                }
                yield new MetadataMatch.Value.Any(List.copyOf(values));
            }
            case MATCHPATTERN_NOT_SET -> {
                findings.reject(path, "matches nothing (expected: string_match, …)");
                yield new MetadataMatch.Value.Present(true);
            }
        };
    }

    private static MetadataMatch.Value number(DoubleMatcher number) {
        return number.hasRange()
                ? new MetadataMatch.Value.Numeric(
                        number.getRange().getStart(), number.getRange().getEnd())
                : new MetadataMatch.Value.Numeric(number.getExact(), number.getExact());
    }
}

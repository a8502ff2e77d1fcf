package dev.heddle.compiler.select;

import dev.heddle.model.istio.VirtualService.HttpMatchRequest;
import dev.heddle.model.match.StringMatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One match of a rule that delegates and one of the rule that it delegates to, in one.
final class MergedMatch {
    private MergedMatch() {}

    /// The match under which both hold; empty where the closer one matches what the other does not,
    /// or may do so: of two regular expressions nobody can tell.
    static Optional<HttpMatchRequest> of(HttpMatchRequest outer, HttpMatchRequest closer) {
        if (conflicts(outer, closer)) {
            return Optional.empty();
        }
        return Optional.of(
                new HttpMatchRequest(
                        name(outer.name(), closer.name()),
                        closer.uri().or(outer::uri),
                        closer.scheme().or(outer::scheme),
                        closer.method().or(outer::method),
                        closer.authority().or(outer::authority),
                        both(outer.headers(), closer.headers()),
                        both(outer.withoutHeaders(), closer.withoutHeaders()),
                        both(outer.cookies(), closer.cookies()),
                        both(outer.queryParams(), closer.queryParams()),
                        closer.port().isPresent() ? closer.port() : outer.port(),
                        both(outer.sourceLabels(), closer.sourceLabels()),
                        closer.sourceNamespace().isEmpty()
                                ? outer.sourceNamespace()
                                : closer.sourceNamespace(),
                        closer.gateways().isEmpty() ? outer.gateways() : closer.gateways(),
                        closer.ignoreUriCase(),
                        closer.statPrefix().isEmpty() ? outer.statPrefix() : closer.statPrefix()));
    }

    /// The same with full names of gateways.
    static HttpMatchRequest resolved(HttpMatchRequest match, String namespace) {
        return new HttpMatchRequest(
                match.name(),
                match.uri(),
                match.scheme(),
                match.method(),
                match.authority(),
                match.headers(),
                match.withoutHeaders(),
                match.cookies(),
                match.queryParams(),
                match.port(),
                match.sourceLabels(),
                match.sourceNamespace(),
                match.gateways().stream()
                        .map(it -> BoundVirtualService.gateway(it, namespace))
                        .toList(),
                match.ignoreUriCase(),
                match.statPrefix());
    }

    /// As in `outer-closer`.
    static String name(String outer, String closer) {
        return outer.isEmpty() || closer.isEmpty() ? outer + closer : outer + "-" + closer;
    }

    private static <V> Map<String, V> both(Map<String, V> outer, Map<String, V> closer) {
        var all = new LinkedHashMap<>(outer);
        all.putAll(closer);
        return all;
    }

    private static boolean conflicts(HttpMatchRequest outer, HttpMatchRequest closer) {
        return conflicts(outer.uri(), closer.uri())
                || conflicts(outer.scheme(), closer.scheme())
                || conflicts(outer.method(), closer.method())
                || conflicts(outer.authority(), closer.authority())
                || conflicts(outer.headers(), closer.headers())
                || conflicts(outer.withoutHeaders(), closer.withoutHeaders())
                || conflicts(outer.cookies(), closer.cookies())
                || conflicts(outer.queryParams(), closer.queryParams())
                || outer.ignoreUriCase() != closer.ignoreUriCase()
                || (outer.port().isPresent()
                        && closer.port().isPresent()
                        && outer.port().getAsInt() != closer.port().getAsInt())
                || (!outer.sourceNamespace().isEmpty()
                        && !outer.sourceNamespace().equals(closer.sourceNamespace()))
                || closer.sourceLabels().entrySet().stream()
                        .anyMatch(it ->
                                !outer.sourceLabels()
                                        .getOrDefault(it.getKey(), it.getValue())
                                        .equals(it.getValue()))
                || leaves(outer.gateways(), closer.gateways());
    }

    private static boolean leaves(List<String> outer, List<String> closer) {
        return !outer.isEmpty()
                && !closer.isEmpty()
                && (outer.size() < closer.size() || !outer.containsAll(closer));
    }

    private static boolean conflicts(
            Map<String, StringMatch> outer, Map<String, StringMatch> closer) {
        return closer.entrySet().stream()
                .anyMatch(it ->
                        conflicts(
                                Optional.ofNullable(outer.get(it.getKey())),
                                Optional.of(it.getValue())));
    }

    private static boolean conflicts(Optional<StringMatch> outer, Optional<StringMatch> closer) {
        if (outer.isEmpty() || closer.isEmpty()) {
            return false;
        }
        return switch (outer.get()) {
            case StringMatch.Exact(String exact) when !exact.isEmpty() ->
                    !closer.get().equals(outer.get());
            case StringMatch.Prefix(String prefix) when !prefix.isEmpty() ->
                    switch (closer.get()) {
                        case StringMatch.Prefix(String longer) -> !longer.startsWith(prefix);
                        case StringMatch.Exact(String whole) -> !whole.startsWith(prefix);
                        case StringMatch.Regex _, StringMatch.Present _ -> true;
                    };
            case StringMatch.Exact _,
                    StringMatch.Prefix _,
                    StringMatch.Regex _,
                    StringMatch.Present _ ->
                    true;
        };
    }
}

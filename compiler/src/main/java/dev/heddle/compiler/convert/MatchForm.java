package dev.heddle.compiler.convert;

import dev.heddle.compiler.lower.gatewayapi.Matches;
import dev.heddle.compiler.lower.gatewayapi.Rank;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRoute.Method;
import dev.heddle.model.schema.Ordered;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Which requests a match takes, as the Gateway API can say it.
///
/// @param headers by lower-case name
record MatchForm(
        PathForm path,
        Optional<Method> method,
        Map<String, ValueForm> headers,
        Map<String, ValueForm> query) {
    /// Every request.
    static final MatchForm ALL =
            new MatchForm(PathForm.Segments.ANY, Optional.empty(), Map.of(), Map.of());

    MatchForm {
        headers = Ordered.copyOf(headers);
        query = Ordered.copyOf(query);
    }

    MatchForm with(PathForm other) {
        return new MatchForm(other, method, headers, query);
    }

    HttpRoute.Match match() {
        return new HttpRoute.Match(
                Optional.of(path.match()),
                headers.entrySet().stream()
                        .map(e ->
                                new HttpRoute.HeaderMatch(
                                        e.getValue().type(), e.getKey(), e.getValue().value()))
                        .toList(),
                query.entrySet().stream()
                        .map(e ->
                                new HttpRoute.QueryParamMatch(
                                        e.getValue().type(), e.getKey(), e.getValue().value()))
                        .toList(),
                method);
    }

    /// Its place among those of all routes of a host.
    Rank rank() {
        return Matches.http(match())
                .orElseThrow(() -> new IllegalStateException(this + ": can never match"))
                .rank();
    }

    /// Whether it takes whatever the other takes.
    boolean covers(MatchForm other) {
        return meet(other) instanceof Meeting.Both<MatchForm>(MatchForm both) && both.equals(other);
    }

    /// The requests that both take.
    Meeting<MatchForm> meet(MatchForm other) {
        if (method.isPresent() && other.method.isPresent() && !method.equals(other.method)) {
            return new Meeting.Nothing<>();
        }
        Meeting<PathForm> paths = path.meet(other.path);
        Meeting<Map<String, ValueForm>> names = meet(headers, other.headers);
        Meeting<Map<String, ValueForm>> parameters = meet(query, other.query);
        if (paths instanceof Meeting.Nothing
                || names instanceof Meeting.Nothing
                || parameters instanceof Meeting.Nothing) {
            return new Meeting.Nothing<>();
        }
        return paths instanceof Meeting.Both<PathForm>(PathForm both)
                        && names
                                instanceof
                                Meeting.Both<Map<String, ValueForm>>(Map<String, ValueForm> all)
                        && parameters
                                instanceof
                                Meeting.Both<Map<String, ValueForm>>(Map<String, ValueForm> said)
                ? new Meeting.Both<>(new MatchForm(both, method.or(() -> other.method), all, said))
                : new Meeting.Unknown<>();
    }

    private static Meeting<Map<String, ValueForm>> meet(
            Map<String, ValueForm> some, Map<String, ValueForm> others) {
        var all = new LinkedHashMap<>(some);
        boolean isKnown = true;
        for (Map.Entry<String, ValueForm> other : others.entrySet()) {
            ValueForm own = some.get(other.getKey());
            switch (own == null
                    ? new Meeting.Both<>(other.getValue())
                    : own.meet(other.getValue())) {
                case Meeting.Nothing<ValueForm> _ -> {
                    return new Meeting.Nothing<>();
                }
                case Meeting.Unknown<ValueForm> _ -> isKnown = false;
                case Meeting.Both<ValueForm>(ValueForm both) -> all.put(other.getKey(), both);
            }
        }
        return isKnown ? new Meeting.Both<>(all) : new Meeting.Unknown<>();
    }
}

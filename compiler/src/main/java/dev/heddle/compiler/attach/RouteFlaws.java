package dev.heddle.compiler.attach;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.compiler.attach.RouteView.Flaw;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRoute.HeaderMatch;
import dev.heddle.model.gatewayapi.HttpRoute.PathType;
import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import dev.heddle.model.gatewayapi.L4Rule;
import dev.heddle.model.gatewayapi.RouteRule;
import java.util.ArrayList;
import java.util.List;

/// Looks for values of rules that the CRDs take and nobody here can do: expressions that are none
/// in RE2's syntax.
final class RouteFlaws {
    private final List<Flaw> found = new ArrayList<>();

    List<Flaw> toList() {
        return List.copyOf(found);
    }

    void rule(int index, FieldPath path, RouteRule rule) {
        switch (rule) {
            case HttpRoute.Rule http -> http(index, path.field("matches"), http.matches());
            case GrpcRoute.Rule grpc -> grpc(index, path.field("matches"), grpc.matches());
            case L4Rule _ -> {
                // It matches nothing.
            }
        }
    }

    private void http(int rule, FieldPath path, List<HttpRoute.Match> matches) {
        for (int i = 0; i < matches.size(); i++) {
            FieldPath at = path.index(i);
            HttpRoute.Match match = matches.get(i);
            match.path()
                    .filter(p -> p.type() == PathType.RegularExpression)
                    .ifPresent(p -> regex(rule, at.field("path"), p.valueOrRoot()));
            headers(rule, at.field("headers"), match.headers());
            for (int j = 0; j < match.queryParams().size(); j++) {
                HttpRoute.QueryParamMatch query = match.queryParams().get(j);
                value(rule, at.field("queryParams").index(j), query.type(), query.value());
            }
        }
    }

    private void grpc(int rule, FieldPath path, List<GrpcRoute.Match> matches) {
        for (int i = 0; i < matches.size(); i++) {
            FieldPath at = path.index(i);
            GrpcRoute.Match match = matches.get(i);
            match.method()
                    .filter(m -> m.type() == ValueType.RegularExpression)
                    .ifPresent(m -> {
                        FieldPath method = at.field("method");
                        m.service().ifPresent(s -> regex(rule, method, "service", s));
                        m.method().ifPresent(s -> regex(rule, method, "method", s));
                    });
            headers(rule, at.field("headers"), match.headers());
        }
    }

    private void headers(int rule, FieldPath path, List<HeaderMatch> headers) {
        for (int i = 0; i < headers.size(); i++) {
            value(rule, path.index(i), headers.get(i).type(), headers.get(i).value());
        }
    }

    private void value(int rule, FieldPath at, ValueType type, String value) {
        if (type == ValueType.RegularExpression) {
            regex(rule, at, value);
        }
    }

    private void regex(int rule, FieldPath at, String value) {
        regex(rule, at, "value", value);
    }

    private void regex(int rule, FieldPath at, String field, String value) {
        try {
            Pattern.compile(value);
        } catch (PatternSyntaxException e) {
            found.add(
                    new Flaw(
                            rule,
                            at.field(field),
                            "'" + value + "' is no expression of RE2: " + e.getDescription(),
                            Reason.UnsupportedValue));
        }
    }
}

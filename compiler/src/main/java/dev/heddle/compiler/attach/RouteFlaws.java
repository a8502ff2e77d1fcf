package dev.heddle.compiler.attach;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.compiler.attach.RouteView.Flaw;
import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRoute.PathType;
import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import java.util.ArrayList;
import java.util.List;

/// Looks for values of rules that the CRDs take and nobody here can do: expressions that are none
/// in RE2's syntax.
final class RouteFlaws {
    private final List<Flaw> found = new ArrayList<>();

    List<Flaw> toList() {
        return List.copyOf(found);
    }

    void http(int index, FieldPath rule, HttpRoute.Rule spec) {
        for (int i = 0; i < spec.matches().size(); i++) {
            FieldPath at = rule.field("matches").index(i);
            HttpRoute.Match match = spec.matches().get(i);
            match.path()
                    .filter(p -> p.type() == PathType.RegularExpression)
                    .ifPresent(p -> regex(index, at.field("path"), p.valueOrRoot()));
            for (int j = 0; j < match.headers().size(); j++) {
                HttpRoute.HeaderMatch header = match.headers().get(j);
                value(index, at.field("headers").index(j), header.type(), header.value());
            }
            for (int j = 0; j < match.queryParams().size(); j++) {
                HttpRoute.QueryParamMatch query = match.queryParams().get(j);
                value(index, at.field("queryParams").index(j), query.type(), query.value());
            }
        }
    }

    void grpc(int index, FieldPath rule, GrpcRoute.Rule spec) {
        for (int i = 0; i < spec.matches().size(); i++) {
            FieldPath at = rule.field("matches").index(i);
            GrpcRoute.Match match = spec.matches().get(i);
            match.method()
                    .filter(m -> m.type() == ValueType.RegularExpression)
                    .ifPresent(m -> {
                        FieldPath method = at.field("method");
                        m.service().ifPresent(s -> regex(index, method, "service", s));
                        m.method().ifPresent(s -> regex(index, method, "method", s));
                    });
            for (int j = 0; j < match.headers().size(); j++) {
                GrpcRoute.HeaderMatch header = match.headers().get(j);
                value(index, at.field("headers").index(j), header.type(), header.value());
            }
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
                            "'" + value + "' is no expression of RE2: " + e.getDescription()));
        }
    }
}

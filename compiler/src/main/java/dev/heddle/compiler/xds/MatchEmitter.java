package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import dev.heddle.compiler.ir.RouteMatch.PathMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;

/// Emits the conditions of a route.
final class MatchEmitter {
    private MatchEmitter() {}

    static RouteMatch emit(dev.heddle.compiler.ir.RouteMatch match) {
        RouteMatch.Builder out = RouteMatch.newBuilder();
        switch (match.path()) {
            case PathMatch.Exact(String path) -> out.setPath(path);
            case PathMatch.Prefix(String prefix) -> out.setPrefix(prefix);
            case PathMatch.Segments(String prefix) -> out.setPathSeparatedPrefix(prefix);
            case PathMatch.Regex(String regex) -> out.setSafeRegex(regex(regex));
        }
        if (match.ignoreCase()) {
            out.setCaseSensitive(BoolValue.of(false));
        }
        match.headers().forEach(h -> out.addHeaders(header(h)));
        match.query().forEach(q -> out.addQueryParameters(query(q)));
        if (!match.upTo().isAll()) {
            out.setRuntimeFraction(FeatureEmitter.fraction(match.upTo()));
        }
        match.claims().forEach(c -> out.addDynamicMetadata(claim(c)));
        return out.build();
    }

    /// A list has the value if one of its items has, as Istio has it.
    private static MetadataMatcher claim(dev.heddle.compiler.ir.RouteMatch.ClaimMatch match) {
        MetadataMatcher.Builder out =
                MetadataMatcher.newBuilder()
                        .setFilter(TokenEmitter.FILTER)
                        .addPath(key(TokenEmitter.PAYLOAD));
        match.path().forEach(name -> out.addPath(key(name)));
        if (match.value() instanceof ValueMatch.Present) {
            out.setValue(ValueMatcher.newBuilder().setPresentMatch(true));
        } else {
            ValueMatcher one =
                    ValueMatcher.newBuilder().setStringMatch(string(match.value())).build();
            out.setValue(
                    ValueMatcher.newBuilder()
                            .setOrMatch(
                                    OrMatcher.newBuilder()
                                            .addValueMatchers(
                                                    ValueMatcher.newBuilder()
                                                            .setListMatch(
                                                                    ListMatcher.newBuilder()
                                                                            .setOneOf(one)))
                                            .addValueMatchers(one)));
        }
        return out.setInvert(match.inverted()).build();
    }

    private static MetadataMatcher.PathSegment key(String name) {
        return MetadataMatcher.PathSegment.newBuilder().setKey(name).build();
    }

    static HeaderMatcher header(dev.heddle.compiler.ir.RouteMatch.HeaderMatch match) {
        HeaderMatcher.Builder out = HeaderMatcher.newBuilder().setName(match.name());
        if (match.value() instanceof ValueMatch.Present) {
            out.setPresentMatch(true);
        } else {
            out.setStringMatch(string(match.value()));
            out.setTreatMissingHeaderAsEmpty(match.inverted());
        }
        return out.setInvertMatch(match.inverted()).build();
    }

    private static QueryParameterMatcher query(dev.heddle.compiler.ir.RouteMatch.QueryMatch match) {
        QueryParameterMatcher.Builder out =
                QueryParameterMatcher.newBuilder().setName(match.name());
        if (match.value() instanceof ValueMatch.Present) {
            return out.setPresentMatch(true).build();
        }
        return out.setStringMatch(string(match.value())).build();
    }

    private static StringMatcher string(ValueMatch value) {
        StringMatcher.Builder out = StringMatcher.newBuilder();
        switch (value) {
            case ValueMatch.Exact(String exact) -> out.setExact(exact);
            case ValueMatch.Prefix(String prefix) -> out.setPrefix(prefix);
            case ValueMatch.Regex(String regex) -> out.setSafeRegex(regex(regex));
            case ValueMatch.Present() -> out.setSafeRegex(regex(".*"));
        }
        return out.build();
    }

    private static RegexMatcher regex(String regex) {
        return RegexMatcher.newBuilder().setRegex(regex).build();
    }
}

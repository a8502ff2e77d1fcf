package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.AbortAnswer;
import dev.heddle.compiler.ir.HttpFeature.SessionKey;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.type.http.v3.Cookie;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import java.time.Duration;
import java.util.List;

/// Emits what routes do beside routing, as configurations of filters that by themselves do nothing.
///
/// The filters are there whether a route needs one or not, as Istio has it: a rule may come at any
/// time, and a listener that changed for it would end its connections. Only who is to be asked can
/// be known from nothing but the rules.
final class FeatureEmitter {
    private static final String CORS = "envoy.filters.http.cors";
    private static final String FAULT = "envoy.filters.http.fault";

    private FeatureEmitter() {}

    private static final String SESSION = "envoy.filters.http.stateful_session";

    /// In Istio's order.
    ///
    /// @param isCorsThere whether [#cors] came before
    /// @param asked by some route
    static void filters(
            boolean isCorsThere, List<Authorizer> asked, HttpConnectionManager.Builder out) {
        out.addHttpFilters(filter(FAULT, HTTPFault.getDefaultInstance()));
        if (!isCorsThere) {
            cors(out);
        }
        asked.forEach(it -> out.addHttpFilters(ExtAuthzEmitter.asleep(it)));
        out.addHttpFilters(filter(SESSION, StatefulSession.getDefaultInstance()));
    }

    /// What browsers may do.
    static void cors(HttpConnectionManager.Builder out) {
        out.addHttpFilters(filter(CORS, Cors.getDefaultInstance()));
    }

    private static HttpFilter filter(String name, Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Protos.pack(config)).build();
    }

    static void emit(HttpFeature feature, Route.Builder out) {
        switch (feature) {
            case HttpFeature.Fault fault ->
                    out.putTypedPerFilterConfig(FAULT, Protos.pack(fault(fault)));
            case HttpFeature.Cors cors ->
                    out.putTypedPerFilterConfig(CORS, Protos.pack(cors(cors)));
            case HttpFeature.ExtAuthz(Authorizer authorizer) ->
                    ExtAuthzEmitter.wake(authorizer, out);
            case HttpFeature.RateLimit(var limits) -> RateLimitEmitter.emit(limits, out);
            case HttpFeature.BasicAuth basic -> LoginEmitter.emit(basic, out);
            case HttpFeature.ApiKeyAuth keys -> LoginEmitter.emit(keys, out);
            case HttpFeature.Oidc(var login, _) -> OidcEmitter.emit(login, out);
            case HttpFeature.StatefulSession session ->
                    out.putTypedPerFilterConfig(
                            SESSION,
                            Protos.pack(
                                    StatefulSessionPerRoute.newBuilder()
                                            .setStatefulSession(session(session))
                                            .build()));
        }
    }

    private static StatefulSession.Builder session(HttpFeature.StatefulSession session) {
        TypedExtensionConfig.Builder state = TypedExtensionConfig.newBuilder();
        switch (session.kept()) {
            case SessionKey.Cookie(String name, String path, Duration ttl) ->
                    state.setName("envoy.http.stateful_session.cookie")
                            .setTypedConfig(
                                    Protos.pack(
                                            CookieBasedSessionState.newBuilder()
                                                    .setCookie(
                                                            Cookie.newBuilder()
                                                                    .setName(name)
                                                                    .setPath(path)
                                                                    .setTtl(Protos.duration(ttl)))
                                                    .build()));
            case SessionKey.Header(String name) ->
                    state.setName("envoy.http.stateful_session.header")
                            .setTypedConfig(
                                    Protos.pack(
                                            HeaderBasedSessionState.newBuilder()
                                                    .setName(name)
                                                    .build()));
        }
        return StatefulSession.newBuilder().setSessionState(state).setStrict(session.isStrict());
    }

    private static HTTPFault fault(HttpFeature.Fault fault) {
        HTTPFault.Builder out = HTTPFault.newBuilder();
        fault.delay()
                .ifPresent(delay ->
                        out.setDelay(
                                FaultDelay.newBuilder()
                                        .setFixedDelay(Protos.duration(delay.time()))
                                        .setPercentage(percent(delay.of()))));
        fault.abort().ifPresent(abort -> out.setAbort(abort(abort)));
        return out.build();
    }

    private static FaultAbort.Builder abort(HttpFeature.Abort abort) {
        FaultAbort.Builder out = FaultAbort.newBuilder().setPercentage(percent(abort.of()));
        return switch (abort.answer()) {
            case AbortAnswer.Http(int status) -> out.setHttpStatus(status);
            case AbortAnswer.Grpc(int status, _) -> out.setGrpcStatus(status);
        };
    }

    private static CorsPolicy cors(HttpFeature.Cors cors) {
        CorsPolicy.Builder out =
                CorsPolicy.newBuilder()
                        .setFilterEnabled(fraction(Portion.ALL))
                        .setAllowMethods(String.join(",", cors.methods()))
                        .setAllowHeaders(String.join(",", cors.headers()))
                        .setExposeHeaders(String.join(",", cors.exposed()));
        cors.origins().forEach(it -> out.addAllowOriginStringMatch(text(it)));
        cors.maxAge().ifPresent(it -> out.setMaxAge(Long.toString(it.toSeconds())));
        cors.credentials().ifPresent(it -> out.setAllowCredentials(BoolValue.of(it)));
        return out.setForwardNotMatchingPreflights(BoolValue.of(cors.forwardsUnmatched())).build();
    }

    private static StringMatcher text(ValueMatch match) {
        StringMatcher.Builder out = StringMatcher.newBuilder();
        return switch (match) {
            case ValueMatch.Exact(String exact) -> out.setExact(exact).build();
            case ValueMatch.Prefix(String prefix) -> out.setPrefix(prefix).build();
            case ValueMatch.Regex(String regex) ->
                    out.setSafeRegex(RegexMatcher.newBuilder().setRegex(regex)).build();
            case ValueMatch.Present() ->
                    out.setSafeRegex(RegexMatcher.newBuilder().setRegex(".*")).build();
        };
    }

    static RuntimeFractionalPercent fraction(Portion portion) {
        return RuntimeFractionalPercent.newBuilder().setDefaultValue(percent(portion)).build();
    }

    private static FractionalPercent percent(Portion portion) {
        return portion.isAll()
                ? FractionalPercent.newBuilder().setNumerator(100).build()
                : FractionalPercent.newBuilder()
                        .setNumerator(portion.perMillion())
                        .setDenominator(DenominatorType.MILLION)
                        .build();
    }
}

package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.heddle.compiler.ir.Access;
import dev.heddle.compiler.ir.Access.Condition;
import dev.heddle.compiler.ir.Access.Rule;
import dev.heddle.compiler.ir.Access.Stage;
import dev.heddle.compiler.ir.Access.Text;
import dev.heddle.compiler.ir.Access.Value;
import dev.heddle.compiler.ir.Authorizer;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.MetadataFilter;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.List;
import java.util.Optional;

/// Emits who may do what: a filter for each stage, in order, with Istio's names.
final class AccessEmitter {
    private static final String HTTP = "envoy.filters.http.rbac";
    private static final String NETWORK = "envoy.filters.network.rbac";
    private static final String TCP_PREFIX = "tcp.";

    /// In front of what the rules find out that say whom to ask.
    private static final String ASKED_PREFIX = "istio_ext_authz_";

    /// In front of what is found out about who may know why he was refused.
    private static final String TOLD_PREFIX = "heddle_told_";

    /// In front of what is found out about who was not refused.
    private static final String PASSED_PREFIX = "heddle_passed_";

    private AccessEmitter() {}

    /// Whom is asked outside, which is before tokens are looked at, as with Istio.
    static void asked(Access access, HttpConnectionManager.Builder out) {
        for (Stage stage : access.requests()) {
            stage.asked()
                    .ifPresent(authorizer -> {
                        out.addHttpFilters(noting(matched(stage), ASKED_PREFIX));
                        out.addHttpFilters(
                                HttpFilter.newBuilder()
                                        .setName(ExtAuthzEmitter.HTTP)
                                        .setTypedConfig(
                                                Protos.pack(
                                                        ExtAuthzEmitter.http(authorizer)
                                                                .setFilterEnabledMetadata(
                                                                        enabling(HTTP, authorizer))
                                                                .build())));
                    });
        }
    }

    private static RBAC matched(Stage stage) {
        return rules(stage, stage.enforced().orElse(List.of()));
    }

    /// A rule of this authorizer matched, which a filter before has found out.
    private static MetadataMatcher enabling(String filter, Authorizer authorizer) {
        return found(
                new Condition.Found(
                        filter,
                        List.of(ASKED_PREFIX + "shadow_effective_policy_id"),
                        new Value.Is(
                                new Text.Prefix(
                                        Authorizer.RULES + authorizer.name() + "-ns[", false))));
    }

    static void filters(Access access, HttpConnectionManager.Builder out) {
        if (!access.told().isEmpty()) {
            var mayKnow =
                    new Stage(Access.Action.ALLOW, Optional.of(access.told()), Optional.empty());
            out.addHttpFilters(noting(matched(mayKnow), TOLD_PREFIX));
            out.setLocalReplyConfig(LocalReplyConfig.newBuilder().addMappers(telling()));
        }
        for (Stage stage : access.requests()) {
            if (stage.asked().isPresent()) {
                continue;
            }
            var filter = io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.newBuilder();
            stage.enforced().ifPresent(rules -> filter.setRules(rules(stage, rules)));
            stage.tried()
                    .ifPresent(rules ->
                            filter.setShadowRules(rules(stage, rules))
                                    .setShadowRulesStatPrefix(triedPrefix(stage)));
            out.addHttpFilters(
                    HttpFilter.newBuilder()
                            .setName(HTTP)
                            .setTypedConfig(Protos.pack(filter.build())));
        }
        if (!access.told().isEmpty()) {
            Policy everything =
                    Policy.newBuilder()
                            .addPermissions(Permission.newBuilder().setAny(true))
                            .addPrincipals(Principal.newBuilder().setAny(true))
                            .build();
            out.addHttpFilters(
                    noting(
                            RBAC.newBuilder()
                                    .setAction(RBAC.Action.ALLOW)
                                    .putPolicies("passed", everything)
                                    .build(),
                            PASSED_PREFIX));
        }
    }

    /// A filter that refuses nobody, and only finds out what its rules say.
    private static HttpFilter noting(RBAC rules, String prefix) {
        return HttpFilter.newBuilder()
                .setName(HTTP)
                .setTypedConfig(
                        Protos.pack(
                                io.envoyproxy
                                        .envoy
                                        .extensions
                                        .filters
                                        .http
                                        .rbac
                                        .v3
                                        .RBAC
                                        .newBuilder()
                                        .setShadowRules(rules)
                                        .setShadowRulesStatPrefix(prefix)
                                        .build()))
                .build();
    }

    /// Tells who may know it what a log says. A filter's own refusal is not among what filters have
    /// found out when the answer is made, so it is who has not passed all of them.
    private static ResponseMapper telling() {
        return ResponseMapper.newBuilder()
                .setFilter(
                        AccessLogFilter.newBuilder()
                                .setAndFilter(
                                        AndFilter.newBuilder()
                                                .addFilters(noted(TOLD_PREFIX, "allowed", false))
                                                .addFilters(noted(PASSED_PREFIX, "denied", true))))
                .addHeadersToAdd(
                        HeaderValueOption.newBuilder()
                                .setHeader(
                                        HeaderValue.newBuilder()
                                                .setKey(Access.DENIED_BY)
                                                .setValue("%RESPONSE_CODE_DETAILS%"))
                                .setAppendAction(
                                        HeaderValueOption.HeaderAppendAction
                                                .OVERWRITE_IF_EXISTS_OR_ADD))
                .build();
    }

    /// @param otherwise whether those are meant of whom nothing was found out
    private static AccessLogFilter noted(String prefix, String result, boolean otherwise) {
        return AccessLogFilter.newBuilder()
                .setMetadataFilter(
                        MetadataFilter.newBuilder()
                                .setMatcher(
                                        found(
                                                new Condition.Found(
                                                        HTTP,
                                                        List.of(prefix + "shadow_engine_result"),
                                                        new Value.Is(
                                                                new Text.Exact(result, false)))))
                                .setMatchIfKeyNotFound(BoolValue.of(otherwise)))
                .build();
    }

    static void filters(Access access, FilterChain.Builder out) {
        for (Stage stage : access.connections()) {
            var filter =
                    io.envoyproxy
                            .envoy
                            .extensions
                            .filters
                            .network
                            .rbac
                            .v3
                            .RBAC
                            .newBuilder()
                            .setStatPrefix(TCP_PREFIX);
            if (stage.asked().isPresent()) {
                filter.setShadowRules(matched(stage)).setShadowRulesStatPrefix(ASKED_PREFIX);
            } else {
                stage.enforced().ifPresent(rules -> filter.setRules(rules(stage, rules)));
            }
            stage.tried()
                    .ifPresent(rules ->
                            filter.setShadowRules(rules(stage, rules))
                                    .setShadowRulesStatPrefix(triedPrefix(stage)));
            out.addFilters(
                    Filter.newBuilder()
                            .setName(NETWORK)
                            .setTypedConfig(Protos.pack((Message) filter.build())));
            stage.asked()
                    .ifPresent(authorizer ->
                            out.addFilters(
                                    Filter.newBuilder()
                                            .setName(ExtAuthzEmitter.NETWORK)
                                            .setTypedConfig(
                                                    Protos.pack(
                                                            ExtAuthzEmitter.network(
                                                                            authorizer, TCP_PREFIX)
                                                                    .setFilterEnabledMetadata(
                                                                            enabling(
                                                                                    NETWORK,
                                                                                    authorizer))
                                                                    .build()))));
        }
    }

    private static String triedPrefix(Stage stage) {
        return switch (stage.action()) {
            case CUSTOM, AUDIT -> "";
            case DENY -> "istio_dry_run_deny_";
            case ALLOW -> "istio_dry_run_allow_";
        };
    }

    private static RBAC rules(Stage stage, List<Rule> rules) {
        RBAC.Builder out =
                RBAC.newBuilder()
                        .setAction(
                                switch (stage.action()) {
                                    case AUDIT -> RBAC.Action.LOG;
                                    // Only whether a rule matches is asked for.
                                    case CUSTOM, DENY -> RBAC.Action.DENY;
                                    case ALLOW -> RBAC.Action.ALLOW;
                                });
        for (Rule rule : rules) {
            Policy.Builder policy = Policy.newBuilder();
            rule.what().forEach(it -> policy.addPermissions(permission(it)));
            rule.who().forEach(it -> policy.addPrincipals(principal(it)));
            out.putPolicies(rule.name(), policy.build());
        }
        return out.build();
    }

    @SuppressWarnings("deprecation") // Istio's proxies and every Envoy read the older field
    private static Permission permission(Condition condition) {
        Permission.Builder out = Permission.newBuilder();
        switch (condition) {
            case Condition.Anything() -> out.setAny(true);
            case Condition.All(List<Condition> of) ->
                    out.setAndRules(
                            Permission.Set.newBuilder()
                                    .addAllRules(
                                            of.stream().map(AccessEmitter::permission).toList()));
            case Condition.Some(List<Condition> of) ->
                    out.setOrRules(
                            Permission.Set.newBuilder()
                                    .addAllRules(
                                            of.stream().map(AccessEmitter::permission).toList()));
            case Condition.Not(Condition of) -> out.setNotRule(permission(of));
            case Condition.Header(String name, var value) -> out.setHeader(header(name, value));
            case Condition.Path(Text text) ->
                    out.setUrlPath(PathMatcher.newBuilder().setPath(text(text)));
            case Condition.Template(String template) ->
                    out.setUriTemplate(
                            TypedExtensionConfig.newBuilder()
                                    .setName("uri-template")
                                    .setTypedConfig(
                                            Protos.pack(
                                                    UriTemplateMatchConfig.newBuilder()
                                                            .setPathTemplate(template)
                                                            .build())));
            case Condition.ToAddress(String range) ->
                    out.setDestinationIp(ListenerEmitter.range(range));
            case Condition.ToPort(int port) -> out.setDestinationPort(port);
            case Condition.ServerName(Text text) -> out.setRequestedServerName(text(text));
            case Condition.Found found -> out.setMetadata(found(found));
            case Condition.Caller _, Condition.FromAddress _, Condition.ClientAddress _ ->
                    throw new IllegalStateException(condition + ": says who, not what");
        }
        return out.build();
    }

    @SuppressWarnings("deprecation") // Istio's proxies and every Envoy read the older field
    private static Principal principal(Condition condition) {
        Principal.Builder out = Principal.newBuilder();
        switch (condition) {
            case Condition.Anything() -> out.setAny(true);
            case Condition.All(List<Condition> of) ->
                    out.setAndIds(
                            Principal.Set.newBuilder()
                                    .addAllIds(of.stream().map(AccessEmitter::principal).toList()));
            case Condition.Some(List<Condition> of) ->
                    out.setOrIds(
                            Principal.Set.newBuilder()
                                    .addAllIds(of.stream().map(AccessEmitter::principal).toList()));
            case Condition.Not(Condition of) -> out.setNotId(principal(of));
            case Condition.Header(String name, var value) -> out.setHeader(header(name, value));
            case Condition.Caller(Text name) ->
                    out.setAuthenticated(
                            Principal.Authenticated.newBuilder().setPrincipalName(text(name)));
            case Condition.FromAddress(String range) ->
                    out.setDirectRemoteIp(ListenerEmitter.range(range));
            case Condition.ClientAddress(String range) ->
                    out.setRemoteIp(ListenerEmitter.range(range));
            case Condition.Found found -> out.setMetadata(found(found));
            case Condition.Path _,
                    Condition.Template _,
                    Condition.ToAddress _,
                    Condition.ToPort _,
                    Condition.ServerName _ ->
                    throw new IllegalStateException(condition + ": says what, not who");
        }
        return out.build();
    }

    private static HeaderMatcher header(String name, Optional<Text> value) {
        HeaderMatcher.Builder out = HeaderMatcher.newBuilder().setName(name);
        return value.map(it -> out.setStringMatch(text(it)))
                .orElseGet(() -> out.setPresentMatch(true))
                .build();
    }

    private static MetadataMatcher found(Condition.Found found) {
        MetadataMatcher.Builder out = MetadataMatcher.newBuilder().setFilter(found.filter());
        found.path()
                .forEach(key ->
                        out.addPath(MetadataMatcher.PathSegment.newBuilder().setKey(key).build()));
        return out.setValue(value(found.value())).build();
    }

    private static ValueMatcher value(Value value) {
        ValueMatcher.Builder out = ValueMatcher.newBuilder();
        switch (value) {
            case Value.Is(Text text) -> out.setStringMatch(text(text));
            case Value.Has(Value item) ->
                    out.setListMatch(ListMatcher.newBuilder().setOneOf(value(item)));
            case Value.AnyOf(List<Value> values) ->
                    out.setOrMatch(
                            OrMatcher.newBuilder()
                                    .addAllValueMatchers(
                                            values.stream().map(AccessEmitter::value).toList()));
        }
        return out.build();
    }

    static StringMatcher text(Text text) {
        StringMatcher.Builder out = StringMatcher.newBuilder();
        switch (text) {
            case Text.Exact(String exact, boolean ignoreCase) ->
                    out.setExact(exact).setIgnoreCase(ignoreCase);
            case Text.Prefix(String prefix, boolean ignoreCase) ->
                    out.setPrefix(prefix).setIgnoreCase(ignoreCase);
            case Text.Suffix(String suffix, boolean ignoreCase) ->
                    out.setSuffix(suffix).setIgnoreCase(ignoreCase);
            case Text.Regex(String regex) ->
                    out.setSafeRegex(RegexMatcher.newBuilder().setRegex(regex));
        }
        return out.build();
    }
}

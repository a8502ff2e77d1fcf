package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.ApiKeyAuth;
import dev.heddle.compiler.ir.HttpFeature.BasicAuth;
import dev.heddle.compiler.ir.HttpFeature.KeyPlace;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Logins;
import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.secret.ClientKeys;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.secret.Credentials.Credential;
import dev.heddle.compiler.secret.UserFile;
import dev.heddle.compiler.select.GatewayAuthentications;
import dev.heddle.compiler.select.GatewayAuthentications.InForce;
import dev.heddle.compiler.select.GatewayAuthentications.Section;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Secret;
import dev.heddle.model.policy.SecurityPolicy;
import dev.heddle.model.policy.SecurityPolicy.ExtractFrom;
import dev.heddle.model.policy.SecurityPolicy.SecretRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What callers of a gateway must show, route by route. Where a Secret is missing, or has nothing
/// that can be used, nobody passes.
final class LoginLowering {
    private static final RouteAction CLOSED =
            new RouteAction.DirectResponse(503, new RouteAction.ReplyBody.Text("no login"));

    private final GatewayAuthentications policies;
    private final Credentials credentials;
    private final OidcLowering oidc;

    LoginLowering(MeshIndex index, OidcLowering oidc) {
        this.policies = index.gatewayAuthentications();
        this.credentials = index.credentials();
        this.oidc = oidc;
    }

    /// The tables with what their routes ask for.
    List<RouteConfiguration> routes(List<RouteConfiguration> tables) {
        return policies.all().isEmpty() ? tables : RouteTargets.edited(tables, this::route);
    }

    private Route route(Route route, VirtualHost host) {
        List<Set<PolicyTarget>> nearestFirst = RouteTargets.nearestFirst(route, host);
        var features = new ArrayList<HttpFeature>();
        policies.inForce(nearestFirst, Section.API_KEY_AUTH)
                .map(this::keys)
                .ifPresent(features::add);
        policies.inForce(nearestFirst, Section.BASIC_AUTH)
                .map(this::basic)
                .ifPresent(features::add);
        Optional<InForce<SecurityPolicy.Oidc>> asked = policies.inForce(nearestFirst, Section.OIDC);
        Optional<HttpFeature> login = asked.flatMap(it -> oidc.lower(it, host));
        login.ifPresent(features::add);
        // A login that cannot come about yet is none that anybody has.
        Route open = asked.isPresent() && login.isEmpty() ? route.with(CLOSED) : route;
        if (features.isEmpty()) {
            return open;
        }
        features.addAll(route.features());
        return open.with(features);
    }

    private BasicAuth basic(InForce<SecurityPolicy.BasicAuth> said) {
        String name = said.says().users().name();
        String namespace = said.policy().metadata().namespace();
        String users =
                secret(said.policy(), name)
                        .flatMap(secret -> secret.text(UserFile.ENTRY))
                        .map(text -> UserFile.of(text).usable())
                        .orElse("");
        return new BasicAuth(
                new HttpFeature.Users(users, namespace + "/" + name),
                said.says().forwardUsernameHeader(),
                said.origin());
    }

    private ApiKeyAuth keys(InForce<SecurityPolicy.ApiKeyAuth> said) {
        String namespace = said.policy().metadata().namespace();
        List<String> names =
                said.says().credentialRefs().stream().map(SecretRef::name).distinct().toList();
        List<Secret> secrets =
                names.stream().flatMap(name -> secret(said.policy(), name).stream()).toList();
        return new ApiKeyAuth(
                new HttpFeature.Keys(
                        ClientKeys.of(secrets).clients(),
                        names.stream().map(name -> namespace + "/" + name).toList()),
                said.says().extractFrom().stream().flatMap(LoginLowering::places).toList(),
                said.says().forwardClientIDHeader(),
                said.says().sanitize(),
                said.origin());
    }

    private static Stream<KeyPlace> places(ExtractFrom from) {
        return Stream.of(
                        from.headers().stream().<KeyPlace>map(KeyPlace.Header::new),
                        from.params().stream().<KeyPlace>map(KeyPlace.Parameter::new),
                        from.cookies().stream().<KeyPlace>map(KeyPlace.Cookie::new))
                .flatMap(each -> each);
    }

    private Optional<Secret> secret(Resource<SecurityPolicy> policy, String name) {
        return credentials
                .find(policy.metadata().namespace(), name)
                .map(Credential::resource)
                .map(Resource::spec);
    }

    /// The listeners with all that is needed for what the routes ask for.
    ///
    /// @param tables as [#routes] made them
    static List<Listener> listeners(List<Listener> listeners, List<RouteConfiguration> tables) {
        Map<String, RouteConfiguration> byName =
                tables.stream()
                        .collect(
                                Collectors.toMap(
                                        RouteConfiguration::name,
                                        Function.identity(),
                                        (first, _) -> first));
        return listeners.stream().map(l -> listener(l, byName)).toList();
    }

    private static Listener listener(Listener listener, Map<String, RouteConfiguration> tables) {
        List<HttpFeature> features =
                Stream.concat(listener.chains().stream(), listener.defaultChain().stream())
                        .flatMap(chain -> table(chain, tables).stream())
                        .flatMap(table -> table.virtualHosts().stream())
                        .flatMap(host -> host.routes().stream())
                        .flatMap(route -> route.features().stream())
                        .toList();
        var logins =
                new Logins(
                        features.stream().anyMatch(ApiKeyAuth.class::isInstance),
                        features.stream()
                                .filter(BasicAuth.class::isInstance)
                                .map(it -> ((BasicAuth) it).userHeader())
                                .distinct()
                                .sorted()
                                .toList(),
                        features.stream().anyMatch(HttpFeature.Oidc.class::isInstance));
        return logins.equals(Logins.NONE)
                ? listener
                : listener.with(listener.guards().with(logins));
    }

    private static Optional<RouteConfiguration> table(
            FilterChain chain, Map<String, RouteConfiguration> tables) {
        return switch (chain.handling()) {
            case Handling.Http http ->
                    switch (http.routes()) {
                        case Routes.Named(String name) -> Optional.ofNullable(tables.get(name));
                        case Routes.Held(RouteConfiguration table) -> Optional.of(table);
                    };
            case Handling.Tcp _, Handling.Names _ -> Optional.empty();
        };
    }
}

package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.ClientTls;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.OidcLogin;
import dev.heddle.compiler.ir.PeerRules;
import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.TlsSecrets;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.secret.Credentials.Credential;
import dev.heddle.compiler.secret.LoginKey;
import dev.heddle.compiler.select.ContentHash;
import dev.heddle.compiler.select.GatewayAuthentications.InForce;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.Origin;
import dev.heddle.model.policy.OpenIdProvider;
import dev.heddle.model.policy.SecurityPolicy.CookieConfig;
import dev.heddle.model.policy.SecurityPolicy.CookieNames;
import dev.heddle.model.policy.SecurityPolicy.DenyRedirect;
import dev.heddle.model.policy.SecurityPolicy.MatchType;
import dev.heddle.model.policy.SecurityPolicy.Oidc;
import dev.heddle.model.policy.SecurityPolicy.SecretRef;
import dev.heddle.model.policy.SecurityPolicy.TokenForwarding;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Logins at providers of OpenID Connect, with the clusters through which those are called and the
/// secrets that they want.
///
/// A provider that is a service of the mesh is called as such, with the TLS that its
/// DestinationRule says; any other one by a cluster of its own, which believes the system's roots
/// and the provider's name alone.
final class OidcLowering {
    /// Entry of a Secret with the client's name.
    static final String CLIENT_ID = "client-id";

    /// Entry of a Secret with the client's secret.
    static final String CLIENT_SECRET = "client-secret";

    private static final String REDIRECT =
            "%REQ(x-forwarded-proto)%://%REQ(:authority)%/oauth2/callback";
    private static final String LOGOUT = "/logout";
    private static final String OPENID = "openid";
    private static final int SUFFIX_BYTES = 4;

    private final MeshIndex index;
    private final Map<String, Cluster> common = new TreeMap<>();
    private final TlsSecrets secrets;
    private final boolean takesBearer;
    private final Map<String, Cluster> own = new TreeMap<>();

    /// @param common clusters of services that the gateway has
    /// @param secrets gets what logins want
    /// @param takesBearer whether tokens in `authorization` are looked at before
    OidcLowering(MeshIndex index, List<Cluster> common, TlsSecrets secrets, boolean takesBearer) {
        this.index = index;
        common.forEach(cluster -> this.common.put(cluster.name(), cluster));
        this.secrets = secrets;
        this.takesBearer = takesBearer;
    }

    /// The clusters through which providers are called that are no services.
    List<Cluster> clusters() {
        return List.copyOf(own.values());
    }

    /// The login that a policy asks for; empty while it cannot come about.
    Optional<HttpFeature> lower(InForce<Oidc> said, VirtualHost host) {
        Oidc oidc = said.says();
        String namespace = said.policy().metadata().namespace();
        String policy = namespace + "/" + said.policy().metadata().name();
        Optional<OpenIdProvider> provider = index.openIdProviders().of(oidc.provider());
        Optional<String> id = clientId(oidc, namespace, index.credentials());
        Optional<String> secret =
                entry(oidc.clientSecret(), CLIENT_SECRET, namespace, index.credentials());
        Optional<LoginKey> key = key(index);
        if (provider.isEmpty() || id.isEmpty() || secret.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        Origin origin = said.origin();
        String secretName = "oidc/" + policy + "/client-secret";
        String sealName = "oidc/" + policy + "/seal";
        secrets.add(new TlsSecret.Words(secretName, new TlsSecret.Hidden(secret.get()), origin));
        secrets.add(
                new TlsSecret.Words(
                        sealName,
                        new TlsSecret.Hidden(
                                key.get().seal(policy, provider.get().issuer(), id.get())),
                        origin));
        var scopes = new LinkedHashSet<String>();
        if (!oidc.scopes().contains(OPENID)) {
            scopes.add(OPENID);
        }
        scopes.addAll(oidc.scopes());
        return Optional.of(
                new HttpFeature.Oidc(
                        new OidcLogin(
                                new OidcLogin.Provider(
                                        provider.get().issuer(),
                                        provider.get().authorizationEndpoint(),
                                        provider.get().tokenEndpoint(),
                                        cluster(provider.get().tokenEndpoint(), origin),
                                        provider.get().endSessionEndpoint()),
                                new OidcLogin.Client(
                                        id.get(),
                                        secretName,
                                        sealName,
                                        !isPlain(id.get() + secret.get()),
                                        List.copyOf(scopes),
                                        oidc.resources()),
                                places(oidc, host),
                                cookies(oidc, policy),
                                tokens(oidc),
                                denied(oidc.denyRedirect()),
                                oidc.passThroughAuthHeader() && takesBearer),
                        origin));
    }

    /// What the gateway is to the provider.
    static Optional<String> clientId(Oidc oidc, String namespace, Credentials credentials) {
        return oidc.clientIDRef()
                .map(ref -> entry(ref, CLIENT_ID, namespace, credentials))
                .orElse(Optional.of(oidc.clientID()))
                .filter(id -> !id.isEmpty() && id.chars().allMatch(c -> c >= ' ' && c < 0x7f));
    }

    static Optional<String> entry(
            SecretRef ref, String entry, String namespace, Credentials credentials) {
        return credentials
                .find(namespace, ref.name())
                .map(Credential::resource)
                .flatMap(resource -> resource.spec().text(entry))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    /// The key of the mesh's logins.
    static Optional<LoginKey> key(MeshIndex index) {
        return index.credentials()
                .find(index.rules().rootNamespace(), LoginKey.SECRET)
                .map(Credential::resource)
                .flatMap(resource -> LoginKey.of(resource.spec()));
    }

    /// Whether it is the same in a form and in a header: proxies escape it only in the former.
    private static boolean isPlain(String text) {
        return text.matches("[A-Za-z0-9._~-]*");
    }

    private OidcLogin.Places places(Oidc oidc, VirtualHost host) {
        String redirect = oidc.redirectURL().isEmpty() ? REDIRECT : oidc.redirectURL();
        String behind = redirect.substring(redirect.indexOf("://") + 3);
        return new OidcLogin.Places(
                redirect,
                behind.substring(behind.indexOf('/')),
                oidc.logoutPath().isEmpty() ? LOGOUT : oidc.logoutPath(),
                hosts(host, oidc));
    }

    /// To which hosts browsers may be sent back: those of the route, those that share its logins,
    /// and that of the callback.
    private static List<String> hosts(VirtualHost host, Oidc oidc) {
        var hosts = new LinkedHashSet<String>();
        for (String domain : host.domains()) {
            int colon = domain.endsWith("]") ? -1 : domain.lastIndexOf(':');
            String bare = colon < 0 ? domain : domain.substring(0, colon);
            if (bare.equals("*") || bare.endsWith("*")) {
                return List.of();
            }
            hosts.add(bare.replace("[", "").replace("]", ""));
        }
        if (!oidc.cookieDomain().isEmpty()) {
            hosts.add(oidc.cookieDomain());
            hosts.add("*." + oidc.cookieDomain());
        }
        if (!oidc.redirectURL().isEmpty()) {
            if (oidc.redirectURL().contains("%REQ(:authority)%")) {
                return List.copyOf(hosts);
            }
            if (oidc.redirectURL().contains("%")) {
                return List.of();
            }
            hosts.add(String.valueOf(URI.create(oidc.redirectURL()).getHost()));
        }
        return List.copyOf(hosts);
    }

    private static OidcLogin.Cookies cookies(Oidc oidc, String policy) {
        return new OidcLogin.Cookies(
                ContentHash.of(policy, SUFFIX_BYTES),
                oidc.cookieNames().map(CookieNames::accessToken).orElse(""),
                oidc.cookieNames().map(CookieNames::idToken).orElse(""),
                oidc.cookieDomain(),
                oidc.cookieConfig()
                        .flatMap(CookieConfig::sameSite)
                        .map(said ->
                                switch (said) {
                                    case Lax -> OidcLogin.SameSite.LAX;
                                    case Strict -> OidcLogin.SameSite.STRICT;
                                    case None -> OidcLogin.SameSite.NONE;
                                }));
    }

    private static OidcLogin.Tokens tokens(Oidc oidc) {
        return new OidcLogin.Tokens(
                oidc.forwardAccessToken(),
                oidc.forwardIDToken()
                        .map(TokenForwarding::header)
                        .map(it -> it.toLowerCase(Locale.ROOT))
                        .orElse(""),
                oidc.refreshToken().orElse(true),
                oidc.defaultTokenTTL(),
                oidc.defaultRefreshTokenTTL(),
                oidc.csrfTokenTTL(),
                !oidc.disableTokenEncryption());
    }

    private static List<HeaderMatch> denied(Optional<DenyRedirect> said) {
        var denied = new ArrayList<HeaderMatch>();
        for (var header : said.map(DenyRedirect::headers).orElse(List.of())) {
            ValueMatch value =
                    switch (header.type().orElse(MatchType.Exact)) {
                        case Exact -> new ValueMatch.Exact(header.value());
                        case Prefix -> new ValueMatch.Prefix(header.value());
                        case Suffix -> new ValueMatch.Regex(".*" + Pattern.quote(header.value()));
                        case RegularExpression -> new ValueMatch.Regex(header.value());
                    };
            denied.add(new HeaderMatch(header.name().toLowerCase(Locale.ROOT), value, false));
        }
        return denied;
    }

    /// The cluster through which a provider is called.
    private String cluster(String endpoint, Origin origin) {
        URI url = URI.create(endpoint);
        boolean isSecure = "https".equals(url.getScheme());
        String host = url.getHost().replace("[", "").replace("]", "").toLowerCase(Locale.ROOT);
        int port = url.getPort() > 0 ? url.getPort() : isSecure ? 443 : 80;
        String service = ClusterName.outbound(port, "", host);
        Cluster known = common.get(service);
        // What is to be secret is never sent by a cluster that secures nothing.
        if (known != null && (!isSecure || known.tls().isPresent())) {
            return service;
        }
        String name = (isSecure ? "oidc-tls" : "oidc") + "|" + port + "||" + host;
        own.computeIfAbsent(name, _ -> cluster(name, host, port, isSecure, origin));
        return name;
    }

    private Cluster cluster(String name, String host, int port, boolean isSecure, Origin origin) {
        var hosts =
                new LoadAssignment(
                        name,
                        List.of(
                                new LoadAssignment.EndpointGroup(
                                        "",
                                        List.of(
                                                new LoadAssignment.Endpoint(
                                                        new SocketAddress(host, port),
                                                        1,
                                                        origin)))));
        boolean isAddress = host.matches("[0-9.]+") || host.indexOf(':') >= 0;
        Cluster plain =
                PlanParts.cluster(
                        name,
                        isAddress
                                ? new Discovery.Fixed(hosts)
                                : new Discovery.LogicalDns(hosts, false, Optional.empty()),
                        new LoadBalancing.LeastRequest(),
                        Cluster.Protocol.HTTP1,
                        origin);
        return isSecure
                ? plain.secured(
                        new ClientTls(
                                Optional.empty(),
                                Optional.of(
                                        new PeerRules(
                                                secrets.rootFile("", "", origin),
                                                List.of(host),
                                                List.of(),
                                                List.of(),
                                                "")),
                                isAddress ? "" : host))
                : plain;
    }
}

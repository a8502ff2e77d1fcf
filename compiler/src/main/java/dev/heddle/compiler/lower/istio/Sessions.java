package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HttpFeature.SessionKey;
import dev.heddle.compiler.ir.HttpFeature.StatefulSession;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.lower.alike.Persistence;
import dev.heddle.compiler.select.BackendTrafficPolicies.InForce;
import dev.heddle.compiler.select.BackendTrafficPolicies.Section;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.policy.BackendTrafficPolicy.SessionAffinity;
import dev.heddle.model.policy.BackendTrafficPolicy.SessionCookie;
import dev.heddle.model.service.Service.Port;
import java.time.Duration;
import java.util.Optional;

/// How clients stay with one endpoint of a service, whatever becomes of the others: as a policy
/// says (Heddle's own, else one of the Gateway API's), else as Istio's labels of the service do.
public final class Sessions {
    /// The name of a cookie, and after a colon its path.
    private static final String COOKIE_LABEL = "istio.io/persistent-session";

    private static final String HEADER_LABEL = "istio.io/persistent-session-header";

    private Sessions() {}

    /// In force at a port; empty where nothing is said, or nobody could do it.
    static Optional<StatefulSession> of(MeshIndex index, MeshService service, Port port) {
        if (!isPossible(service, port)) {
            return Optional.empty();
        }
        Optional<InForce<SessionAffinity>> policy =
                index.backendPolicies().inForce(service, port, Section.SESSION_AFFINITY);
        return policy.isPresent()
                ? policy.flatMap(it -> lower(it.says()))
                : ofGatewayApi(index, service)
                        .or(() -> labelled(service).map(key -> new StatefulSession(key, false)));
    }

    /// What an XBackendTrafficPolicy says, or an XBackend itself.
    private static Optional<StatefulSession> ofGatewayApi(MeshIndex index, MeshService service) {
        return index.gatewayApi()
                .session(service.service().host(), service.metadata().namespace())
                .map(Persistence::lower);
    }

    /// Whether requests can be seen at a port, and its endpoints are known.
    public static boolean isPossible(MeshService service, Port port) {
        return OutboundTables.mayBeHttp(port)
                && switch (service.service().resolution()) {
                    case STATIC, DNS, DNS_ROUND_ROBIN -> true;
                    case DYNAMIC_DNS, PASSTHROUGH -> false;
                };
    }

    /// Whether anything of sessions is said for a port.
    public static boolean isAsked(MeshIndex index, MeshService service, Port port) {
        return of(index, service, port).isPresent();
    }

    /// What cannot be is left out; the checks say so.
    private static Optional<StatefulSession> lower(SessionAffinity said) {
        Optional<SessionKey> cookie =
                said.cookie().filter(it -> !it.name().isEmpty()).map(Sessions::cookie);
        return cookie.or(() ->
                        said.header()
                                .filter(it -> EnvoySyntax.isHeaderName(it.name()))
                                .map(it -> new SessionKey.Header(it.name())))
                .map(key -> new StatefulSession(key, said.strict()));
    }

    private static SessionKey cookie(SessionCookie cookie) {
        Duration ttl = cookie.ttl().orElse(Duration.ZERO);
        return new SessionKey.Cookie(
                cookie.name(),
                cookie.path(),
                ttl.isNegative() ? Duration.ZERO : Duration.ofSeconds(ttl.toSeconds()));
    }

    private static Optional<SessionKey> labelled(MeshService service) {
        String cookie = service.metadata().labels().getOrDefault(COOKIE_LABEL, "");
        if (!cookie.isEmpty()) {
            int colon = cookie.indexOf(':');
            return Optional.of(
                    colon < 0
                            ? new SessionKey.Cookie(cookie, "/", Duration.ZERO)
                            : new SessionKey.Cookie(
                                    cookie.substring(0, colon),
                                    cookie.substring(colon + 1),
                                    Duration.ZERO));
        }
        String header = service.metadata().labels().getOrDefault(HEADER_LABEL, "");
        return Optional.of(header).filter(EnvoySyntax::isHeaderName).map(SessionKey.Header::new);
    }
}

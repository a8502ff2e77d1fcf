package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.Listener;
import dev.heddle.model.gatewayapi.Listener.AllowedRoutes;
import dev.heddle.model.gatewayapi.Listener.ListenerTls;
import dev.heddle.model.gatewayapi.Listener.Mode;
import dev.heddle.model.gatewayapi.Listener.RouteKind;
import dev.heddle.model.gatewayapi.SecretReference;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at the listeners of a Gateway or of a ListenerSet.
final class ListenersCheck {
    private static final FieldPath LISTENERS = FieldPath.of("spec", "listeners");
    private static final Pattern PROTOCOL =
            Pattern.compile(
                    "^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                            + "(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/[A-Za-z0-9]+$");
    private static final Set<String> PLAIN = Set.of(Listener.HTTP, Listener.TCP, Listener.UDP);
    private static final Set<String> NAMELESS = Set.of(Listener.TCP, Listener.UDP);
    private static final int MOST = 64;

    private ListenersCheck() {}

    private record Distinct(int port, String protocol, Optional<String> hostname) {}

    static void check(List<Listener> listeners, Findings findings) {
        GatewayTexts.most(listeners, MOST, LISTENERS, findings);
        GatewayTexts.unique(listeners, Listener::name, LISTENERS, findings);
        Set<Distinct> seen = new HashSet<>();
        for (int i = 0; i < listeners.size(); i++) {
            Listener listener = listeners.get(i);
            FieldPath path = LISTENERS.index(i);
            check(listener, path, findings);
            var key = new Distinct(listener.port(), listener.protocol(), listener.hostname());
            if (!seen.add(key)) {
                findings.error(
                        path,
                        "port, protocol and hostname are those of another listener (expected: one"
                                + " of them differs)");
            }
        }
    }

    private static void check(Listener listener, FieldPath path, Findings findings) {
        GatewayTexts.subdomain(listener.name(), path.field("name"), findings);
        Values.checkPort(listener.port(), path.field("port"), findings);
        listener.hostname()
                .ifPresent(h -> GatewayTexts.hostname(h, path.field("hostname"), findings));
        GatewayTexts.longest(listener.protocol(), 255, path.field("protocol"), findings);
        if (!PROTOCOL.matcher(listener.protocol()).find()) {
            findings.invalid(
                    path.field("protocol"), listener.protocol(), "HTTP, HTTPS, TLS, TCP or UDP");
        }
        if (NAMELESS.contains(listener.protocol())
                && listener.hostname().filter(h -> !h.isEmpty()).isPresent()) {
            findings.error(
                    path.field("hostname"),
                    listener.protocol() + " knows no hosts (expected: none)");
        }
        checkTls(listener, path.field("tls"), findings);
        listener.allowedRoutes()
                .ifPresent(a -> checkRoutes(a, path.field("allowedRoutes"), findings));
    }

    private static void checkTls(Listener listener, FieldPath path, Findings findings) {
        if (listener.tls().isEmpty()) {
            if (listener.protocol().equals(Listener.TLS)) {
                findings.missing(path, "TLS needs 'tls' with a mode");
            }
            return;
        }
        ListenerTls tls = listener.tls().get();
        if (PLAIN.contains(listener.protocol())) {
            findings.error(path, listener.protocol() + " is plain text (expected: no tls)");
        }
        if (listener.protocol().equals(Listener.HTTPS) && tls.mode() != Mode.Terminate) {
            findings.invalid(path.field("mode"), tls.mode(), "Terminate, with HTTPS");
        }
        if (tls.mode() == Mode.Terminate
                && tls.certificateRefs().isEmpty()
                && tls.options().isEmpty()) {
            findings.missing(
                    path.field("certificateRefs"),
                    "TLS that ends here needs a certificate (expected: certificateRefs or"
                            + " options)");
        }
        GatewayTexts.most(tls.certificateRefs(), MOST, path.field("certificateRefs"), findings);
        for (int i = 0; i < tls.certificateRefs().size(); i++) {
            checkSecret(
                    tls.certificateRefs().get(i), path.field("certificateRefs").index(i), findings);
        }
        GatewayTexts.options(tls.options(), path.field("options"), findings);
    }

    static void checkSecret(SecretReference ref, FieldPath path, Findings findings) {
        GatewayTexts.reference(ref.group(), ref.kindOrSecret(), ref.name(), path, findings);
        GatewayTexts.namespace(ref.namespace(), path.field("namespace"), findings);
    }

    private static void checkRoutes(AllowedRoutes routes, FieldPath path, Findings findings) {
        GatewayTexts.most(routes.kinds(), 8, path.field("kinds"), findings);
        for (int i = 0; i < routes.kinds().size(); i++) {
            RouteKind kind = routes.kinds().get(i);
            FieldPath at = path.field("kinds").index(i);
            GatewayTexts.group(kind.group(), at.field("group"), findings);
            GatewayTexts.kind(kind.kind(), at.field("kind"), findings);
        }
    }
}

package dev.heddle.proxy.connection;

import dev.heddle.proxy.config.HttpConnectionManagerConfig.ClientCertificate;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.tls.ShownCertificate;
import dev.heddle.proxy.tls.TlsSession;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What becomes of `x-forwarded-client-cert` on one connection. What is told of the client is
/// written once, as it is the same for each request.
final class ClientCertificateText {
    private final ClientCertificate.Forwarding forwarding;
    private final @Nullable String own;

    /// @param session of the connection; null when it has no TLS
    ClientCertificateText(ClientCertificate rules, @Nullable TlsSession session) {
        ShownCertificate peer = session == null ? null : session.peer().orElse(null);
        forwarding = rules.forwarding();
        own = session == null || peer == null ? null : text(rules, session, peer);
    }

    void apply(Headers headers) {
        String told = own;
        if (forwarding == ClientCertificate.Forwarding.ALWAYS_FORWARD_ONLY) {
            return;
        }
        if (told == null) {
            // Who the client is by its certificate can be said only where it showed one.
            headers.remove(HeaderName.X_FORWARDED_CLIENT_CERT);
            return;
        }
        switch (forwarding) {
            case SANITIZE -> headers.remove(HeaderName.X_FORWARDED_CLIENT_CERT);
            case FORWARD_ONLY, ALWAYS_FORWARD_ONLY -> {
                // It stays.
            }
            case APPEND_FORWARD -> {
                List<String> before = headers.getAll(HeaderName.X_FORWARDED_CLIENT_CERT);
                headers.set(
                        HeaderName.X_FORWARDED_CLIENT_CERT,
                        before.isEmpty() ? told : String.join(",", before) + "," + told);
            }
            case SANITIZE_SET -> headers.set(HeaderName.X_FORWARDED_CLIENT_CERT, told);
        }
    }

    private static String text(ClientCertificate rules, TlsSession session, ShownCertificate peer) {
        var parts = new ArrayList<String>();
        session.local()
                .ifPresent(local -> local.names().uris().forEach(uri -> parts.add("By=" + uri)));
        parts.add("Hash=" + peer.sha256());
        for (ClientCertificate.Shown shown : ClientCertificate.Shown.values()) {
            if (rules.shows().contains(shown)) {
                add(parts, shown, peer);
            }
        }
        return String.join(";", parts);
    }

    private static void add(
            List<String> parts, ClientCertificate.Shown shown, ShownCertificate peer) {
        switch (shown) {
            case CERT -> parts.add("Cert=\"" + peer.encodedPem() + "\"");
            case CHAIN -> parts.add("Chain=\"" + peer.encodedChain() + "\"");
            // An empty subject is told, too: so one can see that it is empty.
            case SUBJECT -> parts.add("Subject=\"" + peer.subject() + "\"");
            case URI -> {
                if (peer.names().uris().isEmpty()) {
                    parts.add("URI=");
                }
                peer.names().uris().forEach(uri -> parts.add("URI=" + uri));
            }
            case DNS -> peer.names().dns().forEach(name -> parts.add("DNS=" + name));
        }
    }
}

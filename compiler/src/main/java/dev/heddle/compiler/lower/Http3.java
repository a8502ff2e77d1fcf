package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// HTTP/3 beside HTTPS, for Gateways of either API that ask for it by an annotation: where Istio
/// has a setting of its control plane, and the Gateway API nothing.
///
/// Who must show a certificate is not served in it: stock Envoy asks for none over QUIC.
public final class Http3 {
    /// The annotation: `true` or `false`.
    public static final String ANNOTATION = "heddle.dev/http3";

    private static final List<String> ALPN = List.of("h3");

    private Http3() {}

    /// What a Gateway says; empty for nothing.
    public static Optional<String> said(Resource<?> gateway) {
        return Optional.ofNullable(gateway.metadata().annotations().get(ANNOTATION));
    }

    /// Whether a Gateway asks for it.
    public static boolean isAsked(Resource<?> gateway) {
        return said(gateway).filter("true"::equals).isPresent();
    }

    /// Whether what ends TLS like this can be served in it, too.
    public static boolean isPossible(ServerTls tls) {
        boolean isOld =
                tls.greatest() != ProtocolVersion.TLS_AUTO
                        && tls.greatest() != ProtocolVersion.TLSV1_3;
        return tls.clients().isEmpty() && !isOld;
    }

    /// The listener beside one for HTTPS; empty where nobody asks for it.
    ///
    /// @param beside the name of that listener
    /// @param chains all of its chains for TLS
    /// @param asking the Gateways that ask, as their origins name them
    static Optional<Listener> listener(
            String beside,
            SocketAddress address,
            List<FilterChain> chains,
            Set<String> asking,
            Origin origin) {
        var own = new ArrayList<FilterChain>();
        for (FilterChain chain : chains) {
            boolean isOne =
                    asking.contains(chain.origin().resource())
                            && chain.handling() instanceof Handling.Http
                            && chain.tls().filter(Http3::isPossible).isPresent();
            if (isOne) {
                own.add(chain(chain));
            }
        }
        return own.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Listener(
                                "quic_" + beside,
                                address,
                                Direction.OUTBOUND,
                                Capture.QUIC,
                                List.of(),
                                own,
                                Optional.empty(),
                                origin));
    }

    private static FilterChain chain(FilterChain chain) {
        return new FilterChain(
                "quic_" + chain.name(),
                new Match(
                        OptionalInt.empty(),
                        List.of(),
                        List.of(),
                        chain.match().serverNames(),
                        Optional.empty(),
                        List.of()),
                chain.tls().map(Http3::tls),
                chain.handling(),
                chain.origin());
    }

    /// Versions and ciphers before TLS 1.3 are of no account.
    private static ServerTls tls(ServerTls tls) {
        return new ServerTls(
                tls.certificates(),
                Optional.empty(),
                false,
                ProtocolVersion.TLS_AUTO,
                ProtocolVersion.TLS_AUTO,
                List.of(),
                tls.groups(),
                ALPN);
    }

    /// Has clients of the tables that a listener has be told of it.
    ///
    /// @param port that they call
    static RouteConfiguration told(RouteConfiguration table, Listener listener, int port) {
        boolean isIts =
                listener.chains().stream()
                        .anyMatch(chain ->
                                chain.handling() instanceof Handling.Http http
                                        && http.routes().equals(new Routes.Named(table.name())));
        return isIts ? table.telling(table.told().ofHttp3(port)) : table;
    }
}

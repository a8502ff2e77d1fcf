package dev.heddle.compiler.lower.mesh;

import dev.heddle.compiler.ir.HttpOptions;
import dev.heddle.compiler.ir.HttpOptions.ClientCertificates;
import dev.heddle.compiler.ir.HttpOptions.ClientCertificates.Detail;
import dev.heddle.compiler.ir.HttpOptions.EscapedSlashes;
import dev.heddle.compiler.ir.HttpOptions.Headers;
import dev.heddle.compiler.ir.HttpOptions.Paths;
import dev.heddle.compiler.ir.HttpOptions.Streams;
import dev.heddle.compiler.ir.HttpOptions.Times;
import dev.heddle.compiler.ir.HttpOptions.Underscores;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ListenerOptions;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.ProxyOptions;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.mesh.ConnectionSettings;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshConfig.PathNormalization;
import dev.heddle.model.mesh.MeshProxyConfig.ForwardClientCertDetails;
import dev.heddle.model.mesh.MeshProxyConfig.Topology;
import dev.heddle.model.mesh.ProxyHeaders;
import dev.heddle.model.mesh.ProxyHeaders.ClientCertDetails;
import dev.heddle.model.mesh.ProxyHeaders.Enabled;
import dev.heddle.model.mesh.ProxyHeaders.Switch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// What the settings of the mesh and of one proxy come to for its listeners, as Istio has it.
public final class ListenerLowering {
    private final Optional<MeshConfig> mesh;
    private final ProxyOptions options;
    private final Role role;
    private final Observations observations;
    private final Optional<ConnectionSettings> connections;

    /// @param observers who is told of traffic
    /// @param telemetries that say what is told of it, the widest first
    /// @param services of the mesh, some of which are told
    /// @param asker what has the workload ask its callers for certificates; empty for nothing
    public ListenerLowering(
            Observers observers,
            ProxyOptions options,
            Role role,
            List<Resource<Telemetry>> telemetries,
            ServiceCatalog services,
            Optional<String> asker) {
        this.mesh = observers.mesh();
        this.options = options;
        this.role = role;
        this.observations =
                new Observations(
                        observers,
                        role,
                        options.evictsStats(),
                        telemetries,
                        new TracingLowering(observers, options.tracing(), role, services),
                        asker);
        this.connections =
                options.connections()
                        .map(said -> role == Role.GATEWAY ? EdgeProfile.filled(said) : said);
    }

    /// The options of listeners of that direction.
    public ListenerOptions of(Direction direction) {
        boolean isGateway = role == Role.GATEWAY;
        Optional<Topology> topology = options.topology().filter(_ -> isGateway);
        return new ListenerOptions(
                new HttpOptions(
                        paths(),
                        headers(direction),
                        certificates(direction),
                        topology.map(Topology::numTrustedProxies).orElse(0),
                        times(),
                        streams()),
                observations.of(direction),
                isGateway
                        ? number(ConnectionSettings::listenerPerConnectionBufferLimitBytes)
                        : OptionalInt.empty(),
                topology.flatMap(Topology::proxyProtocol).isPresent(),
                false);
    }

    private Paths paths() {
        Paths base =
                switch (mesh.flatMap(MeshConfig::pathNormalization)
                        .map(PathNormalization::normalization)
                        .orElse(PathNormalization.Normalization.DEFAULT)) {
                    case NONE -> new Paths(false, false, EscapedSlashes.KEPT);
                    case DEFAULT, BASE -> Paths.BASE;
                    case MERGE_SLASHES -> new Paths(true, true, EscapedSlashes.KEPT);
                    case DECODE_AND_MERGE_SLASHES -> new Paths(true, true, EscapedSlashes.DECODED);
                };
        EscapedSlashes escaped =
                switch (connections
                        .map(ConnectionSettings::httpPathWithEscapedSlashesAction)
                        .orElse(
                                ConnectionSettings.EscapedSlashes
                                        .PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED)) {
                    case PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED -> base.escaped();
                    case KEEP_UNCHANGED -> EscapedSlashes.KEPT;
                    case REJECT_REQUEST -> EscapedSlashes.REJECTED;
                    case UNESCAPE_AND_REDIRECT -> EscapedSlashes.REDIRECTED;
                    case UNESCAPE_AND_FORWARD -> EscapedSlashes.DECODED;
                };
        return new Paths(
                base.normalized(),
                connections.flatMap(ConnectionSettings::httpMergeSlashes).orElse(base.merged()),
                escaped);
    }

    private Headers headers(Direction direction) {
        Optional<ProxyHeaders> said = options.headers();
        Underscores underscores =
                switch (connections
                        .map(ConnectionSettings::httpHeadersWithUnderscoresAction)
                        .orElse(
                                ConnectionSettings.Underscores
                                        .HEADERS_WITH_UNDERSCORES_UNSPECIFIED)) {
                    case HEADERS_WITH_UNDERSCORES_UNSPECIFIED, HEADERS_WITH_UNDERSCORES_ALLOW ->
                            Underscores.ALLOWED;
                    case HEADERS_WITH_UNDERSCORES_REJECT_REQUEST -> Underscores.REJECTED;
                    case HEADERS_WITH_UNDERSCORES_DROP_HEADER -> Underscores.DROPPED;
                };
        boolean isOutboundOfSidecar = role == Role.SIDECAR && direction == Direction.OUTBOUND;
        return new Headers(
                said.flatMap(ProxyHeaders::server)
                        .filter(s -> !s.disabled().orElse(false))
                        .map(s ->
                                s.value().isEmpty()
                                        ? isOutboundOfSidecar ? "envoy" : "istio-envoy"
                                        : s.value()),
                said.flatMap(ProxyHeaders::requestId).map(Switch::isOn).orElse(true),
                said.flatMap(ProxyHeaders::envoyDebugHeaders).map(Switch::isOn).orElse(true),
                said.flatMap(ProxyHeaders::xForwardedPort).flatMap(Enabled::enabled).orElse(false),
                said.flatMap(ProxyHeaders::preserveHttp1HeaderCase).orElse(false),
                underscores);
    }

    /// Gateways have it in their topology, sidecars among their headers, for what comes in.
    private Optional<ClientCertificates> certificates(Direction direction) {
        if (role == Role.GATEWAY) {
            return options.topology()
                    .flatMap(t -> forwarding(t.forwardClientCertDetails()))
                    .map(f ->
                            new ClientCertificates(
                                    f,
                                    isSetting(f)
                                            ? List.of(
                                                    Detail.SUBJECT,
                                                    Detail.CERT,
                                                    Detail.DNS,
                                                    Detail.URI)
                                            : List.of()));
        }
        Optional<ProxyHeaders> said = options.headers().filter(_ -> direction == Direction.INBOUND);
        Optional<ClientCertificates.Forwarding> forwarding =
                said.flatMap(h -> forwarding(h.forwardedClientCert()));
        Optional<ClientCertDetails> details =
                said.flatMap(ProxyHeaders::setCurrentClientCertDetails);
        return forwarding.isEmpty() && details.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ClientCertificates(
                                forwarding.orElse(ClientCertificates.Forwarding.APPEND_FORWARD),
                                details(details)));
    }

    private static boolean isSetting(ClientCertificates.Forwarding forwarding) {
        return forwarding == ClientCertificates.Forwarding.APPEND_FORWARD
                || forwarding == ClientCertificates.Forwarding.SANITIZE_SET;
    }

    private static List<Detail> details(Optional<ClientCertDetails> said) {
        var details = new ArrayList<Detail>();
        if (said.flatMap(ClientCertDetails::subject).orElse(true)) {
            details.add(Detail.SUBJECT);
        }
        if (said.flatMap(ClientCertDetails::cert).orElse(false)) {
            details.add(Detail.CERT);
        }
        if (said.flatMap(ClientCertDetails::chain).orElse(false)) {
            details.add(Detail.CHAIN);
        }
        if (said.flatMap(ClientCertDetails::dns).orElse(true)) {
            details.add(Detail.DNS);
        }
        if (said.flatMap(ClientCertDetails::uri).orElse(true)) {
            details.add(Detail.URI);
        }
        return details;
    }

    private static Optional<ClientCertificates.Forwarding> forwarding(
            ForwardClientCertDetails said) {
        return switch (said) {
            case UNDEFINED -> Optional.empty();
            case SANITIZE -> Optional.of(ClientCertificates.Forwarding.SANITIZE);
            case FORWARD_ONLY -> Optional.of(ClientCertificates.Forwarding.FORWARD_ONLY);
            case APPEND_FORWARD -> Optional.of(ClientCertificates.Forwarding.APPEND_FORWARD);
            case SANITIZE_SET -> Optional.of(ClientCertificates.Forwarding.SANITIZE_SET);
            case ALWAYS_FORWARD_ONLY ->
                    Optional.of(ClientCertificates.Forwarding.ALWAYS_FORWARD_ONLY);
        };
    }

    /// A gateway's streams are left to the proxy, which may have a profile for the edge; within the
    /// mesh a silent stream is nobody's business, as with Istio.
    private Times times() {
        return new Times(
                time(ConnectionSettings::httpIdleTimeout),
                time(ConnectionSettings::httpMaxConnectionDuration),
                time(ConnectionSettings::httpDrainTimeout),
                time(ConnectionSettings::httpRequestTimeout),
                time(ConnectionSettings::httpRequestHeadersTimeout),
                time(ConnectionSettings::httpStreamIdleTimeout)
                        .or(() ->
                                role == Role.SIDECAR
                                        ? Optional.of(Duration.ZERO)
                                        : Optional.empty()),
                time(ConnectionSettings::httpMaxStreamDuration));
    }

    private Streams streams() {
        return new Streams(
                number(ConnectionSettings::httpMaxConcurrentStreams),
                number(ConnectionSettings::http2InitialStreamWindowSize),
                number(ConnectionSettings::http2InitialConnectionWindowSize));
    }

    private Optional<Duration> time(Function<ConnectionSettings, Optional<Duration>> field) {
        return connections.flatMap(field).filter(t -> !t.isNegative());
    }

    /// As Istio, without negative ones.
    private OptionalInt number(Function<ConnectionSettings, OptionalInt> field) {
        OptionalInt said = connections.map(field).orElse(OptionalInt.empty());
        return said.orElse(-1) < 0 ? OptionalInt.empty() : said;
    }
}

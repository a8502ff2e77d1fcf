package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.runtime.Client.Extension;
import dev.heddle.proxy.upstream.ProxyHeader;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.ProxyProtocolConfig;
import envoy.config.core.v3.ProxyProtocolPassThroughTLVs;
import envoy.config.core.v3.TransportSocket;
import envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport;
import envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads transport sockets of clusters: plain ones, those with TLS, and either behind a PROXY
/// header.
final class UpstreamSocketParser {
    private static final int LAST_TYPE = 255;

    private final Findings findings;

    UpstreamSocketParser(Findings findings) {
        this.findings = findings;
    }

    UpstreamSocket socket(String path, TransportSocket socket) {
        var config = socket.getTypedConfig();
        if (!config.holds(ProxyProtocolUpstreamTransport.getDefaultInstance())) {
            return config.holds(InternalUpstreamTransport.getDefaultInstance())
                    ? inside(path, socket)
                    : new UpstreamSocket(
                            new TlsParser(findings).upstream(path, socket),
                            Optional.empty(),
                            false);
        }
        findings.fields(path, socket, Set.of("name", "typed_config"));
        String at = join(path, "typed_config");
        try {
            return behindHeader(
                    at, config.unpack(ProxyProtocolUpstreamTransport.getDefaultInstance()));
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return UpstreamSocket.PLAIN;
        }
    }

    private UpstreamSocket behindHeader(String path, ProxyProtocolUpstreamTransport config) {
        findings.fields(
                path,
                config,
                // A connection with a header serves one client here, whose extensions are its own.
                Set.of("config", "transport_socket", "tlv_as_pool_key"));
        if (!config.hasTransportSocket()) {
            findings.reject(join(path, "transport_socket"), "is not set (expected: one)");
            return UpstreamSocket.PLAIN;
        }
        return new UpstreamSocket(
                new TlsParser(findings)
                        .upstream(join(path, "transport_socket"), config.getTransportSocket()),
                Optional.of(header(join(path, "config"), config.getConfig())),
                false);
    }

    /// To a listener of this proxy, which needs no TLS.
    private UpstreamSocket inside(String path, TransportSocket socket) {
        findings.fields(path, socket, Set.of("name", "typed_config"));
        String at = join(path, "typed_config");
        InternalUpstreamTransport config;
        try {
            config = socket.getTypedConfig().unpack(InternalUpstreamTransport.getDefaultInstance());
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return UpstreamSocket.PLAIN;
        }
        findings.fields(at, config, Set.of("passthrough_metadata", "transport_socket"));
        boolean tellsDestination = false;
        for (int i = 0; i < config.getPassthroughMetadataCount(); i++) {
            var metadata = config.getPassthroughMetadata(i);
            if (metadata.getKind().hasHost()
                    && metadata.getName().equals(EndpointParser.DESTINATION)) {
                tellsDestination = true;
            } else {
                // Nothing here looks at it.
                findings.note(join(at, "passthrough_metadata[" + i + "]"));
            }
        }
        String inner = join(at, "transport_socket");
        if (new TlsParser(findings).upstream(inner, config.getTransportSocket()).isPresent()) {
            findings.notImplemented(inner, "TLS within the proxy");
        }
        return new UpstreamSocket(Optional.empty(), Optional.empty(), tellsDestination);
    }

    private ProxyHeader header(String path, ProxyProtocolConfig config) {
        findings.fields(path, config, Set.of("version", "pass_through_tlvs", "added_tlvs"));
        var added = new ArrayList<Extension>();
        for (int i = 0; i < config.getAddedTlvsCount(); i++) {
            String at = join(path, "added_tlvs[" + i + "]");
            var entry = config.getAddedTlvs(i);
            findings.fields(at, entry, Set.of("type", "value"));
            findings.range(join(at, "type"), entry.getType(), 0, LAST_TYPE);
            if (entry.getValue().isEmpty()) {
                findings.reject(join(at, "value"), "'' (expected: not empty)");
            }
            added.add(
                    new Extension(
                            Math.clamp(entry.getType(), 0, LAST_TYPE),
                            entry.getValue().asReadOnlyByteBuffer()));
        }
        ProxyHeader.Version version =
                switch (config.getVersion()) {
                    case V1 -> ProxyHeader.Version.V1;
                    case V2 -> ProxyHeader.Version.V2;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "version"), "is unknown");
                        yield ProxyHeader.Version.V2;
                    }
                };
        return new ProxyHeader(
                version,
                config.hasPassThroughTlvs()
                        ? passed(
                                findings,
                                join(path, "pass_through_tlvs"),
                                config.getPassThroughTlvs())
                        : ProxyHeader.Passed.NONE,
                added);
    }

    /// Which extensions are kept of a header, or passed on.
    static ProxyHeader.Passed passed(
            Findings findings, String path, ProxyProtocolPassThroughTLVs config) {
        findings.fields(path, config, Set.of("match_type", "tlv_type"));
        List<Integer> types = config.getTlvTypeList();
        for (int i = 0; i < types.size(); i++) {
            findings.range(join(path, "tlv_type[" + i + "]"), types.get(i), 0, LAST_TYPE);
        }
        return switch (config.getMatchType()) {
            case INCLUDE_ALL -> ProxyHeader.Passed.ALL;
            case INCLUDE -> new ProxyHeader.Passed(false, new HashSet<>(types));
            case UNRECOGNIZED -> {
                findings.reject(join(path, "match_type"), "is unknown");
                yield ProxyHeader.Passed.NONE;
            }
        };
    }
}

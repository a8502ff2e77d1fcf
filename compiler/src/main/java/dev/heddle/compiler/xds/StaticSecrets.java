package dev.heddle.compiler.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.xds.Redaction;
import dev.heddle.xds.XdsResource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.Set;

/// Makes what asks a control plane for its secrets ask the bootstrap instead, and hides keys from
/// whoever reads a print.
final class StaticSecrets {
    private static final String REDACTED = "[redacted]";

    /// Where nothing is ever found. Envoy does not survive that a cluster asks a control plane that
    /// there is none of.
    private static final ConfigSource NOWHERE =
            ConfigSource.newBuilder()
                    .setPathConfigSource(PathConfigSource.newBuilder().setPath("/dev/null"))
                    .setInitialFetchTimeout(Duration.newBuilder().setNanos(1_000_000))
                    .setResourceApiVersion(ApiVersion.V3)
                    .build();

    private final Set<String> names;

    /// @param names of the secrets that are there
    StaticSecrets(Set<String> names) {
        this.names = names;
    }

    /// The secret without its key; a key in a file is named.
    static Secret withoutKey(Secret secret) {
        if (secret.hasGenericSecret()) {
            return Redaction.of(secret);
        }
        if (!secret.hasTlsCertificate()) {
            return secret;
        }
        DataSource key = secret.getTlsCertificate().getPrivateKey();
        Secret.Builder out = secret.toBuilder();
        if (!key.hasFilename()) {
            out.getTlsCertificateBuilder()
                    .setPrivateKey(DataSource.newBuilder().setInlineString(REDACTED));
        }
        return out.build();
    }

    /// The resource without what is secret: keys, and who may pass.
    static Any shown(XdsResource resource) {
        Any body = resource.body().toProto();
        try {
            return body.is(Secret.class)
                    ? Protos.pack(withoutKey(body.unpack(Secret.class)))
                    : body.is(Listener.class)
                                    || body.is(RouteConfiguration.class)
                                    || body.is(Cluster.class)
                            ? Redaction.of(body)
                            : body;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a secret does not hold what it says", e);
        }
    }

    TransportSocket of(TransportSocket socket) {
        Any config = socket.getTypedConfig();
        try {
            if (config.is(DownstreamTlsContext.class)) {
                var context = config.unpack(DownstreamTlsContext.class).toBuilder();
                common(context.getCommonTlsContextBuilder());
                return socket.toBuilder().setTypedConfig(Protos.pack(context.build())).build();
            }
            if (config.is(UpstreamTlsContext.class)) {
                var context = config.unpack(UpstreamTlsContext.class).toBuilder();
                common(context.getCommonTlsContextBuilder());
                return socket.toBuilder().setTypedConfig(Protos.pack(context.build())).build();
            }
            return socket;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(
                    config.getTypeUrl() + " does not hold what it says", e);
        }
    }

    private void common(CommonTlsContext.Builder common) {
        common.getTlsCertificateSdsSecretConfigsBuilderList().forEach(this::ref);
        if (common.hasCombinedValidationContext()) {
            ref(
                    common.getCombinedValidationContextBuilder()
                            .getValidationContextSdsSecretConfigBuilder());
        }
    }

    private void ref(SdsSecretConfig.Builder ref) {
        if (names.contains(ref.getName())) {
            ref.clearSdsConfig();
        } else {
            ref.setSdsConfig(NOWHERE);
        }
    }
}

package dev.heddle.compiler.xds;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Value;
import dev.heddle.compiler.ir.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.Pipe;

/// The small messages that every emitter needs.
final class Protos {
    private Protos() {}

    /// Packs a message without a prefix of its own, as Envoy writes type URLs.
    static Any pack(Message message) {
        return Any.newBuilder()
                .setTypeUrl("type.googleapis.com/" + message.getDescriptorForType().getFullName())
                .setValue(message.toByteString())
                .build();
    }

    static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    static Address address(SocketAddress address) {
        return address.isPath()
                ? Address.newBuilder().setPipe(Pipe.newBuilder().setPath(path(address))).build()
                : Address.newBuilder().setSocketAddress(socketAddress(address)).build();
    }

    /// As in `/run/app.sock`, or `@app` for one that is no file.
    private static String path(SocketAddress address) {
        String path = address.host().substring("unix:".length());
        return path.startsWith("///") ? path.substring(2) : path;
    }

    static io.envoyproxy.envoy.config.core.v3.SocketAddress socketAddress(SocketAddress address) {
        return io.envoyproxy.envoy.config.core.v3.SocketAddress.newBuilder()
                .setAddress(address.host())
                .setPortValue(address.port())
                .build();
    }

    /// The stream that everything else comes by. Envoy waits for what it names, without limit:
    /// nothing is served half.
    static ConfigSource ads() {
        return ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setInitialFetchTimeout(Duration.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .build();
    }

    /// As metadata of Heddle's own have it: a number of seconds.
    static Value seconds(java.time.Duration duration) {
        return number(duration.toNanos() / 1e9);
    }

    /// A number of metadata.
    static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }
}

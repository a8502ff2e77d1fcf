package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The two messages of delta xDS as a client has them, without protobuf's classes: a proxy cannot
/// afford those (`envoy/service/discovery/v3/discovery.proto`).
final class DeltaMessages {
    private static final int INVALID_ARGUMENT = 3;

    /// Ten thousand years, the most that a `google.protobuf.Duration` may have.
    private static final long MOST_SECONDS = 315_576_000_000L;

    private DeltaMessages() {}

    /// A `DeltaDiscoveryRequest`.
    ///
    /// @param node as it travels; empty for none
    static Bytes request(DeltaRequest request, Bytes node) {
        var out = new WireWriter();
        if (!node.isEmpty()) {
            out.bytes(1, node);
        }
        out.text(2, request.typeUrl());
        request.subscribe().forEach(name -> out.text(3, name));
        request.unsubscribe().forEach(name -> out.text(4, name));
        request.initialVersions()
                .forEach((name, version) ->
                        out.message(5, new WireWriter().text(1, name).text(2, version)));
        if (!request.nonce().isEmpty()) {
            out.text(6, request.nonce());
        }
        request.error()
                .ifPresent(text ->
                        out.message(7, new WireWriter().number(1, INVALID_ARGUMENT).text(2, text)));
        return out.toBytes();
    }

    /// What has no type of its own to unpack: it is read here alone.
    abstract static class Part extends Message {
        private final String typeName;

        Part(String typeName, Bytes bytes) {
            super(bytes);
            this.typeName = typeName;
        }

        @Override
        public String typeName() {
            return typeName;
        }

        @Override
        public Message read(Bytes other) {
            throw new UnsupportedOperationException(typeName);
        }

        @Override
        protected String schema() {
            return "";
        }
    }

    /// A `DeltaDiscoveryResponse`.
    static final class Response extends Part {
        Response(Bytes bytes) {
            super("envoy.service.discovery.v3.DeltaDiscoveryResponse", bytes);
        }

        String version() {
            return text(1);
        }

        /// Those that have a name.
        List<XdsResource> resources() {
            var resources = new ArrayList<XdsResource>();
            for (Bytes part : parts(2)) {
                var resource = new Resource(part);
                if (!resource.name().isEmpty()) {
                    resources.add(resource.toResource());
                }
            }
            return resources;
        }

        /// How long resources may be used, by name; those for as long as they like are not there.
        Map<String, Duration> ttls() {
            var ttls = new HashMap<String, Duration>();
            for (Bytes part : parts(2)) {
                var resource = new Resource(part);
                resource.ttl().ifPresent(ttl -> ttls.put(resource.name(), ttl));
            }
            return ttls;
        }

        /// How many have none.
        int nameless() {
            return (int)
                    Arrays.stream(parts(2)).filter(it -> new Resource(it).name().isEmpty()).count();
        }

        String typeUrl() {
            return text(4);
        }

        String nonce() {
            return text(5);
        }

        List<String> removed() {
            return texts(6);
        }
    }

    private static final class Resource extends Part {
        Resource(Bytes bytes) {
            super("envoy.service.discovery.v3.Resource", bytes);
        }

        String name() {
            return text(3);
        }

        /// A `google.protobuf.Duration`.
        Optional<Duration> ttl() {
            if (!has(6)) {
                return Optional.empty();
            }
            var ttl = new Span(part(6));
            long seconds = Math.clamp(ttl.seconds(), -MOST_SECONDS, MOST_SECONDS);
            return Optional.of(Duration.ofSeconds(seconds, ttl.nanos()));
        }

        /// With bytes of its own, so that it does not keep the whole response.
        XdsResource toResource() {
            Bytes body = Bytes.of(part(2).toByteArray());
            return new XdsResource(name(), text(1), Any.of(body));
        }
    }

    private static final class Span extends Part {
        Span(Bytes bytes) {
            super("google.protobuf.Duration", bytes);
        }

        long seconds() {
            return number(1);
        }

        long nanos() {
            return number(2);
        }
    }
}

package dev.heddle.proxy.tracing;

import dev.heddle.proxy.export.Collector;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// How the requests of a connection manager are followed (`HttpConnectionManager.Tracing`).
///
/// @param spawnsUpstreamSpan whether each attempt has a span of its own, below the request's
/// @param isHandedOn whether upstreams are told (`no_context_propagation`)
/// @param tail which requests are told of in the end, though they were not chosen
public record TracingConfig(
        Provider provider,
        Shares shares,
        RequestIds requestIds,
        Tags tags,
        boolean spawnsUpstreamSpan,
        boolean isHandedOn,
        Optional<TailKeep> tail) {

    /// What a request's `x-request-id` is for.
    ///
    /// @param areMarked whether the decision is written into it (`pack_trace_reason`)
    /// @param decide whether the share of requests is chosen by it
    ///   (`use_request_id_for_trace_sampling`)
    public record RequestIds(boolean areMarked, boolean decide) {
        /// Envoy's defaults.
        public static final RequestIds ENVOY = new RequestIds(true, true);
    }

    /// What spans tell.
    ///
    /// @param pathBytes how much of a path; longer ones are cut
    /// @param custom besides the usual ones
    /// @param isVerbose whether spans have events
    public record Tags(int pathBytes, List<CustomTag> custom, boolean isVerbose) {
        public Tags {
            custom = List.copyOf(custom);
        }
    }

    /// Who is told.
    public sealed interface Provider {
        /// Where spans go; empty for nowhere.
        Optional<Collector> collector();

        /// How contexts are handed on.
        Propagation propagation();

        /// Zipkin, or who speaks its words.
        ///
        /// @param isProto whether spans are written as protobuf, not as JSON
        /// @param isLong whether new traces have ids of 128 bits
        /// @param isShared whether the two spans of a call have one id
        record Zipkin(
                Collector to,
                boolean isProto,
                boolean isLong,
                boolean isShared,
                Propagation propagation)
                implements Provider {
            @Override
            public Optional<Collector> collector() {
                return Optional.of(to);
            }
        }

        /// A collector of OpenTelemetry.
        ///
        /// @param service `service.name`; empty for what nobody named
        /// @param readsEnvironment whether `OTEL_RESOURCE_ATTRIBUTES` says more of the proxy
        /// @param isAlwaysOn whether this tracer decides nothing: what comes is told of
        record OpenTelemetry(
                Optional<Collector> collector,
                String service,
                boolean readsEnvironment,
                boolean isAlwaysOn)
                implements Provider {
            @Override
            public Propagation propagation() {
                return Propagation.W3C;
            }
        }

        /// An agent of Datadog.
        ///
        /// @param service who tells
        record Datadog(Collector to, String service) implements Provider {
            @Override
            public Optional<Collector> collector() {
                return Optional.of(to);
            }

            @Override
            public Propagation propagation() {
                return Propagation.DATADOG;
            }
        }

        /// SkyWalking.
        ///
        /// @param service who tells; the proxy's cluster where it is empty
        /// @param instance which of them; the proxy's id where it is empty
        /// @param waiting how many segments may wait
        record SkyWalking(Collector to, String service, String instance, int waiting)
                implements Provider {
            private static final String UNNAMED = "EnvoyProxy";

            @Override
            public Optional<Collector> collector() {
                return Optional.of(to);
            }

            @Override
            public Propagation propagation() {
                return Propagation.SKYWALKING;
            }

            /// The same with names for what has none.
            public SkyWalking of(LocalNode node) {
                return new SkyWalking(
                        to, first(service, node.cluster()), first(instance, node.id()), waiting);
            }

            private static String first(String said, String otherwise) {
                return Stream.of(said, otherwise)
                        .filter(it -> !it.isEmpty())
                        .findFirst()
                        .orElse(UNNAMED);
            }
        }
    }
}

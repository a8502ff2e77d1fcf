package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How a listener follows requests.
///
/// @param provider who takes their spans
/// @param percent share of the requests that are chosen at random, 0 to 100
/// @param tags that spans have besides, by their names
/// @param mesh of which they say, with the proxy's workload, in Istio's words; empty for nothing
/// @param pathLength how many characters of a path a span has; empty for the proxy's usual
/// @param spawnsUpstreamSpan whether each attempt has a span of its own
/// @param isHandedOn whether upstreams are told
/// @param chosenById whether the share is chosen by requests' ids, so that proxies choose alike
/// @param tail which others are told of in the end; empty for none
public record Tracing(
        Provider provider,
        double percent,
        List<Tag> tags,
        Optional<String> mesh,
        OptionalInt pathLength,
        boolean spawnsUpstreamSpan,
        boolean isHandedOn,
        boolean chosenById,
        Optional<Tail> tail) {

    public Tracing {
        tags = List.copyOf(tags);
    }

    /// Requests that are told of in the end: only Heddle's own proxy does it.
    ///
    /// @param errors whether those that failed are
    /// @param slow whether those that took at least that long are
    public record Tail(boolean errors, Optional<Duration> slow) {}

    /// A tag.
    public record Tag(String name, Value value) {
        /// Where its value comes from.
        public sealed interface Value {
            /// From here.
            record Literal(String text) implements Value {}

            /// From the proxy's environment.
            record Environment(String variable, String otherwise) implements Value {}

            /// From the request.
            record Header(String header, String otherwise) implements Value {}

            /// From the request, in the words of access logs.
            record Format(String format) implements Value {}
        }
    }

    /// A header of calls; its value may be a secret.
    public record Header(String name, String value) {
        /// Without the value.
        @Override
        public String toString() {
            return name;
        }
    }

    /// Who takes spans.
    public sealed interface Provider {
        /// By which it is reached.
        String cluster();

        /// What calls say as authority.
        String host();

        /// Zipkin.
        record Zipkin(
                String cluster,
                String host,
                String path,
                Duration timeout,
                List<Header> headers,
                boolean isLong,
                boolean isW3c)
                implements Provider {
            public Zipkin {
                headers = List.copyOf(headers);
            }
        }

        /// OpenTelemetry.
        ///
        /// @param path over HTTP; empty for gRPC
        /// @param readsEnvironment whether the proxy's environment says more of it
        /// @param readsDynatrace whether a OneAgent does
        /// @param sampler who decides in place of the share
        record OpenTelemetry(
                String cluster,
                String host,
                Optional<String> path,
                Duration timeout,
                List<Header> headers,
                boolean readsEnvironment,
                boolean readsDynatrace,
                Optional<Dynatrace> sampler)
                implements Provider {
            public OpenTelemetry {
                headers = List.copyOf(headers);
            }
        }

        /// A sampler of Dynatrace.
        record Dynatrace(
                String tenant,
                int clusterId,
                int rootSpansPerMinute,
                String cluster,
                String host,
                String path,
                Duration timeout,
                List<Header> headers) {
            public Dynatrace {
                headers = List.copyOf(headers);
            }
        }

        /// SkyWalking.
        ///
        /// @param token that its collector wants; may be empty
        record SkyWalking(String cluster, String host, String token) implements Provider {
            /// Without the token.
            @Override
            public String toString() {
                return "SkyWalking[" + cluster + "]";
            }
        }

        /// Datadog.
        record Datadog(String cluster, String host) implements Provider {}
    }
}

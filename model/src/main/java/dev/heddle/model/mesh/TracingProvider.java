package dev.heddle.model.mesh;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Required;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who takes spans, as Istio's `MeshConfig.ExtensionProvider` says it.
///
/// Of each kind: `service` is its host, with or without its namespace, as in
/// `obs/zipkin.obs.svc.cluster.local`; `port` is one of that service; `maxTagLength` is how many
/// characters of a request's path a span has, 256 without it.
public sealed interface TracingProvider {
    /// Its host, with or without its namespace.
    String service();

    /// Of the service.
    int port();

    /// Zipkin, or who speaks its words.
    ///
    /// @param enable64bitTraceId whether ids of traces are half as long as is usual
    /// @param path where spans go; `/api/v2/spans` without one
    /// @param traceContextOption in which words traces are handed on
    /// @param timeout of a call; 5 s without one
    /// @param headers of calls
    record Zipkin(
            @Required String service,
            int port,
            int maxTagLength,
            boolean enable64bitTraceId,
            String path,
            TraceContext traceContextOption,
            Optional<Duration> timeout,
            List<Header> headers)
            implements TracingProvider {
        public Zipkin {
            headers = List.copyOf(headers);
        }

        /// In which words traces are handed on.
        public enum TraceContext {
            /// Those of B3.
            USE_B3,
            /// Those of W3C besides.
            USE_B3_WITH_W3C_PROPAGATION
        }
    }

    /// A collector of OpenTelemetry.
    ///
    /// @param http spans go over HTTP, not in gRPC
    /// @param grpc how they go in gRPC
    /// @param resourceDetectors what else is told of the proxy
    /// @param dynatraceSampler decides which requests are told of
    record OpenTelemetry(
            @Required String service,
            int port,
            int maxTagLength,
            Optional<Http> http,
            Optional<Grpc> grpc,
            Optional<ResourceDetectors> resourceDetectors,
            Optional<DynatraceSampler> dynatraceSampler,
            @NotYet Node serviceAttributeEnrichment)
            implements TracingProvider {

        /// @param path where spans go
        /// @param timeout of a call; 5 s without one
        /// @param headers of calls
        public record Http(
                @Required String path, Optional<Duration> timeout, List<Header> headers) {
            public Http {
                headers = List.copyOf(headers);
            }
        }

        /// @param timeout of a call; 5 s without one
        /// @param initialMetadata headers of calls
        public record Grpc(Optional<Duration> timeout, List<Header> initialMetadata) {
            public Grpc {
                initialMetadata = List.copyOf(initialMetadata);
            }
        }

        /// What else is told of the proxy.
        ///
        /// @param environment what `OTEL_RESOURCE_ATTRIBUTES` says
        /// @param dynatrace what a OneAgent says
        public record ResourceDetectors(
                Optional<Nothing> environment, Optional<Nothing> dynatrace) {}

        /// Nothing to say: that it is there counts.
        public record Nothing() {}

        /// Decides which requests are told of, as Dynatrace asks for.
        ///
        /// @param tenant of Dynatrace
        /// @param clusterId of Dynatrace
        /// @param rootSpansPerMinute where Dynatrace does not say it
        /// @param httpService who is asked; the provider itself without one
        public record DynatraceSampler(
                @Required String tenant,
                int clusterId,
                int rootSpansPerMinute,
                Optional<Api> httpService) {}

        /// @param service its host
        /// @param port of the service
        /// @param http how it is asked
        public record Api(@Required String service, int port, Http http) {}
    }

    /// SkyWalking.
    ///
    /// @param accessToken that its collector wants
    record SkyWalking(@Required String service, int port, String accessToken)
            implements TracingProvider {
        /// Without the token.
        @Override
        public String toString() {
            return "SkyWalking[" + service + ":" + port + "]";
        }
    }

    /// An agent of Datadog.
    record Datadog(@Required String service, int port, int maxTagLength)
            implements TracingProvider {}

    /// A header of calls. Its value may be a secret.
    ///
    /// @param value of every call
    /// @param envName a variable of the control plane's that has it
    record Header(@Required String name, String value, @NotYet Node envName) {
        /// Without its value.
        @Override
        public String toString() {
            return name;
        }
    }
}

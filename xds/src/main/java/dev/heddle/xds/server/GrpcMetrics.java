package dev.heddle.xds.server;

import dev.heddle.xds.Confined;
import dev.heddle.xds.EnvoyRuleHits;
import dev.heddle.xds.NodeInfo;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.metrics.v3.MetricsServiceGrpc;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.prometheus.client.Metrics.LabelPair;
import io.prometheus.client.Metrics.Metric;
import io.prometheus.client.Metrics.MetricFamily;
import io.prometheus.client.Metrics.MetricType;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Envoy's metrics service: takes hits of rules out of what stock Envoy says of all its statistics,
/// each counter as what was added since it said it last. Whose workload does not ask for it is
/// heard and not believed to count.
///
/// Envoy hears no answer, so nothing is said again: what it counts while there is no stream is
/// lost.
final class GrpcMetrics extends MetricsServiceGrpc.MetricsServiceImplBase {
    private static final String COUNTER = EnvoyRuleHits.PREFIX + "." + EnvoyRuleHits.NAME;

    /// What Envoy counts of answers, by class of their codes. Between the two stands what it does
    /// not take for the name of a listener's filter, where that has dots.
    private static final String ANSWERS = ".downstream_rq_xx";

    private static final String HTTP = "http.";

    /// Unlike the numbers of streams that report by themselves.
    private static final long FIRST_ID = 1L << 62;

    private final HitsHandler handler;
    private final InstantSource clock;
    private final AtomicLong ids = new AtomicLong(FIRST_ID);
    private final OpenReports open;
    private final SecureRandom random = new SecureRandom();

    GrpcMetrics(HitsHandler handler, InstantSource clock) {
        this.handler = handler;
        this.open = new OpenReports(handler);
        this.clock = clock;
    }

    @Override
    public StreamObserver<StreamMetricsMessage> streamMetrics(
            StreamObserver<StreamMetricsResponse> answers) {
        return new Inbound(
                (ServerCallStreamObserver<StreamMetricsResponse>) answers, Caller.current());
    }

    private record Stream(
            long id, String node, long run, ServerCallStreamObserver<StreamMetricsResponse> call)
            implements HitsStream {
        @Override
        public void taken(long sequence) {
            call.request(1);
        }
    }

    /// What comes in on one stream. gRPC calls it one call at a time.
    @Confined("gRPC call")
    private final class Inbound implements StreamObserver<StreamMetricsMessage> {
        private final ServerCallStreamObserver<StreamMetricsResponse> call;
        private final Caller caller;
        private Optional<Stream> stream = Optional.empty();
        private boolean isKnown;
        private long sequence;

        Inbound(ServerCallStreamObserver<StreamMetricsResponse> call, Caller caller) {
            this.call = call;
            this.caller = caller;
            call.disableAutoRequest();
            call.setOnCancelHandler(this::end);
            call.setOnCloseHandler(this::end);
            call.request(1);
        }

        @Override
        public void onNext(StreamMetricsMessage message) {
            if (!isKnown && !begin(message.getIdentifier().getNode())) {
                return;
            }
            if (stream.isEmpty()) {
                call.request(1);
                return;
            }
            List<HitsHandler.Hits> hits = hits(message);
            long answers = answers(message, false);
            if (hits.isEmpty() && answers == 0) {
                call.request(1);
                return;
            }
            sequence++;
            handler.onReport(
                    stream.get(),
                    new HitsHandler.Report(sequence, hits, answers, answers(message, true)));
        }

        /// @return whether to go on
        private boolean begin(Node node) {
            int length = node.getId().length();
            Optional<NodeInfo> info = NodeInfo.of(node);
            if (info.isEmpty() || length > OpenReports.LONGEST_NAME) {
                call.onError(
                        Status.INVALID_ARGUMENT
                                .withDescription(
                                        "identifier.node.id: %d letters (expected: 1 to %d)"
                                                .formatted(length, OpenReports.LONGEST_NAME))
                                .asRuntimeException());
                return false;
            }
            Optional<String> refusal = info.flatMap(caller::refusal);
            if (refusal.isPresent()) {
                call.onError(
                        Status.PERMISSION_DENIED
                                .withDescription(refusal.get())
                                .asRuntimeException());
                return false;
            }
            isKnown = true;
            boolean counts =
                    "true".equals(info.get().texts("ANNOTATIONS").get(EnvoyRuleHits.ANNOTATION));
            if (counts) {
                var begun =
                        new Stream(ids.incrementAndGet(), node.getId(), random.nextLong(), call);
                stream = Optional.of(begun).filter(open::begin);
            }
            return true;
        }

        @Override
        public void onError(Throwable error) {
            end();
        }

        @Override
        public void onCompleted() {
            end();
            call.onNext(StreamMetricsResponse.getDefaultInstance());
            call.onCompleted();
        }

        private void end() {
            Optional<Stream> ended = stream;
            stream = Optional.empty();
            ended.ifPresent(open::end);
        }
    }

    private List<HitsHandler.Hits> hits(StreamMetricsMessage message) {
        long now = clock.instant().getEpochSecond();
        var hits = new ArrayList<HitsHandler.Hits>();
        for (MetricFamily family : message.getEnvoyMetricsList()) {
            if (!family.getName().equals(COUNTER) || family.getType() != MetricType.COUNTER) {
                continue;
            }
            for (Metric metric : family.getMetricList()) {
                long added = (long) metric.getCounter().getValue();
                String rule = label(metric, EnvoyRuleHits.RULE);
                if (added > 0 && !rule.isEmpty() && hits.size() < OpenReports.MOST_RULES) {
                    hits.add(
                            new HitsHandler.Hits(
                                    label(metric, EnvoyRuleHits.RESOURCE), rule, added, now));
                }
            }
        }
        return hits;
    }

    /// Of all listeners but the admin page's.
    private static long answers(StreamMetricsMessage message, boolean onlyErrors) {
        return message.getEnvoyMetricsList().stream()
                .filter(family -> family.getName().startsWith(HTTP))
                .filter(family -> family.getName().endsWith(ANSWERS))
                .flatMap(family -> family.getMetricList().stream())
                .filter(metric -> !label(metric, "envoy.http_conn_manager_prefix").equals("admin"))
                .filter(metric ->
                        !onlyErrors || label(metric, "envoy.response_code_class").equals("5"))
                .mapToLong(metric -> (long) metric.getCounter().getValue())
                .sum();
    }

    private static String label(Metric metric, String name) {
        return metric.getLabelList().stream()
                .filter(label -> label.getName().equals(name))
                .map(LabelPair::getValue)
                .findFirst()
                .orElse("");
    }
}

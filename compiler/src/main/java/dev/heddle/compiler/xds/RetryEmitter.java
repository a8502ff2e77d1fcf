package dev.heddle.compiler.xds;

import com.google.protobuf.UInt32Value;
import dev.heddle.compiler.ir.Retry;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;

/// Emits policies of retries.
final class RetryEmitter {
    /// How often another host is looked for, as in Istio.
    private static final int PICKS = 5;

    /// After how many attempts other priorities are tried, as in Istio.
    private static final int ATTEMPTS_PER_PRIORITY = 2;

    private RetryEmitter() {}

    static RetryPolicy emit(Retry retry) {
        RetryPolicy.Builder out =
                RetryPolicy.newBuilder()
                        .setRetryOn(String.join(",", retry.on()))
                        .setNumRetries(UInt32Value.of(retry.retries()))
                        .addAllRetriableStatusCodes(retry.statuses())
                        .setHostSelectionRetryMaxAttempts(PICKS);
        if (retry.perTryTimeout().isPositive()) {
            out.setPerTryTimeout(Protos.duration(retry.perTryTimeout()));
        }
        retry.backoff()
                .ifPresent(base ->
                        out.setRetryBackOff(
                                RetryPolicy.RetryBackOff.newBuilder()
                                        .setBaseInterval(Protos.duration(base))));
        if (retry.avoidsPreviousHosts()) {
            out.addRetryHostPredicate(
                    RetryPolicy.RetryHostPredicate.newBuilder()
                            .setName("envoy.retry_host_predicates.previous_hosts")
                            .setTypedConfig(
                                    Protos.pack(PreviousHostsPredicate.getDefaultInstance())));
        }
        if (retry.triesOtherPriorities()) {
            out.setRetryPriority(
                    RetryPolicy.RetryPriority.newBuilder()
                            .setName("envoy.retry_priorities.previous_priorities")
                            .setTypedConfig(
                                    Protos.pack(
                                            PreviousPrioritiesConfig.newBuilder()
                                                    .setUpdateFrequency(ATTEMPTS_PER_PRIORITY)
                                                    .build())));
        }
        return out.build();
    }
}

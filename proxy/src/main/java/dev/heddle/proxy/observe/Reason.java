package dev.heddle.proxy.observe;

import dev.heddle.telemetry.Failure;
import org.jspecify.annotations.Nullable;

/// Why an exchange or a connection did not go as it should, in one plain sentence: what flags and
/// details say in words of one letter, for the person who reads the log at night. It is made when
/// somebody asks, and nobody asks of what went well.
final class Reason {
    private static final int FIRST_REFUSAL = 400;

    private Reason() {}

    /// The sentence; null where everything went well.
    ///
    /// @param grpcStatus as the caller of gRPC was told it; negative for none
    static @Nullable String of(StreamInfo info, int grpcStatus) {
        int code = info.responseCode();
        boolean isFine = code > 0 && code < FIRST_REFUSAL && grpcStatus <= 0 && !info.isFlagged();
        return isFine ? null : failure(info, grpcStatus).inWords().orElse(null);
    }

    private static Failure failure(StreamInfo info, int grpcStatus) {
        return new Failure(
                new Failure.Ending(
                        info.responseCode(),
                        grpcStatus,
                        info.flags().stream().map(Enum::name).toList(),
                        text(info.responseDetails()),
                        info.attempts()),
                new Failure.Way(text(info.cluster()), text(info.upstreamHost())),
                new Failure.Circumstances(
                        info.limitNanos(),
                        text(info.circumstance()),
                        text(info.upstreamFailureReason()),
                        text(info.downstreamFailureReason()),
                        text(info.connectionTermination())));
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}

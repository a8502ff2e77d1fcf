package dev.heddle.signals.ingest;

import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.Told;
import dev.heddle.xds.Confined;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/// One call of OTLP: what of it is kept, and what the caller is told of the rest.
///
/// Who sends what is not kept is told how much that was and why (`partial_success`), and must not
/// send it again. Where there is no room for any of it, nothing is taken, and he may
/// (`RESOURCE_EXHAUSTED`).
@Confined("gRPC call")
final class Export {
    private final Intake intake;
    private final Kind kind;
    private final List<Told> kept = new ArrayList<>();
    private long rejected;
    private String why = "";
    private String refusal = "";

    Export(Intake intake, Kind kind) {
        this.intake = intake;
        this.kind = kind;
    }

    void keep(Told told) {
        kept.add(told);
    }

    /// Keeps some not.
    ///
    /// @param text for who sent them
    void reject(Reason reason, long count, String text) {
        if (count == 0) {
            return;
        }
        intake.received(kind, Math.toIntExact(count));
        intake.dropped(kind, reason, count);
        rejected += count;
        if (why.isEmpty()) {
            why = text;
        }
    }

    /// Takes nothing of this call: its sender is not who he says.
    void refuse(String text) {
        refusal = text;
    }

    /// Answers.
    ///
    /// @param answer of how many were rejected, and why; 0 and nothing where none was
    /// @return whether the call was taken, though perhaps not all of it was kept
    <T> boolean answer(StreamObserver<T> call, BiFunction<Long, String, T> answer) {
        if (!refusal.isEmpty()) {
            call.onError(Status.PERMISSION_DENIED.withDescription(refusal).asRuntimeException());
            return false;
        }
        int taken = kept.isEmpty() ? 0 : intake.offer(kind, kept);
        if (taken == 0 && !kept.isEmpty()) {
            call.onError(
                    Status.RESOURCE_EXHAUSTED
                            .withDescription(
                                    "%d %s are waiting to be written; no more are taken now"
                                            .formatted(intake.counts(kind).waiting(), kind))
                            .asRuntimeException());
            return false;
        }
        long all = rejected + kept.size() - taken;
        String text = taken < kept.size() ? "there was no room for all of them" : why;
        call.onNext(answer.apply(all, text));
        call.onCompleted();
        return true;
    }
}

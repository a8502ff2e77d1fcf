package dev.heddle.compiler.explain;

import dev.heddle.compiler.explain.Explanation.Access;
import dev.heddle.compiler.explain.Explanation.Mirrored;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Origin;
import java.util.function.UnaryOperator;

/// Explanations whose lines are those of other files: of a running mesh's own, say, where it was
/// read from what the mesh told.
///
/// @param place where something stands
public record Placed(UnaryOperator<Origin> place) {
    /// The same journey.
    public Journey of(Journey journey) {
        return new Journey(
                journey.from(),
                of(journey.sent()),
                journey.received().stream()
                        .map(it ->
                                new Reception(
                                        it.host(), it.workload(), it.caller(), of(it.answer())))
                        .toList());
    }

    private Explanation of(Explanation it) {
        return new Explanation(
                it.listener(),
                it.virtualHost(),
                it.route(),
                of(it.routeOrigin()),
                it.cluster(),
                it.destinations().stream().map(this::of).toList(),
                it.headers(),
                it.features(),
                it.mirrors().stream().map(m -> new Mirrored(of(m.to()), m.of())).toList(),
                it.resilience(),
                it.reply(),
                it.tried().stream()
                        .map(t -> new Tried(t.what(), t.matched(), t.why(), of(t.origin())))
                        .toList(),
                it.findings().stream().map(this::of).toList(),
                new Access(it.access().decision(), it.access().rule(), of(it.access().origin())),
                it.sent());
    }

    private Share of(Share share) {
        return new Share(
                share.host(),
                share.subset(),
                share.port(),
                share.weight(),
                share.cluster(),
                share.endpoints(),
                share.percents(),
                share.standby(),
                share.headers(),
                share.fallback(),
                of(share.origin()));
    }

    private Diagnostic of(Diagnostic finding) {
        return new Diagnostic(
                finding.code(),
                finding.severity(),
                of(finding.origin()),
                finding.message(),
                finding.hint());
    }

    private Origin of(Origin origin) {
        return origin.equals(Origin.BUILT_IN) ? origin : place.apply(origin);
    }
}

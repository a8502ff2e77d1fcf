package dev.heddle.cli.plan;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.change.Fleet;
import dev.heddle.compiler.change.Plans;
import dev.heddle.compiler.change.ResourceChange;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Severity;
import java.util.List;

/// `heddle plan`: what a change would do.
public final class Plan {
    /// What ends the command where more requests would be treated otherwise than may be: neither a
    /// failure nor a wrong call, so that a pipeline can tell.
    public static final int CHANGED = 3;

    private Plan() {}

    /// What to plan.
    ///
    /// @param base the configuration as it is
    /// @param requests that were made; none to look at resources only
    /// @param gate what fails
    public record Question(Base base, Worlds.Change change, Requests requests, Gate gate) {}

    /// What was found.
    ///
    /// @param fleet proxies of the configuration as it is
    /// @param broken what is wrong afterwards and was not before
    /// @param mended what was wrong before and is not any more
    record Report(
            Worlds worlds,
            Fleet fleet,
            Fleet changedFleet,
            List<ResourceChange> resources,
            List<Diagnostic> broken,
            List<Diagnostic> mended,
            LogFormats formats,
            Sample sample,
            Replay replay,
            Gate gate) {
        boolean isBroken() {
            return broken.stream().anyMatch(it -> it.severity() == Severity.ERROR);
        }
    }

    /// Prints what the change would do.
    ///
    /// @return 1 when it brings errors, [#CHANGED] when it changes more requests than may be, 0
    ///   otherwise
    /// @throws Failure when there are logs and no request of theirs could be asked about
    public static int run(Question question, boolean json, Machine machine) {
        Report report = report(question, machine);
        machine.out().print(json ? PlanJson.of(report) : PlanText.of(report));
        if (report.isBroken()) {
            return 1;
        }
        if (question.requests().isAny() && report.replay().requests() == 0) {
            throw Failure.of(
                    "no request of the logs was replayed, so nothing is known of any",
                    report.sample().lines() == 0
                            ? "the logs are empty"
                            : "above it says why each line was left out");
        }
        return report.gate().isPassedBy(report.replay()) ? 0 : CHANGED;
    }

    private static Report report(Question question, Machine machine) {
        LogFormats formats = question.requests().formats();
        Worlds worlds = Worlds.read(question.base(), question.change(), machine);
        var before = new Plans(worlds.old());
        var after = new Plans(worlds.changed());
        var deciding = new Deciding(worlds.old(), worlds.changed());
        var sample =
                new Sample(
                        formats,
                        Senders.of(
                                worlds.old(),
                                question.requests().from(),
                                question.change().namespace()),
                        deciding::by,
                        deciding.byAddress());
        question.requests().into(sample, machine);
        var replay = new Replay(before, after, question.gate().aspects());
        sample.requests().forEach(replay::ask);
        Fleet fleet = Fleet.of(worlds.old());
        Fleet changed = Fleet.of(worlds.changed());
        return new Report(
                worlds,
                fleet,
                changed,
                ResourceChange.of(fleet, before, changed, after),
                worlds.broken(),
                worlds.mended(),
                formats,
                sample,
                replay,
                question.gate());
    }
}

package dev.heddle.control.slo;

import dev.heddle.control.recorder.FlightRecorders;
import dev.heddle.control.recorder.FlightRecorders.Workload;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has proxies tell what they remember of their last requests when a budget begins to burn, so that
/// what led there is known though no log has it.
public final class RecordedBurns implements Burning {
    private static final Logger LOG = LoggerFactory.getLogger(RecordedBurns.class);

    /// What is asked at once at most: each workload answers with a thousand requests and more.
    private static final int MOST = 20;

    private final FlightRecorders recorders;

    public RecordedBurns(FlightRecorders recorders) {
        this.recorders = recorders;
    }

    @Override
    public void onChange(Change change) {
        if (change.turn() == Turn.CEASES) {
            return;
        }
        String why = "the budget of " + change.status().objective().id() + " burns";
        List<Workload> workloads =
                change.workloads().stream().limit(MOST).map(RecordedBurns::workload).toList();
        Thread.ofVirtual()
                .name("recorded-burns")
                .start(() -> workloads.forEach(it -> ask(it, why)));
    }

    private void ask(Workload workload, String why) {
        try {
            recorders.dump(workload, why);
        } catch (CompletionException | IllegalStateException e) {
            LOG.warn("{} was not asked for its flight recorder", workload, e);
        }
    }

    /// @param name as in `reviews-v1.default`
    private static Workload workload(String name) {
        int dot = name.lastIndexOf('.');
        return new Workload(name.substring(dot + 1), name.substring(0, Math.max(0, dot)));
    }
}

package dev.heddle.proxy.hits;

import dev.heddle.proxy.ads.SideCalls;
import dev.heddle.proxy.hits.RuleHits.Hits;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.WireException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the control plane of hits, each once.
///
/// ```
///   closed ──turn, connected──▶ open ──report──▶ waiting ──taken──▶ open
///     ▲                          │                  │
///     └────── call ends ─────────┴──────────────────┘
/// ```
///
/// One report is on its way at a time; what is counted meanwhile waits for the next. A report that
/// was not taken is said again in the next call, with the same number. The control plane says that
/// a report was taken when a power cut cannot lose it any more, and knows the numbers of those that
/// it took, so what is said twice counts once. Hits of a process that ends are lost if they were
/// not said.
///
/// A control plane that doesn't know the call is asked again when there is another connection, as
/// that may lead to a newer one.
@Confined("config thread")
public final class HitReports {
    private static final Logger LOG = LoggerFactory.getLogger(HitReports.class);

    /// What one report may hold; Heddle's control plane takes ten times as much.
    private static final int MOST_RULES = 500;

    private static final int MOST_LETTERS = 128 << 10;

    /// How many rules may wait; of more the hits are lost.
    private static final int MOST_WAITING = 50_000;

    /// In how many turns a report must be taken before the call is given up.
    private static final int PATIENCE = 6;

    private final SideCalls calls;
    private final String node;
    private final long run;
    private final Map<Rule, Hits> waiting = new LinkedHashMap<>();
    private Answers waitingAnswers = Answers.NONE;
    private @Nullable Said said;
    private long sequence;
    private int turnsSince;
    private SideCalls.@Nullable Call call;

    /// The connection whose control plane doesn't know the call; 0 for none.
    private long deaf;

    private boolean isDeafnessTold;
    private boolean isLossTold;

    /// The report that is on its way.
    private record Said(List<Hits> rules, Answers answers) {}

    /// @param node id of this proxy
    /// @param run a number unlike that of any other process
    public HitReports(SideCalls calls, String node, long run) {
        this.calls = calls;
        this.node = node;
        this.run = run;
    }

    /// Whether there is somebody to tell, so that workers should be asked. Called regularly; begins
    /// the call where there is none.
    public boolean onTurn() {
        long connection = calls.connection();
        if (connection == 0 || connection == deaf) {
            return false;
        }
        if (call != null && said != null && ++turnsSince > PATIENCE) {
            call.cancel("CANCELLED: no report was taken for long");
        }
        if (call == null) {
            begin(connection);
        }
        return call != null;
    }

    private void begin(long connection) {
        Optional<SideCalls.Call> begun = calls.call(HitMessages.METHOD, new Hearing(connection));
        if (begun.isEmpty()) {
            return;
        }
        call = begun.get();
        call.send(HitMessages.hello(node, run));
        say();
    }

    /// Takes what a worker counted.
    public void add(List<Hits> counted) {
        for (Hits hits : counted) {
            if (waiting.size() < MOST_WAITING || waiting.containsKey(hits.rule())) {
                waiting.merge(hits.rule(), hits, HitReports::sum);
            } else if (!isLossTold) {
                isLossTold = true;
                LOG.warn("hits of more than {} rules wait; those of others are lost", MOST_WAITING);
            }
        }
        next();
    }

    /// Takes how requests of a worker ended.
    public void add(Answers ended) {
        waitingAnswers = waitingAnswers.plus(ended);
        next();
    }

    private static Hits sum(Hits some, Hits more) {
        return new Hits(some.rule(), some.hits() + more.hits(), Math.max(some.last(), more.last()));
    }

    private void next() {
        boolean isNothing = waiting.isEmpty() && waitingAnswers.equals(Answers.NONE);
        if (call == null || said != null || isNothing) {
            return;
        }
        var chosen = new ArrayList<Hits>();
        int letters = 0;
        for (Hits hits : waiting.values()) {
            letters += hits.rule().resource().length() + hits.rule().id().length();
            if (chosen.size() == MOST_RULES || letters > MOST_LETTERS) {
                break;
            }
            chosen.add(hits);
        }
        chosen.forEach(hits -> waiting.remove(hits.rule()));
        said = new Said(List.copyOf(chosen), waitingAnswers);
        waitingAnswers = Answers.NONE;
        sequence++;
        say();
    }

    private void say() {
        turnsSince = 0;
        if (call != null && said != null) {
            call.send(HitMessages.report(sequence, said.rules(), said.answers()));
        }
    }

    private void onTaken(long taken) {
        if (taken == sequence) {
            said = null;
            next();
        }
    }

    private final class Hearing implements SideCalls.Hearer {
        private final long connection;

        Hearing(long connection) {
            this.connection = connection;
        }

        @Override
        public void onMessage(byte[] message) {
            try {
                onTaken(HitMessages.taken(message));
            } catch (WireException e) {
                LOG.warn("hits: what the control plane says is no message: {}", e.getMessage());
            }
        }

        @Override
        public void onEnd(boolean isUnknown, String reason) {
            call = null;
            if (isUnknown) {
                deaf = connection;
                if (!isDeafnessTold) {
                    isDeafnessTold = true;
                    LOG.info("the control plane takes no hits of rules: {}", reason);
                }
            } else {
                LOG.debug("hits: the call ended: {}", reason);
            }
        }
    }
}

package dev.heddle.proxy.hosthealth;

import dev.heddle.proxy.ads.SideCalls;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.health.Unwell;
import dev.heddle.xds.wire.WireException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the control plane which hosts get no requests, and why.
///
/// ```
///   closed ──turn, connected──▶ open ──something is different──▶ waiting ──taken──▶ open
///     ▲                          │                                  │
///     └────── call ends ─────────┴──────────────────────────────────┘
/// ```
///
/// Each report says all that is so, so nothing needs to be said again: what changed while one was
/// on its way is in the next one, and a call that begins anew begins with everything. The control
/// plane believes what was said as long as the call is open.
///
/// A control plane that doesn't know the call is asked again when there is another connection, as
/// that may lead to a newer one.
@Confined("config thread")
public final class HealthReports {
    private static final Logger LOG = LoggerFactory.getLogger(HealthReports.class);

    /// Hosts that one report names; of more it says how many they are.
    private static final int MOST_HOSTS = 1_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /// In how many turns a report must be taken before the call is given up.
    private static final int PATIENCE = 30;

    private static final Comparator<Unwell> ORDER =
            Comparator.comparing(Unwell::cluster).thenComparing(it -> it.address().toString());

    private final SideCalls calls;
    private final String node;
    private final Source source;
    private final LongSupplier nanos;
    private final InstantSource clock;
    private Optional<List<Unwell>> said = Optional.empty();
    private long sequence;
    private int turnsSince;
    private boolean isWaiting;
    private SideCalls.@Nullable Call call;

    /// The connection whose control plane doesn't know the call; 0 for none.
    private long deaf;

    /// Knows what is held against hosts.
    @FunctionalInterface
    public interface Source {
        /// Tells of each, in any order.
        void unwell(Consumer<Unwell> hears);
    }

    /// @param node id of this proxy
    /// @param nanos the clock of the workers
    public HealthReports(
            SideCalls calls, String node, Source source, LongSupplier nanos, InstantSource clock) {
        this.calls = calls;
        this.node = node;
        this.source = source;
        this.nanos = nanos;
        this.clock = clock;
    }

    /// Looks, and says what is different. Called regularly; begins the call where there is none.
    public void onTurn() {
        long connection = calls.connection();
        if (connection == 0 || connection == deaf) {
            return;
        }
        if (call != null && isWaiting && ++turnsSince > PATIENCE) {
            call.cancel("CANCELLED: no report was taken for long");
        }
        if (call == null) {
            begin(connection);
        }
        if (call != null && !isWaiting) {
            say(call);
        }
    }

    private void begin(long connection) {
        said = Optional.empty();
        sequence = 0;
        isWaiting = false;
        Optional<SideCalls.Call> begun = calls.call(HealthMessages.METHOD, new Hearing(connection));
        begun.ifPresent(it -> {
            call = it;
            it.send(HealthMessages.hello(node));
        });
    }

    private void say(SideCalls.Call open) {
        var now = new ArrayList<Unwell>();
        source.unwell(now::add);
        now.sort(ORDER);
        if (said.isPresent() && said.get().equals(now)) {
            return;
        }
        said = Optional.of(List.copyOf(now));
        sequence++;
        isWaiting = true;
        turnsSince = 0;
        long nowNanos = nanos.getAsLong();
        long nowMillis = clock.millis();
        int named = Math.min(now.size(), MOST_HOSTS);
        open.send(
                HealthMessages.report(
                        sequence,
                        now.subList(0, named),
                        now.size() - named,
                        at -> nowMillis + (at - nowNanos) / NANOS_PER_MILLI));
    }

    private final class Hearing implements SideCalls.Hearer {
        private final long connection;

        Hearing(long connection) {
            this.connection = connection;
        }

        @Override
        public void onMessage(byte[] message) {
            try {
                isWaiting &= HealthMessages.taken(message) != sequence;
            } catch (WireException e) {
                LOG.warn(
                        "health of hosts: what the control plane says is no message: {}",
                        e.getMessage());
            }
        }

        @Override
        public void onEnd(boolean isUnknown, String reason) {
            call = null;
            if (isUnknown) {
                deaf = connection;
                LOG.debug("the control plane does not ask for the health of hosts: {}", reason);
            } else {
                LOG.debug("health of hosts: the call ended: {}", reason);
            }
        }
    }
}

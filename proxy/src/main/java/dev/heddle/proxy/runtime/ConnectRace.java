package dev.heddle.proxy.runtime;

import dev.heddle.proxy.tls.TlsClient;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Connects to a host that has several addresses ("Happy Eyeballs", RFC 8305): one after the other,
/// the next as soon as one has failed, or when one has taken 300 ms. The first that is up wins.
@Confined("worker")
public final class ConnectRace implements Connecting {
    /// RFC 8305 recommends 250 ms; Envoy waits this long.
    private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Worker worker;
    private final ConnectSettings settings;
    private final ByteBuffer preface;
    private final @Nullable TlsClient tls;
    private final ConnectOutcome outcome;
    private final ArrayDeque<InetSocketAddress> waiting;
    private final List<ConnectAttempt> running = new ArrayList<>();
    private final Deadline delay;
    private int open;
    private boolean isOver;

    /// @param addresses at least one
    ConnectRace(
            Worker worker,
            List<InetSocketAddress> addresses,
            ConnectSettings settings,
            ByteBuffer preface,
            @Nullable TlsClient tls,
            ConnectOutcome outcome) {
        this.worker = worker;
        this.settings = settings;
        this.preface = preface;
        this.tls = tls;
        this.outcome = outcome;
        this.waiting = new ArrayDeque<>(settings.order().of(addresses));
        this.delay = worker.deadline(this::next);
    }

    /// Has the next address join.
    void next() {
        InetSocketAddress address = waiting.poll();
        if (address == null || isOver) {
            return;
        }
        open++;
        if (waiting.isEmpty()) {
            delay.cancel();
        } else {
            delay.set(DELAY_NANOS);
        }
        running.add(
                worker.connect(
                        address,
                        settings,
                        preface,
                        tls,
                        new ConnectOutcome() {
                            @Override
                            public WireHandler onConnected(Wire wire) {
                                return won(wire);
                            }

                            @Override
                            public void onConnectFailed(Throwable cause) {
                                lost(cause);
                            }
                        }));
    }

    private WireHandler won(Wire wire) {
        end();
        return outcome.onConnected(wire);
    }

    private void lost(Throwable cause) {
        open--;
        if (isOver) {
            return;
        }
        if (!waiting.isEmpty()) {
            next();
        } else if (open == 0) {
            end();
            outcome.onConnectFailed(cause);
        }
    }

    /// Gives up those that run; giving up the one that has ended already changes nothing of it.
    private void end() {
        isOver = true;
        delay.discard();
        waiting.clear();
        running.forEach(ConnectAttempt::giveUpUnlessOver);
        running.clear();
    }

    @Override
    public void giveUp() {
        end();
    }
}

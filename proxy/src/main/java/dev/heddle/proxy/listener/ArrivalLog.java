package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.ListenerFilterConfig;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.ListenerFacts;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsFailure;

/// Tells the access logs of a listener (`access_log`) how its connections ended: those that
/// somebody served, and those that came no further than the listener, of which nobody else tells.
///
/// A TCP proxy tells of its connections itself, as it knows more of them.
///
/// Whoever may connect may have a connection refused, so of those that nobody served at most
/// [#MOST] a second are told, for each listener and worker; the rest are counted.
@Confined("worker")
final class ArrivalLog {
    /// So many a second, which is far more than a person reads and far less than a worker can
    /// refuse.
    static final int MOST = 100;

    private static final long SECOND_NANOS = 1_000_000_000;

    private final Worker worker;
    private final ListenerConfig config;
    private final ListenerLog log;
    private final boolean looksForTls;
    private long secondNanos = Long.MIN_VALUE;
    private int told;

    ArrivalLog(Worker worker, ListenerConfig config, ListenerLog log) {
        this.worker = worker;
        this.config = config;
        this.log = log;
        this.looksForTls =
                config.filters().filters().stream()
                        .anyMatch(it -> it.kind() instanceof ListenerFilterConfig.Kind.Tls);
    }

    /// No filter chain is for it.
    void unmatched(Arrival arrival) {
        if (mayTell()) {
            StreamInfo info = begun(arrival, config.facts(), "");
            info.flag(ResponseFlag.NR);
            info.setResponseDetails("filter_chain_not_found");
            info.setCircumstance(arrival.inWords(looksForTls));
            end(info);
        }
    }

    /// Its handshake failed. A client that connected and went has nothing to complain of.
    void notSecured(Arrival arrival, ChainService chain, TlsFailure failure) {
        if (mayTell()) {
            StreamInfo info = begun(arrival, chain);
            if (!failure.equals(TlsFailure.GONE) || arrival.isTls()) {
                info.setDownstreamFailureReason(failure.why());
            }
            end(info);
        }
    }

    /// The filter chain has as many as it may have at once.
    void tooMany(Arrival arrival, ChainService chain) {
        if (mayTell()) {
            StreamInfo info = begun(arrival, chain);
            info.setConnectionTermination("connection_limit");
            end(info);
        }
    }

    /// It ended while it was looked at.
    void lost(Arrival arrival) {
        if (mayTell()) {
            end(begun(arrival, config.facts(), ""));
        }
    }

    /// It was served, and is over.
    void served(Arrival arrival, ChainService chain) {
        boolean tellsItself = chain.service() instanceof ChainService.Service.Tcp;
        if (log.tellsEnds() && !tellsItself) {
            StreamInfo info = begun(arrival, chain);
            info.setTls(arrival.wire().tls());
            end(info);
        }
    }

    private boolean mayTell() {
        if (!log.tellsEnds()) {
            return false;
        }
        long now = worker.nanos();
        if (secondNanos == Long.MIN_VALUE || now - secondNanos >= SECOND_NANOS) {
            secondNanos = now;
            told = 0;
        }
        if (told >= MOST) {
            log.count(ListenerStat.ACCESS_LOG_SKIPPED);
            return false;
        }
        told++;
        return true;
    }

    private StreamInfo begun(Arrival arrival, ChainService chain) {
        return begun(arrival, config.facts(chain.config()), chain.config().name());
    }

    private StreamInfo begun(Arrival arrival, ListenerFacts facts, String chain) {
        Wire wire = arrival.wire();
        var info = new StreamInfo();
        info.onConnection(
                worker.nextConnectionId(), config.name(), chain, wire.remote(), wire.local());
        info.setFacts(facts, worker.random());
        info.start(arrival.epochNanos(), arrival.nanos());
        if (!arrival.serverName().isEmpty()) {
            info.setRequestedServerName(arrival.serverName());
        }
        return info;
    }

    private void end(StreamInfo info) {
        info.ended(worker.nanos());
        log.ended(info);
    }
}

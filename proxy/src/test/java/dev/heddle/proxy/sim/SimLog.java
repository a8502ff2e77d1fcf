package dev.heddle.proxy.sim;

import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.observe.ConnectionLog;
import dev.heddle.proxy.observe.ConnectionStat;
import dev.heddle.proxy.observe.ExchangeLog;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.HeaderStat;
import dev.heddle.proxy.observe.HttpStat;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.telemetry.AccessLogRecord.LogType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Remembers one line for each exchange: method, path, status, flags, details, bytes.
public final class SimLog implements ExchangeLog, ConnectionLog, ListenerLog, FilterStats {
    private final Map<ListenerStat, Long> listener = new EnumMap<>(ListenerStat.class);
    private final Map<HttpStat, Long> http = new EnumMap<>(HttpStat.class);
    private final Map<String, Long> filters = new HashMap<>();
    private final List<String> listenerLines = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private int open;
    private int started;
    private int upgrades;

    @Override
    public void connectionOpened(boolean isSecured) {
        open++;
    }

    @Override
    public void connectionSpeaks(Protocol protocol) {}

    @Override
    public void connectionClosed(@Nullable Protocol protocol, boolean isSecured, long nanos) {
        open--;
    }

    @Override
    public void count(HttpStat stat) {
        http.merge(stat, 1L, Long::sum);
    }

    /// How often something happened to HTTP connections.
    public long counted(HttpStat stat) {
        return http.getOrDefault(stat, 0L);
    }

    @Override
    public FilterStats filters() {
        return this;
    }

    @Override
    public void count(String stat) {
        filters.merge(stat, 1L, Long::sum);
    }

    @Override
    public void move(String gauge, long by) {
        filters.merge(gauge, by, Long::sum);
    }

    @Override
    public long level(String gauge) {
        return filters.getOrDefault(gauge, 0L);
    }

    @Override
    public Http2Stats http2Stats() {
        return Http2Stats.NONE;
    }

    @Override
    public void count(Protocol protocol, HeaderStat stat, int amount) {}

    @Override
    public void started(Protocol protocol) {
        started++;
    }

    @Override
    public void upgradeBegun() {
        upgrades++;
    }

    @Override
    public void upgradeEnded() {
        upgrades--;
    }

    @Override
    public void upgradeRefused() {}

    @Override
    public void completed(RequestHead request, @Nullable ResponseHead response, StreamInfo info) {
        started--;
        if (response != null && response.status() != info.responseCode()) {
            throw new AssertionError("response and info disagree: " + response);
        }
        lines.add(
                "%s %s %d %s %s %d/%d"
                                .formatted(
                                        request.method(),
                                        request.path(),
                                        info.responseCode(),
                                        info.flags().isEmpty() ? "-" : info.flags(),
                                        info.responseDetails(),
                                        info.bytesReceived(),
                                        info.bytesSent())
                        + (info.requestMessages() < 0
                                ? ""
                                : " messages %d/%d"
                                        .formatted(
                                                info.requestMessages(), info.responseMessages())));
    }

    @Override
    public void opened() {
        open++;
    }

    @Override
    public void count(ConnectionStat stat) {
        lines.add("tcp " + stat);
    }

    @Override
    public void flushed(StreamInfo info, LogType type) {
        lines.add("tcp so far %d/%d".formatted(info.bytesReceived(), info.bytesSent()));
    }

    @Override
    public void completed(StreamInfo info) {
        open--;
        lines.add(
                "tcp %s %d/%d"
                        .formatted(
                                info.flags().isEmpty() ? "-" : info.flags(),
                                info.bytesReceived(),
                                info.bytesSent()));
    }

    @Override
    public void count(ListenerStat stat, long amount) {
        listener.merge(stat, amount, Long::sum);
    }

    @Override
    public void proxyHeader(String statPrefix, int version, String outcome) {
        listenerLines.add("proxy " + version + " " + outcome);
    }

    @Override
    public void limited(String statPrefix, boolean isTaken) {
        listenerLines.add(statPrefix + (isTaken ? " taken" : " limited"));
    }

    @Override
    public void limitedEnded(String statPrefix) {
        listenerLines.add(statPrefix + " ended");
    }

    @Override
    public boolean tellsEnds() {
        return true;
    }

    @Override
    public void ended(StreamInfo info) {
        ends.add(
                info.flags()
                        + " "
                        + info.responseDetails()
                        + " "
                        + info.filterChain()
                        + ": "
                        + new ExchangeRecord(info, name -> name).reason());
    }

    /// What logs of the listener are told: flags, details, the filter chain, and the reason.
    public List<String> ends() {
        return ends;
    }

    /// What was counted of the listener.
    public long counted(ListenerStat stat) {
        return listener.getOrDefault(stat, 0L);
    }

    /// PROXY headers and connections of limited chains.
    public List<String> listenerLines() {
        return listenerLines;
    }

    public List<String> lines() {
        return lines;
    }

    /// The last exchange.
    public String last() {
        return lines.getLast();
    }

    public int openConnections() {
        return open;
    }

    /// Tunnels that are open or asked for.
    public int upgrades() {
        return upgrades;
    }

    /// Exchanges that were begun and not recorded yet.
    public int unfinished() {
        return started;
    }
}

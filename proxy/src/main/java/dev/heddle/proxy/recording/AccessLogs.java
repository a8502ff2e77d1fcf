package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.config.LogFilter;
import dev.heddle.proxy.tuning.RuntimeValues;
import dev.heddle.telemetry.AsyncFile;
import dev.heddle.telemetry.MeterShard;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files of all access logs: one for each path, however many listeners and workers write to it.
///
/// Thread-safe. A file that cannot be opened is reported once and its lines are lost; traffic goes
/// on.
public final class AccessLogs implements LogOpener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AccessLogs.class);

    /// Lines that wait for the disk, for each file; beyond it lines are dropped and counted.
    private static final int MAX_QUEUED_BYTES = 8 << 20;

    private final OutputStream stdout;
    private final OutputStream stderr;
    private final SeriesStore series;
    private final ConcurrentHashMap<String, Optional<AsyncFile>> files = new ConcurrentHashMap<>();

    /// @param stdout where `/dev/stdout` is
    /// @param stderr where `/dev/stderr` is
    /// @param series where what is counted by labels of requests is kept
    public AccessLogs(OutputStream stdout, OutputStream stderr, SeriesStore series) {
        this.stdout = stdout;
        this.stderr = stderr;
        this.series = series;
    }

    /// Opens logs that are files or counted; a worker has those of services.
    @Override
    public AccessLogger[] open(List<AccessLogConfig> logs, MeterShard shard) {
        return open(logs, shard, _ -> Optional.empty(), () -> RuntimeValues.NONE);
    }

    /// Opens logs.
    ///
    /// @param shard where the worker counts
    /// @param others opens those that are told to services
    /// @param values of the worker now, of which filters may depend
    AccessLogger[] open(
            List<AccessLogConfig> logs,
            MeterShard shard,
            Function<AccessLogConfig, Optional<AccessLogger>> others,
            Supplier<RuntimeValues> values) {
        return logs.stream()
                .flatMap(log -> open(log, shard, others, values).stream())
                .toArray(AccessLogger[]::new);
    }

    private Optional<AccessLogger> open(
            AccessLogConfig log,
            MeterShard shard,
            Function<AccessLogConfig, Optional<AccessLogger>> others,
            Supplier<RuntimeValues> values) {
        return switch (log) {
            case AccessLogConfig.Stats stats -> Optional.of(new StatsLogger(stats, series, shard));
            case AccessLogConfig.Lines lines ->
                    file(lines.target())
                            .map(file -> new LineLogger(file, lines.line(), lines.omitsEmpty()));
            case AccessLogConfig.Filtered(LogFilter filter, AccessLogConfig some) ->
                    open(some, shard, others, values)
                            .map(logger -> new FilteringLogger(filter, logger, values));
            case AccessLogConfig.Entries _, AccessLogConfig.Records _ -> others.apply(log);
        };
    }

    private Optional<AsyncFile> file(AccessLogConfig.Target target) {
        return switch (target) {
            case AccessLogConfig.Target.Stdout() ->
                    files.computeIfAbsent(
                            "/dev/stdout",
                            name -> Optional.of(AsyncFile.over(name, stdout, MAX_QUEUED_BYTES)));
            case AccessLogConfig.Target.Stderr() ->
                    files.computeIfAbsent(
                            "/dev/stderr",
                            name -> Optional.of(AsyncFile.over(name, stderr, MAX_QUEUED_BYTES)));
            case AccessLogConfig.Target.File(Path path) ->
                    files.computeIfAbsent(path.toString(), _ -> appendingTo(path));
        };
    }

    private static Optional<AsyncFile> appendingTo(Path path) {
        try {
            return Optional.of(AsyncFile.appendingTo(path, MAX_QUEUED_BYTES));
        } catch (IOException e) {
            LOG.error(
                    "access log {}: cannot be opened, its lines are lost: {}", path, e.toString());
            return Optional.empty();
        }
    }

    /// Has the files opened anew, for who has moved them away.
    public void reopen() {
        files.values().stream().flatMap(Optional::stream).forEach(AsyncFile::reopen);
    }

    /// Lines that were written, over all files.
    public long written() {
        return files.values().stream()
                .flatMap(Optional::stream)
                .mapToLong(AsyncFile::written)
                .sum();
    }

    /// Lines that were lost, over all files.
    public long dropped() {
        return files.values().stream()
                .flatMap(Optional::stream)
                .mapToLong(AsyncFile::dropped)
                .sum();
    }

    /// Writes what waits, and closes the files.
    @Override
    public void close() {
        files.values().stream().flatMap(Optional::stream).forEach(AsyncFile::close);
    }
}

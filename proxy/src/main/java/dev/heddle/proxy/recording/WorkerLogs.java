package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.config.AccessLogConfig.Entries;
import dev.heddle.proxy.config.AccessLogConfig.LogService;
import dev.heddle.proxy.config.AccessLogConfig.Records;
import dev.heddle.proxy.export.BatchExporter;
import dev.heddle.proxy.export.BatchLimits;
import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.export.ExportLog;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.logservice.EntryTags;
import dev.heddle.proxy.logservice.LogEntries;
import dev.heddle.proxy.logservice.LogRecords;
import dev.heddle.proxy.logservice.LogSource;
import dev.heddle.proxy.logservice.LogStream;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tracing.TagValues;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import dev.heddle.xds.wire.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The logs of one worker: files, which all workers share, and services, each of which it tells by
/// itself. Listeners that tell a service the same way share a call.
@Confined("worker")
public final class WorkerLogs implements LogOpener {
    private static final int HTTP_LOGS = 2;
    private static final int TCP_LOGS = 3;

    /// How many records make a batch, and how many may wait.
    private static final int BATCH = 512;

    private static final int WAITING = 4_096;
    private static final String EXPORT =
            "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

    private final AccessLogs files;
    private final FilterContext context;
    private final LogSource source;
    private final MeterShard shard;
    private final TagValues values;
    private final Counter entriesWritten;
    private final Counter entriesDropped;
    private final Counter recordsWritten;
    private final Counter recordsDropped;
    private final Map<StreamKey, LogStream> streams = new HashMap<>();
    private final Map<BatchKey, BatchExporter<Bytes>> batches = new HashMap<>();

    /// What a call is shared by.
    private record StreamKey(LogService service, boolean isHttp) {}

    private record BatchKey(LogService service, Bytes resource, boolean isLabelled) {}

    /// @param source who this proxy is, for services
    /// @param environment of the process, of which entries may speak
    /// @param shard where this worker counts
    public WorkerLogs(
            AccessLogs files,
            FilterContext context,
            LogSource source,
            Map<String, String> environment,
            ProxyMeters meters,
            MeterShard shard) {
        this.files = files;
        this.context = context;
        this.source = source;
        this.values = new TagValues(environment);
        this.shard = shard;
        MeterScope entries = meters.plain("access_logs.grpc_access_log");
        entriesWritten = entries.counter("logs_written");
        entriesDropped = entries.counter("logs_dropped");
        MeterScope records = meters.plain("access_logs.open_telemetry_access_log");
        recordsWritten = records.counter("logs_written");
        recordsDropped = records.counter("logs_dropped");
    }

    @Override
    public AccessLogger[] open(List<AccessLogConfig> logs, MeterShard counting) {
        return files.open(logs, counting, this::ofService, context.worker()::values);
    }

    private Optional<AccessLogger> ofService(AccessLogConfig log) {
        return switch (log) {
            case Entries entries -> Optional.of(entries(entries));
            case Records records -> Optional.of(records(records));
            case AccessLogConfig.Lines _, AccessLogConfig.Filtered _, AccessLogConfig.Stats _ ->
                    Optional.empty();
        };
    }

    private AccessLogger entries(Entries log) {
        LogStream stream =
                streams.computeIfAbsent(
                        new StreamKey(log.service(), log.isHttp()),
                        key ->
                                new LogStream(
                                        context.worker(),
                                        context.http2(),
                                        context.clusters(),
                                        key.service(),
                                        key.isHttp() ? HTTP_LOGS : TCP_LOGS,
                                        source.node(),
                                        new Entered()));
        var tags = new EntryTags(log.tags(), values);
        return log.isHttp()
                ? record -> stream.add(LogEntries.http(record, log.told(), tags))
                : record -> stream.add(LogEntries.tcp(record, tags));
    }

    private AccessLogger records(Records log) {
        LogService service = log.service();
        BatchExporter<Bytes> batch =
                batches.computeIfAbsent(
                        new BatchKey(service, log.resource(), log.isLabelled()),
                        key ->
                                new BatchExporter<>(
                                        context.worker(),
                                        context.http2(),
                                        context.clusters(),
                                        new Collector(
                                                service.cluster(),
                                                service.authority(),
                                                log.timeout(),
                                                service.headers(),
                                                new Collector.Call.Grpc(EXPORT)),
                                        new BatchLimits(BATCH, service.interval(), WAITING),
                                        batch(key),
                                        new Exported()));
        return record -> {
            shard.increment(recordsWritten);
            batch.add(LogRecords.record(record, log.body(), log.attributes()));
        };
    }

    private Function<List<Bytes>, byte[]> batch(BatchKey key) {
        Bytes resource =
                key.isLabelled()
                        ? LogRecords.labelled(key.resource(), key.service().logName(), source)
                        : key.resource();
        return records -> LogRecords.batch(resource, records);
    }

    /// Counts entries.
    private final class Entered implements LogStream.Counts {
        @Override
        public void written() {
            shard.increment(entriesWritten);
        }

        @Override
        public void dropped() {
            shard.increment(entriesDropped);
        }
    }

    /// Counts records.
    private final class Exported implements ExportLog {
        @Override
        public void sent(int items) {
            // They were counted when they came.
        }

        @Override
        public void dropped(int items) {
            shard.add(recordsDropped, items);
        }

        @Override
        public void timerFlushed() {
            // Nobody asks.
        }

        @Override
        public void reported(Outcome outcome) {
            // The cluster's own numbers tell it.
        }
    }
}

package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.LogFilter;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Logs some of them only.
final class FilteringLogger implements AccessLogger {
    /// Of an exchange without a worker, as tests have: then every share takes it.
    private static final RandomGenerator NONE = () -> 0;

    private final LogFilter filter;
    private final AccessLogger logger;
    private final Supplier<RuntimeValues> values;

    /// @param values of the worker now
    FilteringLogger(LogFilter filter, AccessLogger logger, Supplier<RuntimeValues> values) {
        this.values = values;
        this.filter = filter;
        this.logger = logger;
    }

    @Override
    public void log(ExchangeRecord record) {
        RandomGenerator random = record.info().random();
        var seen =
                new LogFilter.Seen(
                        record,
                        Math.max(0, record.info().endNanos()),
                        random == null ? NONE : random,
                        values.get());
        if (filter.takes(seen)) {
            logger.log(record);
        }
    }
}

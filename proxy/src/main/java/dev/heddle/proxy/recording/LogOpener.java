package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.telemetry.MeterShard;
import java.util.List;

/// Opens the logs of listeners for one worker.
public interface LogOpener {
    /// Those that can be opened, in their order.
    ///
    /// @param shard where the worker counts
    AccessLogger[] open(List<AccessLogConfig> logs, MeterShard shard);
}

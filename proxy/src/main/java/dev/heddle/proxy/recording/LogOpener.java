package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import java.util.List;

/// Opens the logs of listeners for one worker.
public interface LogOpener {
    /// Those that can be opened, in their order.
    AccessLogger[] open(List<AccessLogConfig> logs);
}

package dev.heddle.proxy.recording;

import dev.heddle.proxy.observe.ExchangeRecord;

/// One access log on one worker. Called on the worker's thread; must not block and must not throw.
public interface AccessLogger {
    /// An exchange or a connection is over. The argument shows another one afterwards.
    void log(ExchangeRecord record);
}

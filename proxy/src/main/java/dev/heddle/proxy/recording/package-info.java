/// What is kept of exchanges when they are over: numbers under Envoy's names, and lines of access
/// logs.
///
/// The data path tells an [dev.heddle.proxy.observe.ExchangeLog] what happened; [ExchangeRecorder]
/// is the one that runs. [ProxyMeters] knows the names, [AccessLogs] owns the files.
@NullMarked
package dev.heddle.proxy.recording;

import org.jspecify.annotations.NullMarked;

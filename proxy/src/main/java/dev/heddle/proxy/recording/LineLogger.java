package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.AsyncFile;
import dev.heddle.telemetry.ByteText;

/// Writes a line to a file.
@Confined("worker")
final class LineLogger implements AccessLogger {
    private final AsyncFile file;
    private final AccessLogConfig.Line line;
    private final boolean omitsEmpty;
    private final ByteText text = new ByteText();

    LineLogger(AsyncFile file, AccessLogConfig.Line line, boolean omitsEmpty) {
        this.omitsEmpty = omitsEmpty;
        this.file = file;
        this.line = line;
    }

    @Override
    public void log(ExchangeRecord record) {
        text.clear();
        switch (line) {
            case AccessLogConfig.Line.Text plain ->
                    plain.format().write(record, omitsEmpty ? "" : "-", text);
            case AccessLogConfig.Line.Json json -> {
                json.format().write(record, omitsEmpty, text);
                text.append("\n");
            }
        }
        file.write(text);
    }
}

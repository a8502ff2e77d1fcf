package dev.heddle.cli.log;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/// One logger: a line for each call, if its level is wanted.
final class LineLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;

    private final transient Loggers all;
    private final String shortName;

    /// The number of the least level that is written.
    private final AtomicInteger least;

    LineLogger(String name, Loggers all, int least) {
        this.name = name;
        this.all = all;
        this.shortName = name.substring(name.lastIndexOf('.') + 1);
        this.least = new AtomicInteger(least);
    }

    int least() {
        return least.get();
    }

    void writeFrom(int level) {
        least.set(level);
    }

    private boolean isWritten(Level level) {
        return level.toInt() >= least.get();
    }

    @Override
    public boolean isTraceEnabled() {
        return isWritten(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return isWritten(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return isWritten(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return isWritten(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return isWritten(Level.ERROR);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            @Nullable String text,
            Object @Nullable [] arguments,
            @Nullable Throwable cause) {
        all.write(
                level,
                shortName,
                String.valueOf(MessageFormatter.basicArrayFormat(text, arguments)),
                cause);
    }

    /// Loggers are made by [Loggers] only.
    @Override
    protected Object readResolve() {
        throw new UnsupportedOperationException("logger " + Logger.class.getName());
    }
}

package dev.heddle.cli.process;

import java.time.Duration;

/// Who wants to know what becomes of processes. Called on the supervisor's thread; must not block.
public interface ProcessEvents {
    /// A process runs.
    ///
    /// @param restarts how often it was started before
    void started(Program program, long pid, int restarts);

    /// A process ended though nobody asked it to; it is started again.
    ///
    /// @param how as in `exit code 1` or `signal 9`
    /// @param pause until it is
    void died(Program program, long pid, String how, Duration pause);

    /// A process could not be started at all; it is tried again.
    void failedToStart(Program program, String why, Duration pause);
}

package dev.heddle.cli.demo;

import dev.heddle.cli.process.ProcessEvents;
import dev.heddle.cli.process.Program;
import dev.heddle.cli.text.Screen;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Tells what becomes of the demo's processes, and remembers how often each died.
///
/// @param deaths by process name
record Narrator(Screen screen, DataDirectory data, Map<String, Integer> deaths)
        implements ProcessEvents {
    Narrator(Screen screen, DataDirectory data) {
        this(screen, data, new ConcurrentHashMap<>());
    }

    /// How often a process died or could not be started.
    int deaths(String name) {
        return deaths.getOrDefault(name, 0);
    }

    @Override
    public void started(Program program, long pid, int restarts) {
        data.writePid(program.name(), pid);
        if (restarts > 0) {
            screen.line("  %s runs again (process %d)".formatted(program.name(), pid));
        }
    }

    @Override
    public void died(Program program, long pid, String how, Duration pause) {
        deaths.merge(program.name(), 1, Integer::sum);
        screen.line(
                String.format(
                        Locale.ROOT,
                        "  %s (process %d) died by %s; starting it again in %.1f s, its log is %s",
                        program.name(),
                        pid,
                        how,
                        pause.toMillis() / 1e3,
                        program.log()));
    }

    @Override
    public void failedToStart(Program program, String why, Duration pause) {
        deaths.merge(program.name(), 1, Integer::sum);
        screen.line("  %s cannot be started: %s".formatted(program.name(), why));
    }
}

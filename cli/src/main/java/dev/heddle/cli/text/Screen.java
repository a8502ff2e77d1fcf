package dev.heddle.cli.text;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;

/// Lines that stay, and below them one that is written over and over. Callable from any thread.
public final class Screen {
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private final AtomicBoolean statusShown = new AtomicBoolean();

    /// @param terminal whether lines can be written over; if not, every status is a line that stays
    public Screen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /// Whether a status is written over by the next one.
    public boolean isTerminal() {
        return terminal;
    }

    /// Prints a line that stays.
    public synchronized void line(String text) {
        if (statusShown.getAndSet(false)) {
            out.print(CLEAR);
        }
        out.println(text);
        out.flush();
    }

    /// Shows a status in place of the last one.
    public synchronized void status(String text) {
        if (terminal) {
            out.print(CLEAR + text);
            statusShown.set(true);
        } else {
            out.println(text);
        }
        out.flush();
    }
}

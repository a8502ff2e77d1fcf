package dev.heddle.cli.text;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;

/// Lines that stay, and below them one that is written over and over. Callable from any thread.
public final class Screen {
    private static final String CLEAR = "\r\u001b[K";

    /// A status that is too long ends at the edge, as a second line could not be written over.
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

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
            out.print(CLEAR + NO_WRAP + text + WRAP);
            statusShown.set(true);
        } else {
            out.println(text);
        }
        out.flush();
    }
}

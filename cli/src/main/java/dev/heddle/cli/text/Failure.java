package dev.heddle.cli.text;

/// A mistake of the user or a state of the machine that ends a command. The user reads the message
/// and the next step, never a stack trace.
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String next;
    private final int exitCode;

    private Failure(String what, String next, int exitCode) {
        super(what);
        this.next = next;
        this.exitCode = exitCode;
    }

    /// Something could not be done: exit code 1.
    ///
    /// @param what with the place and the value
    /// @param next what to try, as an imperative; empty when the message says it all
    public static Failure of(String what, String next) {
        return new Failure(what, next, 1);
    }

    /// The command was called wrongly: exit code 2.
    public static Failure usage(String what, String next) {
        return new Failure(what, next, 2);
    }

    /// What is wrong.
    public String what() {
        return String.valueOf(getMessage());
    }

    /// What to try; may be empty.
    public String next() {
        return next;
    }

    /// What the process ends with.
    public int exitCode() {
        return exitCode;
    }

    /// The whole of it, as it goes to stderr.
    public String report() {
        return "heddle: " + getMessage() + (next.isEmpty() ? "" : "\n  next: " + next);
    }
}

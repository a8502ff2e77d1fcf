package dev.heddle.telemetry;

/// An expression that cannot be used.
public final class CelSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final int column;

    CelSyntaxException(String expression, int at, String what) {
        super("'" + expression + "', column " + (at + 1) + ": " + what);
        this.column = at + 1;
    }

    /// Where in the expression, from 1.
    public int column() {
        return column;
    }
}

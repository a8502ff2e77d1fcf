package dev.heddle.compiler.ir;

/// Who may pass a listener, whatever chain and route is chosen.
public record Guards(Tokens tokens) {
    /// Everybody.
    public static final Guards NONE = new Guards(Tokens.NONE);
}

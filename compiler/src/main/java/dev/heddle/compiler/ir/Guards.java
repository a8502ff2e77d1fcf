package dev.heddle.compiler.ir;

/// Who may pass a listener, whatever chain and route is chosen.
///
/// @param tokens looked at first
/// @param access asked for what is to be done
public record Guards(Tokens tokens, Access access) {
    /// Everybody.
    public static final Guards NONE = new Guards(Tokens.NONE, Access.FREE);
}

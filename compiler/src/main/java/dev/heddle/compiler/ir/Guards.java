package dev.heddle.compiler.ir;

/// Who may pass a listener, whatever chain and route is chosen.
///
/// @param tokens looked at first
/// @param access asked for what is to be done
/// @param logins what its routes ask callers for
public record Guards(Tokens tokens, Access access, Logins logins) {
    /// Everybody.
    public static final Guards NONE = new Guards(Tokens.NONE, Access.FREE, Logins.NONE);

    /// The same with other logins.
    public Guards with(Logins other) {
        return new Guards(tokens, access, other);
    }
}

package dev.heddle.control.access.oidc;

/// Why somebody is not signed in, in words for him and for whoever helps him.
public final class LoginRefused extends Exception {
    private static final long serialVersionUID = 1;
    private static final int LONGEST = 300;

    /// What kind of reason it is; pages have words for each.
    public enum Why {
        /// The provider does not answer, or not as one.
        AWAY,
        /// The provider says no: it does not know the client, or somebody changed his mind.
        DENIED,
        /// Nobody here began that login, or it was too long ago, or it was used already.
        STALE,
        /// What the provider signed is not to be believed.
        TOKEN,
        /// The provider tells no name that an account could have.
        NAME,
        /// None of his groups has a role.
        ROLE,
        /// Too many logins were begun.
        OFTEN,
        /// The page is open under another address than the one that the provider leads to.
        ADDRESS
    }

    private final Why why;
    private final String next;

    /// @param what is wrong, with the value
    /// @param next what to do about it
    LoginRefused(Why why, String what, String next) {
        super(shown(what), null, false, false);
        this.why = why;
        this.next = next;
    }

    /// Others may have said parts of it.
    private static String shown(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", " ");
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "…";
    }

    public Why why() {
        return why;
    }

    /// What is wrong.
    public String what() {
        return String.valueOf(getMessage());
    }

    /// What to do about it.
    public String next() {
        return next;
    }
}

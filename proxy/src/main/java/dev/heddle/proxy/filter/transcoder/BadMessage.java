package dev.heddle.proxy.filter.transcoder;

/// Something that cannot be translated; its text is told to the client.
final class BadMessage extends Exception {
    private static final long serialVersionUID = 1L;

    /// Without a stack, of which nobody learns anything: clients make these as they like.
    ///
    /// @param message one character a byte
    BadMessage(String message) {
        super(message, null, false, false);
    }

    String text() {
        return String.valueOf(getMessage());
    }
}

package dev.heddle.proxy.kept;

import java.io.Serial;

/// A file that is not to be believed, with the reason.
final class Unusable extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    Unusable(String why) {
        super(why);
    }
}

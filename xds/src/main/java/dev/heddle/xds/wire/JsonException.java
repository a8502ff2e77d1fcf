package dev.heddle.xds.wire;

/// A tree that is no message of a type. The message says where and what is wrong.
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param path of the field, as in `static_resources.clusters[0].lb_policy`; empty for the
    ///   whole
    /// @param what is wrong there, with what would be right
    public JsonException(String path, String what) {
        super(path.isEmpty() ? what : path + ": " + what);
    }
}

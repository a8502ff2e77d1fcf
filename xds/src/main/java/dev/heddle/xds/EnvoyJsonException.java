package dev.heddle.xds;

/// JSON that is no message of Envoy's API. The message says where and what is wrong.
public final class EnvoyJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    /// @param path of the field, as in `static_resources.clusters[0].lb_policy`; empty for the
    ///   whole
    /// @param what is wrong there, with what would be right
    public EnvoyJsonException(String path, String what) {
        super(path.isEmpty() ? what : path + ": " + what);
    }
}

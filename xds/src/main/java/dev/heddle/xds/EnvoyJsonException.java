package dev.heddle.xds;

/// JSON that is no message of Envoy's API. The message says where and what is wrong.
public final class EnvoyJsonException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final String what;

    /// @param path of the field, as in `static_resources.clusters[0].lb_policy`; empty for the
    ///   whole
    /// @param what is wrong there, with what would be right
    public EnvoyJsonException(String path, String what) {
        super(path.isEmpty() ? what : path + ": " + what);
        this.path = path;
        this.what = what;
    }

    /// Of the field, as in `static_resources.clusters[0].lb_policy`; empty for the whole.
    public String path() {
        return path;
    }

    /// What is wrong there.
    public String what() {
        return what;
    }
}

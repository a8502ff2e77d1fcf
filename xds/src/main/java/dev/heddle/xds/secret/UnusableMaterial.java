package dev.heddle.xds.secret;

/// A certificate, key or list that cannot be used. The message says why, and never quotes what
/// might be a secret.
public final class UnusableMaterial extends Exception {
    private static final long serialVersionUID = 1;

    public UnusableMaterial(String why) {
        super(why);
    }
}

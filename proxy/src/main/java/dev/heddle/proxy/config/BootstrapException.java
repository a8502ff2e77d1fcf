package dev.heddle.proxy.config;

/// A bootstrap that no proxy can start with. The message says where and what to do.
public final class BootstrapException extends Exception {

    /// @param message one line for each mistake, each beginning with the file's name
    public BootstrapException(String message) {
        super(message);
    }
}
